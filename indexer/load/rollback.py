"""Back to an earlier index, by the same compare-and-swap that a run uses."""

from dataclasses import dataclass

from opensearchpy import AsyncOpenSearch

from indexer.load.indices import fetch_live, fetch_own, find, write_meta
from indexer.load.retention import plan_rollback
from indexer.load.swap import swap
from shared.indices import RagNames


@dataclass(frozen=True, slots=True)
class Rollback:
    """The alias was moved from `left` (None: it was nowhere) to `live`."""

    alias: str
    left: str | None
    live: str


async def roll_back(client: AsyncOpenSearch, names: RagNames, *, to: str | None = None) -> Rollback:
    """Make the newest earlier complete index live again, or the complete index named by `to`.

    The index that was left keeps a reason in its `_meta`, so that no later rollback picks it by itself.
    Raises NothingToRollBack, SwapConflict, AliasTaken, AliasAmbiguous, AliasForeign.
    """
    indices = await fetch_own(client, names)
    target = plan_rollback(indices, names, to=to)
    left = await fetch_live(client, names)
    await swap(client, names.alias, old=left, new=target.name)
    if target.meta is not None:
        await write_meta(client, target.name, target.meta.model_copy(update={"state": "live", "reason": None}))
    behind = find(indices, left) if left is not None else None
    if behind is not None and behind.meta is not None and behind.name > target.name:
        reason = f"rolled back to {target.name}"
        await write_meta(client, behind.name, behind.meta.model_copy(update={"reason": reason}))
    return Rollback(alias=names.alias, left=left, live=target.name)
