"""A circuit breaker: a service that fails again and again is left alone, but for a probe now and then.

    closed ──(`failures` in a row, one refusal, or an asked wait)──> open ──(a probe speaks)──> closed

While open, one call in `probe_seconds` is let through. A probe that says nothing about the service (the shopper left)
needs no verdict: the next one comes as if it had failed. After M. Nygard, "Release It!", circuit breaker.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NewType

Ticket = NewType("Ticket", int)
"""Which period of the breaker a call was let through in: what it learns counts in that period only."""

LONGEST_SECONDS: Final = 30.0
"""The longest a breaker stays open without a probe, so that a service that is back is found within that time."""


@dataclass(frozen=True, slots=True)
class BreakerRules:
    """failures: in a row, that open it. probe_seconds: from opening to the first probe, and between probes.
    refused_seconds: the same after a refusal, which somebody has to mend first.
    """

    failures: int = 5
    probe_seconds: float = 10.0
    refused_seconds: float = LONGEST_SECONDS


class Breaker:
    """The state of one service. clock: seconds, monotonic."""

    def __init__(self, *, clock: Callable[[], float], rules: BreakerRules | None = None) -> None:
        self._clock = clock
        self._rules = rules or BreakerRules()
        self._failures = 0
        self._period = 0
        self._next_probe: float | None = None
        """None while closed."""

    @property
    def lets_through(self) -> bool:
        """Whether `admit` would let a call through now."""
        return self._next_probe is None or self._clock() >= self._next_probe

    @property
    def is_open(self) -> bool:
        """Whether the last that is known of the service is that it fails."""
        return self._next_probe is not None

    @property
    def seconds_to_probe(self) -> float:
        """Until a call is let through again; 0 where one is now."""
        return 0.0 if self._next_probe is None else max(0.0, self._next_probe - self._clock())

    def admit(self) -> Ticket | None:
        """A ticket for one call; None while the service is left alone."""
        if not self.lets_through:
            return None
        if self._next_probe is not None:
            self._open(self._rules.probe_seconds)
        return Ticket(self._period)

    def spoke(self, ticket: Ticket) -> None:
        """The call has brought a first word: the service is there."""
        if ticket == self._period:
            self._next_probe = None

    def answered(self, ticket: Ticket) -> None:
        """The call came to a good end."""
        if ticket == self._period:
            self._failures = 0
            self._next_probe = None

    def failed(self, ticket: Ticket, *, retry_after: float | None = None) -> None:
        """The call failed in a way that may pass. retry_after: seconds the service asked to be left alone."""
        if ticket == self._period and self._next_probe is None:
            self._failures += 1
            if self._failures >= self._rules.failures:
                self._open(self._rules.probe_seconds)
        if retry_after:
            self._open(min(retry_after, LONGEST_SECONDS))

    def refused(self) -> None:
        """The service will not answer before somebody mends the configuration or the account."""
        self._open(self._rules.refused_seconds)

    def _open(self, seconds: float) -> None:
        """Open, or stay open, until `seconds` from now; never shorter than it was to be."""
        self._period += 1
        self._next_probe = max(self._next_probe or 0.0, self._clock() + seconds)
