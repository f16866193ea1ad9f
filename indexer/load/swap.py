"""The alias changes hands in one compare-and-swap, or not at all.

`remove` with `must_exist` fails the whole `_aliases` call when someone moved the alias; the very first swap has
nothing to remove, and there `is_write_index` makes a second first swap fail ("more than one write index"). A run's
swap demands its fence in the same call, so that it fails as well when another run has taken the lease.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.errors import LeaseLost, SwapConflict, SwapUnanswered
from indexer.load.indices import fetch_alias
from indexer.runs.state_index import AliasActions, Fence, stands
from shared.errors import Transient
from shared.opensearch import IndexMissing, RequestRefused, translated
from shared.retry import Backoff, retry

log = structlog.get_logger(__name__)

STOPPED_SECONDS: Final = 15.0
"""The longest that a run which is stopped in the middle of its swap waits to learn what became of it."""


def plan_swap(alias: str, *, old: str | None, new: str, fence: Fence | None = None) -> AliasActions:
    """The `_aliases` actions that move `alias` from `old` (None: from nowhere) to `new`, while `fence` stands."""
    guard = [] if fence is None else fence.guard()
    add = {"add": {"index": new, "alias": alias, "is_write_index": True}}
    if old is None:
        return [*guard, add]
    return [*guard, {"remove": {"index": old, "alias": alias, "must_exist": True}}, add]


async def swap(
    client: AsyncOpenSearch,
    alias: str,
    *,
    old: str | None,
    new: str,
    fence: Fence | None = None,
    backoff: Backoff | None = None,
) -> None:
    """Move `alias` from `old` to `new` if it still names exactly `old`, and if `fence` still stands.

    fence: of the run's lease; None for an operator, who waits for nobody.
    Raises SwapConflict or LeaseLost when it does not; then nothing was moved. Raises SwapUnanswered when it may have
    been.
    """
    expected = () if old is None else (old,)
    move = _Move(client, alias, expected=expected, new=new, actions=plan_swap(alias, old=old, new=new, fence=fence))
    try:
        await retry(move.attempt, backoff or Backoff())
    except Transient as silence:
        if move.asked:
            raise SwapUnanswered(new, reason=str(silence)) from silence
        raise
    except (SwapConflict, IndexMissing, RequestRefused) as refusal:
        if fence is not None and not await stands(client, fence):
            raise LeaseLost("another run took it over before this one could swap") from refusal
        found = await fetch_alias(client, alias)
        if found != expected:
            raise SwapConflict(alias, expected=old, found=found) from refusal
        raise
    log.info("index_swapped", alias=alias, old=old, new=new)


@dataclass(slots=True)
class _Move:
    """The move of `alias` to `new`. asked: whether the cluster was ever asked for it."""

    client: AsyncOpenSearch
    alias: str
    expected: tuple[str, ...]
    new: str
    actions: AliasActions
    asked: bool = False

    async def attempt(self) -> None:
        # Looked at first each time: an earlier attempt may have succeeded and only its answer been lost.
        found = await fetch_alias(self.client, self.alias)
        if found == (self.new,):
            return
        if found != self.expected:
            raise SwapConflict(self.alias, expected=next(iter(self.expected), None), found=found)
        self.asked = True
        with translated(f"alias {self.alias!r}"):
            await _see_through(self.client.indices.update_aliases(body={"actions": self.actions}))


async def _see_through(asking: Coroutine[Any, Any, Any]) -> None:
    """Await an answer, and do so even when cancelled, before that is passed on.

    The cluster does what it was asked for whether or not anybody waits: who left at once would look at the alias, find
    it where it was, mark the new index as failed, and then it would go live.
    """
    asked = asyncio.ensure_future(asking)
    try:
        await asyncio.shield(asked)
    except asyncio.CancelledError:
        await asyncio.wait({asked}, timeout=STOPPED_SECONDS)
        asked.cancel()
        raise
