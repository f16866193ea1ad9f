"""A store view is reached through model id, `store` or key and in no other way: every operation of the contract, asked
for every store and every id by everybody there is. And every route either has a door or is on the list of open ones.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, NamedTuple

import httpx2
import pytest
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute
from support.index_meta import a_meta
from support.runtime import DEFAULT, ORIGIN, RUSSIAN, STORES, Shop, client_of, committed, names_of, some_services
from support.search import a_catalogue

from runtime.app import create_app
from runtime.web.admission import BehindDoor
from runtime.web.auth import ActionDoor, ApiKey, ChatDoor, KeyRing, hash_key
from runtime.web.contract import iter_operations

CODES = tuple(store.code for store in STORES)
PRODUCT = {DEFAULT.code: "Aardvark", RUSSIAN.code: "Zeppelin"}
"""A word in every product of a store view, and in nothing else."""
ID = {DEFAULT.code: "1", RUSSIAN.code: "901"}
SKU = {DEFAULT.code: "WJ-01", RUSSIAN.code: "RU-WJ-01"}

KEYS = {"unscoped": None, "of default": DEFAULT.code, "of ru": RUSSIAN.code}
CALLERS = (*KEYS, "origin", "nobody")


class Asked(NamedTuple):
    """A request. store: whose products it is after, None = the caller's default. alien: it names an id of another."""

    method: str
    path: str
    store: str | None
    body: dict[str, Any] | None = None
    alien: bool = False


def about(code: str) -> dict[str, Any]:
    """A question that a product of any store view would answer."""
    return {"messages": [{"role": "user", "content": f"jacket {PRODUCT[code]}"}]}


def chats(path: str) -> Iterator[Asked]:
    for code in CODES:
        for other in CODES:
            page = {"vitrina": {"context": {"product_id": ID[other]}}}
            alien = code != other
            yield Asked("POST", path, code, {**about(other), "store": code, **page}, alien)
            yield Asked("POST", path, code, {**about(other), "model": f"vitrina-{code}", **page}, alien)
            yield Asked("POST", path, code, {**about(other), "model": f"vitrina-{code}", "store": code}, alien)
    yield Asked("POST", path, None, about(CODES[0]))
    yield Asked("POST", path, None, {**about(CODES[1]), "store": True})


def finds(path: str) -> Iterator[Asked]:
    for code in CODES:
        for other in CODES:
            for query in (f"jacket {PRODUCT[other]}", SKU[other]):
                yield Asked("POST", path, code, {"query": query, "store": code, "explain": True}, code != other)
    yield Asked("POST", path, None, {"query": "jacket"})


def gets(path: str) -> Iterator[Asked]:
    for code in CODES:
        for other in CODES:
            yield Asked("POST", path, code, {"store": code, "id": ID[other]}, code != other)
            yield Asked("POST", path, code, {"store": code, "sku": SKU[other]}, code != other)
    for other in CODES:
        yield Asked("POST", path, None, {"id": ID[other]}, True)


def models(path: str) -> Iterator[Asked]:
    yield from (Asked("GET", path.replace("{model}", f"vitrina-{code}"), code) for code in CODES)
    yield Asked("GET", path.replace("{model}", "vitrina"), None)


def configs(path: str) -> Iterator[Asked]:
    yield from (Asked("GET", f"{path}?store={code}", code) for code in CODES)
    yield Asked("GET", path, None)


def ratings(path: str) -> Iterator[Asked]:
    rating = {"answer_id": "chatcmpl-7", "rating": "up"}
    yield from (Asked("POST", path, code, {**rating, "store": code}) for code in CODES)
    yield Asked("POST", path, None, rating)


BY_STORE: dict[str, tuple[str, Callable[[str], Iterator[Asked]]]] = {
    "createChatCompletion": ("chat", chats),
    "retrieveProducts": ("actions", finds),
    "getProduct": ("actions", gets),
    "widgetConfig": ("chat", configs),
    "giveFeedback": ("chat", ratings),
    "retrieveModel": ("open", models),
    "listModels": ("open", lambda path: iter([Asked("GET", path, None)])),
}
"""Operation -> its door, and everything to ask of it."""

OF_NO_STORE = {
    "live", "ready", "metrics", "privacy", "wholeContract", "actionSpecification", "widgetScript", "pinnedWidgetScript",
}  # fmt: skip
"""Operations that ask the catalogue for no product; /privacy is the public text of every store view."""

MATRIX = [
    pytest.param(caller, operation, path, id=f"{operation}-{caller}")
    for path, _, found in iter_operations(committed("runtime.yaml"))
    if (operation := found["operationId"]) in BY_STORE
    for caller in CALLERS
]


def test_every_operation_is_in_the_matrix() -> None:
    operations = {found["operationId"] for _, _, found in iter_operations(committed("runtime.yaml"))}
    assert operations == BY_STORE.keys() | OF_NO_STORE


def headers_of(caller: str) -> dict[str, str]:
    if caller in KEYS:
        return {"authorization": f"Bearer vk_{caller}"}
    return {"origin": ORIGIN} if caller == "origin" else {}


def visible(caller: str, door: str) -> tuple[str, ...]:
    """The store views that `caller` may see behind `door`, the default first."""
    if caller in KEYS:
        return CODES if KEYS[caller] is None else (str(KEYS[caller]),)
    # The list of models is public; a key only says which part of it matters to its holder.
    return CODES if door == "open" or (door == "chat" and caller == "origin") else ()


@asynccontextmanager
async def two_shops() -> AsyncIterator[tuple[httpx2.AsyncClient, Shop]]:
    shop = Shop()
    for store in STORES:
        sold = [
            replace(
                one, name=f"{PRODUCT[store.code]} {one.name}", text=f"{PRODUCT[store.code]} {one.text}",
                id=str(int(one.id) - 1 + int(ID[store.code])), sku=one.sku if store is DEFAULT else f"RU-{one.sku}",
                variant_skus=(), variants=(), identifiers=(),
            )
            for one in a_catalogue()
        ]  # fmt: skip
        meta = a_meta(store=store.code, locale=store.locale, currency=store.currency)
        shop.search.put(f"rag-{store.code}-1", sold, alias=names_of(store).alias, meta=meta)
    ring = KeyRing([ApiKey(f"key{n}", KEYS[name], hash_key(f"vk_{name}")) for n, name in enumerate(KEYS)])
    services = some_services(
        shop, action_door=ActionDoor(ring), chat_door=ChatDoor(ring, origins=[ORIGIN], open_to_all=False)
    )
    async with client_of(services, key=None) as client:
        shop.search.calls.clear()
        yield client, shop


@pytest.mark.parametrize(("caller", "operation", "path"), MATRIX)
async def test_nobody_sees_another_store_view(caller: str, operation: str, path: str) -> None:
    door, requests = BY_STORE[operation]
    seen = visible(caller, door)
    async with two_shops() as (client, shop):
        for asked in requests(path):
            response = await client.request(asked.method, asked.path, json=asked.body, headers=headers_of(caller))
            looked_at = {name for _, name in shop.search.calls}
            shop.search.calls.clear()
            if not seen:
                assert (response.status_code, looked_at) == (401, set()), asked
                continue
            store = asked.store or seen[0]
            if store not in seen:
                assert (response.status_code, looked_at) == (404, set()), asked
                # What is sold there does not stand in the refusal, and neither does its name.
                assert f"Known: {seen[0]}" in response.text or f"Known: vitrina, vitrina-{seen[0]}." in response.text
                continue
            assert response.status_code in (200, 204, 404 if asked.alien else 200), asked
            others = {name for code in CODES if code != store for name in (names_of_index(code), PRODUCT[code])}
            assert not looked_at & others, asked
            assert not any(_says(response, PRODUCT[code], asked) for code in CODES if code != store), asked


def names_of_index(code: str) -> str:
    return f"rag-{code}-1"


def _says(response: httpx2.Response, word: str, asked: Asked) -> bool:
    """Whether a product with `word` in its name is in the answer; the words of the question itself are no product."""
    answered = response.json() if response.content else {}
    products = answered.get("products", []) + answered.get("vitrina", {}).get("products", [])
    told = [choice["message"]["content"] for choice in answered.get("choices", [])]
    return any(word in product["name"] for product in products) or any(word in text for text in told)


async def test_matrix_would_see_what_it_looks_for() -> None:
    async with two_shops() as (client, shop):
        for code in CODES:
            body = {**about(code), "store": code}
            response = await client.post("/v1/chat/completions", json=body, headers=headers_of("origin"))
            assert _says(response, PRODUCT[code], Asked("POST", "", code))
            assert names_of_index(code) in {name for _, name in shop.search.calls}
            body = {"store": code, "id": ID[code]}
            response = await client.post("/api/v1/actions/get_product", json=body, headers=headers_of("unscoped"))
            assert response.json()["products"][0]["sku"] == SKU[code]


OPEN = {
    "/v1/models", "/v1/models/{model}", "/health/live", "/health/ready", "/metrics", "/privacy", "/openapi.json",
    "/.well-known/gpt-actions/openapi.json", "/widget.js", "/widget/{build}/widget.js",
}  # fmt: skip
"""Routes without a door, on purpose: what they tell is public, and they ask no model and search nothing."""


def routes_of(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    """Routes of routers inside as well."""
    for route in routes:
        # FastAPI keeps an included router as it is, and asks it in its turn.
        inner = getattr(route, "original_router", None)
        yield from routes_of(inner.routes) if inner is not None else [route]


def test_every_route_has_a_door_or_is_open_on_purpose() -> None:
    app = create_app(some_services(Shop()))
    found = list(routes_of(app.routes))
    doorless = {getattr(route, "path", repr(route)) for route in found if not isinstance(route, BehindDoor)}
    assert doorless == OPEN
    assert all(isinstance(route, APIRoute) for route in found)


def test_guarded_routes_are_those_that_cost_something() -> None:
    app = create_app(some_services(Shop()))
    assert {route.path for route in routes_of(app.routes) if isinstance(route, BehindDoor)} == {
        "/api/v1/chat/completions", "/v1/chat/completions", "/api/v1/actions/retrieve_products",
        "/api/v1/actions/get_product", "/api/v1/widget/config", "/api/v1/feedback",
    }  # fmt: skip


async def test_route_without_a_door_searches_nothing() -> None:
    async with two_shops() as (client, shop):
        for path in sorted(OPEN):
            await client.get(path.replace("{model}", "vitrina"))
    assert {method for method, _ in shop.search.calls} <= {"fetch_live"}
