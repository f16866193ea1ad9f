"""Back to an earlier index, by the same compare-and-swap that a run uses.

It takes no lease: an operator in need waits for nobody, and a run that is about to swap finds the alias moved.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import ModelUnusable, NothingToRollBack
from indexer.load.indices import OwnIndex, fetch_live, fetch_own, find, write_meta
from indexer.load.retention import plan_rollback
from indexer.load.swap import swap
from shared.embedding.embedder import Embedder
from shared.errors import AppError
from shared.indices import IndexMeta, RagNames

log = structlog.get_logger(__name__)

PROBE_SECONDS: Final = 5.0
"""A service that takes longer for one question is of no use to a shopper, who waits for two seconds."""

PROBE_TEXT: Final = "a question to see that the model answers"

OpenEmbedder = Callable[[IndexMeta], Embedder]
"""The embedder of questions to an index, as the runtime would open it; it may block for a second or two."""


@dataclass(frozen=True, slots=True)
class Rollback:
    """The alias was moved from `left` (None: it was nowhere) to `live`."""

    alias: str
    left: str | None
    live: str


async def roll_back(
    client: AsyncOpenSearch, names: RagNames, *, open_embedder: OpenEmbedder, to: str | None = None
) -> Rollback:
    """Make the newest earlier complete index live again, or the complete index named by `to`.

    The index that was left keeps a reason in its `_meta`, so that no later rollback picks it by itself.
    Raises NothingToRollBack, also for an index that has lost documents since it was proven; ModelUnusable,
    SwapConflict, AliasTaken, AliasAmbiguous, AliasForeign.
    """
    indices = await fetch_own(client, names)
    target = plan_rollback(indices, names, to=to)
    left = await fetch_live(client, names)
    if target.meta is not None:
        await _check_documents(client, names, target.name, target.meta)
        await probe_questions(target.name, target.meta, open_embedder)
    await swap(client, names.alias, old=left, new=target.name)
    await _mark(client, target, left=find(indices, left) if left is not None else None)
    return Rollback(alias=names.alias, left=left, live=target.name)


async def probe_questions(
    index: str, meta: IndexMeta, open_embedder: OpenEmbedder, *, seconds: float = PROBE_SECONDS
) -> None:
    """Embed one question with the model that `index` was built with. Raises ModelUnusable.

    Every adapter refuses a wrong dimension by itself.
    """
    model = f"{meta.provider}/{meta.query_model or meta.model} of dimension {meta.dimension}"
    try:
        async with asyncio.timeout(seconds):
            embedder = await asyncio.to_thread(open_embedder, meta)
            try:
                await embedder.embed_query(PROBE_TEXT)
            finally:
                await embedder.aclose()
    except AppError as error:
        raise ModelUnusable(index, model, str(error)) from error
    except TimeoutError as late:
        raise ModelUnusable(index, model, f"no answer within {seconds:g} s.") from late


async def _check_documents(client: AsyncOpenSearch, names: RagNames, index: str, meta: IndexMeta) -> None:
    """Make sure that `index` answers, with as many documents as it was proven with. Raises NothingToRollBack."""
    answer = await request(f"index {index!r}", partial(client.count, index=index))
    if answer["_shards"]["failed"]:
        raise NothingToRollBack(names.alias, f"{index!r} has a shard that does not answer")
    if answer["count"] != meta.counts.indexed:
        raise NothingToRollBack(
            names.alias,
            f"{index!r} holds {answer['count']} documents, and {meta.counts.indexed} when it was proven; name another "
            "index with --to, or run",
        )


async def _mark(client: AsyncOpenSearch, target: OwnIndex, *, left: OwnIndex | None) -> None:
    """Say in both indices what happened. What fails here is only logged: the alias has moved already."""
    try:
        if target.meta is not None:
            await write_meta(client, target.name, target.meta.model_copy(update={"state": "live", "reason": None}))
        if left is not None and left.meta is not None and left.name > target.name:
            reason = f"rolled back to {target.name}"
            await write_meta(client, left.name, left.meta.model_copy(update={"reason": reason}))
    except AppError as error:
        log.warning("rollback_not_marked", live=target.name, cause=str(error))
