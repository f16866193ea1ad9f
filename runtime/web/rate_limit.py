"""Rate limits per key, else per visitor, else per address; counted in memory or in a Redis all replicas share.

slowapi does the counting and, when the store is down, goes on in memory.
"""

import logging
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

import structlog
from limits import parse as parse_rate
from limits.errors import StorageError
from limits.storage import MemoryStorage
from slowapi import Limiter
from slowapi.errors import RateLimitExceeded
from starlette.requests import Request

from runtime.errors import RateLimited
from runtime.web.auth import Caller
from runtime.web.callers import address_of, name_of
from runtime.web.headers import put_header
from runtime.web.metrics import RATE_LIMIT_STORE_FAILURES

log = structlog.get_logger(__name__)
# A refusal has its line of the access log, and a lost store ours; another one would cost a third of the refusal.
logging.getLogger("slowapi").setLevel(logging.ERROR)

STORE_TIMEOUT_SECONDS: Final = 0.25
"""slowapi talks to Redis from the event loop, so a slow Redis must cost little before memory takes over."""

SWEEP_SECONDS: Final = 1.0
"""Between looks for counters whose window is over."""

REFUSED_SECONDS: Final = 60.0
"""For which whoever was refused is refused unasked, if their window lasts so long."""
_MOST_REFUSED: Final = 10_000

Area = Literal["chat", "actions", "widget", "feedback"]


class ThreadlessMemory(MemoryStorage):
    """Counters in memory, swept by whoever counts: the library's own starts a thread for nearly every request to do so,
    which a request waits for longer than for anything else it does here.
    """

    STORAGE_SCHEME = ["threadless"]  # noqa: RUF012  # An instance variable to the library, which reads it off the class.

    def __init__(self, uri: str | None = None, *, sweep_seconds: float = SWEEP_SECONDS, **options: Any) -> None:
        super().__init__(uri, **options)
        self.timer.cancel()
        self.timer.join()
        self.timer = cast(threading.Timer, _Sweep(self.timer.function, every=sweep_seconds))


class _Sweep:
    """What the storage takes for the timer of its thread: alive, so that it starts none."""

    def __init__(self, sweep: Callable[[], object], *, every: float) -> None:
        self._sweep = sweep
        self._every = every
        self._due = time.monotonic() + every

    def is_alive(self) -> bool:
        if (now := time.monotonic()) >= self._due:
            self._due = now + self._every
            self._sweep()
        return True


class _OwnLimiter(Limiter):
    """slowapi without the `RATELIMIT_*` it reads from environment and `.env` by itself, which could switch it off."""

    def get_app_config(self, key: str, default_value: Any = None) -> Any:
        return default_value

    @property
    def store_is_lost(self) -> bool:
        """Whether the store cannot be reached, so that each replica counts for itself."""
        return self._storage_dead


@dataclass(frozen=True, slots=True)
class _Window:
    """A limit as it stands for `whose`: name and scope. reset_at: seconds since the epoch."""

    whose: tuple[str, str]
    amount: int
    remaining: int
    reset_at: float


_NEVER: Final[tuple[float, _Window | None]] = (0.0, None)


class RateLimit:
    """One budget, such as `20/minute`, shared by all routes of an area, for each who asks.

    storage: `memory` or a Redis URL. address_times: how many times as much all visitors of one address may ask
    together, so that a new token buys nothing beyond it; None = as much as each of them may. clock: seconds since the
    epoch.
    """

    def __init__(
        self,
        rate: str,
        *,
        area: Area,
        storage: str = "memory",
        address_times: int | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        shared = storage != "memory"
        options: dict[str, Any] = {"wrap_exceptions": True}
        if shared:
            options |= {"socket_timeout": STORE_TIMEOUT_SECONDS, "socket_connect_timeout": STORE_TIMEOUT_SECONDS}
        self._limiter = _OwnLimiter(
            key_func=limited_name,
            storage_uri=storage if shared else "threadless://",
            storage_options=options,
            in_memory_fallback_enabled=shared,
        )
        self._count = self._limiter.shared_limit(rate, scope=area)(_admit)
        self._area = area
        self._refused: dict[tuple[str, str], tuple[float, _Window | None]] = {}
        if address_times is not None:
            ceiling = _times(rate, address_times)
            # Counted after the other, which is the tighter one, and told where it is the one that is used up.
            self._count = self._limiter.shared_limit(
                ceiling, scope=_ceiling_of(area), key_func=limited_address, exempt_when=_has_key
            )(self._count)
        self._clock = clock
        self._lost = False

    def hit(self, request: Request) -> None:
        """Count `request` and put the budget's state on its answer. Raises RateLimited."""
        self._refuse_known(request)
        try:
            self._count(request=request)
        except RateLimitExceeded as exc:
            window = self._window(request)
            if window is not None and not self._limiter.store_is_lost:
                self._remember(window)
            raise self._refusal(request, window) from exc
        finally:
            self._watch_store()
        self._tell(request, self._window(request))

    def _refuse_known(self, request: Request) -> None:
        """Refuse whoever was refused a moment ago without asking the store again: a flood must not wear that out, nor
        the others' time. Raises RateLimited.
        """
        if not self._refused or self._lost:
            return
        names: list[tuple[str, str]] = [(limited_name(request), self._area)]
        if not _has_key(request):
            names.append((limited_address(request), _ceiling_of(self._area)))
        for name in names:
            until, window = self._refused.get(name, _NEVER)
            if self._clock() < until:
                raise self._refusal(request, window)

    def _remember(self, window: _Window) -> None:
        now = self._clock()
        if len(self._refused) >= _MOST_REFUSED:
            self._refused = {name: known for name, known in self._refused.items() if known[0] > now}
        self._refused[window.whose] = (min(window.reset_at, now + REFUSED_SECONDS), window)

    def _watch_store(self) -> None:
        """Count requests without the store, and tell once that it is gone and once that it is back."""
        lost = self._limiter.store_is_lost
        if lost:
            RATE_LIMIT_STORE_FAILURES.inc()
        if lost and not self._lost:
            log.warning("rate_limit_store_lost", counting="in memory, each replica for itself")
        elif self._lost and not lost:
            log.info("rate_limit_store_back")
        self._lost = lost

    def _window(self, request: Request) -> _Window | None:
        """The limit that was looked at; None where the store does not tell."""
        limit, (name, scope) = request.state.view_rate_limit
        try:
            reset_at, remaining = self._limiter.limiter.get_window_stats(limit, name, scope)
        except StorageError:
            log.warning("rate_limit_store_unreachable")
            return None
        return _Window((name, scope), limit.amount, remaining, reset_at)

    def _refusal(self, request: Request, window: _Window | None) -> RateLimited:
        wait = self._tell(request, window)
        return RateLimited(f"Too many requests; wait {wait} s.", retry_after=wait)

    def _tell(self, request: Request, window: _Window | None) -> int:
        """Write the `x-ratelimit-*` headers; gives the whole seconds until the limit is full again, at least 1."""
        if window is None:
            return 1
        wait = max(1, math.ceil(window.reset_at - self._clock()))
        put_header(request, "x-ratelimit-limit-requests", str(window.amount))
        put_header(request, "x-ratelimit-remaining-requests", str(window.remaining))
        put_header(request, "x-ratelimit-reset-requests", f"{wait}s")
        return wait


def limited_name(request: Request) -> str:
    """Whose budget a request is counted against."""
    return name_of(_caller(request), address_of(request))


def limited_address(request: Request) -> str:
    """The address whose budget a request is counted against, whoever asks from there."""
    return f"address:{address_of(request)}"


def _ceiling_of(area: Area) -> str:
    """What the ceiling of addresses is counted apart as."""
    return f"{area}-address"


def _has_key(request: Request) -> bool:
    return _caller(request).via == "key"


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def _times(rate: str, times: int) -> str:
    """So many times as much of `rate` in the same time."""
    parsed = parse_rate(rate)
    return f"{parsed.amount * times} per {parsed.multiples} {parsed.GRANULARITY.name}"


def _admit(request: Request) -> None:
    """What slowapi wraps: admission itself has nothing left to do."""
