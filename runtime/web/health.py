"""Probes and metrics: alive is the loop's business alone, ready is whether every store view can be searched."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel

from runtime.errors import CatalogUnavailable
from runtime.web.errors import ErrorBody

Check = Callable[[], Awaitable[Sequence[str]]]
"""What keeps the service from being ready, one sentence each."""


class Health(BaseModel):
    """The probe's answer."""

    status: Literal["ok"] = "ok"


class NotReady(CatalogUnavailable):
    """Some store view cannot be searched; the text is meant for the operator who reads the probe."""

    code = "not_ready"


def build_health_router(check: Check, *, serve_metrics: bool) -> APIRouter:
    """`/health/live`, `/health/ready` and, unless they have a port of their own, `/metrics`."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live", operation_id="live")
    async def live() -> Health:
        """The process answers. Depends on nothing else, so that an outage elsewhere restarts nothing."""
        return Health()

    @router.get(
        "/health/ready",
        operation_id="ready",
        responses={503: {"model": ErrorBody, "description": "Not every store view can be searched; says why."}},
    )
    async def ready() -> Health:
        """Every store view has a live index this version can read."""
        if problems := await check():
            raise NotReady(" ".join(problems), retry_after=5)
        return Health()

    if serve_metrics:

        @router.get(
            "/metrics",
            operation_id="metrics",
            response_class=Response,
            responses={
                200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
                404: {"model": ErrorBody, "description": "They have a port of their own, METRICS_PORT."},
            },
        )
        async def metrics() -> Response:
            """Prometheus metrics."""
            return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router
