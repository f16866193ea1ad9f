"""A provider with a quota, in virtual time: counts, refuses, slows down, falls silent."""

import asyncio
import random
from collections.abc import Awaitable, Callable

from indexer.embed.limiter import Limiter, Slot
from sandbox.openai_server.quota import Meter, Quota
from shared.embedding.embedder import EmbeddingUnavailable
from shared.embedding.quota import Answer, read_answer
from shared.retry import Backoff, retry


class QuotaProvider:
    """Answers after `latency` seconds, by its own count of tokens (times `dearness`); to be used on one loop.

    accepted: tokens of answered requests. calls, refused: attempts in all, and those that got a 429.
    """

    def __init__(self, quota: Quota, *, latency: float = 0.4, dearness: float = 1.0, tells: bool = True) -> None:
        self._clock = asyncio.get_running_loop().time
        self.meter = Meter(quota, clock=self._clock)
        self._latency = latency
        self._dearness = dearness
        self._tells = tells
        self._random = random.Random(7)
        self.down = False
        self.accepted = 0
        self.calls = 0
        self.refused = 0

    async def answer(self, tokens: int, slot: Slot) -> None:
        """One attempt. Raises EmbeddingUnavailable."""
        self.calls += 1
        await asyncio.sleep(self._latency / 20)
        if self.down:
            raise EmbeddingUnavailable("503")
        counted = int(tokens * self._dearness)
        standing = self.meter.count(counted)
        told = read_answer(standing.headers, counted=counted) if self._tells else Answer()
        if standing.wait is not None:
            self.refused += 1
            slot.hear(told)
            raise EmbeddingUnavailable("429", retry_after=standing.wait)
        await asyncio.sleep(self._latency * self._random.uniform(0.7, 1.3))
        self.accepted += counted
        slot.hear(told)


async def drive(
    provider: QuotaProvider,
    limiter: Limiter,
    *,
    tokens: int,
    script: Callable[[], Awaitable[None]],
) -> None:
    """Send requests of about `tokens` through `limiter` with as many workers as it wants, until `script` has ended."""
    sizes = random.Random(11)

    async def work() -> None:
        while True:
            size = int(tokens * sizes.uniform(0.7, 1.0))

            async def attempt(size: int = size) -> None:
                async with limiter.slot(size) as slot:
                    await provider.answer(size, slot)

            await retry(attempt, Backoff(attempts=1000, base=0.5, cap=10.0), jitter=sizes.random)

    workers = [asyncio.create_task(work()) for _ in range(limiter.most)]
    await script()
    for worker in workers:
        worker.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
