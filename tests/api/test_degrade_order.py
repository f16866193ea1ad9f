"""The degrade order, down and up again: everything, words alone, product cards, 503; each step marked and counted."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import httpx2
import pytest
from support.chains import a_chain
from support.degrading import Counted, FickleEmbedder, FickleModel, FickleSearch
from support.runtime import ACTION_KEY, CHAT_KEY, Shop, client_of, some_services

from runtime.chat.service import ChatService
from runtime.llm.model import LlmUnavailable
from shared.embedding.embedder import EmbeddingUnavailable
from shared.opensearch import ClusterUnreachable

Door = Literal["streamed", "whole", "action"]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer, as far as it says what is missing."""

    status: int
    header: str | None
    field: str | None = None
    products: int = 0
    text: str = ""
    retry_after: int | None = None


@dataclass(slots=True)
class Failing:
    """A shop, whose parts the test takes away, and its clock."""

    search: FickleSearch = field(default_factory=FickleSearch)
    embedder: FickleEmbedder = field(default_factory=FickleEmbedder)
    model: FickleModel = field(default_factory=FickleModel)
    shop: Shop = field(init=False)
    asked: int = 0

    def __post_init__(self) -> None:
        self.shop = Shop(search=self.search, embedder=self.embedder)

    def later(self, seconds: float) -> None:
        self.shop.clock.now += seconds


@pytest.fixture
def failing() -> Failing:
    return Failing()


Ask = Callable[[], Awaitable[Told]]


@pytest.fixture(params=["streamed", "whole", "action"])
def door(request: pytest.FixtureRequest) -> Door:
    kind: Door = request.param
    return kind


@pytest.fixture
async def client(failing: Failing) -> AsyncIterator[httpx2.AsyncClient]:
    chain = a_chain(failing.model, clock=failing.shop.clock)
    chat = ChatService(failing.shop.retriever, chain)
    async with client_of(some_services(failing.shop, chat=chat), key=None) as client:
        yield client


@pytest.fixture
def ask(failing: Failing, client: httpx2.AsyncClient, door: Door) -> Ask:
    """A question nobody has asked before, through the door."""

    async def ask_once() -> Told:
        failing.asked += 1
        text = f"a jacket for walk number {failing.asked}"
        if door == "action":
            return _action(await _post(client, "/api/v1/actions/retrieve_products", ACTION_KEY, query=text))
        messages = [{"role": "user", "content": text}]
        stream = door == "streamed"
        answer = await _post(client, "/v1/chat/completions", CHAT_KEY, messages=messages, stream=stream)
        return _streamed(answer) if stream and answer.status_code == 200 else _whole(answer)

    return ask_once


async def _post(client: httpx2.AsyncClient, path: str, key: str, **body: Any) -> httpx2.Response:
    return await client.post(path, json=body, headers={"authorization": f"Bearer {key}"})


def _told(answer: httpx2.Response, **facts: Any) -> Told:
    wait = answer.headers.get("retry-after")
    return Told(answer.status_code, answer.headers.get("x-degraded"), retry_after=wait and int(wait), **facts)


def _action(answer: httpx2.Response) -> Told:
    # The Action API has no field for it: what it says of an answer is in the header.
    found = answer.json().get("products", [])
    return _told(answer, field=answer.headers.get("x-degraded"), products=len(found))


def _whole(answer: httpx2.Response) -> Told:
    if answer.status_code != 200:
        return _told(answer)
    body = answer.json()
    about = body["vitrina"]
    text = body["choices"][0]["message"]["content"]
    return _told(answer, field=about["degraded"], products=len(about["products"]), text=text)


def _streamed(answer: httpx2.Response) -> Told:
    frames = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: {")]
    chunks = [json.loads(frame) for frame in frames]
    about = chunks[0]["vitrina"]
    text = "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])
    return _told(answer, field=about["degraded"], products=len(about["products"]), text=text)


PROSE = "Hello there."


async def test_each_step_down_is_marked_and_counted(failing: Failing, ask: Ask, door: Door) -> None:
    counted = Counted("vitrina_degraded_total", "part")
    spoken = "" if door == "action" else PROSE

    whole = await ask()
    assert (whole.status, whole.header, whole.field, whole.text) == (200, None, None, spoken)
    assert counted.since() == {}

    failing.embedder.failure = EmbeddingUnavailable("down")
    for _ in range(7):
        words = await ask()
        assert (words.status, words.header, words.field, words.text) == (200, "embeddings", "embeddings", spoken)
        assert words.products
    assert counted.since() == {"embeddings": 7}

    failing.model.failure = LlmUnavailable("down")
    for _ in range(7):
        cards = await ask()
        part = "embeddings" if door == "action" else "llm"
        assert (cards.status, cards.header, cards.field) == (200, part, part)
        assert cards.products
        assert door == "action" or "Storm Jacket — $120.00" in cards.text
    assert counted.since() == {"embeddings": 7} | ({} if door == "action" else {"llm": 7})

    failing.search.failure = ClusterUnreachable("down")
    refused = [await ask() for _ in range(7)]
    assert [(told.status, told.header) for told in refused] == [(503, None)] * 7
    assert [told.retry_after for told in refused] == [2] * 4 + [10] * 3
    assert counted.since() == {"catalog": 7}


async def test_a_step_down_that_is_known_asks_nobody(failing: Failing, ask: Ask) -> None:
    failing.embedder.failure = EmbeddingUnavailable("down")
    failing.model.failure = LlmUnavailable("down")
    for _ in range(5):
        await ask()
    embedded, spoken = failing.embedder.calls, len(failing.model.calls)
    await ask()
    assert (failing.embedder.calls, len(failing.model.calls)) == (embedded, spoken)

    failing.search.failure = ClusterUnreachable("down")
    for _ in range(5):
        await ask()
    searched = len(failing.search.calls)
    await ask()
    assert len(failing.search.calls) == searched


async def test_everything_is_back_by_itself_within_thirty_seconds(failing: Failing, ask: Ask, door: Door) -> None:
    failing.embedder.failure = EmbeddingUnavailable("down")
    failing.model.failure = LlmUnavailable("down")
    for _ in range(5):
        await ask()
    failing.search.failure = ClusterUnreachable("down")
    for _ in range(60):
        failing.later(1)
        assert (await ask()).status == 503
    failing.embedder.failure = failing.model.failure = failing.search.failure = None

    seen: list[str | int | None] = []
    for _ in range(30):
        failing.later(1)
        told = await ask()
        step = told.header if told.status == 200 else told.status
        if step not in seen[-1:]:
            seen.append(step)

    # The question that finds OpenSearch again sets off the probe of the embeddings, and asks the model itself.
    assert seen == [503, "embeddings", None]
    assert (await ask()).text == ("" if door == "action" else PROSE)


async def test_probes_of_a_cluster_that_is_down_keep_their_distance(failing: Failing, ask: Ask) -> None:
    failing.search.failure = ClusterUnreachable("down")
    failing.later(10)
    for _ in range(5):
        await ask()
    searched = len(failing.search.calls)
    waits = set()
    for _ in range(100):
        failing.later(0.5)
        told = await ask()
        assert told.retry_after is not None
        waits.add(told.retry_after)
    assert len(failing.search.calls) - searched == 5
    assert waits == set(range(1, 11))


async def test_readiness_follows_the_catalogue_alone(failing: Failing, ask: Ask, client: httpx2.AsyncClient) -> None:
    async def ready() -> int:
        return (await client.get("/health/ready")).status_code

    failing.embedder.failure = EmbeddingUnavailable("down")
    failing.model.failure = LlmUnavailable("down")
    for _ in range(6):
        await ask()
    assert await ready() == 200

    failing.search.failure = ClusterUnreachable("down")
    for _ in range(6):
        await ask()
    answer = await client.get("/health/ready")
    assert answer.status_code == 503
    assert "OpenSearch did not answer the last questions" in answer.json()["error"]["message"]
    assert (await client.get("/health/live")).status_code == 200

    # Whoever asks only replicas that are ready would otherwise never ask this one again.
    failing.search.failure = None
    failing.later(10)
    assert await ready() == 200
    assert (await ask()).status == 200


async def test_a_catalogue_that_is_not_there_yet_is_asked_for_every_time(failing: Failing, ask: Ask) -> None:
    failing.search.aliases.clear()
    failing.later(10)
    refused = [await ask() for _ in range(10)]
    assert {(told.status, told.retry_after) for told in refused} == {(503, 10)}
    failing.search.aliases["rag-default-active"] = ["rag-default-1"]
    failing.later(1)
    assert (await ask()).status == 200
