"""Bounded concurrency between the stages of a run."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


class _End:
    """Marks the end of the results."""


async def bounded_map(
    items: AsyncGenerator[T, None], work: Callable[[T], Awaitable[R]], *, limit: int
) -> AsyncGenerator[R, None]:
    """`await work(item)` for every item, up to `limit` at once; results as they are finished, in no set order.

    Reads at most one item ahead of the work, and keeps at most `limit` items and unread results: whoever reads
    slowly slows the whole chain down instead of filling the memory. The first error ends everything, the
    source of the items included, and is raised as it is.
    """
    results: asyncio.Queue[R | _End] = asyncio.Queue()
    slots = asyncio.Semaphore(limit)

    async def finish(item: T) -> None:
        results.put_nowait(await work(item))

    async def drive() -> None:
        # One task reads the items from first to last: a generator may hold a task group or a timeout of its own.
        try:
            async with aclosing(items), asyncio.TaskGroup() as group:
                async for item in items:
                    await slots.acquire()
                    group.create_task(finish(item))
        finally:
            results.put_nowait(_End())

    driver = asyncio.create_task(drive())
    try:
        while not isinstance(result := await results.get(), _End):
            slots.release()
            yield result
        await driver
    except BaseExceptionGroup as group:
        raise first_error(group) from None
    finally:
        driver.cancel()
        await asyncio.gather(driver, return_exceptions=True)


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error inside a task group's, however deep; it alone started what the others followed."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
