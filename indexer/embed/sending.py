"""Batches to the provider and back: each attempt through the one door, every answer checked, a bad text singled out."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final, TypeVar

import numpy as np
import structlog
from prometheus_client import Counter

from indexer.embed.ledger import Announce, Ledger
from indexer.embed.limiter import Limiter
from indexer.embed.packing import TextBatch
from indexer.embed.unwritten import Unwritten
from indexer.records import Accepted, BulkDocument, JsonVector, Rejected
from shared.embedding.embedder import (
    AnswerLost,
    Embedder,
    EmbeddingMalformed,
    EmbeddingModel,
    EmbeddingUnavailable,
    TextsRefused,
    Vector,
    Vectors,
)
from shared.retry import Backoff, Patience, retry

log = structlog.get_logger(__name__)

T = TypeVar("T")

UNIT_LENGTH_TOLERANCE: Final = 1e-3
"""A unit vector in float32 is off by less than 1e-6; providers that send fewer digits by a little more."""

MOST_ATTEMPTS: Final = 1000
"""Of one request: the workers of a run give up together, by their patience, so no single one counts."""

GIVE_UP_SECONDS: Final = 600.0
"""How long a run waits for a provider that answers nobody. What it has paid for by then is not lost."""

tokens_sent = Counter("vitrina_embedding_tokens_total", "Tokens of the texts sent to the embedding model")


@dataclass(frozen=True, slots=True)
class Portion:
    """Products that need wait for nothing more.

    embedded: with their vectors; ready: written as they are. rejected: the provider does not take their text.
    taken_over: products whose vector an earlier build held; recovered: texts that only the interrupted build held.
    texts, tokens: paid for. seconds: it took to have them embedded. shared: products with the text, and so the
    vector, of another one. Every product is one of: rejected, taken over, shared, or the one its text was paid for.
    """

    embedded: tuple[tuple[Accepted, JsonVector], ...] = ()
    ready: tuple[BulkDocument, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    taken_over: int = 0
    recovered: int = 0
    shared: int = 0
    texts: int = 0
    tokens: int = 0
    seconds: float = field(default=0.0, compare=False)


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

    most_on_their_way: the most tokens ever sent and not answered yet. texts_lost, tokens_lost: of this build, sent and
    perhaps paid for without a usable answer, and so sent once more.
    """

    def __init__(
        self,
        embedder: Embedder,
        *,
        limiter: Limiter | None = None,
        patience: Patience | None = None,
        backoff: Backoff | None = None,
        unwritten: Unwritten | None = None,
    ) -> None:
        """`patience`: with the provider, None = GIVE_UP_SECONDS; `backoff`: of each request, None = by the patience.

        `unwritten`: what is paid for and not written, None = without a bound.
        """
        self.embedder = embedder
        self.limiter = limiter or Limiter(embedder.model)
        self.patience = patience or Patience(GIVE_UP_SECONDS)
        self.unwritten = unwritten or Unwritten()
        self.most_on_their_way = 0
        self.texts_lost = 0
        self.tokens_lost = 0
        self._on_their_way = 0
        self._backoff = backoff or Backoff(attempts=MOST_ATTEMPTS, longest_wait=self.patience.seconds)
        self._ledger = Ledger()
        self._refusals_left = 0
        self._refused = 0

    def begin(self, *, refusals: int, announce: Announce | None = None) -> None:
        """Start on a build: its provider may refuse `refusals` texts, and `announce` records what is sent."""
        self._refusals_left = refusals
        self._refused = 0
        self.texts_lost = self.tokens_lost = 0
        self._ledger = Ledger(announce)
        self.unwritten.clear()

    async def insist(self, attempt: Callable[[], Awaitable[T]], *, backoff: Backoff | None = None) -> T:
        """What `attempt` comes to, tried until the run's patience with the provider ends, or an own `backoff`.

        Raises EmbeddingUnavailable that says so, and at once what is no matter of patience.
        """
        try:
            return await retry(attempt, backoff or self._backoff, patience=self.patience)
        except EmbeddingUnavailable as error:
            raise self._given_up(error) from error

    async def send(self, batch: TextBatch) -> Portion:
        """The products of `batch` with their vectors; those whose text alone is refused are rejected.

        Raises EmbeddingUnavailable when nobody got an answer for as long as the patience lasts, EmbeddingRefused for
        what no text has to do with, TooManyRefused, EmbeddingMalformed.
        """
        await self.unwritten.room()
        begun = time.perf_counter()
        answers = await self._embed(batch.texts, batch.lengths)
        embedded: list[tuple[Accepted, JsonVector]] = []
        rejected = []
        for accepted, row in zip(batch.accepted, batch.rows, strict=True):
            answer = answers[row]
            if isinstance(answer, _Refusal):
                document = accepted.document
                reason = f"not embedded: {answer.reason}"
                rejected.append(Rejected(id=document.id, sku=document.sku, reason=reason, kind="not_embedded"))
            else:
                embedded.append((accepted, answer))
        self.unwritten.add(len(embedded))
        answered = zip(answers, batch.lengths, strict=True)
        paid = [tokens for answer, tokens in answered if not isinstance(answer, _Refusal)]
        return Portion(
            tuple(embedded),
            rejected=tuple(rejected),
            shared=len(embedded) - len(paid),
            texts=len(paid),
            tokens=sum(paid),
            seconds=time.perf_counter() - begun,
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
                    # Behind the door, for what waits before it may never be sent; and once for all refusals.
                    if not announced:
                        await self._ledger.reserve(len(texts), tokens)
                        announced = True
                    try:
                        vectors = await self.embedder.embed_documents(texts, on_answer=slot.hear)
                        check_vectors(vectors, count=len(texts), model=self.embedder.model)
                    except (AnswerLost, EmbeddingMalformed):
                        # Perhaps it was paid for, and then the next attempt is another expense.
                        announced = False
                        self._lose(len(texts), tokens)
                        raise
            tokens_sent.inc(tokens)
            return vectors

        return await self.insist(attempt)

    @contextmanager
    def _on_its_way(self, tokens: int) -> Iterator[None]:
        self._on_their_way += tokens
        self.most_on_their_way = max(self.most_on_their_way, self._on_their_way)
        try:
            yield
        finally:
            self._on_their_way -= tokens

    def _lose(self, texts: int, tokens: int) -> None:
        self.texts_lost += texts
        self.tokens_lost += tokens
        tokens_sent.inc(tokens)

    def _given_up(self, error: EmbeddingUnavailable) -> EmbeddingUnavailable:
        """`error`, and why the run waits no longer."""
        limit = f"{self.patience.seconds:g} s (EMBEDDING_GIVE_UP_SECONDS)"
        if (error.retry_after or 0) > self.patience.seconds:
            asked = f"it asks for {error.retry_after:.0f} s of quiet"
            return EmbeddingUnavailable(f"{error} ({asked}, and a run waits no longer than {limit})")
        if self.patience.spent:
            return EmbeddingUnavailable(f"Gave up after {limit} without a single answer; the last failure: {error}")
        return error

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
