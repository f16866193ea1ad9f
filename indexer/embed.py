"""Texts to vectors: packed by count and tokens (pure), a bounded number of requests at once, every answer checked."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

import numpy as np
from prometheus_client import Counter

from indexer.flow import bounded_map
from indexer.records import Accepted
from shared.embedding.embedder import (
    Embedder,
    EmbeddingMalformed,
    EmbeddingModel,
    EmbeddingRefused,
    Vector,
    Vectors,
)
from shared.errors import ConfigurationError
from shared.retry import Backoff, retry

UNIT_LENGTH_TOLERANCE = 1e-3
"""A unit vector in float32 is off by less than 1e-6; providers that send fewer digits by a little more."""

PROBE_TEXT = "A product"

tokens_sent = Counter("vitrina_embedding_tokens_total", "Tokens of the texts sent to the embedding model")


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Products for one request. texts: each different text once; rows[i]: the text of accepted[i]."""

    accepted: tuple[Accepted, ...]
    texts: tuple[str, ...]
    rows: tuple[int, ...]
    tokens: int


@dataclass(frozen=True, slots=True)
class EmbeddedBatch:
    """A batch with the vectors of its texts, shape (len(texts), dimension)."""

    batch: TextBatch
    vectors: Vectors

    def __iter__(self) -> Iterator[tuple[Accepted, Vector]]:
        """Every product with its own vector, in order."""
        for accepted, row in zip(self.batch.accepted, self.batch.rows, strict=True):
            yield accepted, self.vectors[row]


class Packer:
    """Fills batches up to the model's limits; products that share a text are embedded once in a batch."""

    def __init__(self, *, max_texts: int, max_tokens: int) -> None:
        self._max_texts = max_texts
        self._max_tokens = max_tokens
        self._begin()

    def feed(self, accepted: Accepted) -> TextBatch | None:
        """Take a product; the batch that had no more room for it, if it was full.

        A text of more tokens than a whole batch may have travels alone: only the provider can refuse it.
        """
        known = accepted.text_hash in self._row_of
        tokens = 0 if known else accepted.tokens
        full = len(self._accepted) >= self._max_texts or self._tokens + tokens > self._max_tokens
        batch = self.flush() if full else None
        row = self._row_of.setdefault(accepted.text_hash, len(self._texts))
        if row == len(self._texts):
            self._texts.append(accepted.document.text)
            self._tokens += accepted.tokens
        self._accepted.append(accepted)
        self._rows.append(row)
        return batch

    def flush(self) -> TextBatch | None:
        """What has been taken and not given back yet, if anything."""
        if not self._accepted:
            return None
        batch = TextBatch(
            accepted=tuple(self._accepted),
            texts=tuple(self._texts),
            rows=tuple(self._rows),
            tokens=self._tokens,
        )
        self._begin()
        return batch

    def _begin(self) -> None:
        self._accepted: list[Accepted] = []
        self._texts: list[str] = []
        self._rows: list[int] = []
        self._row_of: dict[str, int] = {}
        self._tokens = 0


def embed_all(
    accepted: AsyncGenerator[Accepted, None],
    embedder: Embedder,
    *,
    concurrency: int = 4,
    backoff: Backoff | None = None,
) -> AsyncGenerator[EmbeddedBatch, None]:
    """Embed a stream of products, `concurrency` requests at once, batches as they are finished.

    Raises EmbeddingUnavailable when `backoff` is used up, EmbeddingRefused, EmbeddingMalformed.
    """
    model = embedder.model
    packer = Packer(max_texts=model.batch_texts, max_tokens=model.batch_tokens)
    work = partial(_embed, embedder=embedder, backoff=backoff or Backoff())
    return bounded_map(_pack(accepted, packer), work, limit=concurrency)


async def probe(embedder: Embedder, *, backoff: Backoff | None = None) -> None:
    """Embed one text, so that a wrong model, key or dimension is found before anything is built.

    Raises ConfigurationError, EmbeddingUnavailable.
    """
    model = embedder.model
    try:
        vectors = await retry(partial(embedder.embed_documents, [PROBE_TEXT]), backoff or Backoff())
        check_vectors(vectors, count=1, model=model)
    except (EmbeddingMalformed, EmbeddingRefused) as exc:
        # Each names the setting that is wrong: dimension, model, key or address.
        raise ConfigurationError([str(exc)]) from exc


def check_vectors(vectors: Vectors, *, count: int, model: EmbeddingModel) -> None:
    """Raise EmbeddingMalformed unless there are `count` finite vectors of unit length and the model's dimension."""
    if vectors.shape != (count, model.dimension):
        shape = " x ".join(map(str, vectors.shape))
        raise EmbeddingMalformed(
            f"Model {model.name!r} gave vectors of shape {shape} for {count} texts; "
            f"EMBEDDING_DIMENSION={model.dimension} does not fit it."
        )
    lengths = np.linalg.norm(vectors, axis=1)
    # Written so that NaN, which compares false with everything, counts as wrong.
    wrong = int(np.count_nonzero(~(np.abs(lengths - 1.0) <= UNIT_LENGTH_TOLERANCE)))
    if wrong:
        raise EmbeddingMalformed(
            f"Model {model.name!r} gave {wrong} of {count} vectors that are zero, not finite or not of unit length."
        )


async def _pack(accepted: AsyncGenerator[Accepted, None], packer: Packer) -> AsyncGenerator[TextBatch, None]:
    async with aclosing(accepted):
        async for product in accepted:
            if (batch := packer.feed(product)) is not None:
                yield batch
    if (batch := packer.flush()) is not None:
        yield batch


async def _embed(batch: TextBatch, *, embedder: Embedder, backoff: Backoff) -> EmbeddedBatch:
    vectors = await retry(partial(embedder.embed_documents, batch.texts), backoff)
    check_vectors(vectors, count=len(batch.texts), model=embedder.model)
    tokens_sent.inc(batch.tokens)
    return EmbeddedBatch(batch=batch, vectors=vectors)
