"""Middleware: a request id on every answer and log line, one log event and one count per request."""

import re
import time
from collections.abc import Callable
from typing import Final
from uuid import uuid4

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from runtime.web.metrics import REQUEST_SECONDS, REQUESTS

log = structlog.get_logger(__name__)

HEADER: Final = "x-request-id"
_SANE = re.compile(r"[\w.:-]{1,128}", re.ASCII)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET: Final = frozenset({"/health/live", "/health/ready", "/metrics"})
"""Probes and scrapes: counted, and logged at debug level only."""


class RequestIds:
    """Takes a sane id the caller sent, else makes one; binds it to the log context of the request."""

    def __init__(self, app: ASGIApp, *, new_id: Callable[[], str] = lambda: f"req_{uuid4().hex}") -> None:
        self._app = app
        self._new_id = new_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        offered = Headers(scope=scope).get(HEADER, "")
        request_id = offered if _SANE.fullmatch(offered) else self._new_id()

        async def with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        with bound_contextvars(request_id=request_id):
            await self._app(scope, receive, with_id)


class AccessLog:
    """Logs and counts every answer by its route template; paths and queries are never labels."""

    def __init__(self, app: ASGIApp, *, clock: Callable[[], float] = time.perf_counter) -> None:
        self._app = app
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = self._clock()
        status = 499

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            self._record(scope, status=status, seconds=self._clock() - started)

    def _record(self, scope: Scope, *, status: int, seconds: float) -> None:
        route = route_of(scope)
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(route, method, str(status)).inc()
        REQUEST_SECONDS.labels(route).observe(seconds)
        event = log.debug if route in QUIET else log.info
        event("http_request", route=route, method=method, status=status, ms=round(seconds * 1000, 1))


def route_of(scope: Scope) -> str:
    """The template of the route that a request was for, once that is known."""
    return getattr(scope.get("route"), "path", "unknown")
