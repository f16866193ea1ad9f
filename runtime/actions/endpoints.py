"""`POST /api/v1/actions/…`: retrieval for programs and Custom GPTs; nothing here writes text of its own."""

import time
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from runtime.actions.fitting import render
from runtime.actions.schemas import (
    ActionAnswer,
    Figures,
    GetProductRequest,
    RetrieveProductsRequest,
    UnderstoodCondition,
)
from runtime.errors import ProductNotFound
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.language import language_of
from runtime.retrieval.product import product_of
from runtime.retrieval.retriever import Retriever
from runtime.web.admission import caller_of, guarded_route
from runtime.web.answer_log import MAX_QUESTION, AnswerLog
from runtime.web.auth import Door
from runtime.web.errors import ErrorBody
from runtime.web.headers import put_header
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from shared.personal_data import masked
from shared.stores import StoreView

PREFIX: Final = "/api/v1/actions"
READ_ONLY: Final = {"x-openai-isConsequential": False}
"""Tells ChatGPT that the user need not confirm each call."""

ERRORS: Final[Mapping[int | str, dict[str, Any]]] = {
    400: {"model": ErrorBody, "description": "The request is not valid; param says where."},
    401: {"model": ErrorBody, "description": "No accepted key."},
    404: {"model": ErrorBody, "description": "No such store or product."},
    413: {"model": ErrorBody, "description": "The body is too large."},
    429: {"model": ErrorBody, "description": "Too many requests; Retry-After says how long to wait."},
    503: {"model": ErrorBody, "description": "The catalogue cannot be searched right now."},
}


def build_actions_router(
    retriever: Retriever, *, storefronts: Storefronts, door: Door, limit: RateLimit, answers: AnswerLog
) -> APIRouter:
    """The two Action routes, behind `door` and `limit`."""
    router = APIRouter(prefix=PREFIX, tags=["actions"], route_class=guarded_route(door, limit), responses=dict(ERRORS))

    async def retrieve_products(body: RetrieveProductsRequest, request: Request) -> Response:
        """Finds products with price, stock and link. Quote price_text and url exactly as given; when products is
        empty, tell the shopper what message says."""
        store = storefronts.choose(body.store, scope=caller_of(request).store)
        asked_at = time.monotonic()
        found = await retriever.retrieve(
            RetrievalRequest(
                text=body.query,
                store=store.code,
                limit=body.limit,
                filter=body.product_filter(),
                sort=body.sort,
                drop=tuple(body.drop),
                explain=body.explain,
            )
        )
        if found.degraded is not None:
            put_header(request, "x-degraded", found.degraded)
        if answers.wants_answers:
            answers.search(_search_event(body.query, found, seconds=time.monotonic() - asked_at))
        return _respond(answer_of(found), store=store)

    async def get_product(body: GetProductRequest, request: Request) -> Response:
        """Gives the product with this id, SKU, variant SKU, EAN or part number; case and separators of a code do
        not matter."""
        store = storefronts.choose(body.store, scope=caller_of(request).store)
        found = await retriever.fetch_product(store.code, id=body.id, sku=body.sku)
        if found is None:
            param = "id" if body.id is not None else "sku"
            raise ProductNotFound(body.id or body.sku or "", store=store.code, param=param)
        hit, as_of = found
        return _respond(answer_of(Retrieval(store=store.code, as_of=as_of, hits=(hit,), total=1)), store=store)

    described: dict[str, Any] = {
        "response_model": ActionAnswer, "response_description": "What was found.", "openapi_extra": READ_ONLY,
    }  # fmt: skip
    router.post(
        "/retrieve_products",
        operation_id="retrieveProducts",
        summary="Find products of the shop by words, meaning and conditions",
        **described,
    )(retrieve_products)
    router.post("/get_product", operation_id="getProduct", summary="Look up one product by its id or SKU", **described)(
        get_product
    )
    return router


def answer_of(found: Retrieval) -> ActionAnswer:
    """The wire form of what was found."""
    understood = [UnderstoodCondition.model_validate(read, from_attributes=True) for read in found.understood]
    return ActionAnswer(
        store=found.store,
        as_of=found.as_of,
        total=found.total,
        understood=understood,
        message=found.message,
        facts=None if found.facts is None else Figures.model_validate(found.facts, from_attributes=True),
        products=[product_of(hit, found.explained.get(hit.document.id)) for hit in found.hits],
    )


def _search_event(query: str, found: Retrieval, *, seconds: float) -> dict[str, Any]:
    return {
        "store": found.store,
        "question": masked(query)[:MAX_QUESTION],
        "understood": [read.text for read in found.understood],
        "products": [hit.document.id for hit in found.hits],
        "found": bool(found.hits) and not found.unmet,
        "degraded": found.degraded,
        "ms": round(seconds * 1000, 1),
    }


def _respond(answer: ActionAnswer, *, store: StoreView) -> Response:
    return Response(render(answer, language=language_of(store)), media_type="application/json")
