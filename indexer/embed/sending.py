"""Batches to the provider and back: each attempt through the one door, every answer checked, a bad text singled out."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np
import structlog
from prometheus_client import Counter

from indexer.embed.ledger import Announce, Ledger
from indexer.embed.limiter import Limiter
from indexer.embed.packing import TextBatch
from indexer.records import Accepted, JsonVector, Rejected
from shared.embedding.embedder import Embedder, EmbeddingMalformed, EmbeddingModel, TextsRefused, Vector, Vectors
from shared.retry import Backoff, Patience, retry

log = structlog.get_logger(__name__)

UNIT_LENGTH_TOLERANCE: Final = 1e-3
"""A unit vector in float32 is off by less than 1e-6; providers that send fewer digits by a little more."""

UNTIL_PATIENCE_ENDS: Final = Backoff(attempts=1000)
"""The workers of a run give up together, so no single one counts its attempts."""

PATIENCE_SECONDS: Final = 600.0
"""How long a run waits for a provider that answers nobody. What it has paid for by then is not lost."""

tokens_sent = Counter("vitrina_embedding_tokens_total", "Tokens of the texts sent to the embedding model")


@dataclass(frozen=True, slots=True)
class Portion:
    """Products that need wait for nothing more.

    embedded: with their vectors. rejected: the provider does not take their text. taken_over: products whose vector an
    earlier build held; recovered: texts that only the interrupted build held. texts, tokens: paid for.
    shared: products with the text, and so the vector, of another one. Every product is one of: rejected, taken over,
    shared, or the one its text was paid for.
    """

    embedded: tuple[tuple[Accepted, JsonVector], ...] = ()
    rejected: tuple[Rejected, ...] = ()
    taken_over: int = 0
    recovered: int = 0
    shared: int = 0
    texts: int = 0
    tokens: int = 0


class TooManyRefused(TextsRefused):
    """The provider refuses more texts than a build may lose, so it is hardly the texts' fault."""

    def __init__(self, refused: int, last: Exception) -> None:
        super().__init__(f"The embedding model refused {refused} texts one by one, the last with: {last}")
        self.refused = refused


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str


class Sender:
    """Embeds batches. One for a whole run: what a provider can bear, and for how long it fails, is learnt over it all.

    most_on_their_way: the most tokens ever sent and not answered yet.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        limiter: Limiter | None = None,
        patience: Patience | None = None,
        backoff: Backoff = UNTIL_PATIENCE_ENDS,
    ) -> None:
        self.embedder = embedder
        self.limiter = limiter or Limiter(embedder.model)
        self.most_on_their_way = 0
        self._on_their_way = 0
        self._patience = patience or Patience(PATIENCE_SECONDS)
        self._backoff = backoff
        self._ledger = Ledger()
        self._refusals_left = 0
        self._refused = 0

    def begin(self, *, refusals: int, announce: Announce | None = None) -> None:
        """Start on a build: its provider may refuse `refusals` texts, and `announce` records what is sent."""
        self._refusals_left = refusals
        self._refused = 0
        self._ledger = Ledger(announce)

    async def send(self, batch: TextBatch) -> Portion:
        """The products of `batch` with their vectors; those whose text alone is refused are rejected.

        Raises EmbeddingUnavailable when nobody got an answer for as long as the patience lasts, EmbeddingRefused for
        what no text has to do with, TooManyRefused, EmbeddingMalformed.
        """
        answers = await self._embed(batch.texts, batch.lengths)
        embedded: list[tuple[Accepted, JsonVector]] = []
        rejected = []
        for accepted, row in zip(batch.accepted, batch.rows, strict=True):
            answer = answers[row]
            if isinstance(answer, _Refusal):
                document = accepted.document
                rejected.append(Rejected(id=document.id, sku=document.sku, reason=f"not embedded: {answer.reason}"))
            else:
                embedded.append((accepted, answer))
        answered = zip(answers, batch.lengths, strict=True)
        paid = [tokens for answer, tokens in answered if not isinstance(answer, _Refusal)]
        return Portion(
            tuple(embedded),
            tuple(rejected),
            shared=len(embedded) - len(paid),
            texts=len(paid),
            tokens=sum(paid),
        )

    async def _embed(self, texts: Sequence[str], lengths: Sequence[int]) -> list[Vector | _Refusal]:
        """A vector or a refusal for each text: what is refused together is asked again in halves."""
        try:
            return [*await self._ask(texts, sum(lengths))]
        except (TextsRefused, EmbeddingMalformed) as error:
            if len(texts) == 1:
                return [self._refused_alone(error)]
            log.warning("batch_split", texts=len(texts), cause=str(error))
        middle = len(texts) // 2
        first = await self._embed(texts[:middle], lengths[:middle])
        return first + await self._embed(texts[middle:], lengths[middle:])

    async def _ask(self, texts: Sequence[str], tokens: int) -> Vectors:
        """Checked vectors, shape (len(texts), dimension)."""
        announced = False

        async def attempt() -> Vectors:
            nonlocal announced
            async with self.limiter.slot(tokens) as slot:
                with self._on_its_way(tokens):
                    # Behind the door, for what waits before it may never be sent; and once, however often it is tried.
                    if not announced:
                        await self._ledger.reserve(len(texts), tokens)
                        announced = True
                    return await self.embedder.embed_documents(texts, on_answer=slot.hear)

        vectors = await retry(attempt, self._backoff, patience=self._patience)
        tokens_sent.inc(tokens)
        check_vectors(vectors, count=len(texts), model=self.embedder.model)
        return vectors

    @contextmanager
    def _on_its_way(self, tokens: int) -> Iterator[None]:
        self._on_their_way += tokens
        self.most_on_their_way = max(self.most_on_their_way, self._on_their_way)
        try:
            yield
        finally:
            self._on_their_way -= tokens

    def _refused_alone(self, error: TextsRefused | EmbeddingMalformed) -> _Refusal:
        """The end of one text, as long as they are few; else the fault lies elsewhere, and `error` says where."""
        self._refused += 1
        if self._refused > self._refusals_left:
            if self._refused == 1:
                raise error
            raise TooManyRefused(self._refused, error) from error
        return _Refusal(str(error))


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
