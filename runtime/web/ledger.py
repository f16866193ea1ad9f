"""Sums of a day, kept where the rate limits are: in memory, or in a Redis all replicas share.

A Redis that is gone is done without: this replica goes on from the sums it last saw, and once Redis is back adds what
was spent meanwhile.
"""

import time
from collections.abc import Callable
from typing import Final

import structlog
from limits.errors import StorageError
from limits.storage import Storage, storage_from_string

from runtime.web.metrics import RATE_LIMIT_STORE_FAILURES
from runtime.web.rate_limit import STORE_TIMEOUT_SECONDS, ThreadlessMemory

log = structlog.get_logger(__name__)

EXPIRY_SECONDS: Final = 25 * 3_600
"""A day, and an hour for answers that are under way when it ends."""
AGAIN_SECONDS: Final = 2.0
"""Between looks whether a lost store is back."""


class Ledger:
    """Sums by name, which only ever live for a day. storage: `memory` or a Redis URL. clock: seconds, monotonic.

    Blocks for as long as a shared storage does, and is for one thread at a time.
    """

    def __init__(self, storage: str = "memory", *, clock: Callable[[], float] = time.monotonic) -> None:
        self._here: Storage = ThreadlessMemory("threadless://")
        self._shared = None if storage == "memory" else connect_storage(storage)
        self._clock = clock
        self._owed: dict[str, int] = {}
        self._again_at: float | None = None

    @property
    def blocks(self) -> bool:
        """Whether a sum may have to be waited for."""
        return self._shared is not None

    def add(self, name: str, amount: int) -> int:
        """The sum of `name` with `amount` added, which may be less than nothing."""
        if self._shared is None:
            return self._here.incr(name, EXPIRY_SECONDS, amount)
        if self._again_at is not None and self._clock() < self._again_at:
            return self._add_here(name, amount)
        try:
            self._tell_owed(self._shared)
            total = self._shared.incr(name, EXPIRY_SECONDS, amount)
        except StorageError:
            self._lose()
            return self._add_here(name, amount)
        if self._again_at is not None:
            self._again_at = None
            log.info("budget_store_back")
        self._here.incr(name, EXPIRY_SECONDS, total - self._here.get(name))
        return total

    def _add_here(self, name: str, amount: int) -> int:
        self._owed[name] = self._owed.get(name, 0) + amount
        return self._here.incr(name, EXPIRY_SECONDS, amount)

    def _tell_owed(self, shared: Storage) -> None:
        """Tell a store that is back what it has missed. Raises StorageError when it is not."""
        while self._owed:
            name = next(iter(self._owed))
            shared.incr(name, EXPIRY_SECONDS, self._owed[name])
            del self._owed[name]

    def _lose(self) -> None:
        RATE_LIMIT_STORE_FAILURES.inc()
        if self._again_at is None:
            log.warning("budget_store_lost", counting="in memory, each replica for itself")
        self._again_at = self._clock() + AGAIN_SECONDS


def connect_storage(url: str) -> Storage:
    """The shared storage at `url`, which nobody has asked anything yet. Raises limits' ConfigurationError."""
    waits = {"socket_timeout": STORE_TIMEOUT_SECONDS, "socket_connect_timeout": STORE_TIMEOUT_SECONDS}
    storage = storage_from_string(url, wrap_exceptions=True, **waits)
    assert isinstance(storage, Storage)
    return storage
