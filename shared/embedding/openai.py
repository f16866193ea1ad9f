"""Any OpenAI-compatible `/v1/embeddings`, through the official client.

Wire: https://platform.openai.com/docs/api-reference/embeddings. The client is told not to retry and never parses
the answer: vectors are read from the bytes, because building an object per number costs more than the network.
"""

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

import numpy as np
import orjson
from numpy.typing import NDArray
from openai import APIConnectionError, APIStatusError, AsyncOpenAI, Timeout, omit
from pydantic import SecretStr

from shared.embedding.embedder import (
    EmbeddingMalformed,
    EmbeddingModel,
    EmbeddingRefused,
    EmbeddingUnavailable,
    Vector,
    Vectors,
)
from shared.embedding.tokens import estimate_tokens
from shared.embedding.vectors import require_words, unit_rows
from shared.openai import OPENAI_URL
from shared.retry import asked_wait

_CONNECT_SECONDS = 5.0
_SHOWN_CHARACTERS = 300
_BASE64_HOSTS = ("api.openai.com", ".openai.azure.com")
"""Hosts known to take `encoding_format: base64`; some compatible servers refuse it, all answer floats."""

_CODES_NO_WAIT_HELPS = frozenset({"insufficient_quota"})
"""OpenAI sends it as 429, like a rate limit, when the account is out of money."""


class OpenAIEmbedder:
    """`EmbeddingModel` through one endpoint; documents and queries are embedded alike."""

    def __init__(
        self,
        model: EmbeddingModel,
        *,
        base_url: str | None,
        api_key: SecretStr | None,
        timeout: float = 30.0,
        encoding: Literal["base64", "float"] | None = None,
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
        self._encoding = encoding or _encoding_for(self._url)
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
        """An estimate that errs high."""
        return estimate_tokens(text)

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts` by one request, in order; limits are the caller's (`model`).

        Raises EmbeddingUnavailable, EmbeddingRefused, EmbeddingMalformed.
        """
        require_words(texts)
        if not texts:
            return np.zeros((0, self._model.dimension), dtype=np.float32)
        body = await self._fetch(list(texts))
        return unit_rows(
            _read_vectors(body, count=len(texts), source=self._source),
            count=len(texts),
            dimension=self._model.dimension,
            source=self._source,
        )

    async def embed_query(self, text: str) -> Vector:
        """Vector of one query. Raises as `embed_documents` does."""
        vector: Vector = (await self.embed_documents([text]))[0]
        return vector

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    @property
    def _source(self) -> str:
        return f"Embedding model {self._model.name!r} at {urlsplit(self._url).hostname}"

    async def _fetch(self, texts: list[str]) -> bytes:
        try:
            # The client's timeout counts each read anew; this one is the wall clock's.
            async with asyncio.timeout(self._timeout):
                answer = await self._client.embeddings.with_raw_response.create(
                    input=texts,
                    model=self._model.name,
                    dimensions=self._model.dimension if _can_shorten(self._model.name) else omit,
                    encoding_format=self._encoding,
                )
        except TimeoutError as exc:
            raise EmbeddingUnavailable(f"{self._source} did not answer within {self._timeout:g} s.") from exc
        except APIConnectionError as exc:
            # A timeout of the client's is one of these.
            cause = f"{type(exc.__cause__ or exc).__name__}: {exc.__cause__ or exc}"
            raise EmbeddingUnavailable(
                f"{self._source} is out of reach ({self._shown(cause)}); check EMBEDDING_BASE_URL."
            ) from exc
        except APIStatusError as exc:
            raise self._translated(exc) from exc
        return answer.http_response.content

    def _translated(self, error: APIStatusError) -> EmbeddingUnavailable | EmbeddingRefused:
        status = error.status_code
        reason = f"{self._source} answered {status}"
        # The provider's words about a key repeat the key; those about anything else are what the operator needs.
        said = self._shown(_words_of(error))
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
        return EmbeddingRefused(f"{reason}: {fix}")

    def _shown(self, text: str) -> str:
        masked = text.replace(self._key, "***") if self._key else text
        return masked[:_SHOWN_CHARACTERS]


def _fits_header(key: str) -> bool:
    return key.isascii() and key.isprintable()


def _encoding_for(url: str) -> Literal["base64", "float"]:
    host = urlsplit(url).hostname or ""
    return "base64" if host.endswith(_BASE64_HOSTS) else "float"


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


def _read_vectors(body: bytes, *, count: int, source: str) -> NDArray[np.float32]:
    """The vectors of an answer in the order of their `index`, shape (count, any)."""
    try:
        found = orjson.loads(body)
        entries = {entry["index"]: entry["embedding"] for entry in found["data"]}
        given = len(found["data"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
        raise EmbeddingMalformed(f"{source} answered something that is no list of vectors; check its address.") from exc
    if given != count or set(entries) != set(range(count)):
        raise EmbeddingMalformed(f"{source} gave {given} vectors for {count} texts, or numbered them wrongly.")
    try:
        rows = [_read_vector(entries[position]) for position in range(count)]
        return np.stack(rows)
    except (ValueError, TypeError, binascii.Error) as exc:
        raise EmbeddingMalformed(f"{source} gave vectors of different lengths, or no numbers.") from exc


def _read_vector(given: Any) -> NDArray[np.float32]:
    """A base64 string holds little-endian float32 numbers; anything else is a list, also where base64 was asked."""
    if isinstance(given, str):
        return np.frombuffer(base64.b64decode(given, validate=True), dtype="<f4")
    with np.errstate(over="ignore"):
        return np.asarray(given, dtype=np.float32)
