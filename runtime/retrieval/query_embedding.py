"""Query vectors by whatever model the live index names: one embedder a model, opened late and closed when unused; what
was embedded lately is not embedded again.

A question waits a little longer than is usual and no more: what comes later is there for the next one. Where a model
fails again and again nobody waits, and now and then a question sets off a probe that it does not wait for either.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal

import structlog
from prometheus_client import Counter

from runtime.breaker import Ticket
from runtime.retrieval.embedding_health import ADDED_SECONDS, EmbeddingHealth
from runtime.retrieval.language import is_russian
from runtime.web.metrics import count_cached
from shared.embedding.embedder import Embedder, EmbeddingModel, TextsRefused, Vector
from shared.errors import AppError
from shared.spans import MODEL, OPERATION, OUTCOME, PROVIDER, span

log = structlog.get_logger(__name__)

Outcome = Literal["embedded", "remembered", "late", "failed", "left_alone"]
"""late: the question went on without it. left_alone: the model failed before, and nobody waited for it."""

QUERY_EMBEDDINGS: Final = Counter(
    "vitrina_query_embeddings_total", "Questions that wanted a vector, by what came of it.", ["outcome"]
)

DEADLINE_SECONDS: Final = 2.0
"""A shopper waits; after this long the words alone must do."""

KEPT_VECTORS: Final = 2_000
"""Of questions asked last: many shoppers ask the same, and a chat asks it again. 12 MB at 1,536 numbers each."""


def wants_vector(model: EmbeddingModel, text: str, *, language: str) -> bool:
    """Whether a vector of `text` weighs anything in a catalogue of this language (ISO 639-1): without words, or in a
    language that `model` does not know, it ranks by chance.
    """
    return bool(text.strip()) and model.knows(language) and (not is_russian(text) or model.knows("ru"))


@dataclass(slots=True)
class _Lease:
    """An embedder being opened or open, and the calls it is busy with."""

    opening: asyncio.Task[Embedder]
    calls: int = 0
    retired: bool = False


class QueryEmbedders:
    """Embedders by model. build: makes one, may block for a second or two (a local model is loaded). deadline: seconds
    of a call, opening included. clock: seconds, monotonic.
    """

    def __init__(
        self,
        build: Callable[[EmbeddingModel], Embedder],
        *,
        deadline: float = DEADLINE_SECONDS,
        added: float = ADDED_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._build = build
        self._deadline = deadline
        self._added = added
        self._clock = clock
        self._leases: dict[EmbeddingModel, _Lease] = {}
        self._health: dict[EmbeddingModel, EmbeddingHealth] = {}
        self._calls: set[asyncio.Task[Vector | None]] = set()
        self._vectors: OrderedDict[tuple[EmbeddingModel, str], Vector] = OrderedDict()

    async def embed(self, model: EmbeddingModel, text: str) -> Vector | None:
        """The vector of `text`, or None when the model cannot be had in time: retrieval goes on without it."""
        described = {OPERATION: "embeddings", PROVIDER: model.provider, MODEL: model.query_name or model.name}
        with span(f"embeddings {model.name}", described) as own:
            vector, outcome = await self._find(model, text)
            own.set_attribute(OUTCOME, outcome)
        QUERY_EMBEDDINGS.labels(outcome).inc()
        count_cached("query_vectors", hit=outcome == "remembered")
        return vector

    async def _find(self, model: EmbeddingModel, text: str) -> tuple[Vector | None, Outcome]:
        known = self._vectors.get((model, text))
        if known is not None:
            self._vectors.move_to_end((model, text))
            return known, "remembered"
        if model not in self._health:
            self._health[model] = EmbeddingHealth(model.name, clock=self._clock)
        health = self._health[model]
        is_probe = health.breaker.is_open
        ticket = health.breaker.admit()
        call = None if ticket is None else self._begin(model, text, health, ticket)
        if call is None or is_probe:
            return None, "left_alone"
        await asyncio.wait([call], timeout=health.patience(self._deadline, added=self._added))
        if not call.done():
            return None, "late"
        vector = call.result()
        return vector, "failed" if vector is None else "embedded"

    def _begin(
        self, model: EmbeddingModel, text: str, health: EmbeddingHealth, ticket: Ticket
    ) -> asyncio.Task[Vector | None]:
        """A call that goes on to its own end, whoever waits for it."""
        call = asyncio.create_task(self._call(model, text, health, ticket))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)
        return call

    async def _call(self, model: EmbeddingModel, text: str, health: EmbeddingHealth, ticket: Ticket) -> Vector | None:
        try:
            async with asyncio.timeout(self._deadline), self._leased(model) as embedder:
                begun = self._clock()
                vector = await embedder.embed_query(text)
        except TextsRefused as exc:
            # It may be this text alone, and one text must not switch the model off for everyone.
            log.warning("query_text_refused", model=model.name, cause=str(exc))
            return None
        except (AppError, TimeoutError) as exc:
            health.fail(ticket, exc)
            return None
        health.succeed(ticket, seconds=self._clock() - begun)
        self._vectors[model, text] = vector
        if len(self._vectors) > KEPT_VECTORS:
            self._vectors.popitem(last=False)
        return vector

    async def open(self, model: EmbeddingModel) -> None:
        """Open the embedder of `model` before anybody waits for it; a failure is only logged."""
        try:
            async with self._leased(model):
                log.info("query_embedder_open", model=model.name)
        except AppError as exc:
            log.warning("query_embedder_not_open", model=model.name, cause=str(exc))

    async def keep(self, models: Iterable[EmbeddingModel]) -> None:
        """Close the embedders of every other model, each as soon as its running calls have ended."""
        wanted = set(models)
        for model in [model for model in self._leases if model not in wanted]:
            lease = self._leases.pop(model)
            lease.retired = True
            if not lease.calls:
                await _close(lease)
        for model in [model for model in self._health if model not in wanted]:
            del self._health[model]
            for key in [key for key in self._vectors if key[0] == model]:
                del self._vectors[key]

    async def aclose(self) -> None:
        """Close everything; what is still under way is given up."""
        calls = tuple(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await self.keep(())

    @asynccontextmanager
    async def _leased(self, model: EmbeddingModel) -> AsyncIterator[Embedder]:
        lease = self._leases.get(model) or self._start(model)
        lease.calls += 1
        try:
            # Shielded: whoever gives up waiting must not stop the opening for those who come after.
            yield await asyncio.shield(lease.opening)
        finally:
            lease.calls -= 1
            if lease.retired and not lease.calls:
                await _close(lease)

    def _start(self, model: EmbeddingModel) -> _Lease:
        lease = self._leases[model] = _Lease(asyncio.create_task(asyncio.to_thread(self._build, model)))

        def forget_failed(opening: asyncio.Task[Embedder]) -> None:
            # The next question tries again: a key or an extra may have been added meanwhile.
            failed = opening.cancelled() or opening.exception() is not None
            if failed and self._leases.get(model) is lease:
                del self._leases[model]

        lease.opening.add_done_callback(forget_failed)
        return lease


async def _close(lease: _Lease) -> None:
    with suppress(AppError):
        await (await lease.opening).aclose()
