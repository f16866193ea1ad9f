"""How far a build has come, as its index says in `_meta`: building → ready (proven) → live, or failed."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.errors import reason_of
from indexer.load.indices import fetch_alias, write_meta
from indexer.load.mapping import build_properties
from indexer.load.swap import swap
from indexer.records import SourceSnapshot
from indexer.runs.state_index import Fence
from shared.embedding.embedder import EmbeddingModel
from shared.errors import AppError
from shared.indices import SCHEMA_VERSION, BuildCounts, BuildState, IndexMeta, schema_hash
from shared.magento.pricing import pricing_of
from shared.stores import StoreView

log = structlog.get_logger(__name__)

MARK_SECONDS: Final = 15.0
"""What a failing run may still spend on saying so."""

_LONGEST_REASON: Final = 1000


class Build:
    """One index under construction and what it records about itself. live: whether the alias names it."""

    def __init__(
        self,
        client: AsyncOpenSearch,
        index: str,
        meta: IndexMeta,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self.index = index
        self.meta = meta
        self.live = False
        self._client = client
        self._now = now

    async def record(self, state: BuildState, *, counts: BuildCounts | None = None, reason: str | None = None) -> None:
        """Write `state` into the index; the time of the first record that ends the build is kept."""
        self.meta = self.meta.model_copy(
            update={
                "state": state,
                "counts": counts or self.meta.counts,
                "reason": reason[:_LONGEST_REASON] if reason else None,
                "finished_at": self.meta.finished_at or self._now(),
            }
        )
        await write_meta(self._client, self.index, self.meta)

    async def announce(self, texts: int, tokens: int) -> None:
        """Write into the index what will have been sent to the model, before it is sent."""
        self.meta = self.meta.model_copy(update={"texts_sent": texts, "tokens_sent": tokens})
        await write_meta(self._client, self.index, self.meta)

    async def go_live(self, alias: str, *, old: str | None, fence: Fence | None = None) -> None:
        """Move `alias` from `old` to this index, past the `fence` of the run's lease.

        Raises SwapConflict, LeaseLost.
        """
        await swap(self._client, alias, old=old, new=self.index, fence=fence)
        self.live = True

    async def look(self, alias: str) -> bool:
        """Whether this index is live, by what `alias` names now."""
        self.live = self.index in await fetch_alias(self._client, alias)
        return self.live


def describe_build(
    store: StoreView,
    model: EmbeddingModel,
    snapshot: SourceSnapshot,
    *,
    run_id: str,
    template_version: int,
    recipe: str,
    started_at: datetime,
) -> IndexMeta:
    """What a new index records about itself before the first document. Pure."""
    return IndexMeta(
        schema_version=SCHEMA_VERSION,
        schema_hash=schema_hash(build_properties(store.locale, dimension=model.dimension)),
        state="building",
        run_id=run_id,
        store=store.code,
        locale=store.locale,
        currency=store.currency,
        provider=model.provider,
        model=model.name,
        query_model=model.query_name,
        dimension=model.dimension,
        languages=model.languages,
        template_version=template_version,
        recipe=recipe,
        pricing=pricing_of(store),
        source_index=snapshot.index,
        source_uuid=snapshot.uuid,
        synonyms=snapshot.synonyms,
        started_at=started_at,
    )


@asynccontextmanager
async def marked_if_failed(build: Build, *, alias: str, counts: Callable[[], BuildCounts]) -> AsyncIterator[None]:
    """Record a failure of whatever happens inside, a cancellation included, and let it rise.

    An index that `alias` names all the same, because only the answer to the swap was lost or the run was stopped
    right behind it, is live and complete, and recorded so.
    """
    try:
        yield
    except BaseException as error:
        reason = reason_of(error)
        try:
            async with asyncio.timeout(MARK_SECONDS):
                if await build.look(alias):
                    log.warning("index_live_after_all", index=build.index)
                    await build.record("live")
                else:
                    await build.record("failed", counts=counts(), reason=reason)
        except (AppError, TimeoutError) as unmarked:
            log.warning("index_not_marked", index=build.index, cause=str(unmarked))
        raise
