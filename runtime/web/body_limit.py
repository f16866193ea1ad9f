"""Middleware: a request body has an end. FastAPI's own limit answers in plain text, outside the error shape."""

from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 256 * 1024
_MAX_DIGITS: Final = 18


class BodyLimit:
    """Refuses a body of more than `limit` bytes as soon as a route begins to read it, announced or not.

    The refusal is an HTTPException because that is the one kind FastAPI lets through while it reads a body.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY_BYTES) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _announced(scope)
        read = 0

        async def limited() -> Message:
            nonlocal read
            if announced > self._limit:
                raise self._too_large()
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, limited, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"A request may have at most {self._limit} bytes.")


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) <= _MAX_DIGITS else 0
