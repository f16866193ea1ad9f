"""The one retry loop: randomised exponential backoff that honours `Retry-After`.

Every client below it runs with its own retries switched off, so that attempts never multiply.
Full jitter: wait = uniform(0, min(cap, base * 2 ** (attempt - 1))), as in M. Brooker, "Exponential Backoff
And Jitter" (AWS Architecture Blog, 2015). A wait named by the other side is a lower bound, up to `longest_wait`.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TypeVar

import structlog
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_after_attempt

from shared.errors import Transient

log = structlog.get_logger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often and how patiently a transient failure is tried again.

    attempts: calls in all, the first one included. base, cap: seconds of the growing jitter window.
    longest_wait: the most seconds a `Retry-After` may ask for; a longer one ends the loop at once.
    """

    attempts: int = 6
    base: float = 0.5
    cap: float = 30.0
    longest_wait: float = 120.0


class Patience:
    """How long several workers together go on without a single success, whatever each one's attempts are.

    The clock starts with the first failure after a success: time in which nobody asked does not count.
    """

    def __init__(self, seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        """`now`: seconds, monotonic."""
        self.seconds = seconds
        self._now = now
        self._failing_since: float | None = None

    @property
    def spent(self) -> bool:
        """Whether it is time to give up."""
        return self._failing_since is not None and self._now() - self._failing_since >= self.seconds

    def succeed(self) -> None:
        """Somebody succeeded."""
        self._failing_since = None

    def fail(self) -> None:
        """Somebody met a failure that may pass."""
        if self._failing_since is None:
            self._failing_since = self._now()


def wait_seconds(attempt: int, *, backoff: Backoff, asked: float | None, jitter: float) -> float:
    """Seconds to wait after the failed call number `attempt` (from 1), with `jitter` in [0, 1)."""
    # Far beyond any cap the power itself would overflow.
    window = min(backoff.cap, backoff.base * 2.0 ** min(attempt - 1, 64))
    return max(jitter * window, asked or 0.0)


def asked_wait(headers: Mapping[str, str], *, now: Callable[[], float] = time.time) -> float | None:
    """Seconds an HTTP answer asks to wait, None when it does not or not legibly.

    Read from `retry-after-ms`, else `retry-after` in seconds or as a date (RFC 9110, 10.2.3); a date in the past
    asks for 0. `headers`: names in lower case, or a mapping that does not mind. `now`: seconds since the epoch.
    """
    for name, seconds_of in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        given = headers.get(name)
        if given is None:
            continue
        try:
            wait = float(given) * seconds_of
        except ValueError:
            continue
        return wait if wait >= 0 else None
    try:
        return max(0.0, parsedate_to_datetime(headers["retry-after"]).timestamp() - now())
    except (KeyError, ValueError, OverflowError):
        return None


async def retry(
    operation: Callable[[], Awaitable[T]],
    backoff: Backoff,
    *,
    patience: Patience | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    jitter: Callable[[], float] = random.random,
) -> T:
    """Run `operation` until it succeeds, a non-transient error rises, or the attempts or the `patience` are used up.

    Raises the last `Transient` when attempts run out or the asked wait exceeds `backoff.longest_wait`.
    """

    async def attempt() -> T:
        # The loop awaits only what it recognises as a coroutine function, and a lambda is none.
        result = await operation()
        if patience is not None:
            patience.succeed()
        return result

    def wait(state: RetryCallState) -> float:
        asked = _asked_wait(state)
        return wait_seconds(state.attempt_number, backoff=backoff, asked=asked, jitter=jitter())

    def stop(state: RetryCallState) -> bool:
        if patience is not None:
            patience.fail()
            if patience.spent:
                return True
        return stop_after_attempt(backoff.attempts)(state) or (_asked_wait(state) or 0) > backoff.longest_wait

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        seconds = state.next_action.sleep if state.next_action else 0.0
        log.warning("retrying", attempt=state.attempt_number, wait_seconds=round(seconds, 3), cause=str(error))

    retrying = AsyncRetrying(
        retry=retry_if_exception_type(Transient),
        wait=wait,
        stop=stop,
        sleep=sleep,
        before_sleep=tell,
        reraise=True,
    )
    return await retrying(attempt)


def _asked_wait(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.retry_after if isinstance(error, Transient) else None
