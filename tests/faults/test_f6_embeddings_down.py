"""F6: the embedding API is down when a question comes: words alone find products, and hardly anybody waits for it."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs
from support.chain_shop import NOBODY
from support.degrading import Counted, FickleEmbedder, new_questions
from support.index_meta import DIMENSION
from support.openai import KEY
from support.runtime import Shop, client_of, some_services
from support.virtual_time import run_virtually

from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.query_embedding import QueryEmbedders
from sandbox.openai_server import Drop, Embed, Hang, Junk, Plan, Refuse, ScriptedServer
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused, EmbeddingUnavailable
from shared.embedding.openai import OpenAIEmbedder

USUAL = 0.1
MODEL = EmbeddingModel(provider="fake", name="fake", dimension=DIMENSION)

Asking = Callable[[], Coroutine[Any, Any, tuple[Retrieval, float]]]
"""Asks a new question; says what came and how many seconds it took."""


@asynccontextmanager
async def a_shop(embedder: FickleEmbedder, clock: Callable[[], float]) -> AsyncIterator[Asking]:
    """A shop whose questions are usually embedded in USUAL seconds, and have been."""
    shop = Shop(build=lambda _: embedder, clock=clock)
    embedder.takes = USUAL
    question = new_questions()

    async def ask() -> tuple[Retrieval, float]:
        begun = asyncio.get_running_loop().time()
        found = await shop.retriever.retrieve(question())
        assert found.hits
        return found, asyncio.get_running_loop().time() - begun

    for _ in range(3):
        found, _seconds = await ask()
        assert found.degraded is None
    try:
        yield ask
    finally:
        await shop.retriever.aclose()


def virtually(play: Callable[[FickleEmbedder, Asking], Coroutine[Any, Any, None]]) -> None:
    async def main() -> None:
        embedder = FickleEmbedder()
        async with a_shop(embedder, asyncio.get_running_loop().time) as ask:
            await play(embedder, ask)

    run_virtually(main())


def test_f6_silence_costs_the_usual_and_three_tenths_and_nothing_once_it_is_known() -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.takes = None
        asked = embedder.calls
        waited = []
        for _ in range(60):
            found, seconds = await ask()
            assert found.degraded == "embeddings"
            waited.append(round(seconds, 6))
        assert max(waited) == USUAL + 0.3
        # Each call has its two seconds; when the first five have had theirs nobody waits.
        late = [seconds for seconds in waited if seconds]
        assert 5 <= len(late) <= 10
        assert waited[len(late) :] == [0.0] * (60 - len(late))
        assert embedder.calls - asked == len(late)

    virtually(play)


def test_f6_an_outage_in_the_middle_of_a_rush_costs_each_shopper_no_more() -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.takes = None
        answers = await asyncio.gather(*(ask() for _ in range(100)))
        assert {found.degraded for found, _ in answers} == {"embeddings"}
        assert max(seconds for _, seconds in answers) == pytest.approx(USUAL + 0.3)
        await asyncio.sleep(2)
        assert (await ask())[1] == 0.0

    virtually(play)


def test_f6_one_probe_in_ten_seconds_is_asked_and_nobody_waits_for_it() -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.failure = EmbeddingUnavailable("down")
        for _ in range(5):
            await ask()
        embedder.failure, embedder.takes = None, None
        before = embedder.calls
        for _ in range(300):
            assert (await ask())[1] == 0.0
            await asyncio.sleep(0.1)
        # At the tenth second and at the twentieth.
        assert embedder.calls - before == 2

    virtually(play)


@pytest.mark.parametrize("failure", [EmbeddingUnavailable("503"), EmbeddingRefused("401")], ids=["busy", "key-revoked"])
def test_f6_vectors_are_back_within_thirty_seconds_of_the_provider(failure: Exception) -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.failure = failure
        while (await ask())[1]:
            pass
        with capture_logs() as logs:
            await asyncio.sleep(123.4)
            embedder.failure = None
            back = asyncio.get_running_loop().time()
            while (await ask())[0].degraded:
                await asyncio.sleep(0.5)
            assert asyncio.get_running_loop().time() - back <= 12
        assert [line["event"] for line in logs if line["log_level"] != "debug"] == ["embeddings_back"]

    virtually(play)


def test_f6_one_line_tells_that_it_is_down_and_a_counter_of_every_question() -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.failure = EmbeddingUnavailable("no connection")
        degraded = Counted("vitrina_degraded_total", "part")
        wanted = Counted("vitrina_query_embeddings_total", "outcome")
        with capture_logs() as logs:
            for _ in range(40):
                await ask()
        told = [line for line in logs if line["log_level"] != "debug"]
        assert [(line["event"], line["cause"]) for line in told] == [("embeddings_down", "no connection")]
        assert degraded.since() == {"embeddings": 40}
        assert wanted.since() == {"failed": 5, "left_alone": 35}

    virtually(play)


def test_f6_a_provider_that_has_become_slow_is_waited_for_again() -> None:
    async def play(embedder: FickleEmbedder, ask: Asking) -> None:
        embedder.takes = 1.2
        assert (await ask())[0].degraded == "embeddings"
        await asyncio.sleep(2)
        found, seconds = await ask()
        assert (found.degraded, round(seconds, 6)) == (None, 1.2)
        embedder.takes = USUAL
        for _ in range(20):
            await ask()
        embedder.takes = None
        assert round((await ask())[1], 6) == USUAL + 0.3

    virtually(play)


def test_f6_before_anything_is_known_two_seconds_are_the_most() -> None:
    async def main() -> None:
        loop, embedder = asyncio.get_running_loop(), FickleEmbedder()
        embedder.takes = None
        embedders = QueryEmbedders(lambda _: embedder, clock=loop.time)
        assert await embedders.embed(MODEL, "red bag") is None
        assert loop.time() == 2.0
        await embedders.aclose()

    run_virtually(main())


def test_f6_the_vector_of_a_probe_is_kept() -> None:
    async def main() -> None:
        embedder = FickleEmbedder()
        embedder.failure = EmbeddingUnavailable("down")
        embedders = QueryEmbedders(lambda _: embedder, clock=asyncio.get_running_loop().time)
        for number in range(5):
            await embedders.embed(MODEL, f"bag {number}")
        embedder.failure = None
        await asyncio.sleep(10)
        assert await embedders.embed(MODEL, "red bag") is None
        await asyncio.sleep(1)
        assert await embedders.embed(MODEL, "red bag") is not None
        assert embedder.queries == ["red bag"]
        await embedders.aclose()

    run_virtually(main())


def test_f6_a_question_put_right_does_not_wait_twice() -> None:
    async def main() -> None:
        loop, embedder = asyncio.get_running_loop(), FickleEmbedder()
        shop = Shop(build=lambda _: embedder, clock=loop.time)
        ask = new_questions()
        await shop.retriever.retrieve(ask())
        embedder.takes = None
        begun = loop.time()
        found = await shop.retriever.retrieve(RetrievalRequest(text="jaket storm", store="default"))
        assert [condition.id for condition in found.understood] == ["spelling"]
        assert loop.time() - begun == pytest.approx(0.3)
        await shop.retriever.aclose()

    run_virtually(main())


def test_f6_what_is_under_way_is_given_up_at_the_end() -> None:
    async def main() -> None:
        loop, embedder = asyncio.get_running_loop(), FickleEmbedder()
        embedder.takes = None
        embedders = QueryEmbedders(lambda _: embedder, clock=loop.time)
        asking = asyncio.create_task(embedders.embed(MODEL, "red bag"))
        await asyncio.sleep(0.5)
        asking.cancel()
        await embedders.aclose()
        assert (loop.time(), embedder.closed) == (0.5, True)

    run_virtually(main())


def embedder_at(base_url: str) -> OpenAIEmbedder:
    model = EmbeddingModel(provider="openai", name="text-embedding-3-small", dimension=DIMENSION)
    return OpenAIEmbedder(model, base_url=base_url, api_key=SecretStr(KEY), timeout=10)


def real_shop(base_url: str) -> AbstractAsyncContextManager[Any]:
    """A client of a whole runtime whose questions are embedded at `base_url`."""
    return client_of(some_services(Shop(build=lambda _: embedder_at(base_url), clock=time.monotonic)))


async def ask_really(client: Any, number: int) -> str | None:
    body = {"query": f"jacket number {number}", "store": "default"}
    answer = await client.post("/api/v1/actions/retrieve_products", json=body)
    assert answer.status_code == 200
    assert answer.json()["products"]
    header: str | None = answer.headers.get("x-degraded")
    return header


@pytest.mark.parametrize(
    "plan",
    [Hang(), Drop(), Refuse(500), Refuse(503), Refuse(401), Refuse(429, retry_after=30), Junk(b"<html>"),
     Embed(edit=lambda body: {**body, "data": []})],
    ids=["silent", "cut", "500", "503", "401", "429", "a-page", "empty"],
)  # fmt: skip
async def test_f6_any_way_of_being_down_leaves_words_alone(plan: Plan, openai_server: ScriptedServer) -> None:
    async with real_shop(openai_server.base_url) as client:
        for number in range(3):
            assert await ask_really(client, number) is None
        openai_server.embeddings.always(plan)
        begun = time.monotonic()
        for number in range(10, 50):
            assert await ask_really(client, number) == "embeddings"
        # A wide bound on what takes three seconds: a few questions wait some tenths, the others not at all.
        assert time.monotonic() - begun < 30
        assert (await client.get("/health/ready")).status_code == 200
        assert len(openai_server.embeddings.requests) <= 3 + 15


async def test_f6_nobody_at_the_address_leaves_words_alone() -> None:
    async with real_shop(NOBODY) as client:
        for number in range(20):
            assert await ask_really(client, number) == "embeddings"
        assert (await client.get("/health/ready")).status_code == 200
