"""A catalogue that is out of reach: how long a question waits for it, how often it is asked, what callers are told."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import structlog

from runtime.breaker import Breaker, Ticket
from runtime.errors import CatalogUnavailable
from runtime.web.metrics import count_degraded
from shared.errors import ConfigurationError, Transient
from shared.indices import UnreadableIndex
from shared.opensearch import AccessDenied, IndexMissing, TlsRefused, UnsuitableCluster

log = structlog.get_logger(__name__)

QUESTION_SECONDS: Final = 1.8
"""What the round trips of one question to OpenSearch may take together: a shopper is told within two seconds."""
RETRY_SECONDS: Final = 2
"""What an unreachable cluster may need to come back."""
NOT_YET_SECONDS: Final = 10
"""Until someone has run the indexer or mended the settings, at best."""


class Waiting:
    """What one question has waited for. without_vector: its vector did not come in time once, and is let be."""

    def __init__(self, limit: asyncio.Timeout) -> None:
        self._limit = limit
        self.without_vector = False

    @contextmanager
    def elsewhere(self) -> Iterator[None]:
        """What passes in here is no waiting for a search: the deadline moves on by as much."""
        until = self._limit.when()
        if until is None:
            yield
            return
        loop = asyncio.get_running_loop()
        left = until - loop.time()
        self._limit.reschedule(None)
        try:
            yield
        finally:
            self._limit.reschedule(loop.time() + left)


class ClusterGuard:
    """Stands between questions and a cluster that does not answer: a deadline for each question, and a breaker.

    While the breaker is open one question in ten seconds is let through: of all probes a question alone shows that
    questions are answered, and a shop with few of them is back with the first. seconds: of a question's round trips.
    clock: of the breaker; seconds, monotonic.
    """

    def __init__(self, *, seconds: float = QUESTION_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._breaker = Breaker(clock=clock)

    def problems(self) -> Sequence[str]:
        """Why questions are refused, a sentence for the operator; none when they are not."""
        if self._breaker.lets_through:
            return ()
        seconds = _whole(self._breaker.seconds_to_probe)
        return (
            f"OpenSearch did not answer the last questions; check OPENSEARCH_URL. It is asked in {seconds} s again.",
        )

    @asynccontextmanager
    async def question(self, store: str, *, patient: bool = False) -> AsyncIterator[Waiting]:
        """Around everything one question asks of the cluster; tells the caller that it is out of reach, and the log
        why. patient: whoever asks waits as long as it takes.

        Raises CatalogUnavailable.
        """
        ticket = self._breaker.admit()
        if ticket is None:
            raise self._unreachable(store)
        try:
            async with asyncio.timeout(None if patient else self._seconds) as limit:
                yield Waiting(limit)
        except (Transient, TimeoutError) as exc:
            self._fail(ticket, store, cause=str(exc) or f"no answer within {self._seconds:g} s")
            raise self._unreachable(store) from exc
        except (IndexMissing, UnreadableIndex, AccessDenied, TlsRefused, UnsuitableCluster, ConfigurationError) as exc:
            # A cluster that answers so is there: it is for somebody to mend, and a breaker would only hide it.
            self._succeed(ticket)
            count_degraded("catalog", store)
            log.warning("catalog_unusable", store=store, cause=str(exc))
            message = f"The catalogue of store {store!r} cannot be searched yet."
            raise CatalogUnavailable(message, retry_after=NOT_YET_SECONDS) from exc
        self._succeed(ticket)

    def _succeed(self, ticket: Ticket) -> None:
        was_open = self._breaker.is_open
        self._breaker.answered(ticket)
        if was_open and not self._breaker.is_open:
            log.info("catalog_back")

    def _fail(self, ticket: Ticket, store: str, *, cause: str) -> None:
        log.warning("catalog_unreachable", store=store, cause=cause)
        was_open = self._breaker.is_open
        self._breaker.failed(ticket)
        if self._breaker.is_open and not was_open:
            log.warning("catalog_down", cause=cause, probe_seconds=round(self._breaker.seconds_to_probe, 1))

    def _unreachable(self, store: str) -> CatalogUnavailable:
        count_degraded("catalog", store)
        seconds = _whole(self._breaker.seconds_to_probe) if self._breaker.is_open else RETRY_SECONDS
        return CatalogUnavailable("The catalogue cannot be reached right now.", retry_after=seconds)


def _whole(seconds: float) -> int:
    return max(1, math.ceil(seconds))
