"""What GigaChat is asked and what it answers, over connections and with access tokens of our own.

Wire: https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-chat and …/post-token. The client of the
library is not used, only its messages: it reads every GIGACHAT_* variable it was not told the like of, one that
switches the check of certificates off among them; it parts lines at characters that JSON may hold (U+2028), has one
timeout for everything, and logs what it cannot read. Needs the extra `gigachat`.
"""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

import gigachat.models as gm
import httpx
import orjson
from gigachat.api.auth import auth_async
from gigachat.exceptions import ResponseError
from gigachat.models.auth import AccessToken

from runtime.llm.event_stream import EventStream, EventTooLong
from runtime.llm.failures import Advice, Failures
from shared.proxy import way_to
from shared.retry import asked_wait

_RENEWED_EARLY_SECONDS: Final = 60.0
"""Before its end a token is no longer used: a question that begins with it has to arrive with it."""

_UNAUTHORIZED: Final = 401
_UNEXPLAINED: Final = (400, 422)
"""May be of a parameter or of a prompt, and a prompt must not be able to switch a provider off. Statuses:
https://developers.sber.ru/docs/ru/gigachat/api/errors-description."""

_FINISH: Final = {"blacklist": "content_filter"}
"""`blacklist`: the subject of the question is one it does not speak of (post-chat, `finish_reason`)."""

_HEADERS: Final = {
    "content-type": "application/json",
    "accept": "text/event-stream",
    # Compressed, tokens would wait for one another.
    "accept-encoding": "identity",
    "user-agent": "vitrina",
}


class AccessTokens:
    """One access token for all questions, renewed before its end by the first question that needs it."""

    def __init__(self, request: Callable[[], Awaitable[AccessToken]]) -> None:
        self._request = request
        self._token: AccessToken | None = None
        self._renewing = asyncio.Lock()

    async def current(self, *, refused: str | None = None) -> str:
        """A token that lasts; another one than `refused`. Raises what the request for one raises."""
        async with self._renewing:
            token = self._token
            if token is None or token.access_token == refused or _ends(token) <= time.time():
                # A request that fails, or is left, leaves none behind that would be used once more.
                self._token = None
                self._token = token = await self._request()
            return token.access_token


class GigaChatWire:
    """The one method of the library's client that its LangChain model calls to stream."""

    def __init__(
        self,
        model: str,
        *,
        base_url: str,
        auth_url: str,
        scope: str,
        key: str,
        connect_timeout: float,
        gap_timeout: float,
        tls: ssl.SSLContext | None,
        advice: Advice,
    ) -> None:
        """key: the authorization key. tls: whom it trusts, None = the authorities of this machine."""
        self._model = model
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self.failures = Failures(model, advice, way_to(base_url))
        self._token_failures = Failures(model, advice, way_to(auth_url))
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(gap_timeout, connect=connect_timeout),
            # How many questions there may be is settled where they come in.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
            verify=tls or ssl.create_default_context(),
        )

        async def request() -> AccessToken:
            token = await auth_async(self._client, url=auth_url, credentials=key, scope=scope)
            if not (token.access_token.isascii() and token.access_token.isprintable()):
                raise ValueError("no header could hold it")
            return token

        self._tokens = AccessTokens(request)

    async def astream(self, payload: gm.Chat) -> AsyncGenerator[gm.ChatCompletionChunk, None]:
        """The chunks of an answer. Raises LlmUnavailable, LlmRefused, LlmMalformed."""
        given = payload.model_dump(exclude_none=True, by_alias=True)
        asked = {name: value for name, value in given.items() if value != []}
        body = orjson.dumps({**asked, "model": self._model, "stream": True})
        with _translated(self.failures):
            async with self._answer(body) as response:
                events = EventStream()
                async for packet in response.aiter_bytes():
                    for data in events.feed(packet):
                        if chunk := self._read(data):
                            yield chunk
                for data in events.flush():
                    if chunk := self._read(data):
                        yield chunk

    async def aclose(self) -> None:
        await self._client.aclose()

    @asynccontextmanager
    async def _answer(self, body: bytes) -> AsyncIterator[httpx.Response]:
        """The answer to `body`; a token that is refused before its end is renewed, once."""
        token = await self._token()
        async with self._post(body, token) as response:
            if response.status_code != _UNAUTHORIZED:
                yield self._accepted(response)
                return
        async with self._post(body, await self._token(refused=token)) as response:
            yield self._accepted(response)

    @asynccontextmanager
    async def _post(self, body: bytes, token: str) -> AsyncIterator[httpx.Response]:
        headers = {**_HEADERS, "authorization": f"Bearer {token}"}
        async with self._client.stream("POST", self._url, content=body, headers=headers) as response:
            yield response

    def _accepted(self, response: httpx.Response) -> httpx.Response:
        status = response.status_code
        if status in _UNEXPLAINED:
            raise self.failures.unfit(status)
        if status != httpx.codes.OK:
            raise self.failures.by_status(status, retry_after=asked_wait(response.headers))
        if not response.headers.get("content-type", "").startswith("text/event-stream"):
            raise self.failures.malformed("no event stream")
        return response

    async def _token(self, *, refused: str | None = None) -> str:
        failures = self._token_failures
        try:
            with _translated(failures):
                return await self._tokens.current(refused=refused)
        except ResponseError as exc:
            wait = asked_wait(exc.headers) if exc.headers else None
            raise failures.without_token(exc.status_code, retry_after=wait) from exc
        except (ValueError, TypeError, KeyError) as exc:
            raise failures.malformed("no access token") from exc

    def _read(self, data: bytes) -> gm.ChatCompletionChunk | None:
        """A chunk; None for the mark of the end."""
        if data.strip() == b"[DONE]":
            return None
        try:
            found = orjson.loads(data)
            if isinstance(found, dict) and "choices" not in found:
                raise self.failures.reported(found.get("error") or {"code": found.get("status")})
            chunk = gm.ChatCompletionChunk.model_validate(found)
        except ValueError as exc:
            raise self.failures.malformed("no chunk") from exc
        for choice in chunk.choices:
            choice.finish_reason = _FINISH.get(choice.finish_reason or "", choice.finish_reason)
        return chunk


def _ends(token: AccessToken) -> float:
    """When it is no longer used, in seconds since the epoch."""
    return token.expires_at / 1000 - _RENEWED_EARLY_SECONDS


@contextmanager
def _translated(failures: Failures) -> Iterator[None]:
    try:
        yield
    except httpx.TimeoutException as exc:
        raise failures.timed_out() from exc
    except EventTooLong as exc:
        raise failures.malformed("a line without end") from exc
    except (httpx.HTTPError, ssl.SSLError) as exc:
        raise failures.unreachable(_why(exc)) from exc


def _why(error: BaseException) -> str:
    """What of it an operator can mend."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return "its TLS certificate is not trusted; its authority goes into ca_file"
        found = found.__cause__ or found.__context__
    return ""
