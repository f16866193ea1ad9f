"""Sums of a day, kept where the rate limits are: in memory, or in a Redis all replicas share.

A Redis that is gone is done without: this replica goes on from the sums it last saw, and once Redis is back adds what
was spent meanwhile.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

import structlog
from limits.errors import StorageError
from limits.storage import RedisStorage, Storage, storage_from_string

from runtime.web.metrics import RATE_LIMIT_STORE_FAILURES
from runtime.web.pledges import Pledges, new_pledge
from runtime.web.rate_limit import STORE_TIMEOUT_SECONDS, ThreadlessMemory

log = structlog.get_logger(__name__)

EXPIRY_SECONDS: Final = 25 * 3_600
"""A day, and an hour for answers that are under way when it ends."""
AGAIN_SECONDS: Final = 2.0
"""Between looks whether a lost store is back."""
LOOK_SECONDS: Final = 30.0
"""Between looks for what replicas that are gone had put aside."""


class Ledger:
    """Sums by name, which only ever live for a day. storage: `memory` or a Redis URL. clock: seconds, monotonic.
    now: seconds since the epoch.

    Blocks for as long as a shared storage does, and is for one thread at a time.
    """

    def __init__(
        self,
        storage: str = "memory",
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._here: Storage = ThreadlessMemory("threadless://")
        self._shared = None if storage == "memory" else connect_storage(storage)
        self._pledges = Pledges(self._shared, now=now) if isinstance(self._shared, RedisStorage) else None
        self._looked_at = float("-inf")
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
        if self._is_away:
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

    def put_aside(self, amounts: Mapping[str, int]) -> str:
        """Have others take the `amounts` off again, should this replica be killed; gives what to `redeem`, empty where
        nobody else could.
        """
        if self._pledges is None or self._is_away:
            return ""
        pledge = new_pledge(amounts)
        try:
            self._pledges.make(pledge)
        except StorageError:
            self._lose()
        return pledge

    def redeem(self, pledge: str) -> bool:
        """Whether it is left to this replica to take the amounts off."""
        try:
            return not pledge or (self._pledges is not None and not self._is_away and self._pledges.redeem(pledge))
        except StorageError:
            self._lose()
            return False

    def take_off_lost(self) -> None:
        """Take off what replicas that are gone had put aside."""
        if self._pledges is None or self._is_away or self._clock() < self._looked_at + LOOK_SECONDS:
            return
        self._looked_at = self._clock()
        try:
            for amounts in self._pledges.lost():
                for name, amount in amounts.items():
                    self.add(name, -amount)
        except StorageError:
            self._lose()

    @property
    def _is_away(self) -> bool:
        """Whether the store was lost just now, and is not asked."""
        return self._again_at is not None and self._clock() < self._again_at

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
