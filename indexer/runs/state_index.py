"""`<prefix>-state`: one small index that holds the lease, with an alias that tells which holder may swap.

The alias is a fence. Whoever takes the lease moves it, and the `_aliases` call of a swap demands it where its own run
put it. Both are updates of one cluster state, which come one after the other, so a run that was overtaken while it
slept cannot swap, whatever it had checked before. The idea is the fencing token of M. Kleppmann, "How to do
distributed locking" (2016), with the cluster state as the resource that knows the newest token.
"""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import LeaseLost, StateForeign
from shared.errors import Transient
from shared.indices import META_KEY
from shared.opensearch import IndexMissing, RequestRefused, translated

log = structlog.get_logger(__name__)

AliasActions = list[dict[str, Any]]

STATE_PROPERTIES: Final[Mapping[str, Any]] = {
    "run_id": {"type": "keyword"},
    "fencing": {"type": "long"},
    "expires_at": {"type": "date"},
}

_MOVES: Final = 5
_TAKEN: Final = "resource_already_exists_exception"


@dataclass(frozen=True, slots=True)
class Fence:
    """The alias `name` of `index`, there for as long as nobody has taken the lease after its owner."""

    index: str
    name: str

    def guard(self) -> AliasActions:
        """Actions that change nothing, but make their whole `_aliases` call fail once the fence has moved."""
        target = {"index": self.index, "alias": self.name}
        return [{"remove": {**target, "must_exist": True}}, {"add": dict(target)}]


def state_index(prefix: str) -> str:
    """The name of the state index."""
    return f"{prefix}-state"


def fence_of(prefix: str, fencing: int, *, run_id: str) -> Fence:
    """The fence of the holder number `fencing`.

    The run is part of the name, for a state index that somebody deleted begins to count anew.
    """
    return Fence(index=state_index(prefix), name=f"{prefix}-fence-{fencing}-{run_id}")


def fencing_in(prefix: str, fences: Sequence[str]) -> int:
    """The highest number among the names of `fences`, 0 when there is none."""
    found = (re.match(re.escape(prefix) + r"-fence-([0-9]+)", name) for name in fences)
    return max((int(match[1]) for match in found if match), default=0)


async def open_state(client: AsyncOpenSearch, prefix: str) -> None:
    """Make sure that there is a state index, with a fence. Raises StateForeign, and what shared.opensearch lists."""
    index, fence = state_index(prefix), f"{prefix}-fence-0"
    # Made with a fence: the first holders have one to move, and so exclude each other.
    await ensure_index(client, index, properties=STATE_PROPERTIES, aliases={fence: {}})
    if not await fetch_fences(client, prefix):
        # An operator removed it, or the index was restored without its aliases; the lease is written through one.
        put_up = partial(client.indices.update_aliases, body={"actions": [{"add": {"index": index, "alias": fence}}]})
        await request(f"index {index!r}", put_up)


async def fetch_fences(client: AsyncOpenSearch, prefix: str) -> tuple[str, ...]:
    """The names of the fences that stand: one, when all is well; none without a state index."""
    aliases = await _fetch_aliases(client, state_index(prefix))
    return tuple(sorted(alias for alias in aliases if alias.startswith(f"{prefix}-fence-")))


async def stands(client: AsyncOpenSearch, fence: Fence) -> bool:
    """Whether nobody has moved `fence`, nor deleted the index it is on."""
    return fence.name in await _fetch_aliases(client, fence.index)


async def move_fence(client: AsyncOpenSearch, prefix: str, fence: Fence, *, fencing: int) -> None:
    """Put up `fence`, whose number is `fencing`, in place of those that stand.

    Raises LeaseLost when a later holder's stands already.
    """
    for _ in range(_MOVES):
        standing = await fetch_fences(client, prefix)
        if standing == (fence.name,):
            return
        if fencing_in(prefix, standing) >= fencing:
            break
        remove = [{"remove": {"index": fence.index, "alias": name, "must_exist": True}} for name in standing]
        actions = [*remove, {"add": {"index": fence.index, "alias": fence.name}}]
        # Refused when an earlier holder, slow to begin, moved its own fence in this moment: look again. Busy or
        # unanswered: looked at again as well, for it may have been done.
        with suppress(IndexMissing, RequestRefused, Transient), translated(f"alias {fence.name!r}"):
            await client.indices.update_aliases(body={"actions": actions})
    else:
        if (fence.name,) == await fetch_fences(client, prefix):
            return
    raise LeaseLost("another run took it in the same moment")


async def ensure_index(
    client: AsyncOpenSearch, index: str, *, properties: Mapping[str, Any], aliases: Mapping[str, Any] | None = None
) -> None:
    """Make a small index of ours when there is none; of two that make it at once, one finds it made.

    Raises StateForeign when the name is somebody else's.
    """
    try:
        await check_ours(client, index)
    except IndexMissing:
        await _create(client, index, properties, aliases or {})
        await check_ours(client, index)


async def check_ours(client: AsyncOpenSearch, index: str) -> None:
    """Make sure that Vitrina made `index` to keep something in. Raises StateForeign, IndexMissing."""
    answer = await request(f"index {index!r}", partial(client.indices.get_mapping, index=index))
    if index not in answer:
        raise StateForeign(index, "an alias has this name")
    if META_KEY not in answer[index]["mappings"].get("_meta", {}):
        raise StateForeign(index, f"its mapping has no _meta.{META_KEY}, so Vitrina did not make it")


async def _fetch_aliases(client: AsyncOpenSearch, index: str) -> frozenset[str]:
    try:
        answer = await request(f"index {index!r}", partial(client.indices.get_alias, index=index))
    except IndexMissing:
        return frozenset()
    return frozenset(answer.get(index, {}).get("aliases", {}))


async def _create(
    client: AsyncOpenSearch, index: str, properties: Mapping[str, Any], aliases: Mapping[str, Any]
) -> None:
    body = {
        "settings": {"index": {"number_of_shards": 1, "auto_expand_replicas": "0-1"}},
        "mappings": {"dynamic": False, "_meta": {META_KEY: {"keeps": "state"}}, "properties": dict(properties)},
        "aliases": dict(aliases),
    }
    try:
        await request(f"index {index!r}", partial(client.indices.create, index=index, body=body))
    except RequestRefused as refusal:
        if refusal.kind != _TAKEN:
            raise
    else:
        log.info("state_index_created", index=index)
