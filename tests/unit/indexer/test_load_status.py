"""indexer.load.status: what an operator sees of the indices of a store view."""

from datetime import timedelta

import pytest
from support.builds import NOW
from support.index_meta import a_meta
from support.indices import NAMES, FakeCluster

from indexer.load.indices import entrance
from indexer.load.status import fetch_status
from shared.indices import BuildCounts

OLD, LIVE, BROKEN = "rag-20261118-030000", "rag-20261119-030000", "rag-20261120-020000"


@pytest.fixture
def cluster() -> FakeCluster:
    cluster = FakeCluster()
    counts = BuildCounts(read=3, indexed=2, rejected=1)
    cluster.put(OLD, a_meta(started_at=NOW - timedelta(days=2), counts=counts))
    cluster.put(LIVE, a_meta(started_at=NOW - timedelta(days=1), counts=counts), aliases=(NAMES.alias,))
    cluster.put(BROKEN, a_meta(state="failed", started_at=NOW - timedelta(minutes=5), reason="the disk is full"))
    cluster.state[LIVE].documents.update({"1": {}, "2": {}})
    return cluster


async def test_the_live_index_its_age_and_where_a_rollback_would_go(cluster: FakeCluster) -> None:
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert (found["live"], found["documents"], found["rollback"], found["problem"]) == (LIVE, 2, OLD, None)
    broken, live, old = found["indices"]
    assert [index["index"] for index in (broken, live, old)] == [BROKEN, LIVE, OLD]
    assert (live["live"], live["age_seconds"], live["counts"]["indexed"]) == (True, 86_400, 2)
    assert (broken["state"], broken["reason"]) == ("failed", "the disk is full")


async def test_synonyms_of_an_index_are_counted_and_not_listed(cluster: FakeCluster) -> None:
    cluster.put(LIVE, a_meta(synonyms=("sofa, couch", "tv, telly")), aliases=(NAMES.alias,))
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert [index["synonyms"] for index in found["indices"] if index["live"]] == [2]


async def test_a_live_index_that_no_runtime_serves_is_a_problem(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.put(LIVE, a_meta(schema_version=1), aliases=(NAMES.alias,))
    assert (await fetch_status(cluster, "default", NAMES, now=NOW)).problem is None
    monkeypatch.setattr("indexer.load.status.OLDEST_SERVED", 2)
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert found["problem"] == f"an older version built {LIVE}, which no runtime serves now; run `vitrina-indexer run`"


async def test_a_live_index_of_a_later_version_is_a_problem_that_names_both(cluster: FakeCluster) -> None:
    cluster.put(LIVE, a_meta(schema_version=3), aliases=(NAMES.alias,))
    problem = (await fetch_status(cluster, "default", NAMES, now=NOW)).problem
    assert problem is not None
    assert f"{LIVE}: " in problem
    assert "schema version 3 and this program reads 1 and 2" in problem


async def test_the_same_in_words(cluster: FakeCluster) -> None:
    status = await fetch_status(cluster, "default", NAMES, now=NOW)
    assert list(status.lines()) == [
        "default: rag-active -> rag-20261119-030000, 2 products",
        "    rag-20261120-020000  failed, 5 min old, fake/64, 0 indexed, 0 rejected, 0 skipped, "
        "from magento2_product_1_v1 by run run-1; the disk is full",
        "  * rag-20261119-030000  live, 1 d old, fake/64, 2 indexed, 1 rejected, 0 skipped, "
        "from magento2_product_1_v1 by run run-1",
        "    rag-20261118-030000  was live, 2 d old, fake/64, 2 indexed, 1 rejected, 0 skipped, "
        "from magento2_product_1_v1 by run run-1",
        "  rollback would go to rag-20261118-030000",
    ]


async def test_nothing_is_live_before_the_first_run() -> None:
    found = (await fetch_status(FakeCluster(), "default", NAMES, now=NOW)).as_json()
    assert (found["live"], found["documents"], found["indices"]) == (None, None, [])
    assert "vitrina-indexer run" in found["problem"]


async def test_an_alias_of_two_indices_is_a_problem(cluster: FakeCluster) -> None:
    cluster.state[OLD].aliases.add(NAMES.alias)
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert (found["live"], found["problem"]) == (None, "the alias names 2 indices; leave it on one")


async def test_an_index_in_place_of_the_alias_is_a_problem(cluster: FakeCluster) -> None:
    cluster.state[LIVE].aliases.clear()
    cluster.put(NAMES.alias)
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert "an index has this name" in found["problem"]


async def test_a_model_that_does_not_know_the_language_is_noted(cluster: FakeCluster) -> None:
    cluster.put("rag-20261119-040000", a_meta(locale="ru_RU", languages=("en",)), aliases=("other",))
    assert (await fetch_status(cluster, "default", NAMES, now=NOW)).note is None

    cluster.put(LIVE, a_meta(locale="ru_RU", languages=("en",)), aliases=(NAMES.alias,))
    status = await fetch_status(cluster, "default", NAMES, now=NOW)

    assert status.as_json()["note"] == "fake does not know 'ru', so products are found by words alone"
    assert f"  note: {status.note}" in list(status.lines())


async def test_a_closed_live_index_is_a_problem_and_everything_else_is_shown(cluster: FakeCluster) -> None:
    cluster.state[LIVE].closed = True
    found = (await fetch_status(cluster, "default", NAMES, now=NOW)).as_json()
    assert (found["live"], found["documents"], found["rollback"]) == (LIVE, None, OLD)
    assert found["problem"] == f"{LIVE}: it is closed; open it with POST {LIVE}/_open, or run"
    assert len(found["indices"]) == 3


async def test_a_closed_index_is_told_as_such_and_nothing_to_roll_back_to(cluster: FakeCluster) -> None:
    cluster.state[OLD].closed = True
    status = await fetch_status(cluster, "default", NAMES, now=NOW)
    assert (status.rollback, status.problem) == (None, None)
    assert f"    {OLD}  it is closed; open it with POST {OLD}/_open" in status.lines()


async def test_the_entrance_of_a_build_is_no_alias_of_it(cluster: FakeCluster) -> None:
    cluster.state[OLD].aliases.add(entrance(OLD))
    assert (await fetch_status(cluster, "default", NAMES, now=NOW)).rollback == OLD
