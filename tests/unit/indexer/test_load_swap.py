"""indexer.load.swap: the alias moves from where it was seen, or it does not move."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from opensearchpy.exceptions import ConnectionError as ConnectionLost
from support.indices import NAMES, FakeCluster
from support.retries import AT_ONCE

from indexer.errors import AliasTaken, LeaseLost, SwapConflict, SwapUnanswered
from indexer.load.swap import plan_swap, swap
from indexer.runs.state_index import fence_of
from shared.opensearch import IndexMissing

OLD, NEW, OTHER = "rag-20261119-030000", "rag-20261120-030000", "rag-20261118-030000"


FENCE = fence_of("rag", 7, run_id="run")


@pytest.fixture
def cluster() -> FakeCluster:
    cluster = FakeCluster()
    for name in (OLD, NEW, OTHER):
        cluster.put(name, aliases=(NAMES.alias,) if name == OLD else ())
    return cluster


def test_a_swap_removes_only_what_must_be_there() -> None:
    assert plan_swap("rag-active", old=OLD, new=NEW) == [
        {"remove": {"index": OLD, "alias": "rag-active", "must_exist": True}},
        {"add": {"index": NEW, "alias": "rag-active", "is_write_index": True}},
    ]


def test_the_first_swap_has_nothing_to_remove() -> None:
    [add] = plan_swap("rag-active", old=None, new=NEW)
    assert add["add"]["is_write_index"] is True


def test_a_runs_swap_demands_its_fence_in_the_same_call() -> None:
    actions = plan_swap("rag-active", old=OLD, new=NEW, fence=FENCE)
    assert actions == [
        {"remove": {"index": "rag-state", "alias": "rag-fence-7-run", "must_exist": True}},
        {"add": {"index": "rag-state", "alias": "rag-fence-7-run"}},
        *plan_swap("rag-active", old=OLD, new=NEW),
    ]


async def test_a_fence_that_stands_lets_the_swap_through_and_stays(cluster: FakeCluster) -> None:
    cluster.put(FENCE.index, aliases=(FENCE.name,))
    await swap(cluster, NAMES.alias, old=OLD, new=NEW, fence=FENCE)
    assert cluster.aliases == {NAMES.alias: [NEW], FENCE.name: [FENCE.index]}


async def test_a_fence_that_moved_in_the_very_moment_stops_the_swap(cluster: FakeCluster) -> None:
    state = cluster.put(FENCE.index, aliases=(FENCE.name,))
    cluster.before("update_aliases", lambda: state.aliases.clear())
    with pytest.raises(LeaseLost):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW, fence=FENCE)
    assert cluster.aliases == {NAMES.alias: [OLD]}


async def test_a_run_that_was_overtaken_and_finds_the_alias_moved_says_that_it_lost_the_lease(
    cluster: FakeCluster,
) -> None:
    cluster.put(FENCE.index)
    move(cluster, to=OTHER)()
    with pytest.raises(LeaseLost):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW, fence=FENCE)
    assert cluster.aliases == {NAMES.alias: [OTHER]}


async def test_a_run_that_holds_the_lease_and_finds_the_alias_moved_says_so(cluster: FakeCluster) -> None:
    move(cluster, to=OTHER)()
    cluster.put(FENCE.index, aliases=(FENCE.name,))
    with pytest.raises(SwapConflict, match=OTHER):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW, fence=FENCE)
    assert cluster.aliases == {NAMES.alias: [OTHER], FENCE.name: [FENCE.index]}


async def test_the_alias_moves(cluster: FakeCluster) -> None:
    await swap(cluster, NAMES.alias, old=OLD, new=NEW)
    assert cluster.aliases == {NAMES.alias: [NEW]}


async def test_the_first_swap_makes_the_alias(cluster: FakeCluster) -> None:
    cluster.state[OLD].aliases.clear()
    await swap(cluster, NAMES.alias, old=None, new=NEW)
    assert cluster.aliases == {NAMES.alias: [NEW]}


async def test_an_alias_moved_since_is_left_where_it_is(cluster: FakeCluster) -> None:
    with pytest.raises(SwapConflict, match=OLD):
        await swap(cluster, NAMES.alias, old=OTHER, new=NEW)
    assert cluster.aliases == {NAMES.alias: [OLD]}


async def test_an_alias_that_appeared_meanwhile_is_left_where_it_is(cluster: FakeCluster) -> None:
    with pytest.raises(SwapConflict, match="named nothing"):
        await swap(cluster, NAMES.alias, old=None, new=NEW)
    assert cluster.aliases == {NAMES.alias: [OLD]}


def move(cluster: FakeCluster, *, to: str) -> Callable[[], None]:
    def action() -> None:
        for name, index in cluster.state.items():
            index.aliases = {NAMES.alias} if name == to else set()

    return action


async def test_an_alias_moved_in_the_very_moment_makes_the_whole_call_fail(cluster: FakeCluster) -> None:
    cluster.before("update_aliases", move(cluster, to=OTHER))
    with pytest.raises(SwapConflict, match=OTHER):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW)
    assert cluster.aliases == {NAMES.alias: [OTHER]}


async def test_a_second_first_swap_in_the_very_moment_fails_whole(cluster: FakeCluster) -> None:
    cluster.state[OLD].aliases.clear()
    cluster.before("update_aliases", move(cluster, to=OTHER))
    with pytest.raises(SwapConflict, match=OTHER):
        await swap(cluster, NAMES.alias, old=None, new=NEW)
    assert cluster.aliases == {NAMES.alias: [OTHER]}


async def test_an_answer_that_was_lost_is_looked_up(cluster: FakeCluster) -> None:
    def lose() -> None:
        raise ConnectionLost("N/A", "connection reset", OSError())

    cluster.after("update_aliases", lose)
    await swap(cluster, NAMES.alias, old=OLD, new=NEW, backoff=AT_ONCE)
    assert cluster.aliases == {NAMES.alias: [NEW]}


async def test_a_cluster_that_goes_away_in_the_very_moment_leaves_it_open_whether_the_alias_moved(
    cluster: FakeCluster,
) -> None:
    lost = [ConnectionLost("N/A", "connection reset", OSError())] * AT_ONCE.attempts
    cluster.fail("update_aliases", *lost)
    with pytest.raises(SwapUnanswered, match=f"{NEW}' is complete and may be live"):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW, backoff=AT_ONCE)


async def test_who_is_stopped_in_the_middle_of_a_swap_first_learns_what_became_of_it(
    cluster: FakeCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, arrived, update_aliases = asyncio.Event(), asyncio.Event(), cluster.indices.update_aliases

    async def slowly(*, body: Any) -> None:
        asked.set()
        await arrived.wait()
        await update_aliases(body=body)

    monkeypatch.setattr(cluster.indices, "update_aliases", slowly)
    swapping = asyncio.create_task(swap(cluster, NAMES.alias, old=OLD, new=NEW))
    await asked.wait()
    swapping.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not swapping.done()
    arrived.set()
    with pytest.raises(asyncio.CancelledError):
        await swapping
    assert cluster.aliases == {NAMES.alias: [NEW]}


async def test_a_new_index_that_is_gone_is_no_conflict(cluster: FakeCluster) -> None:
    del cluster.state[NEW]
    with pytest.raises(IndexMissing, match=NEW):
        await swap(cluster, NAMES.alias, old=OLD, new=NEW)
    assert cluster.aliases == {NAMES.alias: [OLD]}


async def test_an_index_with_the_name_of_the_alias_is_never_touched(cluster: FakeCluster) -> None:
    cluster.state[OLD].aliases.clear()
    cluster.put(NAMES.alias)
    with pytest.raises(AliasTaken, match="RAG_ALIAS"):
        await swap(cluster, NAMES.alias, old=None, new=NEW)
    assert NAMES.alias in cluster.state
