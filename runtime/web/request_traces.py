"""Middleware: a span around every request, below the one of whoever sent it; its trace's id is in the log lines too."""

from typing import Final

from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bound_contextvars, get_contextvars

from runtime.web.path_prefix import path_of
from runtime.web.request_id import METHODS, QUIET, route_of
from shared.spans import ERROR, METHOD, ROUTE, STATUS, is_tracing, log_fields, span

_PARENT: Final = "traceparent"
_FORMAT: Final = TraceContextTextMapPropagator()


class RequestTraces:
    """The span says route template, method, status and request id: no path, no query, no header.

    Of a caller's trace context `traceparent` alone is taken (https://www.w3.org/TR/trace-context/): two ids and a flag.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_tracing() or path_of(scope) in QUIET:
            await self._app(scope, receive, send)
            return
        status = 0

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        parent = _FORMAT.extract({_PARENT: Headers(scope=scope).get(_PARENT, "")})
        with (
            span(method, {METHOD: method}, kind=SpanKind.SERVER, parent=parent) as own,
            bound_contextvars(**log_fields(own)),
        ):
            try:
                await self._app(scope, receive, watched)
            finally:
                _describe(own, f"{method} {route_of(scope)}", route=route_of(scope), status=status)


def _describe(own: Span, name: str, *, route: str, status: int) -> None:
    """status: 0 where the client left before there was one."""
    own.update_name(name)
    own.set_attributes({ROUTE: route, "vitrina.request_id": get_contextvars().get("request_id", "")})
    if status:
        own.set_attribute(STATUS, status)
    if status >= 500:
        own.set_attribute(ERROR, str(status))
        own.set_status(Status(StatusCode.ERROR))
