"""Middleware: a request body has an end, in bytes and in time.

FastAPI's own limit answers in plain text, outside the error shape, and no server that Python has waits for a body only
so long: whoever sends a byte a minute would hold a connection for as many minutes.
"""

import asyncio
from typing import Final

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY_BYTES: Final = 256 * 1024
BODY_SECONDS: Final = 10.0
"""From the headers to the last byte of the body; a phone on a bad line sends a question within it."""
_MAX_DIGITS: Final = 18


class BodyLimit:
    """Refuses a body of more than `limit` bytes as soon as a route begins to read it, announced or not, and one that is
    not there `seconds` after its headers.

    The refusal is an HTTPException because that is the one kind FastAPI lets through while it reads a body.
    """

    def __init__(self, app: ASGIApp, *, limit: int = MAX_BODY_BYTES, seconds: float = BODY_SECONDS) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _announced(scope)
        deadline: float | None = asyncio.get_running_loop().time() + self._seconds
        read = 0

        async def limited() -> Message:
            nonlocal read, deadline
            if announced > self._limit:
                raise self._too_large()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as exc:
                raise self._too_late() from exc
            if not message.get("more_body", False):
                # What comes after the body is the client's departure, for which there is no hurry.
                deadline = None
            read += len(message.get("body", b""))
            if read > self._limit:
                raise self._too_large()
            return message

        await self._app(scope, limited, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"A request may have at most {self._limit} bytes.")

    def _too_late(self) -> HTTPException:
        # The rest may come any time, and is no request of its own.
        return HTTPException(408, f"The body did not come within {self._seconds:g} s.", {"connection": "close"})


def _announced(scope: Scope) -> int:
    length = Headers(scope=scope).get("content-length", "")
    return int(length) if length.isascii() and length.isdecimal() and len(length) <= _MAX_DIGITS else 0
