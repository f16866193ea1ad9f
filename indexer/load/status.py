"""What is live, what stands beside it, and how each index came about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import AliasTaken
from indexer.load.indices import OwnIndex, fetch_alias, fetch_own, find
from indexer.load.retention import rollback_candidates
from shared.indices import OLDEST_SERVED, RagNames
from shared.opensearch import IndexMissing, RequestRefused


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Indices of one store view at `as_of`.

    live: what the alias names; exactly one index when all is well. documents: of the live index, by `_count`.
    rollback: where `rollback` would go. problem: why nothing can be served.
    """

    store: str
    alias: str
    as_of: datetime
    live: tuple[str, ...]
    documents: int | None
    rollback: str | None
    problem: str | None
    indices: tuple[OwnIndex, ...]

    @property
    def note(self) -> str | None:
        """What an operator should know about a live index that is served all the same."""
        for index in self.indices:
            meta = index.meta
            if meta is not None and index.name in self.live and meta.languages:
                language = meta.locale.split("_")[0]
                if language not in meta.languages:
                    return f"{meta.model} does not know {language!r}, so products are found by words alone"
        return None

    def as_json(self) -> dict[str, Any]:
        """The status as machines read it."""
        return {
            "store": self.store,
            "alias": self.alias,
            "live": self.live[0] if len(self.live) == 1 else None,
            "documents": self.documents,
            "rollback": self.rollback,
            "problem": self.problem,
            "note": self.note,
            "indices": [self._index_json(index) for index in self.indices],
        }

    def lines(self) -> Iterator[str]:
        """The status as an operator reads it."""
        shown = ", ".join(self.live) or "nothing"
        counted = "" if self.documents is None else f", {self.documents} products"
        yield f"{self.store}: {self.alias} -> {shown}{counted}"
        if self.problem:
            yield f"  problem: {self.problem}"
        if self.note:
            yield f"  note: {self.note}"
        for index in self.indices:
            yield f"  {'*' if index.name in self.live else ' '} {self._index_line(index)}"
        yield f"  rollback would go to {self.rollback}" if self.rollback else "  no index to roll back to"

    def _index_json(self, index: OwnIndex) -> dict[str, Any]:
        found: dict[str, Any] = {"index": index.name, "live": index.name in self.live, "problem": index.problem}
        if index.meta is not None:
            # A thousand rules would hide the rest.
            found |= index.meta.model_dump(mode="json") | {"synonyms": len(index.meta.synonyms)}
            found["age_seconds"] = round(self._age(index.meta.started_at))
        return found

    def _index_line(self, index: OwnIndex) -> str:
        meta = index.meta
        if meta is None:
            return f"{index.name}  {index.problem}"
        counts = meta.counts
        state = "was live" if meta.state == "live" and index.name not in self.live else meta.state
        line = (
            f"{index.name}  {state}, {_duration(self._age(meta.started_at))} old, {meta.model}/{meta.dimension}, "
            f"{counts.indexed} indexed, {counts.rejected} rejected, {counts.skipped} skipped, from {meta.source_index} "
            f"by run {meta.run_id}"
        )
        return f"{line}; {meta.reason}" if meta.reason else line

    def _age(self, moment: datetime) -> float:
        return (self.as_of - moment).total_seconds()


async def fetch_status(client: AsyncOpenSearch, store: str, names: RagNames, *, now: datetime) -> StoreStatus:
    """The status of one store view. Raises what shared.opensearch lists."""
    live: tuple[str, ...] = ()
    documents: int | None = None
    problem: str | None = None
    indices = await fetch_own(client, names)
    try:
        live = await fetch_alias(client, names.alias)
        problem = _problem(names, live, indices)
        if len(live) == 1:
            documents = await _fetch_count(client, live[0])
    except (AliasTaken, IndexMissing) as trouble:
        problem = str(trouble)
    except RequestRefused as refusal:
        found = find(indices, live[0]) if live else None
        problem = f"{live[0]}: {found.problem}, or run" if found and found.problem else str(refusal)
    candidates = rollback_candidates(indices, names)
    return StoreStatus(
        store=store,
        alias=names.alias,
        as_of=now,
        live=live,
        documents=documents,
        rollback=candidates[0].name if candidates else None,
        problem=problem,
        indices=indices,
    )


async def _fetch_count(client: AsyncOpenSearch, index: str) -> int:
    return int((await request(f"index {index!r}", partial(client.count, index=index)))["count"])


def _problem(names: RagNames, live: tuple[str, ...], indices: Sequence[OwnIndex]) -> str | None:
    if not live:
        return "nothing is live yet; run `vitrina-indexer run`"
    if len(live) > 1:
        return f"the alias names {len(live)} indices; leave it on one"
    if not names.owns(live[0]):
        return f"{live[0]} is no index of this store view"
    found = find(indices, live[0])
    if found is None:
        return None
    if found.meta is None:
        return f"{live[0]}: {found.problem}"
    if found.meta.schema_version < OLDEST_SERVED:
        return f"an older version built {live[0]}, which no runtime serves now; run `vitrina-indexer run`"
    return None


def _duration(seconds: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
