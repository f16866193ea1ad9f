"""Middleware: the service behind a path of the shop's own site, whether or not the proxy strips that path."""

from starlette.types import ASGIApp, Receive, Scope, Send


class PathPrefix:
    """Routes `<prefix>/…` as `/…`; prefix: a path without a slash at its end."""

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{self._prefix}/"):
            scope = {**scope, "root_path": self._prefix}
        await self._app(scope, receive, send)


def path_of(scope: Scope) -> str:
    """The path of a request below such a prefix."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
