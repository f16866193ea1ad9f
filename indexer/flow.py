"""Bounded concurrency between the stages of a run."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _End:
    """Marks the end of the results."""


def alike(item: Any) -> int:
    """Every item weighs the same."""
    return 1


async def bounded_map(
    items: AsyncGenerator[T, None],
    work: Callable[[T], Awaitable[R]],
    *,
    limit: int,
    weigh: Callable[[T], int] = alike,
) -> AsyncGenerator[R, None]:
    """`await work(item)` for every item, items of `limit` weight at once; results as they finish, in no set order.

    Reads at most one item ahead of the work, and keeps at most `limit` of items and unread results: whoever reads
    slowly slows the whole chain down instead of filling the memory. An item of more weight than that goes alone. The
    first error ends everything, the source of the items included, and is raised as it is.
    """
    results: asyncio.Queue[tuple[R, int] | _End] = asyncio.Queue()
    scale = _Scale(limit)

    async def finish(item: T, weight: int) -> None:
        results.put_nowait((await work(item), weight))

    async def drive() -> None:
        # One task reads the items from first to last: a generator may hold a task group or a timeout of its own.
        try:
            async with aclosing(items), asyncio.TaskGroup() as group:
                async for item in items:
                    weight = weigh(item)
                    await scale.put(weight)
                    group.create_task(finish(item, weight))
        finally:
            results.put_nowait(_End())

    driver = asyncio.create_task(drive())
    try:
        while not isinstance(finished := await results.get(), _End):
            result, weight = finished
            scale.take(weight)
            yield result
        await driver
    except BaseExceptionGroup as group:
        raise first_error(group) from None
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)


async def grouped(
    items: AsyncGenerator[T, None],
    *,
    limit: int,
    weigh: Callable[[T], int] = alike,
    linger: float | None = None,
) -> AsyncGenerator[list[T], None]:
    """Consecutive items in groups of at most `limit` weight; an item of more weight is a group of its own.

    Whoever waits for a group gets an unfinished one after `linger` seconds, so that nothing lies here while the items
    come slowly. Reads at most one group and one item ahead. The groups may be read by one task after another: the
    items are read by a task of this generator's own.
    """
    groups: asyncio.Queue[list[T] | _End] = asyncio.Queue()
    room = asyncio.Semaphore(1)
    gathering: list[T] = []
    gathered = 0

    async def drive() -> None:
        nonlocal gathering, gathered
        try:
            async with aclosing(items):
                async for item in items:
                    weight = weigh(item)
                    if gathering and gathered + weight > limit:
                        await room.acquire()
                        groups.put_nowait(gathering)
                        # Only now: the reader may have taken what was gathered while there was no room.
                        gathering, gathered = [], 0
                    gathering.append(item)
                    gathered += weight
        finally:
            groups.put_nowait(_End())

    driver = asyncio.create_task(drive())
    try:
        while True:
            try:
                async with asyncio.timeout(linger):
                    group = await groups.get()
            except TimeoutError:
                group, gathering, gathered = gathering, [], 0
            else:
                if isinstance(group, _End):
                    break
                room.release()
            if group:
                yield group
        await driver
        if gathering:
            yield gathering
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)


class _Scale:
    """A semaphore for things of different weight, with one task that puts them on."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._lighter = asyncio.Event()

    async def put(self, weight: int) -> None:
        """Wait until there is room for `weight`; more than the limit waits for an empty scale."""
        while self._held and self._held + weight > self._limit:
            self._lighter.clear()
            await self._lighter.wait()
        self._held += weight

    def take(self, weight: int) -> None:
        self._held -= weight
        self._lighter.set()


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error inside a task group's, however deep; it alone started what the others followed."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
