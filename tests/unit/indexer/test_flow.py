"""indexer.flow: as many at once as allowed, everything closed whatever happens."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from indexer.flow import bounded_map, grouped
from shared.errors import Terminal


class Numbers:
    """Counts what was read, and whether it was closed."""

    def __init__(self, count: int, *, fail_after: int | None = None) -> None:
        self._count = count
        self._fail_after = fail_after
        self.read = 0
        self.closed = False

    async def stream(self) -> AsyncGenerator[int, None]:
        try:
            for number in range(self._count):
                if number == self._fail_after:
                    raise Terminal("the source broke")
                self.read += 1
                yield number
        finally:
            self.closed = True


class Doubling:
    """`work` that only goes on when the test lets it."""

    def __init__(self, *, gate: asyncio.Event | None = None) -> None:
        self._gate = gate
        self.running = 0
        self.most = 0
        self.cancelled = 0

    async def work(self, number: int) -> int:
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await (self._gate.wait() if self._gate else asyncio.sleep(0))
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return 2 * number


async def turns(count: int = 20) -> None:
    """Let every task that can go on do so."""
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_every_item_is_worked_on_once_and_never_more_than_the_limit_at_a_time(limit: int) -> None:
    numbers, doubling = Numbers(20), Doubling()
    results = [result async for result in bounded_map(numbers.stream(), doubling.work, limit=limit)]
    assert sorted(results) == [2 * number for number in range(20)]
    assert doubling.most <= limit
    assert numbers.closed


async def test_nothing_in_is_nothing_out() -> None:
    assert [result async for result in bounded_map(Numbers(0).stream(), Doubling().work, limit=2)] == []


async def test_a_slow_reader_stops_the_source() -> None:
    numbers = Numbers(1000)
    results = bounded_map(numbers.stream(), Doubling().work, limit=3)
    assert await anext(results) == 0
    await turns()
    # Three finished or running, one that was taken by the reader, one read ahead.
    assert numbers.read <= 5
    await results.aclose()
    assert numbers.closed


async def test_a_slow_item_does_not_hold_up_the_others() -> None:
    slow = asyncio.Event()

    async def work(number: int) -> int:
        if number == 0:
            await slow.wait()
        return number

    results = bounded_map(Numbers(5).stream(), work, limit=2)
    assert [await anext(results) for _ in range(4)] == [1, 2, 3, 4]
    slow.set()
    assert [result async for result in results] == [0]


async def test_an_error_in_the_work_rises_bare_and_ends_everything() -> None:
    numbers, gate = Numbers(100), asyncio.Event()
    doubling = Doubling(gate=gate)

    async def work(number: int) -> int:
        if number == 2:
            raise Terminal("no")
        return await doubling.work(number)

    with pytest.raises(Terminal, match=r"^no$"):
        [result async for result in bounded_map(numbers.stream(), work, limit=4)]
    assert doubling.running == 0
    assert doubling.cancelled == doubling.most
    assert numbers.closed


async def test_an_error_of_the_source_rises_bare() -> None:
    numbers = Numbers(10, fail_after=3)
    with pytest.raises(Terminal, match="the source broke"):
        [result async for result in bounded_map(numbers.stream(), Doubling().work, limit=1)]
    assert numbers.closed


async def test_cancelling_the_reader_cancels_the_work_and_closes_the_source() -> None:
    numbers, doubling = Numbers(100), Doubling(gate=asyncio.Event())

    async def read() -> None:
        async for _ in bounded_map(numbers.stream(), doubling.work, limit=3):
            pass

    reader = asyncio.create_task(read())
    await turns()
    assert doubling.running == 3
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert (doubling.running, doubling.cancelled, numbers.closed) == (0, 3, True)


async def test_chained_maps_end_together() -> None:
    numbers = Numbers(1000)

    async def break_at(number: int) -> int:
        if number > 100:
            raise Terminal("second stage")
        return number

    first = bounded_map(numbers.stream(), Doubling().work, limit=4)
    with pytest.raises(Terminal, match="second stage"):
        [result async for result in bounded_map(first, break_at, limit=2)]
    assert numbers.closed
    assert numbers.read < 100


async def test_heavy_items_are_worked_on_few_at_a_time() -> None:
    gate = asyncio.Event()
    doubling = Doubling(gate=gate)
    results = bounded_map(Numbers(10).stream(), doubling.work, limit=10, weigh=lambda number: 4)
    first = asyncio.ensure_future(anext(results))
    await turns()
    assert doubling.running == 2
    gate.set()
    await first
    assert len([result async for result in results]) == 9


async def test_an_item_heavier_than_the_limit_goes_alone() -> None:
    doubling = Doubling()
    results = bounded_map(Numbers(5).stream(), doubling.work, limit=3, weigh=lambda number: 100)
    assert [result async for result in results] == [0, 2, 4, 6, 8]
    assert doubling.most == 1


@pytest.mark.parametrize("limit", [1, 3, 50])
async def test_groups_are_consecutive_and_never_too_heavy(limit: int) -> None:
    numbers = Numbers(20)
    groups = [group async for group in grouped(numbers.stream(), limit=limit, weigh=lambda number: 1 + number % 3)]
    assert [number for group in groups for number in group] == list(range(20))
    assert all(sum(1 + number % 3 for number in group) <= limit or len(group) == 1 for group in groups)
    assert numbers.closed


async def test_a_slow_reader_of_groups_stops_the_source() -> None:
    numbers = Numbers(1000)
    groups = grouped(numbers.stream(), limit=10)
    assert await anext(groups) == list(range(10))
    await turns()
    # One group ready, one full, one item read ahead.
    assert numbers.read <= 31
    await groups.aclose()
    assert numbers.closed


class Halting:
    """Two numbers, and then nothing until it may go on."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()

    async def stream(self) -> AsyncGenerator[int, None]:
        yield 0
        yield 1
        await self.go_on.wait()
        yield 2


async def test_an_unfinished_group_does_not_wait_for_a_slow_source() -> None:
    halting = Halting()
    groups = grouped(halting.stream(), limit=10, linger=0.0)
    assert [*await anext(groups)] == [0, 1]
    halting.go_on.set()
    assert [group async for group in groups] == [[2]]


async def test_without_linger_a_group_waits_to_be_full() -> None:
    halting = Halting()
    groups = grouped(halting.stream(), limit=10)
    waiting = asyncio.ensure_future(anext(groups))
    await turns()
    assert not waiting.done()
    halting.go_on.set()
    assert await waiting == [0, 1, 2]


async def test_an_error_of_the_source_ends_the_groups() -> None:
    numbers = Numbers(10, fail_after=5)
    groups = grouped(numbers.stream(), limit=2)
    with pytest.raises(Terminal, match="the source broke"):
        [group async for group in groups]
    assert numbers.closed


async def test_groups_may_be_read_by_one_task_after_another_while_one_task_reads_the_source() -> None:
    readers = set()

    async def source() -> AsyncGenerator[int, None]:
        for number in range(6):
            readers.add(asyncio.current_task())
            yield number

    groups = grouped(source(), limit=2)
    found = [await asyncio.create_task(read_one(groups)) for _ in range(3)]
    assert found == [[0, 1], [2, 3], [4, 5]]
    assert len(readers) == 1
    await groups.aclose()


async def read_one(groups: AsyncGenerator[list[int], None]) -> list[int]:
    return await anext(groups)
