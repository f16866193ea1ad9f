"""Requests and tokens a minute: the `x-ratelimit-*` headers of every answer, and the 429 beyond. Pure but for a clock.

Header names and their form: https://platform.openai.com/docs/guides/rate-limits.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Quota:
    """What a minute may hold; refilled evenly, so that a used-up quota comes back bit by bit."""

    requests: int = 10_000
    tokens: int = 10_000_000


@dataclass(frozen=True, slots=True)
class Standing:
    """After a request was counted: headers to send, and the seconds to wait if it was over the quota."""

    headers: dict[str, str]
    wait: float | None


class Meter:
    """Counts one lane's requests against its quota. Used by the server's thread only. granted: tokens taken so far."""

    def __init__(self, quota: Quota, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._requests = _Bucket(quota.requests, clock())
        self._tokens = _Bucket(quota.tokens, clock())
        self.granted = 0

    def change(self, quota: Quota) -> None:
        """Another quota from now on; what is left above it is lost."""
        now = self._clock()
        self._requests.resize(quota.requests, now)
        self._tokens.resize(quota.tokens, now)

    def count(self, tokens: int) -> Standing:
        """Take one request of `tokens`, or nothing when the quota does not hold it."""
        now = self._clock()
        wait = max(self._requests.wait(1, now), self._tokens.wait(tokens, now))
        if wait == 0.0:
            self._requests.take(1)
            self._tokens.take(tokens)
            self.granted += tokens
        headers = {**self._requests.headers("requests"), **self._tokens.headers("tokens")}
        return Standing(headers=headers, wait=wait or None)


class _Bucket:
    def __init__(self, size: int, now: float) -> None:
        self._size = size
        self._left = float(size)
        self._filled_at = now

    def wait(self, amount: int, now: float) -> float:
        """Seconds until `amount` is there; 0 when it is."""
        rate = self._size / _WINDOW_SECONDS
        self._left = min(self._size, self._left + (now - self._filled_at) * rate)
        self._filled_at = now
        return max(0.0, (amount - self._left) / rate)

    def take(self, amount: int) -> None:
        self._left -= amount

    def resize(self, size: int, now: float) -> None:
        self.wait(0, now)
        self._left = min(self._left, size)
        self._size = size

    def headers(self, unit: str) -> dict[str, str]:
        reset = (self._size - self._left) / self._size * _WINDOW_SECONDS
        return {
            f"x-ratelimit-limit-{unit}": str(self._size),
            f"x-ratelimit-remaining-{unit}": str(max(0, int(self._left))),
            f"x-ratelimit-reset-{unit}": f"{reset * 1000:.0f}ms" if reset < 1 else f"{reset:.3f}s",
        }
