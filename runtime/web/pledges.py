"""What is put aside for answers that are under way, in the Redis all replicas share: what a replica that was killed had
put aside is given back by whoever looks after it has ended.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from limits.errors import StorageError
from limits.storage import RedisStorage

LIFETIME_SECONDS: Final = 900
"""More than any answer takes."""
_ID_BYTES: Final = 9


class Pledges:
    """Members of one sorted set, by when they end. now: seconds since the epoch. Raises limits' StorageError."""

    def __init__(self, storage: RedisStorage, *, now: Callable[[], float] = time.time) -> None:
        self._storage = storage
        self._key = storage.prefixed_key("budget/aside")
        self._now = now

    def make(self, pledge: str) -> None:
        """Put `pledge` there. One round trip."""
        self._ask("zadd", {pledge: self._now() + LIFETIME_SECONDS})

    def redeem(self, pledge: str) -> bool:
        """Whether it was still there; to one alone of all that ask. One round trip."""
        return bool(self._ask("zrem", pledge))

    def lost(self) -> Iterator[Mapping[str, int]]:
        """The amounts of every pledge that has ended and that nobody else redeems."""
        for pledge in self._ask("zrangebyscore", "-inf", self._now()):
            if self.redeem(pledge):
                yield json.loads(pledge)[1]

    def _ask(self, command: str, *given: Any) -> Any:
        try:
            return getattr(self._storage.get_connection(), command)(self._key, *given)
        except self._storage.base_exceptions as exc:
            raise StorageError(exc) from exc


def new_pledge(amounts: Mapping[str, int]) -> str:
    """One like no other. amounts: by name of the sum they were added to."""
    return json.dumps([secrets.token_urlsafe(_ID_BYTES), amounts])
