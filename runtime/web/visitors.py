"""Visitors: shoppers without a key, told apart by a short-lived token that only we can have written.

A token is `<version>.<id>.<expiry>.<mac>`: a random id, seconds since the epoch, and HMAC-SHA256 over what stands
before it. It lets nobody in and says nothing about anybody; it only says whose limits a request is counted against.
"""

import hmac
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

HEADER: Final = "x-vitrina-visitor"
SECONDS: Final = 3_600
"""For which a token holds: a visit, and not much of another one."""

_VERSION: Final = "v1"
_ID_BYTES: Final = 12
_LONGEST: Final = 128
"""Characters of a token; ours have 78."""


@dataclass(frozen=True, slots=True)
class VisitorToken:
    """What a visitor sends along. expires_in: whole seconds."""

    text: str
    expires_in: int


class Visitors:
    """Writes and reads tokens. secret: shared by all replicas. clock: seconds since the epoch."""

    def __init__(
        self,
        secret: bytes,
        *,
        seconds: int = SECONDS,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_urlsafe(_ID_BYTES),
    ) -> None:
        self._secret = secret
        self._seconds = seconds
        self._clock = clock
        self._new_id = new_id

    def issue(self, known: str | None = None) -> VisitorToken:
        """A token for whoever was `known` by an earlier one, else for somebody new."""
        said = f"{_VERSION}.{known or self._new_id()}.{int(self._clock()) + self._seconds}"
        return VisitorToken(f"{said}.{self._mac(said)}", self._seconds)

    def find(self, headers: Headers) -> str | None:
        """The visitor's id; None without a token, and with one that is not ours, expired or there twice."""
        sent = headers.getlist(HEADER)
        if len(sent) != 1 or len(sent[0]) > _LONGEST:
            return None
        said, _, mac = sent[0].rpartition(".")
        # Bytes, because a header may hold anything, and text that is not ASCII cannot be compared so.
        if not hmac.compare_digest(self._mac(said).encode(), mac.encode("utf-8", "surrogateescape")):
            return None
        _, visitor, expiry = said.split(".")
        return visitor if int(expiry) > self._clock() else None

    def _mac(self, said: str) -> str:
        digest = hmac.digest(self._secret, said.encode("utf-8", "surrogateescape"), "sha256")
        return urlsafe_b64encode(digest).decode().rstrip("=")
