"""The keys of a secrets file, looked at again while the service runs: revoking one takes no restart."""

import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from runtime.web.auth import ApiKey
from shared.errors import ConfigurationError

log = structlog.get_logger(__name__)

MAX_AGE_SECONDS: Final = 5.0
"""How long a revoked key goes on being accepted, at most."""

GRACE_SECONDS: Final = 60.0
"""How long a file may be gone, while somebody replaces it or mends a slip, before it counts as one without keys."""


class KeyFile:
    """The keys a secrets file holds right now, read when somebody asks and at most every `max_age` seconds.

    An empty file revokes every key, and so does one that stays away for `grace` seconds. A file that cannot be read
    or holds a mistake changes nothing, because a slip of the pen must not lock out the shop; it is logged once, and
    again when the file changes.
    """

    def __init__(
        self,
        read: Callable[[], str | None],
        parse: Callable[[str], Sequence[ApiKey]],
        *,
        setting: str,
        keys: Sequence[ApiKey] = (),
        max_age: float = MAX_AGE_SECONDS,
        grace: float = GRACE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """read: the file's text, None where there is no file. parse: its keys. Both raise ConfigurationError.

        setting: the file's name, for the log. keys: known from an earlier read. clock: seconds, monotonic.
        """
        self._read = read
        self._parse = parse
        self._setting = setting
        self._keys = tuple(keys)
        self._max_age = max_age
        self._grace = grace
        self._clock = clock
        self._looked_at = float("-inf")
        self._gone_since: float | None = None
        self._seen: tuple[str | None, str | None] | None = None

    def current(self) -> Sequence[ApiKey]:
        """The keys accepted now. Blocks for as long as a small file takes to read, and raises nothing."""
        now = self._clock()
        if now - self._looked_at >= self._max_age:
            self._looked_at = now
            self._look()
        return self._keys

    def _look(self) -> None:
        text, problem, keys = None, None, self._keys
        try:
            text = self._read()
            keys = self._keys_in(text)
        except ConfigurationError as exc:
            problem = str(exc)
        if (text, problem) == self._seen:
            return
        self._seen = text, problem
        if problem is not None:
            log.error("keys_not_renewed", setting=self._setting, problem=problem, kept=_names(keys))
        elif keys != self._keys:
            log.info("keys_renewed", setting=self._setting, accepted=_names(keys))
        self._keys = keys

    def _keys_in(self, text: str | None) -> tuple[ApiKey, ...]:
        if text is not None:
            self._gone_since = None
            return tuple(self._parse(text))
        self._gone_since = self._looked_at if self._gone_since is None else self._gone_since
        if self._keys and self._looked_at - self._gone_since < self._grace:
            raise ConfigurationError(
                [
                    f"{self._setting}: its file is gone from SECRETS_DIR; put it back, or its keys end {self._grace:g} "
                    "seconds after it was missed"
                ]
            )
        return ()


def _names(keys: Sequence[ApiKey]) -> list[str]:
    return [key.name for key in keys]
