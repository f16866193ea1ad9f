"""Middleware: HEAD wherever there is GET, as uptime monitors and link checkers ask (RFC 9110, 9.3.2)."""

from starlette.types import ASGIApp, Receive, Scope, Send


class HeadAsGet:
    """Lets the application answer HEAD as the GET it stands for; the server, which knows better, sends no body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            # A copy, because the server goes by the original.
            scope = {**scope, "method": "GET"}
        await self._app(scope, receive, send)
