"""What is known of the service behind an embedding model: how long it usually takes, and whether it is left alone."""

from collections import deque
from collections.abc import Callable
from typing import Final

import structlog

from runtime.breaker import Breaker, Ticket
from shared.errors import AppError, Transient

log = structlog.get_logger(__name__)

ADDED_SECONDS: Final = 0.3
"""What a question waits for its vector beyond what is usual."""

LOOKED_BACK: Final = 20
"""Answers that say what is usual: enough that a slow one is among them, few enough that a new pace is soon learnt."""


class EmbeddingHealth:
    """Of one model, called `name`. clock: of its breaker; seconds, monotonic."""

    def __init__(self, name: str, *, clock: Callable[[], float]) -> None:
        self.breaker = Breaker(clock=clock)
        self._name = name
        self._took: deque[float] = deque(maxlen=LOOKED_BACK)

    def patience(self, deadline: float, *, added: float = ADDED_SECONDS) -> float:
        """Seconds a question waits: as long as the slowest of the last answers took and `added` more, `deadline` at
        most; all of that while nothing is known.
        """
        return min(deadline, max(self._took, default=deadline) + added)

    def succeed(self, ticket: Ticket, *, seconds: float) -> None:
        """A vector came after `seconds`."""
        self._took.append(seconds)
        was_open = self.breaker.is_open
        self.breaker.answered(ticket)
        if was_open and not self.breaker.is_open:
            log.info("embeddings_back", model=self._name)

    def fail(self, ticket: Ticket, failure: AppError | TimeoutError) -> None:
        """No vector came. One line tells of many failures: each question without a vector is counted."""
        cause = str(failure) or "no answer in time"
        log.debug("query_not_embedded", model=self._name, cause=cause)
        was_open = self.breaker.is_open
        self.breaker.failed(ticket, retry_after=failure.retry_after if isinstance(failure, Transient) else None)
        if self.breaker.is_open and not was_open:
            seconds = round(self.breaker.seconds_to_probe, 1)
            log.warning("embeddings_down", model=self._name, cause=cause, probe_seconds=seconds)
