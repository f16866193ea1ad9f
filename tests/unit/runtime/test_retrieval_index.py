"""The live index: remembered for five seconds, renewed once for all who wait, explained when it cannot be had."""

import asyncio
from datetime import UTC, datetime

import pytest
from support.index_meta import BUILT_AT, a_meta
from support.runtime import DEFAULT, RUSSIAN, Clock, names_of
from support.search import FakeSearch

from runtime.retrieval.index import LiveIndex, LiveIndices
from shared.embedding.embedder import EmbeddingModel
from shared.errors import ConfigurationError
from shared.indices import IndexMeta
from shared.opensearch import AccessDenied, ClusterUnreachable, IndexMissing

ALIAS = names_of(DEFAULT).alias


class SlowSearch(FakeSearch):
    """Answers about the alias, and failures, are on their way until they have `arrived`."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = asyncio.Event()
        self.arrived.set()
        self.late: list[Exception] = []

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        found = await super().fetch_live(alias)
        await self.arrived.wait()
        if self.late:
            raise self.late.pop()
        return found


def a_model(meta: IndexMeta) -> EmbeddingModel:
    if meta.provider == "unknown":
        raise ConfigurationError(["EMBEDDING_PROVIDER: the index needs 'unknown'"])
    return EmbeddingModel(provider=meta.provider, name=meta.model, dimension=meta.dimension)


@pytest.fixture
def search() -> FakeSearch:
    search = FakeSearch()
    search.put("rag-1", [], alias=ALIAS)
    return search


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def indices(search: FakeSearch, clock: Clock) -> LiveIndices:
    return LiveIndices(search, [(DEFAULT, names_of(DEFAULT))], model_of=a_model, clock=clock)


async def test_index_says_what_it_is(indices: LiveIndices) -> None:
    live = await indices.get("default")

    assert (live.store, live.index, live.meta, live.as_of) == (DEFAULT, "rag-1", a_meta(), BUILT_AT)
    assert indices.models() == {live.model}


async def test_build_that_has_no_end_yet_is_dated_by_its_start(indices: LiveIndices, search: FakeSearch) -> None:
    started = datetime(2026, 1, 1, tzinfo=UTC)
    search.indices["rag-1"].meta = a_meta(started_at=started, finished_at=None)

    assert (await indices.get("default")).as_of == started


async def test_index_is_asked_for_once_in_five_seconds(indices: LiveIndices, search: FakeSearch, clock: Clock) -> None:
    for _ in range(3):
        await indices.get("default")
        clock.now += 1.6
    assert search.count("fetch_live") == 1

    clock.now += 0.3
    await indices.get("default")
    assert search.count("fetch_live") == 2


async def test_requests_that_come_together_share_one_question(indices: LiveIndices, search: FakeSearch) -> None:
    found = await asyncio.gather(*(indices.get("default") for _ in range(20)))

    assert {live.index for live in found} == {"rag-1"}
    assert search.count("fetch_live") == 1


async def test_requests_that_come_together_share_one_failure(indices: LiveIndices, search: FakeSearch) -> None:
    search.failures.append(ClusterUnreachable("no answer"))

    found = await asyncio.gather(*(indices.get("default") for _ in range(20)), return_exceptions=True)

    assert {type(failure) for failure in found} == {ClusterUnreachable}
    assert search.count("fetch_live") == 1
    assert (await indices.get("default")).index == "rag-1", "a failure is not remembered"


async def test_request_that_gives_up_does_not_stop_the_others(indices: LiveIndices, search: FakeSearch) -> None:
    impatient = asyncio.create_task(indices.get("default"))
    patient = asyncio.create_task(indices.get("default"))
    await asyncio.sleep(0)
    impatient.cancel()

    assert (await patient).index == "rag-1"
    assert impatient.cancelled()


async def test_index_that_failed_is_asked_for_again(indices: LiveIndices, search: FakeSearch) -> None:
    live = await indices.get("default")
    search.put("rag-2", [], alias=ALIAS)

    assert (await indices.renew(live)).index == "rag-2"
    assert (await indices.get("default")).index == "rag-2"


async def test_requests_that_failed_together_share_one_renewal(indices: LiveIndices, search: FakeSearch) -> None:
    live = await indices.get("default")
    search.put("rag-2", [], alias=ALIAS)

    found = await asyncio.gather(*(indices.renew(live) for _ in range(20)))

    assert {one.index for one in found} == {"rag-2"}
    assert search.count("fetch_live") == 2


async def renewed_during_a_question(
    search: SlowSearch, clock: Clock
) -> tuple[asyncio.Task[LiveIndex], asyncio.Task[LiveIndex]]:
    """A question for the index whose answer is on its way, and the renewal that somebody else asked for since."""
    search.put("rag-1", [], alias=ALIAS)
    indices = LiveIndices(search, [(DEFAULT, names_of(DEFAULT))], model_of=a_model, clock=clock)
    live = await indices.get("default")
    clock.now += 10
    search.arrived.clear()
    asked_before = asyncio.create_task(indices.get("default"))
    await asyncio.sleep(0)
    renewed = asyncio.create_task(indices.renew(live))
    await asyncio.sleep(0)
    return asked_before, renewed


async def test_answer_asked_for_before_the_failure_is_not_taken(clock: Clock) -> None:
    search = SlowSearch()
    asked_before, renewed = await renewed_during_a_question(search, clock)
    search.put("rag-2", [], alias=ALIAS)
    search.arrived.set()

    assert (await asked_before).index == "rag-1"
    assert (await renewed).index == "rag-2"


async def test_renewal_outlives_a_failure_it_waited_for(clock: Clock) -> None:
    search = SlowSearch()
    asked_before, renewed = await renewed_during_a_question(search, clock)
    search.late.append(ClusterUnreachable("no answer"))
    search.arrived.set()

    with pytest.raises(ClusterUnreachable):
        await asked_before
    assert (await renewed).index == "rag-1"


async def test_failure_of_what_was_replaced_meanwhile_asks_nobody(
    indices: LiveIndices, search: FakeSearch, clock: Clock
) -> None:
    old = await indices.get("default")
    search.put("rag-2", [], alias=ALIAS)
    clock.now += 10
    await indices.get("default")
    calls = search.count("fetch_live")

    assert (await indices.renew(old)).index == "rag-2"
    assert search.count("fetch_live") == calls


async def test_store_without_an_alias_is_an_index_missing(indices: LiveIndices, search: FakeSearch) -> None:
    search.aliases.clear()

    with pytest.raises(IndexMissing):
        await indices.get("default")


class TestProblems:
    async def test_none_when_every_store_is_fine(self, indices: LiveIndices) -> None:
        assert await indices.problems() == ()

    async def test_each_store_is_named_with_alias_and_fix(self, search: FakeSearch) -> None:
        indices = LiveIndices(search, [(store, names_of(store)) for store in (DEFAULT, RUSSIAN)], model_of=a_model)

        assert await indices.problems() == (
            "Store 'ru': no index behind alias 'rag-ru-active' yet; run `vitrina-indexer run`.",
        )

    @pytest.mark.parametrize(
        "failure",
        [ClusterUnreachable("alias: no answer (host 10.0.0.7:9200)"), AccessDenied("403 for [name=reader-7]")],
    )
    async def test_hosts_and_users_are_left_to_the_log(
        self, indices: LiveIndices, search: FakeSearch, failure: Exception
    ) -> None:
        search.failures.append(failure)

        (problem,) = await indices.problems()

        assert problem == (
            "Store 'default': alias 'rag-default-active' cannot be read; check OPENSEARCH_URL and its credentials."
        )

    async def test_model_nobody_has_is_named(self, indices: LiveIndices, search: FakeSearch) -> None:
        search.indices["rag-1"].meta = a_meta(provider="unknown")

        assert await indices.problems() == ("Store 'default': EMBEDDING_PROVIDER: the index needs 'unknown'",)
