"""No more documents a second than the operator allows."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeVar

T = TypeVar("T")

BURST_SECONDS: Final = 0.1
"""What an idle moment may save up; naps of this length also keep the waiting cheap."""


class Throttle:
    """Lets `per_second` items pass in every second, and after an idle moment a tenth of a second's worth at once.

    The generic cell rate algorithm (ITU-T I.371): each item has a time it is due, one interval after the last one's,
    and may be early by what the burst allows.
    """

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = 1 / per_second
        self._early = max(0.0, BURST_SECONDS - self._interval)
        self._clock = clock
        self._sleep = sleep
        self._due = clock()

    async def wait(self) -> None:
        """Return once the next item may pass."""
        now = self._clock()
        self._due = max(self._due, now - self._early)
        if self._due > now:
            await self._sleep(self._due - now + self._early)
        self._due += self._interval


async def throttled(items: AsyncGenerator[T, None], throttle: Throttle) -> AsyncGenerator[T, None]:
    """The items, each once `throttle` lets it pass."""
    async with aclosing(items):
        async for item in items:
            await throttle.wait()
            yield item
