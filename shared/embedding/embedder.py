"""The embedding port and the facts about a model that the index records.

Transient
└── EmbeddingUnavailable    busy, unreachable, timed out; may carry `retry_after`
    └── AnswerLost          sent, perhaps paid for, and no whole answer came
Terminal
├── EmbeddingRefused        wrong key, unknown model, no quota left
│   └── TextsRefused        these texts will never be taken; others may be
└── EmbeddingMalformed      an answer that cannot be trusted: count, order, dimension, NaN, zero vector
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from shared.embedding.quota import Answer
from shared.errors import Terminal, Transient

Vectors = NDArray[np.float32]
"""Shape (n, dimension), each row of unit length."""

Vector = NDArray[np.float32]
"""Shape (dimension,), of unit length."""

OnAnswer = Callable[[Answer], None]
"""Told what a provider said beside the vectors, before they are returned or the refusal is raised."""


class EmbeddingUnavailable(Transient):
    """The embedding service is busy or out of reach."""


class AnswerLost(EmbeddingUnavailable):
    """The texts were sent and no whole answer came back: the service may have embedded them, and counted them."""


class EmbeddingRefused(Terminal):
    """The embedding service will not take this request, now or later."""


class TextsRefused(EmbeddingRefused):
    """The embedding service will not take these texts: blank, too long, against its rules."""


class EmbeddingMalformed(Terminal):
    """The embedding service answered something that is no usable set of vectors."""


@dataclass(frozen=True, slots=True)
class EmbeddingModel:
    """What the index records of its model, and what batching and pacing need to know.

    query_name: the model of queries where it is another one than that of documents. languages: ISO 639-1 codes the
    model knows, empty = all. max_tokens: the longest text in tokens; batch_texts, batch_tokens: the most one request
    takes. requests_per_minute: a quota the provider does not tell in headers. price: of a million tokens, in
    `currency` (ISO 4217); None = unknown.
    """

    provider: str
    name: str
    dimension: int
    query_name: str | None = None
    languages: tuple[str, ...] = ()
    max_tokens: int = 8192
    batch_texts: int = 2048
    batch_tokens: int = 300_000
    requests_per_minute: int | None = None
    price: float | None = None
    currency: str = "USD"

    def knows(self, language: str) -> bool:
        """Whether texts in `language` (ISO 639-1) mean something to the model."""
        return not self.languages or language in self.languages

    def cost(self, tokens: int) -> float | None:
        """What `tokens` cost, in `currency`."""
        return None if self.price is None else self.price * tokens / 1_000_000


class Embedder(Protocol):
    """Turns texts into unit vectors. Documents and queries are apart: some providers embed them differently.

    One call is one attempt; retrying is the caller's (shared.retry). The owner calls `aclose` once.
    """

    @property
    def model(self) -> EmbeddingModel: ...

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` for this model; exact, or an estimate that errs on the high side."""
        ...

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        """Vectors of `texts`, in order. Raises EmbeddingUnavailable, EmbeddingRefused, EmbeddingMalformed.

        on_answer: called once an answer is there, a refusal too; never when none came.
        """
        ...

    async def embed_query(self, text: str) -> Vector:
        """Vector of one search query. Raises as `embed_documents` does."""
        ...

    async def aclose(self) -> None: ...
