"""Any OpenAI-compatible `/v1/embeddings`, through the official client.

Wire: https://platform.openai.com/docs/api-reference/embeddings. The client is told not to retry and never parses
the answer (`wire` does).
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

import numpy as np
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, Timeout, omit
from pydantic import SecretStr

from shared.embedding.counting import TokenCounter
from shared.embedding.embedder import (
    AnswerLost,
    EmbeddingModel,
    EmbeddingRefused,
    EmbeddingUnavailable,
    OnAnswer,
    TextsRefused,
    Vector,
    Vectors,
)
from shared.embedding.providers import Encoding, counts_as_cl100k, encoding_at
from shared.embedding.quota import read_answer
from shared.embedding.vectors import require_words, unit_rows
from shared.embedding.wire import read_body
from shared.openai import OPENAI_URL
from shared.proxy import proxy_for
from shared.retry import asked_wait

_CONNECT_SECONDS: Final = 5.0
_SHOWN_CHARACTERS: Final = 300

_NEVER_SENT: Final = frozenset({"ConnectError", "ConnectTimeout", "PoolTimeout"})
"""By name: the client's HTTP library is its own affair, and has been another one before."""

_MAYBE_THE_TEXTS: Final = frozenset({400, 413, 422})

_CODES_NO_WAIT_HELPS: Final = frozenset({"insufficient_quota"})
"""OpenAI sends it as 429, like a rate limit, when the account is out of money."""


class OpenAIEmbedder:
    """`EmbeddingModel` through one endpoint; queries by their own model where there is one."""

    def __init__(
        self,
        model: EmbeddingModel,
        *,
        base_url: str | None,
        api_key: SecretStr | None,
        timeout: float = 30.0,
        encoding: Encoding | None = None,
    ) -> None:
        """Opens no connection yet. `encoding`: how vectors are asked for, None = by the host.

        Raises EmbeddingRefused when there is neither a key nor a base URL of one's own.
        """
        if api_key is None and base_url is None:
            raise EmbeddingRefused(
                "EMBEDDING_API_KEY: EMBEDDING_PROVIDER=openai needs a key (EMBEDDING_API_KEY or OPENAI_API_KEY), "
                "the address of a server that asks for none (EMBEDDING_BASE_URL), or EMBEDDING_PROVIDER=local."
            )
        if api_key is not None and not _fits_header(api_key.get_secret_value()):
            raise EmbeddingRefused("EMBEDDING_API_KEY (or OPENAI_API_KEY) holds a character that no key has.")
        self._model = model
        self._key = api_key.get_secret_value() if api_key else ""
        self._timeout = timeout
        self._url = base_url or OPENAI_URL
        self._proxy = proxy_for(self._url)
        self._encoding = encoding or encoding_at(self._url)
        self._counter = TokenCounter(exact=counts_as_cl100k(model.name, url=self._url))
        self._client = AsyncOpenAI(
            base_url=self._url,
            # The client insists on a key; a server that asks for none ignores it.
            api_key=self._key or "none",
            max_retries=0,
            timeout=Timeout(timeout, connect=min(timeout, _CONNECT_SECONDS)),
        )

    @property
    def model(self) -> EmbeddingModel:
        return self._model

    def count_tokens(self, text: str) -> int:
        """Exact for OpenAI's models; else an estimate that errs high and learns from what the provider counts."""
        return self._counter.count(text)

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        """Vectors of `texts` by one request, in order; limits are the caller's (`model`).

        Raises EmbeddingUnavailable, EmbeddingRefused, EmbeddingMalformed.
        """
        return await self._embed(texts, self._model.name, on_answer)

    async def embed_query(self, text: str) -> Vector:
        """Vector of one query. Raises as `embed_documents` does."""
        vector: Vector = (await self._embed([text], self._model.query_name or self._model.name, None))[0]
        return vector

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    @property
    def _source(self) -> str:
        return f"Embedding model {self._model.name!r} at {urlsplit(self._url).hostname}"

    async def _embed(self, texts: Sequence[str], name: str, on_answer: OnAnswer | None) -> Vectors:
        require_words(texts)
        model = self._model
        if not texts:
            return np.zeros((0, model.dimension), dtype=np.float32)
        content, headers = await self._fetch(texts, name, on_answer)
        body = read_body(content, count=len(texts), source=self._source)
        if on_answer is not None:
            on_answer(read_answer(headers, counted=body.counted))
        self._counter.learn(texts, body.counted)
        return unit_rows(body.vectors, count=len(texts), dimension=model.dimension, source=self._source)

    async def _fetch(
        self, texts: Sequence[str], name: str, on_answer: OnAnswer | None
    ) -> tuple[bytes, Mapping[str, str]]:
        try:
            # The client's timeout counts each read anew; this one is the wall clock's.
            async with asyncio.timeout(self._timeout):
                answer = await self._client.embeddings.with_raw_response.create(
                    # Where only one text a call is taken, it is taken as a string and not as a list.
                    input=texts[0] if self._model.batch_texts == 1 else list(texts),
                    model=name,
                    dimensions=self._model.dimension if _can_shorten(name) else omit,
                    encoding_format=self._encoding,
                )
        except TimeoutError as exc:
            raise AnswerLost(f"{self._source} did not answer within {self._timeout:g} s.") from exc
        except APIConnectionError as exc:
            # A timeout of the client's is one of these.
            kind = type(exc.__cause__ or exc).__name__
            cause = f"{kind}: {exc.__cause__ or exc}"
            failure = EmbeddingUnavailable if kind in _NEVER_SENT else AnswerLost
            told = f"{self._source} is out of reach ({self._shown(cause)}); check EMBEDDING_BASE_URL"
            raise failure(f"{told}, and {self._proxy.shown}." if self._proxy else f"{told}.") from exc
        except APIStatusError as exc:
            if on_answer is not None:
                on_answer(read_answer(exc.response.headers))
            raise self._translated(exc) from exc
        return answer.http_response.content, answer.headers

    def _translated(self, error: APIStatusError) -> EmbeddingUnavailable | EmbeddingRefused:
        status = error.status_code
        reason = f"{self._source} answered {status}"
        # The provider's words about a key repeat the key; those about anything else are what the operator needs.
        said = self._shown(_words_of(error)).rstrip(".")
        if _may_pass(error):
            return EmbeddingUnavailable(f"{reason}: {said}", retry_after=asked_wait(error.response.headers))
        match status:
            case 401:
                fix = "it does not accept the key; check EMBEDDING_API_KEY (or OPENAI_API_KEY)."
            case 403:
                fix = f"{said}. The key may not do this; check EMBEDDING_API_KEY (or OPENAI_API_KEY) and its rights."
            case 404:
                fix = f"{said}. Check EMBEDDING_MODEL, and that EMBEDDING_BASE_URL ends as the server's does (/v1)."
            case 429:
                fix = f"{said}. The account behind EMBEDDING_API_KEY (or OPENAI_API_KEY) has no quota left."
            case _:
                fix = f"{said}. Check EMBEDDING_MODEL and EMBEDDING_DIMENSION."
        # By its status alone a bad text looks like a bad parameter; whoever sent several texts can find out.
        refusal = TextsRefused if status in _MAYBE_THE_TEXTS else EmbeddingRefused
        return refusal(f"{reason}: {fix}")

    def _shown(self, text: str) -> str:
        masked = text.replace(self._key, "***") if self._key else text
        return masked[:_SHOWN_CHARACTERS]


def _fits_header(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _can_shorten(name: str) -> bool:
    """Whether the model takes `dimensions`: text-embedding-3 and its names at resellers ("openai/…")."""
    return "text-embedding-3" in name


def _words_of(error: APIStatusError) -> str:
    """The provider's own message, else the bare body (a proxy's page)."""
    told = error.body.get("message") if isinstance(error.body, dict) else None
    return str(told or error.message)


def _may_pass(error: APIStatusError) -> bool:
    if _CODES_NO_WAIT_HELPS & {error.code, error.type}:
        return False
    match error.response.headers.get("x-should-retry"):
        case "true":
            return True
        case "false":
            return False
        case _:
            return error.status_code in (408, 409, 425, 429) or error.status_code >= 500
