"""One question to an endpoint and the bytes of its answer, through aiohttp."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, cast

import orjson
from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientHttpProxyError,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    StreamReader,
    TCPConnector,
)

from runtime.llm.event_stream import LONGEST_LINE, EventStream, EventTooLong
from runtime.llm.failures import Failures
from runtime.llm.model import LlmFailure
from runtime.llm.silence import SilenceWatch
from shared.proxy import proxy_for
from shared.retry import asked_wait

_ERROR_BYTES: Final = 1 << 16
_ERROR_SECONDS: Final = 2.0
"""For the body of a refusal, of which the status has told nearly everything."""

_USAGE_SECONDS: Final = 2.0
"""Of silence between the finish reason and the token count: a shopper who has the whole answer waits for its end."""

_SETTLE_SECONDS: Final = 0.05
"""For the end of the body, which mostly comes with the last chunk; a connection that is read to it serves again."""

_KEEP_ALIVE_SECONDS: Final = 4.0
"""Servers close a connection that nobody uses after five (uvicorn, vLLM, Node); no question is to be what notices."""

_READ_AHEAD: Final = 1 << 13
"""Bytes that may wait for a slow reader, of which aiohttp takes the double at most, before the provider has to."""

_HEADERS: Final = {
    "content-type": "application/json",
    "accept": "text/event-stream, application/json",
    # Compressed, tokens would wait for one another.
    "accept-encoding": "identity",
    "user-agent": "vitrina",
}


class Endpoint:
    """Where questions go. Connections that an answer was read to its end from are used again; `aclose` closes them."""

    def __init__(
        self,
        url: str,
        *,
        headers: Mapping[str, str],
        connect_timeout: float,
        gap_timeout: float,
        tls: ssl.SSLContext | None,
        failures: Failures,
    ) -> None:
        """Opens nothing yet: connections belong to the loop that the first question is asked in."""
        self._url = url
        self._headers = {**_HEADERS, **headers}
        self._connect_timeout = connect_timeout
        self._gap_timeout = gap_timeout
        self._tls = tls
        self._failures = failures
        self._session: ClientSession | None = None

    @asynccontextmanager
    async def ask(self, body: bytes) -> "AsyncIterator[Answer]":
        """Post `body`; the answer's connection closes with the context, at once if it was not read to its end.

        Raises LlmUnavailable, LlmRefused, LlmMalformed.
        """
        asked_at = asyncio.get_running_loop().time()
        response = await self._post(body)
        del body
        watch = SilenceWatch(self._gap_timeout, response.close, since=asked_at)
        try:
            if response.status != 200:
                raise await self._refusal(response)
            if response.content_type == "text/html":
                raise self._failures.malformed("a web page; check OPENAI_BASE_URL")
            yield Answer(response, watch, self._failures)
        finally:
            watch.stop()
            response.close()

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _post(self, body: bytes) -> ClientResponse:
        """The answer's status and headers."""
        try:
            session = self._session = self._session or self._open_session()
            async with asyncio.timeout(self._gap_timeout):
                # Elsewhere than where it was told to go, a key must not go.
                return await session.post(self._url, data=body, headers=self._headers, allow_redirects=False)
        except TimeoutError as exc:
            raise self._failures.timed_out() from exc
        except ClientConnectorCertificateError as exc:
            raise self._failures.unreachable("its TLS certificate is not trusted") from exc
        except ClientHttpProxyError as exc:
            raise self._failures.unreachable(f"the proxy answered with status {exc.status}") from exc
        except ClientResponseError as exc:
            raise self._failures.malformed("no HTTP answer") from exc
        except ValueError as exc:
            # Of aiohttp's: a key that ends in a line break, say.
            raise self._failures.unsendable() from exc
        except (ClientError, OSError) as exc:
            raise self._failures.unreachable() from exc

    async def _refusal(self, response: ClientResponse) -> LlmFailure:
        body = b""
        with suppress(TimeoutError, ClientError, OSError):
            async with asyncio.timeout(_ERROR_SECONDS):
                body = await _beginning(response.content)
        return self._failures.by_status(
            response.status, retry_after=asked_wait(response.headers), error=_error_in(body)
        )

    def _open_session(self) -> ClientSession:
        return ClientSession(
            # Each answer is a connection, and how many there may be is settled where questions come in.
            connector=TCPConnector(limit=0, ssl=self._tls or True, keepalive_timeout=_KEEP_ALIVE_SECONDS),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=None, connect=self._connect_timeout),
            read_bufsize=_READ_AHEAD,
            # Not `trust_env`, which looks at the environment anew in a thread for every question, and at ~/.netrc,
            # where an entry for the host makes it refuse our own key.
            proxy=proxy.url if (proxy := proxy_for(self._url)) else None,
        )


class Answer:
    """The data that an endpoint answers with, as it comes."""

    def __init__(self, response: ClientResponse, watch: SilenceWatch, failures: Failures) -> None:
        self._content = response.content
        self._watch = watch
        self._failures = failures
        self._parts: EventStream | _WholeBody = EventStream()
        self._may_be_whole = response.content_type == "application/json"
        self._ended = False
        self._broken: Exception | None = None

    async def hear(self) -> list[bytes]:
        """What came since, at least one piece of data; empty at the end.

        Raises LlmUnavailable when the provider is silent for too long or the connection breaks, LlmMalformed.
        """
        if self._broken:
            raise self._failures.unreachable() from self._broken
        self._watch.wait()
        try:
            while not self._ended:
                if payloads := await self._next_packet():
                    self._watch.hear()
                    return payloads
        except EventTooLong as exc:
            raise self._failures.malformed("a line without end") from exc
        return []

    def hasten(self) -> None:
        """The answer is whole: wait for what may still come, but not for long."""
        self._watch.hasten(_USAGE_SECONDS)

    async def settle(self) -> None:
        """Read what follows the last of the data, so that the connection can serve again."""
        with suppress(TimeoutError, ClientError, OSError):
            async with asyncio.timeout(_SETTLE_SECONDS):
                while not self._broken and await self._content.readany():
                    pass

    async def _next_packet(self) -> list[bytes]:
        try:
            packet = await self._content.readany()
        except (ClientError, OSError) as exc:
            if self._watch.over:
                raise self._failures.timed_out() from exc
            self._broken = exc
            if payloads := self._parts.feed(self._unread()):
                return payloads
            raise self._failures.unreachable() from exc
        if self._may_be_whole and packet.strip():
            # Some give that type to streams, too; some send blanks to keep a connection open while they think.
            self._may_be_whole = False
            if packet.lstrip().startswith(b"{"):
                self._parts = _WholeBody()
        if packet:
            return self._parts.feed(packet)
        self._ended = True
        return self._parts.flush()

    def _unread(self) -> bytes:
        """What had come before the connection broke, while the reader was busy: aiohttp would let it get lost."""
        self._content.set_exception(cast(Exception, None))
        return self._content.read_nowait()


class _WholeBody:
    """An answer that is no stream, taken for one event."""

    def __init__(self) -> None:
        self._body = bytearray()

    def feed(self, packet: bytes) -> list[bytes]:
        self._body += packet
        if len(self._body) > LONGEST_LINE:
            raise EventTooLong
        return []

    def flush(self) -> list[bytes]:
        return [bytes(self._body)]


async def _beginning(content: StreamReader) -> bytes:
    """The first bytes of a refusal's body, enough for an error object."""
    body = bytearray()
    while len(body) < _ERROR_BYTES and (packet := await content.readany()):
        body += packet
    return bytes(body[:_ERROR_BYTES])


def _error_in(body: bytes) -> Any:
    """The error object of a body; None where there is none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return found.get("error") if isinstance(found, dict) else None
