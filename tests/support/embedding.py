"""An embedder without a model or a network; fixture `model_cache` (tests/conftest.py loads this as a plugin)."""

from collections import deque
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from sandbox.openai_server.vectors import bag_of_stems
from shared.embedding.embedder import EmbeddingModel, OnAnswer, Vector, Vectors
from shared.embedding.quota import Answer
from shared.embedding.vectors import require_words


@pytest.fixture(scope="session")
def model_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache directory of the session's own: the local model is converted once, whatever the machine has cached."""
    return tmp_path_factory.mktemp("model-cache")


class FakeEmbedder:
    """Bags of hashed word stems, so that texts which share words are near; counts what it is asked for.

    batches: the texts of each successful `embed_documents`; queries: those of each successful `embed_query`.
    calls: attempts of either kind, failed ones included. tokens: of all texts embedded. closed: after `aclose`.
    """

    def __init__(
        self, *, dimension: int = 8, name: str = "fake", provider: str = "fake", euros: float | None = None
    ) -> None:
        """euros: price of a million tokens."""
        priced = {} if euros is None else {"price": euros, "currency": "EUR"}
        self._model = EmbeddingModel(provider=provider, name=name, dimension=dimension, **priced)
        self._failures: deque[Exception] = deque()
        self.batches: list[tuple[str, ...]] = []
        self.queries: list[str] = []
        self.calls = 0
        self.tokens = 0
        self.closed = False

    @property
    def model(self) -> EmbeddingModel:
        return self._model

    def fail(self, *errors: Exception) -> None:
        """Raise `errors`, one in each coming call, before anything succeeds again."""
        self._failures.extend(errors)

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        self._begin()
        require_words(texts)
        self.batches.append(tuple(texts))
        tokens = sum(map(self.count_tokens, texts))
        self.tokens += tokens
        if on_answer is not None:
            on_answer(Answer(counted=tokens))
        vectors = [bag_of_stems(text, self._model.dimension) for text in texts]
        return np.array(vectors, dtype=np.float32).reshape(len(texts), self._model.dimension)

    async def embed_query(self, text: str) -> Vector:
        self._begin()
        require_words([text])
        self.queries.append(text)
        self.tokens += self.count_tokens(text)
        return bag_of_stems(text, self._model.dimension)

    async def aclose(self) -> None:
        self.closed = True

    def _begin(self) -> None:
        self.calls += 1
        if self._failures:
            raise self._failures.popleft()
