"""Routes behind a door: who is asking and how often is settled before the body is read."""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from structlog.contextvars import bind_contextvars

from runtime.web.auth import Caller, Door
from runtime.web.body_depth import require_shallow
from runtime.web.rate_limit import RateLimit
from runtime.web.usage import count_request
from runtime.web.visitors import Visitors

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BehindDoor(APIRoute):
    """A route that somebody has to be admitted to; a test holds every other one against a list."""


def guarded_route(door: Door, limit: RateLimit, *, visitors: Visitors | None = None) -> type[APIRoute]:
    """A `route_class` for `APIRouter` whose routes `door` and `limit` guard; then `caller_of(request)` is known.

    visitors: who knows those without a key by their token.

    FastAPI reads and parses the body before it runs dependencies: a dependency would come too late.
    """

    class GuardedRoute(BehindDoor):
        def get_route_handler(self) -> Handler:
            handle = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                caller = door.admit(request.headers)
                if visitors is not None and caller.via != "key":
                    caller = replace(caller, visitor=visitors.find(request.headers))
                request.state.caller = caller
                bind_contextvars(caller=caller.name, via=caller.via)
                limit.hit(request)
                count_request(caller)
                require_shallow(await request.body())
                return await handle(request)

            return guarded

    return GuardedRoute


def caller_of(request: Request) -> Caller:
    """Who is asking, on a guarded route."""
    caller: Caller = request.state.caller
    return caller
