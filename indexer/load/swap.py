"""The alias changes hands in one compare-and-swap, or not at all.

`remove` with `must_exist` fails the whole `_aliases` call when someone moved the alias; the very first swap has
nothing to remove, and there `is_write_index` makes a second first swap fail ("more than one write index"). A run's
swap demands its fence in the same call, so that it fails as well when another run has taken the lease.
"""

from functools import partial

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.errors import LeaseLost, SwapConflict
from indexer.load.indices import fetch_alias
from indexer.runs.state_index import AliasActions, Fence, stands
from shared.opensearch import IndexMissing, RequestRefused, translated
from shared.retry import Backoff, retry

log = structlog.get_logger(__name__)


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
    Raises SwapConflict or LeaseLost when it does not; then nothing was moved.
    """
    expected = () if old is None else (old,)
    actions = plan_swap(alias, old=old, new=new, fence=fence)
    move = partial(client.indices.update_aliases, body={"actions": actions})

    async def attempt() -> None:
        # Looked at first each time: an earlier attempt may have succeeded and only its answer been lost.
        found = await fetch_alias(client, alias)
        if found == (new,):
            return
        if found != expected:
            raise SwapConflict(alias, expected=old, found=found)
        with translated(f"alias {alias!r}"):
            await move()

    try:
        await retry(attempt, backoff or Backoff())
    except (IndexMissing, RequestRefused) as refusal:
        if fence is not None and not await stands(client, fence):
            raise LeaseLost("another run took it over before this one could swap") from refusal
        found = await fetch_alias(client, alias)
        if found != expected:
            raise SwapConflict(alias, expected=old, found=found) from refusal
        raise
    log.info("index_swapped", alias=alias, old=old, new=new)
