"""One door for all embedding requests of a run: `pace` decides, this waits."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final

from prometheus_client import Gauge

from indexer.embed.pace import Pace, Ticket
from shared.embedding.embedder import EmbeddingModel
from shared.embedding.quota import Answer
from shared.errors import Transient

MOST_CALLS: Final = 64
MOST_BATCHES: Final = 8
"""Requests at once: of one text each, or of many, which all lie in memory and would all be sent again after a crash."""

SHORTEST_SLEEP: Final = 0.001
LONGEST_SLEEP: Final = 1.0
"""Seconds before the door looks again; an answer meanwhile may have told of more quota."""

concurrency_now = Gauge("vitrina_embedding_concurrency", "Embedding requests that may run at once")


class Slot:
    """A request that was let through; tell it what the provider said (`embed_documents(on_answer=slot.hear)`)."""

    def __init__(self, pace: Pace, ticket: Ticket, clock: Callable[[], float]) -> None:
        self._pace = pace
        self._ticket = ticket
        self._clock = clock
        self.counted: int | None = None
        """Tokens the provider counted, None = not said."""

    def hear(self, answer: Answer) -> None:
        """Take note of quotas and counted tokens."""
        self.counted = answer.counted
        self._pace.hear(self._ticket, answer, self._clock())


class Limiter:
    """Lets requests through in the order they came, as many and as fast as the provider takes them.

    One attempt is one slot: a retry comes through the door again, so that a `Retry-After` holds up everyone.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`clock`: seconds, monotonic; `sleep` waits by the same clock."""
        self.most = MOST_CALLS if model.batch_texts == 1 else MOST_BATCHES
        """Requests at once, ever: what a caller needs as workers."""
        self._batch_tokens = model.batch_tokens
        self._pace = Pace(most=self.most)
        if model.requests_per_minute is not None:
            self._pace.requests.limit_to(model.requests_per_minute)
        self._clock = clock
        self._sleep = sleep
        self._door = asyncio.Lock()
        self._left = asyncio.Event()

    @property
    def concurrency(self) -> int:
        """Requests that may run at once now."""
        return int(self._pace.limit)

    @property
    def batch_tokens(self) -> int:
        """Tokens a request should have at most: half of what the account can ever send at once, if that is less."""
        return int(min(self._batch_tokens, max(1.0, self._pace.tokens.most / 2)))

    @asynccontextmanager
    async def slot(self, tokens: int) -> AsyncIterator[Slot]:
        """Wait for the turn of a request of `tokens`, and learn from how the block ends.

        A `Transient` raised in the block is the provider's sign to slow down; `retry_after` pauses everyone.
        """
        ticket = await self._enter(tokens)
        try:
            yield Slot(self._pace, ticket, self._clock)
        except Transient as failure:
            self._pace.fail(ticket, self._clock(), asked=failure.retry_after)
            raise
        except BaseException:
            self._pace.leave(ticket)
            raise
        else:
            self._pace.succeed(ticket, self._clock())
        finally:
            concurrency_now.set(self.concurrency)
            self._left.set()

    async def _enter(self, tokens: int) -> Ticket:
        # The lock's queue is the order of the requests; whoever holds it is the next one to go.
        async with self._door:
            while True:
                if not self._pace.has_room:
                    self._left.clear()
                    await self._left.wait()
                elif seconds := self._pace.wait(tokens, self._clock()):
                    await self._sleep(min(max(seconds, SHORTEST_SLEEP), LONGEST_SLEEP))
                else:
                    return self._pace.start(tokens, self._clock())
