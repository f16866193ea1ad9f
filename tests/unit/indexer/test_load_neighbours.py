"""indexer.load.neighbours: who counts as somebody else, and that one request at a time is written while they search."""

import asyncio

import pytest
from opensearchpy.exceptions import AuthorizationException, TransportError
from support.indices import FakeCluster
from support.senders import Seconds
from support.turns import some_turns

from indexer.load.neighbours import LOOK_SECONDS, NO_ANSWER_SECONDS, Neighbours, Turns, count_searches


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def neighbours(cluster: FakeCluster, clock: Seconds) -> Neighbours:
    return Neighbours(cluster, clock=clock)


async def look(neighbours: Neighbours, clock: Seconds) -> bool:
    """What it says after the next look."""
    clock.now += LOOK_SECONDS
    return await neighbours.quiet()


async def test_nothing_is_known_before_a_second_look(neighbours: Neighbours, clock: Seconds) -> None:
    assert not await neighbours.quiet()
    assert await look(neighbours, clock)


async def test_a_search_of_somebody_else_ends_the_quiet_and_is_forgotten(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    told = []
    for searched in (7, 7, 8, 8, 8, 9):
        cluster.nodes.searched = searched
        told.append(await look(neighbours, clock))
    assert told == [False, True, False, True, True, False]


async def test_our_own_searches_do_not_count(neighbours: Neighbours, clock: Seconds, cluster: FakeCluster) -> None:
    await look(neighbours, clock)
    cluster.nodes.searched = cluster.nodes.ours = 40
    assert await look(neighbours, clock)


async def test_between_two_looks_the_cluster_is_not_asked(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    await look(neighbours, clock)
    assert await look(neighbours, clock)
    cluster.nodes.searched = 1
    clock.now += LOOK_SECONDS / 2
    assert await neighbours.quiet()
    clock.now += LOOK_SECONDS / 2
    assert not await neighbours.quiet()


async def test_a_node_that_started_anew_is_not_quiet(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    cluster.nodes.searched = 100
    await look(neighbours, clock)
    cluster.nodes.searched = 0
    assert not await look(neighbours, clock)
    assert await look(neighbours, clock)


async def test_a_role_that_may_not_ask_is_never_quiet_and_asks_once(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    cluster.fail("searches", AuthorizationException(403, "security_exception", {}))
    assert [await look(neighbours, clock) for _ in range(3)] == [False] * 3


async def test_a_cluster_that_does_not_answer_is_left_alone_for_a_while(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    await look(neighbours, clock)
    cluster.fail("searches", TransportError(429, "too_many_requests", {}))
    told = [await look(neighbours, clock) for _ in range(3)]
    clock.now += NO_ANSWER_SECONDS
    assert [*told, await look(neighbours, clock), await look(neighbours, clock)] == [False] * 4 + [True]


async def test_a_search_that_is_under_way_is_somebodys(
    neighbours: Neighbours, clock: Seconds, cluster: FakeCluster
) -> None:
    await look(neighbours, clock)
    cluster.nodes.under_way = 1
    assert not await look(neighbours, clock)
    cluster.nodes.under_way = 0
    assert await look(neighbours, clock)


def test_nodes_without_search_statistics_count_nothing() -> None:
    ours = {"vitrina-indexer": {"query_total": 3, "query_current": 1}}
    searched = {"query_total": 10, "query_current": 1, "groups": ours}
    nodes = {"a": {"indices": {"search": searched}}, "b": {"indices": {}}, "c": {}}
    assert count_searches({"nodes": nodes | {"d": {"indices": {"search": {"query_total": 5}}}}}) == (12, 0)
    assert count_searches({}) == (0, 0)


async def most_at_once(line: Turns, *, count: int = 6) -> int:
    """How many of `count` turns, two of which wait at a time, were granted together."""
    writing = most = 0
    pair = asyncio.Semaphore(2)

    async def write() -> None:
        nonlocal writing, most
        async with pair, line.take():
            writing += 1
            most = max(most, writing)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            writing -= 1

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(write())
    return most


async def test_one_writes_while_somebody_searches_and_two_while_nobody_does() -> None:
    assert (await most_at_once(some_turns(quiet=False)), await most_at_once(some_turns(quiet=True))) == (1, 2)


async def test_once_somebody_searches_both_that_are_written_are_waited_for() -> None:
    quiet = True

    async def answer() -> bool:
        return quiet

    line = Turns(answer)
    async with asyncio.timeout(30):
        async with line.take():
            async with line.take():
                quiet = False
                third = asyncio.create_task(most_at_once(line, count=1))
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)
            assert not third.done()
        assert await third == 1


async def test_a_turn_that_fails_makes_room() -> None:
    line = some_turns()
    with pytest.raises(RuntimeError):
        async with line.take():
            raise RuntimeError
    assert await most_at_once(line) == 1


async def test_a_turn_nobody_waits_for_any_more_makes_room() -> None:
    line = some_turns()
    async with asyncio.timeout(30):
        async with line.take():
            waiting = asyncio.create_task(most_at_once(line, count=1))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        assert await most_at_once(line) == 1
