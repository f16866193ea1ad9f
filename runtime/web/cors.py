"""Middleware: browsers of the shop's exact origins may call and may read the headers they need.

CORS only tells a browser what a page may read. Whether a request is answered at all is the door's decision.
"""

from collections.abc import Sequence
from typing import Final

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from runtime.errors import InvalidRequest
from runtime.web.errors import error_response
from runtime.web.request_id import HEADER as REQUEST_ID
from runtime.web.visitors import HEADER as VISITOR

EXPOSED: Final = (
    REQUEST_ID,
    "x-degraded",
    "x-llm-route",
    "retry-after",
    "x-ratelimit-limit-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-requests",
)


class ShopCors(CORSMiddleware):
    """Starlette's CORS, refusing a preflight in the one error shape."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("authorization", "content-type", REQUEST_ID, VISITOR),
            expose_headers=EXPOSED,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        allowed = super().preflight_response(request_headers)
        if allowed.status_code == 200:
            return allowed
        refusal = InvalidRequest("This origin, method or header is not allowed here.", code="origin_not_allowed")
        response = error_response(refusal)
        response.headers["vary"] = allowed.headers["vary"]
        return response
