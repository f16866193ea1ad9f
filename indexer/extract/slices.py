"""Several slices of one view into one bounded queue."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from indexer.extract.pages import Page

Slice = Callable[[], AsyncGenerator[Page, None]]


@dataclass(frozen=True, slots=True)
class _Ended:
    """A slice came to its end, or to `error`."""

    error: BaseException | None = None


async def merge_pages(slices: Sequence[Slice], *, waiting: int = 2) -> AsyncGenerator[Page, None]:
    """The pages of all slices as they come; at most `waiting` of them, and one in each slice's hands, at a time.

    The first error of any slice stops the others and rises here. Closing the generator stops them too.
    """
    queue: asyncio.Queue[Page | _Ended] = asyncio.Queue(maxsize=waiting)
    readers = [asyncio.create_task(_pump(read, queue)) for read in slices]
    try:
        open_slices = len(readers)
        while open_slices:
            received = await queue.get()
            if not isinstance(received, _Ended):
                yield received
            elif received.error is not None:
                raise received.error
            else:
                open_slices -= 1
    finally:
        for reader in readers:
            reader.cancel()
        await asyncio.gather(*readers, return_exceptions=True)


async def _pump(read: Slice, queue: asyncio.Queue[Page | _Ended]) -> None:
    try:
        async with aclosing(read()) as pages:
            async for page in pages:
                await queue.put(page)
    except Exception as error:  # Handed to the reader of the queue, which raises it.
        await queue.put(_Ended(error))
    else:
        await queue.put(_Ended())
