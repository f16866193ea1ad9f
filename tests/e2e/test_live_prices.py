"""What changes in the native index between two runs is right in the next answer: both dialects, both doors.

The scripted model answers out of its prompt, so what it says shows what it was told.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from opensearchpy import AsyncOpenSearch
from support.processes import eventually
from support.secured import Place
from support.whole_path import WholePath, whole_path

from sandbox.faults import BlackHole, TcpFaults, tcp_faults
from sandbox.magento.product import CANARIES

NATIVE = {"en": "magento2_product_1", "ru": "magento2_product_2", "suite": "magento2_en_catalog_product"}
MUG = "BR-K170"


@pytest.fixture(scope="module")
def source(place: Place) -> Iterator[TcpFaults]:
    """The line to the native index."""
    with tcp_faults(urlsplit(place.url).netloc) as source:
        yield source


@pytest.fixture(scope="module")
def path(place: Place, tmp_path_factory: pytest.TempPathFactory, source: TcpFaults) -> Iterator[WholePath]:
    native = replace(place, url=f"{urlsplit(place.url).scheme}://{source.address}")
    # On a machine that is busy with other tests a tenth of a second is soon over.
    settings = {**native.settings("vitrina-runtime", "SOURCE_OPENSEARCH_"), "LIVE_PRICES_SECONDS": "1"}
    with whole_path(place, tmp_path_factory.mktemp("live_prices"), **settings) as path:
        # Nor is it long while the runtime is busy with questions to offer, from its start on.
        assert eventually(lambda: all(knows_what_to_offer(path, store) for store in NATIVE))
        yield path


def knows_what_to_offer(path: WholePath, store: str) -> bool:
    """Whether the runtime has made its suggestions, or found that it has none."""
    config = httpx2.get(f"{path.runtime.url}/api/v1/widget/config", params={"store": store})
    assert config.status_code == 200, config.text
    return config.headers["cache-control"] != "no-store"


@pytest.fixture
async def http(path: WholePath) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {path.runtime.key.secret}"}
    async with httpx2.AsyncClient(base_url=path.runtime.url, headers=headers, timeout=60) as http:
        yield http


async def product_of(http: httpx2.AsyncClient, store: str, sku: str = MUG) -> dict[str, Any]:
    answer = await http.post("/api/v1/actions/get_product", json={"store": store, "sku": sku})
    assert answer.status_code == 200, answer.text
    [product] = answer.json()["products"]
    return dict(product)


async def told(http: httpx2.AsyncClient, store: str, question: str, **more: Any) -> dict[str, Any]:
    """The whole answer of the chat."""
    body = {"model": f"vitrina-{store}", "messages": [{"role": "user", "content": question}], **more}
    answer = await http.post("/v1/chat/completions", json=body)
    assert answer.status_code == 200, answer.text
    whole: dict[str, Any] = answer.json()
    return whole


@asynccontextmanager
async def changed(
    cluster: AsyncOpenSearch, path: WholePath, store: str, id: str, change: Mapping[str, Any] | None
) -> AsyncIterator[None]:
    """The native document with `change`, or gone; as it was afterwards."""
    index = path.prefix + NATIVE[store]
    before = (await cluster.get(index=index, id=id))["_source"]
    if change is None:
        await cluster.delete(index=index, id=id)
    else:
        await cluster.index(index=index, id=id, body=before | change)
    try:
        yield
    finally:
        await cluster.index(index=index, id=id, body=before, refresh=True)


CHANGES: dict[str, tuple[Mapping[str, Any], str]] = {
    "en": ({"price_0_1": "61.250000"}, "$61.25"),
    "ru": ({"vitrina": {"currency": "RUB", "price": 7777}}, "7 777 ₽"),
    "suite": ({"price": [{"customer_group_id": 0, "price": 61.25, "final_price": 61.25}]}, "$61.25"),
}


@pytest.mark.parametrize("store", NATIVE)
async def test_price_changed_in_the_native_index_is_right_in_the_next_answer(
    path: WholePath, cluster: AsyncOpenSearch, http: httpx2.AsyncClient, store: str
) -> None:
    before = await product_of(http, store)
    change, text = CHANGES[store]
    async with changed(cluster, path, store, before["id"], change):
        after = await product_of(http, store)
        answer = await told(http, store, before["name"])
        found = (
            await http.post("/api/v1/actions/retrieve_products", json={"store": store, "query": before["name"]})
        ).json()
    assert before["price_text"] != text
    assert after["price_text"] == text
    assert text in answer["choices"][0]["message"]["content"]
    assert before["price_text"] not in answer["choices"][0]["message"]["content"]
    for products in (answer["vitrina"]["products"], found["products"]):
        assert [product["price_text"] for product in products if product["id"] == before["id"]] == [text]
    assert await product_of(http, store) == before


async def test_product_removed_since_the_last_run_is_in_no_answer(
    path: WholePath, cluster: AsyncOpenSearch, http: httpx2.AsyncClient
) -> None:
    mug = await product_of(http, "en")
    async with changed(cluster, path, "en", mug["id"], None):
        gone = await http.post("/api/v1/actions/get_product", json={"store": "en", "sku": MUG})
        answer = await told(http, "en", mug["name"])
    assert (gone.status_code, gone.json()["error"]["code"]) == (404, "product_not_found")
    assert mug["id"] not in [product["id"] for product in answer["vitrina"]["products"]]
    assert mug["name"] not in answer["choices"][0]["message"]["content"]


async def test_product_that_became_too_dear_or_sold_out_is_not_offered_within_the_bound(
    path: WholePath, cluster: AsyncOpenSearch, http: httpx2.AsyncClient
) -> None:
    mug = await product_of(http, "en")
    question = f"{mug['name']} under $60, in stock"
    assert mug["id"] in [product["id"] for product in (await told(http, "en", question))["vitrina"]["products"]]
    for change in ({"price_0_1": "61.250000"}, {"is_out_of_stock": 0}):
        async with changed(cluster, path, "en", mug["id"], change):
            answer = await told(http, "en", question)
        assert mug["id"] not in [product["id"] for product in answer["vitrina"]["products"]]


async def test_page_of_the_shopper_is_told_with_the_price_of_now(
    path: WholePath, cluster: AsyncOpenSearch, http: httpx2.AsyncClient
) -> None:
    mug = await product_of(http, "en")
    async with changed(cluster, path, "en", mug["id"], {"price_0_1": "61.250000"}):
        answer = await told(http, "en", "how much is it?", vitrina={"context": {"product_id": mug["id"]}})
    assert answer["vitrina"]["products"][0]["price_text"] == "$61.25"


async def test_figures_of_the_shops_own_are_in_no_answer_no_prompt_and_no_log(
    path: WholePath, http: httpx2.AsyncClient
) -> None:
    path.provider.reset()
    answers = [await told(http, store, "jacket: cost, wholesale margin, supplier") for store in NATIVE]
    prompts = b"".join(request.raw for request in path.provider.chat.requests)
    log = path.runtime.program.log.read_text(encoding="utf-8")
    assert len(path.provider.chat.requests) == len(NATIVE)
    said = json.dumps(answers) + prompts.decode() + log
    assert [canary for canary in CANARIES if canary in said] == []


async def test_what_shoppers_tell_of_themselves_reaches_no_model_and_no_log(
    path: WholePath, http: httpx2.AsyncClient
) -> None:
    path.provider.reset()
    told_of = ("+7 916 123-45-67", "anna@example.org", "4111 1111 1111 1111")
    said = f"a jacket, call {told_of[0]}, write to {told_of[1]}, I pay with {told_of[2]}"
    before = [{"role": "user", "content": said}, {"role": "assistant", "content": f"I call {told_of[0]}."}]
    body = {"model": "vitrina-en", "messages": [*before, {"role": "user", "content": said}]}
    assert (await http.post("/v1/chat/completions", json=body)).status_code == 200
    found = await http.post("/api/v1/actions/retrieve_products", json={"store": "en", "query": f"warm {said}"})
    assert found.json()["products"]
    seen = b"".join(request.raw for lane in (path.provider.chat, path.provider.embeddings) for request in lane.requests)
    assert len(path.provider.embeddings.requests) >= 1
    assert seen.count(b"[phone]") >= 3
    assert seen.count(b"[card]") >= 2
    log = path.runtime.program.log.read_bytes()
    assert [one for one in told_of if one.encode() in seen + log] == []


async def test_native_index_that_does_not_answer_leaves_the_prices_of_the_last_run(
    path: WholePath, cluster: AsyncOpenSearch, http: httpx2.AsyncClient, source: TcpFaults
) -> None:
    mug = await product_of(http, "en")
    asked_at = (await told(http, "en", mug["name"]))["vitrina"]["as_of"]
    async with changed(cluster, path, "en", mug["id"], {"price_0_1": "61.250000"}):
        source.set(BlackHole())
        try:
            answer = await told(http, "en", mug["name"])
        finally:
            source.set()
    assert mug["price_text"] in answer["choices"][0]["message"]["content"]
    # An aged snapshot says how old it is.
    [index] = (await cluster.indices.get_mapping(index=f"{path.prefix}rag-en-active")).values()
    built_at = datetime.fromisoformat(index["mappings"]["_meta"]["vitrina"]["started_at"])
    assert datetime.fromisoformat(answer["vitrina"]["as_of"]) == built_at < datetime.fromisoformat(asked_at)
