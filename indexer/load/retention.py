"""Which of our own indices go, and which stay for a rollback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import NothingToRollBack
from indexer.load.indices import OwnIndex, fetch_own, find
from shared.indices import RagNames
from shared.opensearch import IndexMissing

log = structlog.get_logger(__name__)

STALE_AFTER: Final = timedelta(hours=1)
"""An unfinished build younger than this may belong to a run that is still at work."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An index that may go, and why."""

    index: str
    reason: str


def rollback_candidates(indices: Sequence[OwnIndex], names: RagNames) -> tuple[OwnIndex, ...]:
    """Complete indices older than the live one, the newest first; without a live one, every complete index.

    An index that was rolled back from carries a reason in its `_meta` and is no candidate.
    """
    live = _live(indices, names)
    return tuple(
        index
        for index in sorted(indices, key=lambda index: index.name, reverse=True)
        if names.owns(index.name)
        and not index.aliases
        and index.complete
        and (index.meta is not None and index.meta.reason is None)
        and (live is None or index.name < live)
    )


def plan_rollback(indices: Sequence[OwnIndex], names: RagNames, *, to: str | None = None) -> OwnIndex:
    """The index to go back to: the newest candidate, or the complete index of ours named by `to`.

    Raises NothingToRollBack.
    """
    if to is None:
        candidates = rollback_candidates(indices, names)
        if not candidates:
            raise NothingToRollBack(names.alias, "there is no earlier complete index (RAG_RETAIN keeps them)")
        return candidates[0]
    index = find(indices, to)
    if index is None:
        raise NothingToRollBack(names.alias, f"{to!r} is no index of this store view")
    if names.alias in index.aliases:
        raise NothingToRollBack(names.alias, f"{to!r} is live already")
    if not index.complete:
        state = index.problem if index.meta is None else f"its state is {index.meta.state!r}"
        raise NothingToRollBack(names.alias, f"{to!r} is not complete: {state}")
    return index


def plan_retention(indices: Sequence[OwnIndex], names: RagNames, *, retain: int, now: datetime) -> tuple[Removal, ...]:
    """What may be deleted: failed and stale builds, and complete ones beyond the `retain` kept for rollback.

    Never chosen: a name that is not ours, an index with any alias, one whose `_meta` cannot be read, a build
    younger than STALE_AFTER that has not been live, one that was rolled back from until a newer one is live, and,
    while nothing is live, any complete index.
    """
    kept = {index.name for index in rollback_candidates(indices, names)[:retain]}
    live = _live(indices, names)
    removals = []
    for index in indices:
        if not names.owns(index.name) or index.aliases or index.meta is None or index.name in kept:
            continue
        age = now - index.meta.started_at
        match index.meta.state:
            case "failed":
                removals.append(Removal(index.name, "failed"))
            case "building" if age > STALE_AFTER:
                removals.append(Removal(index.name, f"unfinished since {index.meta.started_at:%Y-%m-%d %H:%M} UTC"))
            case "ready" if live is not None and age > STALE_AFTER:
                removals.append(Removal(index.name, "never went live"))
            case "live" if live is not None and index.name < live:
                removals.append(Removal(index.name, f"beyond the {retain} kept for rollback"))
    return tuple(removals)


def _live(indices: Sequence[OwnIndex], names: RagNames) -> str | None:
    return max((index.name for index in indices if names.alias in index.aliases), default=None)


async def prune(
    client: AsyncOpenSearch, names: RagNames, *, retain: int, now: datetime, dry_run: bool = False
) -> tuple[Removal, ...]:
    """Delete what plan_retention chooses, one index at a time by its full name; with `dry_run` only say so."""
    removals = plan_retention(await fetch_own(client, names), names, retain=retain, now=now)
    if not dry_run:
        for removal in removals:
            await _delete(client, removal)
    return removals


async def _delete(client: AsyncOpenSearch, removal: Removal) -> None:
    try:
        await request(f"index {removal.index!r}", partial(client.indices.delete, index=removal.index))
    except IndexMissing:
        return
    log.info("index_removed", index=removal.index, reason=removal.reason)
