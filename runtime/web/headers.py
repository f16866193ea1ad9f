"""Middleware for what every answer carries: safe defaults, and headers a route wants on errors too."""

from typing import Final

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SAFE: Final = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
"""A JSON API is no page: it is not sniffed, framed or kept by caches. A route may say otherwise."""

_STATE_KEY: Final = "answer_headers"


class AnswerHeaders:
    """Adds SAFE where nothing else was said, and what `put_header` was given, errors included."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        wanted: dict[str, str] = {}
        scope.setdefault("state", {})[_STATE_KEY] = wanted

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(wanted)
                for name, value in SAFE.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)


def put_header(request: Request, name: str, value: str) -> None:
    """Put a header on the answer to `request`, whether it ends well or in an error."""
    request.scope["state"][_STATE_KEY][name] = value
