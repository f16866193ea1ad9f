"""Native indices in, answers out: both programs as processes on a real node, both models scripted, a stock client.

The scripted model answers out of its prompt, so what it names shows that retrieval and prompt did their work.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2
import openai
import pytest
from openai import AsyncOpenAI
from opensearchpy import AsyncOpenSearch
from support.openai import KEY, edit_data
from support.secured import Place
from support.whole_path import ADDRESSES, WholePath, whole_path

from sandbox.magento.product import CANARIES
from sandbox.openai_server import Embed, Junk, Plan, Refuse, Say, ScriptedServer

SEEN_SECONDS = 60
"""More than the runtime takes to see that an alias has moved."""

QUESTIONS = {
    "en": "which waterproof jacket do you have?",
    "ru": "какая у вас есть непромокаемая куртка?",
    "suite": "which mug keeps tea warm?",
}
MUG = "BR-K170"


@pytest.fixture(scope="module")
def path(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePath]:
    # Here it is what the index says that is looked at; prices of now are in test_live_prices.py.
    with whole_path(place, tmp_path_factory.mktemp("whole_path"), LIVE_PRICES="false") as path:
        yield path


@pytest.fixture(autouse=True)
def provider(path: WholePath) -> ScriptedServer:
    """Both models behave well again, and have seen no request."""
    path.provider.reset()
    return path.provider


@pytest.fixture
async def client(path: WholePath) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=f"{path.runtime.url}/v1", api_key="any", max_retries=0, timeout=30) as client:
        yield client


@pytest.fixture
async def actions(path: WholePath) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {path.runtime.key.secret}"}
    base_url = f"{path.runtime.url}/api/v1/actions"
    async with httpx2.AsyncClient(base_url=base_url, headers=headers, timeout=30) as actions:
        yield actions


@dataclass(frozen=True)
class Answer:
    """A streamed answer: its text, and the two `vitrina` fields."""

    text: str
    opening: Mapping[str, Any]
    closing: Mapping[str, Any]

    @property
    def named(self) -> list[Mapping[str, Any]]:
        """The retrieved products that the text names with price and address."""
        wanted = ("name", "price_text", "url")
        return [one for one in self.opening["products"] if all(one[key] in self.text for key in wanted)]


async def ask(client: AsyncOpenAI, store: str, question: str | None = None) -> Answer:
    text, fields = "", []
    messages: Any = [{"role": "user", "content": question or QUESTIONS[store]}]
    async for chunk in await client.chat.completions.create(model=f"vitrina-{store}", messages=messages, stream=True):
        text += chunk.choices[0].delta.content or ""
        fields += [chunk.model_extra["vitrina"]] if "vitrina" in chunk.model_extra else []
    opening, closing = fields
    return Answer(text, opening, closing)


@dataclass(frozen=True)
class Fetched:
    """The one product of a `get_product` answer, and when its catalogue was read."""

    as_of: str
    product: Mapping[str, Any]


async def fetch(actions: httpx2.AsyncClient, store: str, **wanted: str) -> Fetched:
    answer = await actions.post("/get_product", json={"store": store, **wanted})
    assert answer.status_code == 200, answer.text
    [product] = answer.json()["products"]
    return Fetched(answer.json()["as_of"], product)


@pytest.mark.parametrize("store", ADDRESSES)
async def test_streamed_answer_names_retrieved_products_with_price_and_address(client: AsyncOpenAI, store: str) -> None:
    answer = await ask(client, store)
    assert answer.opening["store"] == store
    assert answer.opening["degraded"] is None
    assert answer.named
    assert answer.closing["named"] == [product["id"] for product in answer.named]
    assert answer.closing["corrections"] == 0
    assert all(product["url"].startswith(ADDRESSES[store]) for product in answer.opening["products"])
    assert answer.text.startswith("Вот что подойдёт" if store == "ru" else "Here is what fits")
    assert {product["currency"] for product in answer.named} == {"RUB" if store == "ru" else "USD"}


async def test_whole_answer_has_the_products_and_the_providers_usage(client: AsyncOpenAI) -> None:
    streamed = await ask(client, "en")
    messages: Any = [{"role": "user", "content": QUESTIONS["en"]}]
    whole = await client.chat.completions.create(model="vitrina-en", messages=messages)
    assert whole.choices[0].message.content == streamed.text
    assert whole.model_extra["vitrina"] == {**streamed.opening, **streamed.closing}
    assert whole.usage is not None
    # The provider counts one token a word, our own estimate would not.
    assert whole.usage.completion_tokens == len(streamed.text.split())
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens
    assert whole.usage.prompt_tokens > whole.usage.completion_tokens


async def test_action_api_finds_what_the_chat_finds(client: AsyncOpenAI, actions: httpx2.AsyncClient) -> None:
    answer = await ask(client, "ru")
    wanted = {"query": QUESTIONS["ru"], "store": "ru", "limit": 50}
    found = (await actions.post("/retrieve_products", json=wanted)).json()
    assert found["as_of"] == answer.opening["as_of"]
    assert [one["id"] for one in found["products"]][:3] == [one["id"] for one in answer.opening["products"]][:3]
    first = answer.opening["products"][0]
    fetched = await fetch(actions, "ru", id=first["id"])
    assert {**fetched.product, "score": None} == {**first, "score": None}


@pytest.mark.parametrize("store", ["ru", "suite"], ids=["by the vitrina object", "by ElasticSuite's list of SKUs"])
async def test_variant_sku_finds_its_parent(actions: httpx2.AsyncClient, store: str) -> None:
    assert (await fetch(actions, store, sku="tv-alpine-blk-m")).product["sku"] == "TV-ALPINE"


@pytest.mark.parametrize("store", ADDRESSES)
async def test_prompt_holds_products_of_that_store_and_nothing_internal(
    client: AsyncOpenAI, actions: httpx2.AsyncClient, provider: ScriptedServer, store: str
) -> None:
    answer = await ask(client, store, f"{QUESTIONS[store]} cost, wholesale margin, supplier, закупочная цена")
    [request] = provider.chat.requests
    prompt = "\n".join(message["content"] for message in request.body["messages"])
    for product in answer.opening["products"]:
        assert product["name"] in prompt
    for other in ADDRESSES.keys() - {store}:
        assert ADDRESSES[other] not in prompt
    others = await actions.post(
        "/retrieve_products", json={"query": QUESTIONS["ru"], "store": "en" if store == "ru" else "ru", "limit": 50}
    )
    names = [product["name"] for product in others.json()["products"]]
    assert len(names) == 50
    assert [name for name in names if name in prompt] == []
    assert internals_in(prompt, json.dumps(answer.opening), answer.text) == []


async def test_internal_attributes_never_leave_the_native_index(
    path: WholePath, cluster: AsyncOpenSearch, actions: httpx2.AsyncClient
) -> None:
    native = await fetch_all(cluster, f"{path.prefix}magento2*")
    assert internals_in(json.dumps(native)) == list(CANARIES)
    rag = await fetch_all(cluster, f"{path.prefix}rag-*-active")
    assert len(rag) == path.first.json["indexed"]
    # Vectors of another dimension have to be bought anew.
    await path.indexer.run("run", "--json", "--store", "suite", EMBEDDING_DIMENSION="24")
    embedded = b"".join(request.raw for request in path.provider.embeddings.requests)
    assert len(embedded) > 10_000
    answers = [
        (await actions.post("/retrieve_products", json={"query": canary, "store": store, "limit": 50})).json()
        for canary in ("cost", "supplier", "wholesale margin")
        for store in ADDRESSES
    ]
    assert internals_in(json.dumps(rag), embedded.decode(), json.dumps(answers)) == []


async def test_logs_tell_what_happened_and_hold_no_word_and_no_key(path: WholePath, client: AsyncOpenAI) -> None:
    await ask(client, "en", "which zebrapaisley jacket do you have?")
    indexer, runtime = path.first.errors, path.runtime.program.log.read_text(encoding="utf-8")
    assert len(path.first.logged("index_swapped")) == len(ADDRESSES)
    assert "/v1/chat/completions" in runtime
    assert internals_in(indexer, runtime) == []
    for secret in (KEY, path.runtime.key.secret, "zebrapaisley", "Here is what fits"):
        assert secret not in indexer + runtime


async def test_run_outlives_an_embedding_service_that_refuses_breaks_off_and_is_slow(
    path: WholePath, provider: ScriptedServer, cluster: AsyncOpenSearch
) -> None:
    # The first request is the probe.
    provider.embeddings.then(Embed(), Refuse(429, retry_after=1.5), Embed(cut_at_byte=500), Embed(delay=1.0))
    done = await path.indexer.run("run", "--json", "--store", "ru", EMBEDDING_DIMENSION="24")
    assert done.code == 0, done.errors
    assert done.json["read"] == done.json["indexed"]
    [live] = (await cluster.indices.get_alias(name=f"{path.prefix}rag-ru-active")).keys()
    assert live == done.json["stores"][0]["index"]
    refused, cut = done.logged("retrying")
    assert refused["wait_seconds"] >= 1.5
    assert "429" in refused["cause"]
    assert "out of reach" in cut["cause"]
    assert provider.embeddings.queued == 0


@pytest.mark.parametrize(
    ("plans", "reason"),
    [
        pytest.param([Junk(b"<html>Bad gateway</html>")] * 20, "no list of vectors", id="junk"),
        pytest.param([Embed(edit=edit_data(lambda vectors: vectors[:-1]))] * 20, "vectors for", id="vectors-missing"),
        pytest.param([Embed(cut_at_byte=500), Refuse(429, retry_after=900)], "429", id="cut-then-busy-for-too-long"),
    ],
)
async def test_failed_embeddings_end_the_run_and_the_old_index_answers(
    path: WholePath,
    provider: ScriptedServer,
    cluster: AsyncOpenSearch,
    client: AsyncOpenAI,
    plans: list[Plan],
    reason: str,
) -> None:
    before = await cluster.indices.get_alias(name=f"{path.prefix}rag-*-active")
    # The first request is the probe.
    provider.embeddings.then(Embed(), *plans)
    failed = await path.indexer.run("run", "--json", "--store", "ru", EMBEDDING_DIMENSION="20")
    assert failed.code == 1
    [store] = failed.json["stores"]
    assert (store["status"], store["swapped"]) == ("failed", False)
    assert reason in store["reasons"][0]
    assert await cluster.indices.get_alias(name=f"{path.prefix}rag-*-active") == before
    provider.reset()
    assert (await ask(client, "ru")).named


@pytest.mark.parametrize(
    ("plan", "question"),
    [
        # What was embedded once needs no service: every case asks something new.
        pytest.param(Refuse(429), "a jacket for rain", id="429"),
        pytest.param(Junk(b"<html>Bad gateway</html>"), "a jacket for wind", id="junk"),
        pytest.param(Embed(cut_at_byte=500), "a jacket for the city", id="cut"),
        pytest.param(Embed(delay=10), "a jacket for the mountains", id="slow"),
    ],
)
async def test_without_query_vectors_words_alone_find_products(
    client: AsyncOpenAI, provider: ScriptedServer, plan: Plan, question: str
) -> None:
    provider.embeddings.then(plan)
    poorer = await ask(client, "en", question)
    assert poorer.opening["degraded"] == "embeddings"
    assert poorer.named
    assert (await ask(client, "en", question)).opening["degraded"] is None


async def test_slow_model_is_waited_for(client: AsyncOpenAI, provider: ScriptedServer) -> None:
    provider.chat.then(Say(delay=1.5, gap=0.01))
    answer = await ask(client, "en")
    assert answer.opening["degraded"] is None
    assert answer.named


@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(Refuse(429, retry_after=1), id="429"),
        pytest.param(Junk(b"<html>Bad gateway</html>", content_type="text/html"), id="junk"),
        pytest.param(Junk(b"data: {]\n\n", content_type="text/event-stream"), id="junk-events"),
        pytest.param(Say(cut_at_byte=40), id="cut-before-a-word"),
    ],
)
async def test_without_a_word_of_the_model_products_come_as_cards(
    client: AsyncOpenAI, provider: ScriptedServer, plan: Plan
) -> None:
    provider.chat.then(plan)
    answer = await ask(client, "ru")
    assert answer.opening["degraded"] == "llm"
    assert answer.named
    assert answer.closing["named"] == [product["id"] for product in answer.named]
    async with asyncio.timeout(SEEN_SECONDS):
        # A provider that asks for a second is left alone for a second.
        while (await ask(client, "ru")).opening["degraded"]:
            await asyncio.sleep(0.1)


async def test_model_that_breaks_off_is_an_error_of_the_clients(client: AsyncOpenAI, provider: ScriptedServer) -> None:
    provider.chat.then(Say(cut_after=4))
    with pytest.raises(openai.APIError, match="broke off"):
        await ask(client, "en")
    assert (await ask(client, "en")).named


async def test_new_index_is_served_by_the_running_runtime_and_rollback_brings_the_earlier_back(
    path: WholePath, cluster: AsyncOpenSearch, client: AsyncOpenAI, actions: httpx2.AsyncClient
) -> None:
    earlier = await fetch(actions, "en", sku=MUG)
    native = f"{path.prefix}magento2_product_1"
    await cluster.update(index=native, id=earlier.product["id"], body={"doc": {"price_0_1": "57.250000"}}, refresh=True)

    done = await path.indexer.run("run", "--json", "--store", "en")
    assert done.code == 0, done.errors
    newer = await mug_when(actions, lambda mug: mug.as_of != earlier.as_of)
    assert newer.as_of > earlier.as_of
    assert (earlier.product["price_from"], newer.product["price_from"]) == (56.0, 57.25)
    answer = await ask(client, "en", f"how much is {earlier.product['name']}?")
    assert answer.opening["as_of"] == newer.as_of
    assert "$57.25" in answer.text

    back = await path.indexer.run("rollback", "--store", "en")
    assert back.code == 0, back.errors
    assert await mug_when(actions, lambda mug: mug.as_of != newer.as_of) == earlier


async def mug_when(actions: httpx2.AsyncClient, condition: Callable[[Fetched], bool]) -> Fetched:
    """The mug's answer once `condition` holds."""
    async with asyncio.timeout(SEEN_SECONDS):
        while not condition(found := await fetch(actions, "en", sku=MUG)):
            await asyncio.sleep(0.2)
    return found


async def fetch_all(cluster: AsyncOpenSearch, index: str) -> list[dict[str, Any]]:
    """`_source` of every document."""
    answer = await cluster.search(index=index, body={"size": 1000, "_source": {"excludes": ["vector"]}})
    assert answer["hits"]["total"]["value"] < 1000
    return [hit["_source"] for hit in answer["hits"]["hits"]]


def internals_in(*texts: str) -> list[str]:
    """The planted internal values that stand in one of `texts`."""
    return [canary for canary in CANARIES if any(canary in text for text in texts)]
