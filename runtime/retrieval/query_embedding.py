"""Query vectors by whatever model the live index names: one embedder a model, opened late and closed when unused; what
was embedded lately is not embedded again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Final

import structlog

from runtime.retrieval.language import is_russian
from shared.embedding.embedder import Embedder, EmbeddingModel, Vector
from shared.errors import AppError

log = structlog.get_logger(__name__)

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
    """Embedders by model. build: makes one, may block for a second or two (a local model is loaded)."""

    def __init__(self, build: Callable[[EmbeddingModel], Embedder], *, deadline: float = DEADLINE_SECONDS) -> None:
        self._build = build
        self._deadline = deadline
        self._leases: dict[EmbeddingModel, _Lease] = {}
        self._vectors: OrderedDict[tuple[EmbeddingModel, str], Vector] = OrderedDict()

    async def embed(self, model: EmbeddingModel, text: str) -> Vector | None:
        """The vector of `text`, or None when the model cannot be had in time: retrieval goes on without it."""
        known = self._vectors.get((model, text))
        if known is not None:
            self._vectors.move_to_end((model, text))
            return known
        vector = await self._embed(model, text)
        if vector is not None:
            self._vectors[model, text] = vector
            if len(self._vectors) > KEPT_VECTORS:
                self._vectors.popitem(last=False)
        return vector

    async def _embed(self, model: EmbeddingModel, text: str) -> Vector | None:
        try:
            async with asyncio.timeout(self._deadline), self._leased(model) as embedder:
                return await embedder.embed_query(text)
        except (AppError, TimeoutError) as exc:
            log.warning("query_not_embedded", model=model.name, cause=str(exc) or type(exc).__name__)
            return None

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
            for key in [key for key in self._vectors if key[0] == model]:
                del self._vectors[key]

    async def aclose(self) -> None:
        """Close everything."""
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
