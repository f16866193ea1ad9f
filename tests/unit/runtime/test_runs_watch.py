"""What is told of runs when somebody scrapes: what was seen last, the age of the moment, nothing of what is unknown."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.index_meta import BUILT_AT, a_meta
from support.run_records import a_record, ended, of
from support.runtime import DEFAULT

from runtime.retrieval.index import LiveIndex
from runtime.runs.gauges import RunGauges, Seen
from runtime.runs.watch import RunWatch
from shared.embedding.embedder import EmbeddingModel
from shared.errors import AppError
from shared.indices import BuildCounts, UnreadableIndex
from shared.opensearch import AccessDenied, ClusterUnreachable, IndexMissing

LIVE = LiveIndex(
    store=DEFAULT,
    index="rag-1",
    meta=a_meta(counts=BuildCounts(read=12, indexed=10)),
    model=EmbeddingModel(provider="fake", name="fake", dimension=8),
)
OF_RECORDS = {
    "vitrina_last_run_status",
    "vitrina_last_run_timestamp_seconds",
    "vitrina_last_success_timestamp_seconds",
    "vitrina_last_run_seconds",
    "vitrina_last_run_documents",
    "vitrina_last_run_rejects",
    "vitrina_last_run_tokens",
    "vitrina_last_run_cost",
}
OF_THE_INDEX = {"vitrina_index_age_seconds", "vitrina_index_documents"}
ALWAYS = {"vitrina_run_records_up", "vitrina_index_served"}

Samples = Mapping[tuple[str, tuple[str, ...]], float]


class FakeCluster:
    """Run records and one live index; a failure comes instead while there is one."""

    def __init__(self, *records: Mapping[str, Any]) -> None:
        self.records = records
        self.failure: AppError | None = None
        self.index_failure: Exception | None = None
        self.asked: list[int] = []

    async def fetch(self, count: int) -> Sequence[Mapping[str, Any]]:
        self.asked.append(count)
        if self.failure:
            raise self.failure
        return self.records[:count]

    async def try_live(self, store: str) -> LiveIndex:
        if self.index_failure:
            raise self.index_failure
        return LIVE

    def watch(self) -> RunWatch:
        return RunWatch(self, stores=["default"], try_live=self.try_live)


def samples_of(seen: Seen) -> Samples:
    """Name and labels' values -> value."""
    gauges = RunGauges(lambda: seen, now=lambda: BUILT_AT + timedelta(hours=26))
    found = [sample for family in gauges.collect() for sample in family.samples]
    return {(sample.name, tuple(sample.labels.values())): sample.value for sample in found}


def names_of(seen: Seen) -> set[str]:
    return {name for name, _ in samples_of(seen)}


BUILD = of(
    "default",
    rejected=3,
    skipped=2,
    seconds={"load": 40.5, "swap": 0.1, "of_a_later_version": 9},
    reject_kinds={"nameless": 2, "too_large": 1, "of_a_later_version": 5},
    tokens=1_000,
    cost=0.02,
    currency="EUR",
)


async def test_everything_is_told_of_a_store_view_that_was_built() -> None:
    watch = FakeCluster(a_record(BUILD)).watch()
    await watch.look()
    assert samples_of(watch.seen) == {
        ("vitrina_run_records_up", ()): 1,
        ("vitrina_index_served", ("default",)): 1,
        ("vitrina_index_age_seconds", ("default",)): 26 * 3600,
        ("vitrina_index_documents", ("default",)): 10,
        ("vitrina_last_run_status", ("default", "done")): 1,
        ("vitrina_last_run_status", ("default", "refused")): 0,
        ("vitrina_last_run_status", ("default", "failed")): 0,
        ("vitrina_last_run_timestamp_seconds", ("default",)): ended(0),
        ("vitrina_last_success_timestamp_seconds", ("default",)): ended(0),
        ("vitrina_last_run_seconds", ("default", "load")): 40.5,
        ("vitrina_last_run_seconds", ("default", "swap")): 0.1,
        ("vitrina_last_run_documents", ("default", "indexed")): 10,
        ("vitrina_last_run_documents", ("default", "rejected")): 3,
        ("vitrina_last_run_documents", ("default", "skipped")): 2,
        ("vitrina_last_run_rejects", ("default", "nameless")): 2,
        ("vitrina_last_run_rejects", ("default", "not_embedded")): 0,
        ("vitrina_last_run_rejects", ("default", "not_indexed")): 0,
        ("vitrina_last_run_rejects", ("default", "too_large")): 1,
        ("vitrina_last_run_tokens", ("default",)): 1_000,
        ("vitrina_last_run_cost", ("default", "EUR")): 0.02,
    }


@pytest.mark.parametrize("records", [(), ({"nobody": "knows"},)], ids=["none", "foreign"])
async def test_without_a_record_the_series_are_missing(records: tuple[Mapping[str, Any], ...]) -> None:
    watch = FakeCluster(*records).watch()
    await watch.look()
    assert names_of(watch.seen) == OF_THE_INDEX | ALWAYS


async def test_before_the_first_look_nothing_is_told() -> None:
    assert samples_of(Seen()) == {}


@pytest.mark.parametrize("failure", [ClusterUnreachable("down"), AccessDenied("no")], ids=lambda error: str(error))
async def test_cluster_that_is_down_leaves_what_was_seen_and_is_told_once(failure: AppError) -> None:
    cluster = FakeCluster(a_record(BUILD))
    watch = cluster.watch()
    await watch.look()
    before = samples_of(watch.seen)
    cluster.failure = cluster.index_failure = failure
    with capture_logs() as logs:
        await watch.look()
        await watch.look()
        down = {("vitrina_run_records_up", ()): 0, ("vitrina_index_served", ("default",)): 0}
        assert samples_of(watch.seen) == before | down
        cluster.failure = cluster.index_failure = None
        await watch.look()
    assert samples_of(watch.seen) == before
    denied = ["index_not_searchable"] if isinstance(failure, AccessDenied) else []
    assert [line["event"] for line in logs] == [*denied, "run_records_unreadable", "run_records_readable"]


@pytest.mark.parametrize("failure", [IndexMissing("gone"), UnreadableIndex("rag-1", "foreign")])
async def test_index_that_is_gone_or_foreign_has_no_age(failure: AppError) -> None:
    cluster = FakeCluster(a_record(BUILD))
    watch = cluster.watch()
    await watch.look()
    cluster.index_failure = failure
    await watch.look()
    assert names_of(watch.seen) == OF_RECORDS | ALWAYS


async def test_index_that_cannot_be_served_is_told_as_such_until_it_can() -> None:
    cluster = FakeCluster(a_record(BUILD))
    watch = cluster.watch()
    served = []
    for failure in (None, IndexMissing("gone"), ClusterUnreachable("down"), TimeoutError(), None):
        cluster.index_failure = failure
        await watch.look()
        served.append(samples_of(watch.seen)["vitrina_index_served", ("default",)])
    assert served == [1, 0, 0, 0, 1]


async def test_index_that_may_not_be_searched_is_a_problem_until_it_may() -> None:
    cluster = FakeCluster(a_record(BUILD))
    watch = cluster.watch()
    told = []
    for failure in (None, AccessDenied("user me has no permissions"), ClusterUnreachable("down"), None):
        cluster.index_failure = failure
        await watch.look()
        told.append(watch.problems())
    [sentence] = told[1]
    assert ("default" in sentence, "docs/permissions.md" in sentence, "user me" in sentence) == (True, True, False)
    # Of a cluster that does not answer readiness knows by itself.
    assert told == [(), (sentence,), (), ()]


async def test_a_success_long_ago_is_looked_for_among_all_records() -> None:
    failed = [a_record(of("default", "failed"), night=night, status="failed") for night in range(99, 0, -1)]
    cluster = FakeCluster(*failed, a_record(BUILD))
    watch = cluster.watch()
    await watch.look()
    found = samples_of(watch.seen)
    assert found["vitrina_last_success_timestamp_seconds", ("default",)] == ended(0)
    assert found["vitrina_last_run_status", ("default", "failed")] == 1
    assert cluster.asked == [20, 200]


async def test_it_is_looked_once_a_minute_and_scraped_as_long_as_the_service_runs() -> None:
    cluster, slept, looked = FakeCluster(a_record(BUILD)), list[float](), asyncio.Event()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            looked.set()
            await asyncio.Event().wait()

    watch = RunWatch(cluster, stores=["default"], try_live=cluster.try_live, sleep=sleep)
    async with watch.exported():
        await looked.wait()
        assert REGISTRY.get_sample_value("vitrina_index_documents", {"store": "default"}) == 10
    assert (slept, cluster.asked) == ([60.0] * 3, [20] * 3)
    assert REGISTRY.get_sample_value("vitrina_index_documents", {"store": "default"}) is None


async def test_a_mistake_in_one_look_is_not_the_last() -> None:
    cluster, looked = FakeCluster(), asyncio.Event()
    cluster.records = None  # type: ignore[assignment]

    async def sleep(_: float) -> None:
        if cluster.records:
            looked.set()
            await asyncio.Event().wait()
        cluster.records = (a_record(BUILD),)

    watch = RunWatch(cluster, stores=["default"], try_live=cluster.try_live, sleep=sleep)
    with capture_logs() as logs:
        async with watch.exported():
            await looked.wait()
    assert watch.seen.up is True
    assert [line["event"] for line in logs] == ["run_records_broken"]
