"""Routes behind a door: who is asking and how often is settled before the body is read."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from structlog.contextvars import bind_contextvars

from runtime.web.auth import Caller, Door
from runtime.web.rate_limit import RateLimit

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


def guarded_route(door: Door, limit: RateLimit) -> type[APIRoute]:
    """A `route_class` for `APIRouter` whose routes `door` and `limit` guard; then `caller_of(request)` is known.

    FastAPI reads and parses the body before it runs dependencies: a dependency would come too late.
    """

    class GuardedRoute(APIRoute):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                caller = door.admit(request.headers)
                request.state.caller = caller
                bind_contextvars(caller=caller.name, via=caller.via)
                limit.hit(request)
                return await handle(request)

            return guarded

    return GuardedRoute


def caller_of(request: Request) -> Caller:
    """Who is asking, on a guarded route."""
    caller: Caller = request.state.caller
    return caller
