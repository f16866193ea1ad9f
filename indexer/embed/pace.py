"""When the next embedding request may start, decided from what the last ones met. Pure: time comes as an argument.

Three brakes, each for what only it can see:
- stocks: what is left of the provider's quotas, by its `x-ratelimit-*` headers, so that a 429 hardly ever happens;
- concurrency: additive increase, multiplicative decrease (D.-M. Chiu and R. Jain, "Analysis of the Increase and
  Decrease Algorithms for Congestion Avoidance", 1989), after failures and growing latency, as in Vector's "Adaptive
  Request Concurrency";
- a pause for everyone: the wait that a refusal asked for, or a growing one while nothing succeeds at all.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from shared.embedding.quota import WINDOW_SECONDS, Allowance, Answer

START_CONCURRENCY: Final = 2
FAILURE_CUT: Final = 0.6
LATENCY_CUT: Final = 0.9
LATENCY_SPREAD: Final = 2.5
"""Mean deviations of latency that are not chance any more."""
LATENCY_MEMORY: Final = 0.4
"""Weight of the newest window in the smoothed latency."""
LEAST_SPREAD: Final = 0.1
"""Latency that differs by less than this share is the same."""
CROWDED: Final = 2.0
"""Times the best latency: more requests at once would only wait in the provider's queue."""
FORGET_BEST: Final = 1.001
"""Per window, so that a provider which became slower for good is not taken for crowded for ever."""

MARGIN_STEP: Final = 1.05
MOST_MARGIN: Final = 1.5
"""Added to all amounts after each refusal that the stocks did not foresee: the provider counts more than we do."""

PATIENCE: Final = 3
"""Failures in a row that are an outage and make everyone wait."""
FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 4.0
"""Seconds without a request in an outage; short, so that a service which is back is noticed soon."""


@dataclass(slots=True)
class Stock:
    """What is left of one quota: by the newest header, less what was sent since; unlimited while nothing is known."""

    rate: float = 0.0
    most: float = math.inf
    _left: float = math.inf
    _at: float = 0.0

    def limit_to(self, per_minute: float) -> None:
        """A quota that no header tells; a second's worth may be sent at once."""
        self.rate = per_minute / WINDOW_SECONDS
        self.most = self._left = max(1.0, self.rate)

    def left(self, now: float) -> float:
        """What may be sent now; below 0 when what is on its way may already be too much."""
        return min(self.most, self._left + self.rate * (now - self._at))

    def wait(self, amount: float, now: float) -> float:
        """Seconds until `amount` may be sent; more than the quota ever holds may be sent when it is whole."""
        missing = min(amount, self.most) - self.left(now)
        return missing / self.rate if missing > 0 else 0.0

    def change(self, amount: float, now: float) -> None:
        """`amount` was sent (below 0), or never arrived (above)."""
        self._left = self.left(now) + amount
        self._at = now

    def read(self, allowance: Allowance, *, on_the_way: float, now: float) -> None:
        """A header said `allowance` of the moment its request was counted; `on_the_way`: what was sent after it.

        Whether that has been counted by now is unknown, and neither is what came back meanwhile: the stock errs low
        by a moment's worth, always the same one, which delays the first request and slows down none.
        """
        self.most = allowance.limit
        self.rate = allowance.rate
        self._left = allowance.remaining - on_the_way
        self._at = now


@dataclass(slots=True)
class Latency:
    """Smoothed latency of whole windows; tells growth from chance."""

    mean: float | None = None
    spread: float = 0.0
    best: float = math.inf

    @property
    def is_crowded(self) -> bool:
        """Whether requests wait for each other at the provider."""
        return self.mean is not None and self.mean > CROWDED * self.best

    def grew(self, seconds: float) -> bool:
        """Whether a window of mean latency `seconds` was slower than those before; takes note of it."""
        self.best = min(self.best * FORGET_BEST, seconds)
        if self.mean is None:
            self.mean = seconds
            return False
        off = seconds - self.mean
        grew = off > LATENCY_SPREAD * max(self.spread, LEAST_SPREAD * self.mean)
        self.mean += LATENCY_MEMORY * off
        self.spread += LATENCY_MEMORY * (abs(off) - self.spread)
        return grew


@dataclass(slots=True)
class Ticket:
    """A request that was let through, numbered in the order they were.

    tokens: what it is expected to cost of the quota. answer: what the provider said, if it did.
    """

    number: int
    tokens: float
    started: float
    answer: Answer = field(default_factory=Answer)

    @property
    def told_quota(self) -> bool:
        """Whether the answer held a quota."""
        return self.answer.requests is not None or self.answer.tokens is not None


@dataclass(slots=True)
class Pace:
    """The decisions. most: requests at once, ever. limit: requests at once, now."""

    most: int
    limit: float = START_CONCURRENCY
    requests: Stock = field(default_factory=Stock)
    tokens: Stock = field(default_factory=Stock)
    _running: dict[int, Ticket] = field(default_factory=dict)
    _started: int = 0
    _newest: int = 0
    _latency: Latency = field(default_factory=Latency)
    _window: list[float] = field(default_factory=list)
    _was_full: bool = False
    _failures: int = 0
    _regain_to: float = 0.0
    _margin: float = 1.0
    _cut_at: float = -math.inf
    _paused_until: float = -math.inf

    def __post_init__(self) -> None:
        self.limit = min(self.limit, self.most)

    @property
    def has_room(self) -> bool:
        """Whether one more request may run beside the running ones."""
        return len(self._running) < int(self.limit)

    def wait(self, tokens: int, now: float) -> float:
        """Seconds until a request of `tokens` may start, if there is room."""
        quota = max(self.requests.wait(1, now), self.tokens.wait(tokens * self._margin, now))
        return max(0.0, self._paused_until - now, quota)

    def start(self, tokens: int, now: float) -> Ticket:
        """A request of `tokens` starts; each ticket ends by exactly one of `succeed`, `fail`, `leave`."""
        self._started += 1
        ticket = self._running[self._started] = Ticket(self._started, tokens * self._margin, now)
        self.requests.change(-1, now)
        self.tokens.change(-ticket.tokens, now)
        self._was_full |= not self.has_room
        return ticket

    def hear(self, ticket: Ticket, answer: Answer, now: float) -> None:
        """What the provider said to a running request; older news than the known ones are none."""
        ticket.answer = answer
        if ticket.number < self._newest:
            return
        later = [other.tokens for other in self._running.values() if other.number > ticket.number]
        if answer.requests is not None:
            self._newest = ticket.number
            self.requests.read(answer.requests, on_the_way=len(later), now=now)
        if answer.tokens is not None:
            self._newest = ticket.number
            self.tokens.read(answer.tokens, on_the_way=sum(later), now=now)

    def leave(self, ticket: Ticket) -> None:
        """A request ended in a way that tells nothing of the provider's load: refused for good, or cancelled."""
        del self._running[ticket.number]

    def succeed(self, ticket: Ticket, now: float) -> None:
        """A request was answered."""
        self.leave(ticket)
        self._failures = 0
        self._window.append(now - ticket.started)
        if self.limit < self._regain_to:
            # What an outage took comes back at the double speed of a slow start.
            self.limit = min(self.limit + 1, self._regain_to)
        if len(self._window) >= int(self.limit):
            self._end_window()

    def fail(self, ticket: Ticket, now: float, *, asked: float | None) -> None:
        """A request met a failure that may pass; `asked`: seconds the provider wants to be left alone."""
        self.leave(ticket)
        if not ticket.told_quota:
            # Most likely it was never counted; if it was, the next header says so.
            self.requests.change(1, now)
            self.tokens.change(ticket.tokens, now)
        if asked is not None:
            self._pause_until(now + asked)
            if ticket.told_quota:
                # The provider said what is left and when to come back: fewer at once would not help.
                self._margin = min(MOST_MARGIN, self._margin * MARGIN_STEP)
                return
        if ticket.started >= self._cut_at:
            # Requests that were on their way at the last cut tell nothing new.
            self._slow_down(now)

    def _slow_down(self, now: float) -> None:
        self._failures += 1
        if self._failures == 1:
            self._regain_to = self.limit * FAILURE_CUT
        if self._failures >= PATIENCE:
            self._pause_until(now + min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - PATIENCE, 16)))
        self._cut(FAILURE_CUT)
        self._cut_at = now

    def _pause_until(self, moment: float) -> None:
        self._paused_until = max(self._paused_until, moment)

    def _end_window(self) -> None:
        seconds = sum(self._window) / len(self._window)
        if self._latency.grew(seconds):
            self._cut(LATENCY_CUT)
        elif self._was_full and not self._latency.is_crowded:
            self.limit = min(self.most, self.limit + 1)
        self._window.clear()
        self._was_full = False

    def _cut(self, share: float) -> None:
        self.limit = max(1.0, self.limit * share)
        self._window.clear()
