"""A whole runtime without a cluster: real retriever, doors and application around `FakeSearch`."""

import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx2
import yaml
from jsonschema import Draft202012Validator
from support.embedding import FakeEmbedder
from support.index_meta import DIMENSION, a_meta
from support.native import FakeNative
from support.search import FakeSearch, a_catalogue

from runtime.app import create_app
from runtime.chat.service import ChatService
from runtime.retrieval.index import LiveIndices
from runtime.retrieval.live import LiveSearch
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.unavailable import ClusterGuard
from runtime.web.auth import ActionDoor, ApiKey, ChatDoor, KeyRing, hash_key
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.wiring import Services
from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.indices import IndexMeta, RagNames, named_store_names
from shared.magento.pricing import pricing_of
from shared.stores import StoreView

OPENAPI = Path(__file__).parents[2] / "openapi"

DEFAULT = StoreView(code="default", name="Lumen", locale="en_US", currency="USD")
RUSSIAN = StoreView(code="ru", name="Люмен", locale="ru_RU", currency="RUB")
STORES = (DEFAULT, RUSSIAN)

ACTION_KEY = "vk_action-key-of-the-tests"
RUSSIAN_ACTION_KEY = "vk_action-key-for-ru-only"
CHAT_KEY = "vk_chat-key-of-the-tests"
ORIGIN = "https://shop.test"


NOW = datetime(2026, 11, 19, 12, 30, tzinfo=UTC)
"""Half a day after support.index_meta.BUILT_AT."""


def names_of(store: StoreView) -> RagNames:
    return named_store_names(store.code, prefix="rag")


@dataclass(slots=True)
class Clock:
    """Seconds that pass when told to."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass(slots=True)
class Shop:
    """A retriever over a fake search with both store views in it. embedder: of every model asked for. native: what
    prices are read again from, at NOW.
    """

    search: FakeSearch = field(default_factory=FakeSearch)
    embedder: FakeEmbedder = field(default_factory=lambda: FakeEmbedder(dimension=DIMENSION))
    clock: Clock = field(default_factory=Clock)
    languages: tuple[str, ...] = ()
    built: list[EmbeddingModel] = field(default_factory=list)
    build: Callable[[EmbeddingModel], Embedder] | None = None
    native: FakeNative | None = None
    retriever: Retriever = field(init=False)

    def __post_init__(self) -> None:
        for store in STORES:
            pricing = pricing_of(store)
            meta = a_meta(store=store.code, locale=store.locale, currency=store.currency, pricing=pricing)
            self.search.put(f"rag-{store.code}-1", a_catalogue(), alias=names_of(store).alias, meta=meta)
        search: ProductSearch = self.search
        if self.native is not None:
            search = LiveSearch(self.search, self.native, STORES, clock=self.clock, now=lambda: NOW)
        indices = LiveIndices(
            search,
            [(store, names_of(store)) for store in STORES],
            model_of=self._model_of,
            clock=self.clock,
        )
        self.retriever = Retriever(
            search,
            indices=indices,
            embedders=QueryEmbedders(self.build or self._build, clock=self.clock),
            guard=ClusterGuard(clock=self.clock),
        )

    def _model_of(self, meta: IndexMeta) -> EmbeddingModel:
        return EmbeddingModel(
            provider=meta.provider, name=meta.model, dimension=meta.dimension, languages=self.languages
        )

    def _build(self, model: EmbeddingModel) -> Embedder:
        self.built.append(model)
        return self.embedder


def some_services(shop: Shop, **changes: Any) -> Services:
    """Both store views behind a key each, limits nobody meets, chat by key or origin."""
    action_keys = [
        ApiKey(name="gpt", store=None, digest=hash_key(ACTION_KEY)),
        ApiKey(name="partner", store="ru", digest=hash_key(RUSSIAN_ACTION_KEY)),
    ]
    chat_keys = KeyRing([ApiKey(name="widget", store=None, digest=hash_key(CHAT_KEY))])
    parts: dict[str, Any] = {
        "retriever": shop.retriever,
        "chat": ChatService(shop.retriever, None),
        "storefronts": Storefronts(STORES),
        "action_door": ActionDoor(KeyRing(action_keys)),
        "chat_door": ChatDoor(chat_keys, origins=[ORIGIN], open_to_all=False),
        "action_limit": RateLimit("1000/minute", area="actions"),
        "chat_limit": RateLimit("1000/minute", area="chat"),
        "origins": (ORIGIN,),
        "closers": [shop.retriever.aclose],
    }
    return Services(**{**parts, **changes})


@asynccontextmanager
async def client_of(services: Services, *, key: str | None = ACTION_KEY) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the running application; every answer is checked against openapi/runtime.yaml."""
    app = create_app(services)
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    async with (
        services.running(),
        httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False),
            base_url="http://runtime.test",
            headers=headers,
            event_hooks={"response": [_check]},
        ) as client,
    ):
        yield client


def assert_error(
    response: httpx2.Response, status: int, *, code: str | None = None, param: str | None = None
) -> dict[str, Any]:
    """`response` is the one error shape with this status, code and param; gives the error."""
    assert response.status_code == status, response.text
    body = response.json()
    assert set(body) == {"error"}
    error: dict[str, Any] = body["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["code"], error["param"]) == (code, param), error
    assert error["message"]
    assert response.headers["x-request-id"]
    return error


@cache
def committed(name: str) -> dict[str, Any]:
    """A committed OpenAPI file, read once."""
    contract: dict[str, Any] = yaml.safe_load((OPENAPI / name).read_text(encoding="utf-8"))
    return contract


def assert_documented(response: httpx2.Response, contract: dict[str, Any]) -> None:
    """The answer's status and JSON are what `contract` says of its route."""
    path, method = response.request.url.path, response.request.method.lower()
    template = _template(path, contract["paths"])
    documented = contract["paths"][template][method]["responses"]
    status = str(response.status_code)
    assert status in documented, f"{method} {template} does not document {status}"
    if "json" not in response.headers.get("content-type", ""):
        return
    steps = ["paths", template, method, "responses", status, "content", "application/json", "schema"]
    pointer = "/".join(step.replace("~", "~0").replace("/", "~1") for step in steps)
    Draft202012Validator({**contract, "$ref": f"#/{pointer}"}).validate(json.loads(response.content))


def _template(path: str, templates: Sequence[str] | dict[str, Any]) -> str:
    for template in templates:
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return template
    raise AssertionError(f"{path} is not in the contract")


async def _check(response: httpx2.Response) -> None:
    if response.headers.get("content-type", "").startswith("text/event-stream"):
        return
    await response.aread()
    contract = committed("runtime.yaml")
    try:
        template = _template(response.request.url.path, contract["paths"])
    except AssertionError:
        return
    if response.request.method.lower() in contract["paths"][template]:
        assert_documented(response, contract)
