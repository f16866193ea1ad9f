"""What of ours is on the cluster: the alias, the dated indices behind and beside it, and their `_meta`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import AliasAmbiguous, AliasForeign, AliasTaken, BuildSpoiled
from shared.indices import FIRST_SCHEMA_VERSION, META_KEY, IndexMeta, RagNames, UnreadableIndex, meta_body, read_meta
from shared.opensearch import IndexMissing

CLOSED: Final = "index_closed_exception"
"""The kind of refusal that a closed index answers with."""

_SHOWN: Final = "*.aliases,*.mappings._meta,*.settings.index.uuid,*.settings.index.verified_before_close"
"""With something of every index, or one that has neither alias nor `_meta` would not show. The last one is there of a
closed index alone."""


@dataclass(frozen=True, slots=True)
class OwnIndex:
    """An index with a dated name of the store view. aliases: but for its entrance. problem: why there is no `meta`."""

    name: str
    aliases: frozenset[str] = frozenset()
    meta: IndexMeta | None = None
    problem: str | None = None

    @property
    def complete(self) -> bool:
        """Whether it was built to the end and proven."""
        return self.meta is not None and self.meta.state in ("ready", "live")


def entrance(index: str) -> str:
    """The alias that an index under construction is written through, there from its creation to its sealing.

    A write that demands an alias never makes an index: whoever writes to one that was deleted meanwhile is told so,
    where a write by the index' own name would make a new one, without our mapping.
    """
    return f"{index}-build"


async def fetch_live(client: AsyncOpenSearch, names: RagNames) -> str | None:
    """The one index behind the alias, or None when there is no such alias.

    Raises AliasTaken, AliasAmbiguous, AliasForeign.
    """
    found = await fetch_alias(client, names.alias)
    if len(found) > 1:
        raise AliasAmbiguous(names.alias, found)
    if found and not (names.owns(found[0]) or await _is_marked(client, found[0])):
        raise AliasForeign(names.alias, found[0])
    return found[0] if found else None


async def fetch_alias(client: AsyncOpenSearch, alias: str) -> tuple[str, ...]:
    """The indices `alias` names, sorted. Raises AliasTaken when it is an index itself."""
    try:
        # By path, not `GET /_alias/<name>`: that form asks for a privilege on all indices.
        answer = await request(f"alias {alias!r}", partial(client.indices.get_alias, index=alias))
    except IndexMissing:
        return ()
    if alias in answer:
        raise AliasTaken(alias)
    return tuple(sorted(answer))


async def fetch_own(client: AsyncOpenSearch, names: RagNames) -> tuple[OwnIndex, ...]:
    """Every index with a dated name of this store view, the newest first."""
    pattern = f"{names.base}-*"
    params = {"expand_wildcards": "open,closed", "filter_path": _SHOWN}
    answer = await request(f"indices {pattern!r}", partial(client.indices.get, index=pattern, params=params))
    own = [name for name in answer if names.owns(name)]
    return tuple(_own_index(name, answer[name]) for name in sorted(own, reverse=True))


def find(indices: Sequence[OwnIndex], name: str) -> OwnIndex | None:
    """The index of that name."""
    return next((index for index in indices if index.name == name), None)


async def write_meta(client: AsyncOpenSearch, index: str, meta: IndexMeta) -> None:
    """Record `meta` in the mapping of `index`; what others keep in `_meta` stays.

    Raises BuildSpoiled when the index is gone, or another one than the run of `meta` made.
    """
    try:
        marks = await _fetch_marks(client, index)
        if marks.get(META_KEY, {}).get("run_id") != meta.run_id:
            raise BuildSpoiled(index, "something put another index in its place")
        body = {"_meta": {**marks, **meta_body(meta)}}
        await request(f"index {index!r}", partial(client.indices.put_mapping, index=index, body=body))
    except IndexMissing as gone:
        raise BuildSpoiled(index, "something deleted it") from gone


async def _is_marked(client: AsyncOpenSearch, index: str) -> bool:
    """Whether Vitrina built `index`, under whatever prefix and schema version."""
    return META_KEY in await _fetch_marks(client, index)


async def _fetch_marks(client: AsyncOpenSearch, index: str) -> dict[str, Any]:
    answer = await request(f"index {index!r}", partial(client.indices.get_mapping, index=index))
    marks: dict[str, Any] = answer[index]["mappings"].get("_meta", {})
    return marks


def _own_index(name: str, answer: dict[str, Any]) -> OwnIndex:
    aliases = frozenset(answer.get("aliases", {})) - {entrance(name)}
    if "verified_before_close" in answer["settings"]["index"]:
        return OwnIndex(name=name, aliases=aliases, problem=f"it is closed; open it with POST {name}/_open")
    try:
        meta = read_meta(name, answer.get("mappings", {}), oldest=FIRST_SCHEMA_VERSION)
    except UnreadableIndex as exc:
        return OwnIndex(name=name, aliases=aliases, problem=str(exc))
    return OwnIndex(name=name, aliases=aliases, meta=meta)
