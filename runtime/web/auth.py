"""Doors: who may ask. A door looks at headers only, so nobody is let in, or turned away, after work was done.

Keys are kept as SHA-256 of a long random text and compared as bytes in constant time.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from starlette.datastructures import Headers

from runtime.errors import SwitchedOff, Unauthorized

KEY_PREFIX = "vk_"
"""Lets people and secret scanners recognise a key; the log redaction knows it too."""

SECRET_BYTES = 32

SWITCHED_OFF_SECONDS = 60
"""When to look again whether the chat is back."""


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An accepted key. store: the only store view it sees, None = all. digest: hex SHA-256 of the key."""

    name: str
    store: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking. store: the only store view they see, None = all. visitor: id of whoever has no key and showed a
    token of ours (visitors.py).
    """

    name: str
    via: Literal["key", "origin", "open"]
    store: str | None = None
    visitor: str | None = None


class Door(Protocol):
    """Decides on headers alone who may come in."""

    def admit(self, headers: Headers) -> Caller:
        """The caller. Raises Unauthorized."""
        ...


class KeyRing:
    """The keys one door accepts. keys: those, or what gives the ones valid right now."""

    def __init__(self, keys: Sequence[ApiKey] | Callable[[], Sequence[ApiKey]]) -> None:
        self._current = keys if callable(keys) else lambda: keys

    def find(self, headers: Headers) -> ApiKey | None:
        """The key in `Authorization: Bearer …`, if it is one of ours. Raises Unauthorized where there are several."""
        sent = headers.getlist("authorization")
        if len(sent) > 1:
            # Which of them counts is for every proxy on the way to choose, and they do not choose alike.
            raise Unauthorized("Send one Authorization header.")
        scheme, _, credential = "".join(sent).partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = hash_key(credential.strip()).encode()
        found = None
        for key in self._current():
            # Every key is compared, so that the time taken says nothing about which one was near.
            if hmac.compare_digest(key.digest.encode(), digest):
                found = key
        return found


class ActionDoor:
    """Keys only."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def admit(self, headers: Headers) -> Caller:
        key = self._keys.find(headers)
        if key is None:
            raise Unauthorized("Send an accepted key as `Authorization: Bearer <key>`.")
        return Caller(name=key.name, via="key", store=key.store)


class ChatDoor:
    """An allowed origin, or a chat key, or anyone when `open_to_all`.

    own: origin that this service itself is reached at; browsers do not name the origin of what a page GETs from there.
    """

    def __init__(self, keys: KeyRing, *, origins: Sequence[str], open_to_all: bool, own: str | None = None) -> None:
        self._keys = keys
        self._origins = frozenset(origins)
        self._open = open_to_all
        self._own = own

    def admit(self, headers: Headers) -> Caller:
        key = self._keys.find(headers)
        if key is not None:
            return Caller(name=key.name, via="key", store=key.store)
        origin = self._origin(headers)
        if origin in self._origins:
            return Caller(name=origin, via="origin")
        if self._open:
            return Caller(name="anyone", via="open")
        raise Unauthorized("Ask from an allowed origin, or send an accepted key as `Authorization: Bearer <key>`.")

    def _origin(self, headers: Headers) -> str:
        """What the browser says the page is from; of several origins none."""
        sent = headers.getlist("origin")
        if not sent and self._own is not None and headers.getlist("sec-fetch-site") == ["same-origin"]:
            return self._own
        return sent[0] if len(sent) == 1 else ""


class ClosedDoor:
    """Nobody: the shop has switched the chat off."""

    def admit(self, headers: Headers) -> Caller:
        raise SwitchedOff("The shop has switched its assistant off.", retry_after=SWITCHED_OFF_SECONDS)


def mint_key() -> str:
    """A new random key."""
    return KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES)


def hash_key(key: str) -> str:
    """Hex SHA-256 of a key; header text of any bytes is accepted (ASGI decodes headers as latin-1)."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
