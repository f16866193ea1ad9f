"""all-MiniLM-L6-v2 inside the process, on the CPU, without torch (Reimers and Gurevych, "Sentence-BERT", 2019).

Needs the extra `local`; `select` imports this module only for EMBEDDING_PROVIDER=local.
"""

import asyncio
import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np

from shared.embedding import minilm
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused, OnAnswer, Vector, Vectors
from shared.embedding.quota import Answer
from shared.embedding.vectors import require_words, unit_rows

_MAX_THREADS = 2
_FORWARD_TEXTS = 32
"""Texts of one forward pass: more of them gain nothing on a CPU and hold up a waiting query for longer."""

_CALL_TEXTS = 128
"""Texts of one call, about a second of work: what a cancelled run may still finish for nothing."""


class LocalEmbedder:
    """Mean of the token vectors of all-MiniLM-L6-v2, of unit length; English only, 256 tokens, 384 numbers.

    The forward pass runs in a worker thread and releases the GIL, so the event loop stays responsive.
    """

    def __init__(self, model: EmbeddingModel, *, cache: Path) -> None:
        """Load the model, converting it into `cache` the first time. Blocks for about a second.

        Raises EmbeddingRefused for another model or dimension, ConfigurationError for a cache that is no use.
        """
        _require_known(model)
        self._model = replace(
            model,
            max_tokens=min(model.max_tokens, minilm.MAX_TOKENS),
            batch_texts=min(model.batch_texts, _CALL_TEXTS),
        )
        self._tokenizer = minilm.load_tokenizer()
        directory = minilm.converted_model(cache)
        try:
            self._encoder = ctranslate2.Encoder(
                str(directory), compute_type="float32", intra_threads=min(_MAX_THREADS, os.cpu_count() or 1)
            )
        except RuntimeError as exc:
            raise EmbeddingRefused(f"Cannot load {minilm.NAME} from {str(directory)!r} ({exc}); delete it.") from exc

    @property
    def model(self) -> EmbeddingModel:
        return self._model

    def count_tokens(self, text: str) -> int:
        """Exact, the two marks at begin and end included."""
        return len(self._tokenizer.encode(text).ids)

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        """Vectors of `texts`, in order; what is beyond 256 tokens of a text is not read. Raises EmbeddingRefused."""
        require_words(texts)
        vectors = np.zeros((len(texts), minilm.DIMENSION), dtype=np.float32)
        tokens = await asyncio.to_thread(self._tokens, texts)
        for positions in _by_length(tokens):
            vectors[positions] = await asyncio.to_thread(self._forward, [tokens[position] for position in positions])
        if on_answer is not None:
            on_answer(Answer(counted=sum(map(len, tokens))))
        return vectors

    async def embed_query(self, text: str) -> Vector:
        """Vector of one query; the model makes no difference between queries and documents."""
        vector: Vector = (await self.embed_documents([text]))[0]
        return vector

    async def aclose(self) -> None:
        """Free the model's memory."""
        self._encoder.unload_model()

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [self._cut(self._tokenizer.encode(text).ids) for text in texts]

    def _cut(self, ids: list[int]) -> list[int]:
        limit = self._model.max_tokens
        return ids if len(ids) <= limit else [*ids[: limit - 1], ids[-1]]

    def _forward(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Mean pooling: what the padding of shorter texts gave is left out."""
        hidden = np.asarray(self._encoder.forward_batch(tokens).last_hidden_state)
        sums = np.stack([row[: len(ids)].mean(axis=0) for row, ids in zip(hidden, tokens, strict=True)])
        return unit_rows(sums, count=len(tokens), dimension=minilm.DIMENSION, source=minilm.NAME)


def _by_length(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Positions in groups of one forward pass, texts of like length together: padding costs as much as words."""
    order = sorted(range(len(tokens)), key=lambda position: len(tokens[position]))
    for start in range(0, len(order), _FORWARD_TEXTS):
        yield order[start : start + _FORWARD_TEXTS]


def _require_known(model: EmbeddingModel) -> None:
    if model.name != minilm.NAME:
        raise EmbeddingRefused(
            f"EMBEDDING_MODEL: EMBEDDING_PROVIDER=local knows {minilm.NAME!r} and no {model.name!r}."
        )
    if model.dimension != minilm.DIMENSION:
        raise EmbeddingRefused(
            f"EMBEDDING_DIMENSION: {minilm.NAME} has {minilm.DIMENSION} dimensions, not {model.dimension}."
        )
