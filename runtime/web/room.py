"""Middleware: so many answers at once and no more, so that those which run keep their pace.

What comes beyond is turned away by its path alone, before anything is read or looked up.
"""

from typing import Final

from prometheus_client import Counter, Gauge
from starlette.types import ASGIApp, Receive, Scope, Send

from runtime.errors import ServiceError
from runtime.web.errors import error_response

RUNNING: Final = Gauge("vitrina_chat_running", "Chat answers that run at this moment.")
OVERLOADED: Final = Counter(
    "vitrina_chat_overloaded_total", "Chat requests refused because as many answers ran as may run at once."
)

_CHAT: Final = "/v1/chat/completions"
"""What every address of the chat ends in, behind whatever path of the shop's site it lies."""
_RETRY_AFTER_SECONDS: Final = 1


class Overloaded(ServiceError):
    """As many answers run as this replica takes."""

    status = 503
    code = "overloaded"


class Room:
    """Lets `most` answers of the chat run at once, streamed and whole alike, and refuses the others."""

    def __init__(self, app: ASGIApp, *, most: int) -> None:
        self._app = app
        self._most = most
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST" or not scope["path"].endswith(_CHAT):
            await self._app(scope, receive, send)
        elif self._running >= self._most:
            OVERLOADED.inc()
            refusal = Overloaded("Too many answers run at this moment; ask again.", retry_after=_RETRY_AFTER_SECONDS)
            await error_response(refusal)(scope, receive, send)
        else:
            await self._run(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._running += 1
        RUNNING.inc()
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            RUNNING.dec()
