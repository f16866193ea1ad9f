"""Senders whose waits take no time, and embedders that dislike a text."""

from collections.abc import Collection, Sequence

import numpy as np
from support.embedding import FakeEmbedder
from support.retries import AT_ONCE

from indexer.embed.limiter import Limiter
from indexer.embed.sending import Sender
from shared.embedding.embedder import EmbeddingModel, OnAnswer, TextsRefused, Vectors
from shared.retry import Backoff, Patience


class Seconds:
    """A clock that goes on only when someone sleeps by it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


def a_sender(
    embedder: FakeEmbedder, *, refusals: int = 0, backoff: Backoff = AT_ONCE, patience: float = 600.0
) -> Sender:
    """A sender on its own clock; `refusals`: texts that may be refused."""
    clock = Seconds()
    limiter = a_limiter(embedder, clock)
    sender = Sender(embedder, limiter=limiter, patience=Patience(patience, now=clock), backoff=backoff)
    sender.begin(refusals=refusals)
    return sender


def a_limiter(embedder: FakeEmbedder, clock: Seconds | None = None) -> Limiter:
    """One whose waits take no time."""
    clock = clock or Seconds()
    return Limiter(embedder.model, clock=clock, sleep=clock.sleep)


class SmallBatches(FakeEmbedder):
    """A model that takes three texts a request."""

    @property
    def model(self) -> EmbeddingModel:
        return EmbeddingModel(provider="fake", name="fake", dimension=8, batch_texts=3)


class Fussy(FakeEmbedder):
    """Refuses every request that holds one of the `disliked` texts."""

    def __init__(self, *disliked: str) -> None:
        super().__init__()
        self._disliked: Collection[str] = disliked

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        if found := [text for text in texts if text in self._disliked]:
            self.calls += 1
            raise TextsRefused(f"input {texts.index(found[0])} is against the rules")
        return await super().embed_documents(texts, on_answer=on_answer)


class BadVectors(FakeEmbedder):
    """Answers the same vectors whatever the texts are."""

    def __init__(self, vectors: list[list[float]]) -> None:
        super().__init__(dimension=2)
        self._vectors = np.array(vectors, dtype=np.float32)

    async def embed_documents(self, texts: Sequence[str], *, on_answer: OnAnswer | None = None) -> Vectors:
        self.calls += 1
        return self._vectors
