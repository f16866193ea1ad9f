"""Which of our own indices go, and which stay for a rollback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import NothingToRollBack, SwapConflict
from indexer.load.indices import OwnIndex, fetch_alias, fetch_own, find
from indexer.runs.state_index import AliasActions
from shared.indices import OLDEST_SERVED, RagNames
from shared.opensearch import IndexMissing, RequestRefused

log = structlog.get_logger(__name__)

STALE_AFTER: Final = timedelta(hours=1)
"""An unfinished build younger than this may belong to a run that is still at work."""


@dataclass(frozen=True, slots=True)
class Removal:
    """An index that may go, and why."""

    index: str
    reason: str


def rollback_candidates(
    indices: Sequence[OwnIndex], names: RagNames, *, of_any_version: bool = False
) -> tuple[OwnIndex, ...]:
    """Complete indices older than the live one, the newest first; without a live one, every complete index.

    An index that was rolled back from carries a reason in its `_meta` and is no candidate, nor is one that an older
    version built and no runtime serves now, unless that is asked for.
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
        and (of_any_version or _is_served(index))
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
    if not _is_served(index):
        raise NothingToRollBack(
            names.alias, f"{to!r} was built by an older version, whose indices no runtime serves now"
        )
    return index


def _is_served(index: OwnIndex) -> bool:
    return index.meta is not None and index.meta.schema_version >= OLDEST_SERVED


def plan_retention(
    indices: Sequence[OwnIndex], names: RagNames, *, retain: int, now: datetime, held_by: str | None = None
) -> tuple[Removal, ...]:
    """What may be deleted: failed and stale builds, and complete ones beyond the `retain` kept for rollback.

    held_by: the run that holds the lease. Never chosen: a name that is not ours, an index with any alias, one whose
    `_meta` cannot be read, an unfinished build of `held_by` or younger than STALE_AFTER, a failed build as young with
    no newer index live (the next run takes its vectors over), one that was rolled back from until a newer one is
    live, and, while nothing is live, any complete index.
    """
    # One of an older version is what an operator goes back to who goes back to that version.
    kept = {index.name for index in rollback_candidates(indices, names, of_any_version=True)[:retain]}
    live = _live(indices, names)
    removals = []
    for index in indices:
        if not names.owns(index.name) or index.aliases or index.meta is None or index.name in kept:
            continue
        stale = now - index.meta.started_at > STALE_AFTER
        at_work = index.meta.run_id == held_by
        superseded = live is not None and index.name < live
        match index.meta.state:
            case "failed" if stale or superseded:
                removals.append(Removal(index.name, "failed"))
            case "building" if stale and not at_work:
                removals.append(Removal(index.name, f"unfinished since {index.meta.started_at:%Y-%m-%d %H:%M} UTC"))
            case "ready" if live is not None and stale and not at_work:
                removals.append(Removal(index.name, "never went live"))
            case "live" if superseded:
                removals.append(Removal(index.name, f"beyond the {retain} kept for rollback"))
    return tuple(removals)


def plan_removal(removal: Removal, *, alias: str, live: str) -> AliasActions:
    """The `_aliases` actions that delete an index, and that are refused whole once `alias` has left `live`.

    A rollback to the very index that is being deleted therefore comes either before, and the index stays, or after,
    and finds it gone. A plain DELETE would not ask who serves from it by now.
    """
    return [
        {"remove": {"index": live, "alias": alias, "must_exist": True}},
        {"add": {"index": live, "alias": alias, "is_write_index": True}},
        {"remove_index": {"index": removal.index}},
    ]


async def prune(
    client: AsyncOpenSearch,
    names: RagNames,
    *,
    retain: int,
    now: datetime,
    held_by: str | None = None,
    dry_run: bool = False,
) -> tuple[Removal, ...]:
    """Delete what plan_retention chooses, one index at a time by its full name; with `dry_run` only say so.

    Raises SwapConflict when the alias moves meanwhile: what is chosen may be wrong by then.
    """
    indices = await fetch_own(client, names)
    removals = plan_retention(indices, names, retain=retain, now=now, held_by=held_by)
    if not dry_run:
        for removal in removals:
            await _delete(client, names, removal, live=_live(indices, names))
    return removals


def _live(indices: Sequence[OwnIndex], names: RagNames) -> str | None:
    return max((index.name for index in indices if names.alias in index.aliases), default=None)


async def _delete(client: AsyncOpenSearch, names: RagNames, removal: Removal, *, live: str | None) -> None:
    if live is None:
        # Only what was never complete is chosen then, and no rollback goes there.
        delete = partial(client.indices.delete, index=removal.index)
    else:
        actions = plan_removal(removal, alias=names.alias, live=live)
        delete = partial(client.indices.update_aliases, body={"actions": actions})
    try:
        await request(f"index {removal.index!r}", delete)
    except (IndexMissing, RequestRefused) as refusal:
        found = await fetch_alias(client, names.alias)
        if found != (() if live is None else (live,)):
            raise SwapConflict(names.alias, expected=live, found=found) from refusal
        if not isinstance(refusal, IndexMissing):
            raise
        return
    log.info("index_removed", index=removal.index, reason=removal.reason)
