"""The ASGI application: routes, middleware and error shape around the services it is given."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from importlib.metadata import version
from typing import Any, Final

import orjson
from fastapi import APIRouter, FastAPI, Response

from runtime.actions.endpoints import build_actions_router
from runtime.actions.specification import build_action_specification
from runtime.chat.endpoints import build_chat_router
from runtime.storefront.endpoints import build_storefront_router
from runtime.storefront.feedback import build_feedback_router
from runtime.storefront.script_endpoints import build_script_router
from runtime.web.body_limit import BodyLimit
from runtime.web.contract import build_contract
from runtime.web.cors import ShopCors
from runtime.web.draining import DrainBeforeEnd
from runtime.web.errors import CatchAll, install_error_handlers
from runtime.web.head import HeadAsGet
from runtime.web.headers import AnswerHeaders
from runtime.web.health import build_health_router
from runtime.web.models import build_models_router
from runtime.web.path_prefix import PathPrefix
from runtime.web.privacy import build_privacy_router
from runtime.web.request_id import AccessLog, RequestIds
from runtime.web.request_traces import RequestTraces
from runtime.web.room import Room
from runtime.wiring import Services

TITLE: Final = "Vitrina"
DESCRIPTION: Final = "A shop assistant whose every price, link and stock claim comes from the shop's own catalogue."


def create_app(services: Services) -> FastAPI:
    """The application over `services`, which live as long as its lifespan."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with services.running():
            yield

    app = FastAPI(
        title=TITLE,
        version=version("vitrina"),
        description=DESCRIPTION,
        lifespan=lifespan,
        # No pages on the public port; the contract itself is served below, as build_contract completes it.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # Its Location repeats the Host header, and http:// behind a proxy that ends TLS.
        redirect_slashes=False,
    )
    _include_routes(app, services)
    install_error_handlers(app)
    _add_middleware(app, services)
    return app


def contracts_of(app: FastAPI, *, public_url: str | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the whole contract, the part a Custom GPT imports)."""
    contract = build_contract(app, public_url=public_url)
    return contract, build_action_specification(contract)


def _include_routes(app: FastAPI, services: Services) -> None:
    app.include_router(
        build_chat_router(
            services.chat,
            services.storefronts,
            door=services.chat_door,
            limit=services.chat_limit,
            visitors=services.visitors,
            purses=services.purses,
            draining=services.draining,
            answers=services.answers,
            timing=services.stream_timing,
        )
    )
    app.include_router(
        build_actions_router(
            services.retriever,
            storefronts=services.storefronts,
            door=services.action_door,
            limit=services.action_limit,
            answers=services.answers,
        )
    )
    _include_storefront(app, services)
    app.include_router(build_models_router(services.storefronts, door=services.chat_door))
    app.include_router(build_health_router(services.problems, serve_metrics=services.serve_metrics))
    app.include_router(
        build_privacy_router(
            services.storefronts.visible(None), masked=services.masked, kept=services.answers.wants_answers
        )
    )
    app.include_router(_build_contract_router(app, public_url=services.public_url))


def _include_storefront(app: FastAPI, services: Services) -> None:
    door, visitors = services.widget_door or services.chat_door, services.visitors
    app.include_router(
        build_storefront_router(
            services.storefronts,
            door=door,
            limit=services.widget_limit,
            visitors=visitors,
            enabled=services.chat_enabled,
            suggest=services.suggest,
        )
    )
    app.include_router(
        build_feedback_router(
            services.storefronts,
            door=door,
            limit=services.feedback_limit,
            visitors=visitors,
            answers=services.answers,
        )
    )
    app.include_router(build_script_router(services.script))


def _build_contract_router(app: FastAPI, *, public_url: str | None) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @cache
    def rendered() -> tuple[bytes, ...]:
        # Once, and not at the start: most processes are never asked, and whoever asks often costs nothing.
        return tuple(orjson.dumps(contract) for contract in contracts_of(app, public_url=public_url))

    @router.get("/openapi.json", operation_id="wholeContract", response_model=dict[str, Any])
    async def whole_contract() -> Response:
        """This document: every route."""
        return Response(rendered()[0], media_type="application/json")

    @router.get(
        "/.well-known/gpt-actions/openapi.json", operation_id="actionSpecification", response_model=dict[str, Any]
    )
    async def action_specification() -> Response:
        """The part of it that a Custom GPT imports."""
        return Response(rendered()[1], media_type="application/json")

    return router


def _add_middleware(app: FastAPI, services: Services) -> None:
    # Starlette runs the middleware added last first: what every answer must carry stands outermost.
    app.add_middleware(BodyLimit)
    app.add_middleware(CatchAll)
    app.add_middleware(Room, most=services.most_running)
    app.add_middleware(DrainBeforeEnd, draining=services.draining)
    if services.origins:
        app.add_middleware(ShopCors, origins=services.origins)
    app.add_middleware(AnswerHeaders)
    app.add_middleware(AccessLog)
    app.add_middleware(HeadAsGet)
    app.add_middleware(RequestTraces)
    app.add_middleware(RequestIds)
    if services.path_prefix:
        app.add_middleware(PathPrefix, prefix=services.path_prefix)
