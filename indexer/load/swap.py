"""The alias changes hands in one compare-and-swap, or not at all.

`remove` with `must_exist` fails the whole `_aliases` call when someone moved the alias; the very first swap has
nothing to remove, and there `is_write_index` makes a second first swap fail ("more than one write index").
"""

from functools import partial
from typing import Any

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.errors import SwapConflict
from indexer.load.indices import fetch_alias
from shared.opensearch import IndexMissing, RequestRefused, translated
from shared.retry import Backoff, retry

log = structlog.get_logger(__name__)

Actions = list[dict[str, Any]]


def plan_swap(alias: str, *, old: str | None, new: str) -> Actions:
    """The `_aliases` actions that move `alias` from `old` (None: from nowhere) to `new`."""
    add = {"add": {"index": new, "alias": alias, "is_write_index": True}}
    if old is None:
        return [add]
    return [{"remove": {"index": old, "alias": alias, "must_exist": True}}, add]


async def swap(
    client: AsyncOpenSearch, alias: str, *, old: str | None, new: str, backoff: Backoff | None = None
) -> None:
    """Move `alias` from `old` to `new` if it still names exactly `old`.

    Raises SwapConflict when it does not; then nothing was moved.
    """
    expected = () if old is None else (old,)
    move = partial(client.indices.update_aliases, body={"actions": plan_swap(alias, old=old, new=new)})

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
        found = await fetch_alias(client, alias)
        if found != expected:
            raise SwapConflict(alias, expected=old, found=found) from refusal
        raise
    log.info("index_swapped", alias=alias, old=old, new=new)
