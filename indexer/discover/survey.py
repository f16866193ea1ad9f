"""All the native indices that a cluster shows us. Nothing is changed there."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import STEADY, request
from indexer.discover.findings import Findings, FoundIndex, Unreadable
from indexer.discover.look import look_at
from indexer.extract.resolve import refuse_unsuitable
from shared.errors import Terminal
from shared.indices import META_KEY
from shared.opensearch import AccessDenied, ClusterAddress, ClusterBusy, IndexMissing
from shared.retry import Backoff

_GENERATION: Final = re.compile(r"(?P<base>.+?)(?:_v(?P<version>\d+)|_(?P<stamp>\d{8}_\d{6}))")
"""How core Magento and ElasticSuite number the indices behind an alias."""
_PRODUCTS: Final = re.compile(r"_product(?:_|$)")


@dataclass(frozen=True, slots=True)
class _Listed:
    """An index by name. mapped: its mapping has what products have. ours: Vitrina built it."""

    name: str
    aliases: tuple[str, ...]
    mapped: bool
    ours: bool

    @property
    def base(self) -> str:
        """The name without its generation: what all indices of one store view have in common."""
        found = _GENERATION.fullmatch(self.name)
        return found["base"] if found else self.name

    @property
    def generation(self) -> tuple[int, str]:
        """Sorts the indices of one store view by age."""
        found = _GENERATION.fullmatch(self.name)
        return (int(found["version"] or 0), found["stamp"] or "") if found else (0, "")


async def discover(
    client: AsyncOpenSearch, address: ClusterAddress, *, near: str, backoff: Backoff = STEADY
) -> Findings:
    """Every native product index of the cluster at `address`, by store view.

    near: a name to start from (MAGENTO_INDEX) where the credentials may not list all indices. Raises
    UnsuitableCluster, AccessDenied, ClusterUnreachable, ClusterBusy.
    """
    await refuse_unsuitable(client, address, backoff=backoff)
    listed, seen_through = await _list(client, address, near=near, backoff=backoff)
    candidates = [one for one in listed if _may_hold_products(one, near)]
    looked = [await _look(client, one, candidates, backoff=backoff) for one in candidates]
    stores = [one for one in looked if isinstance(one, FoundIndex)]
    notes = () if seen_through == "*" else (f"the credentials may not list all indices, only {seen_through!r}",)
    return Findings(
        where=address.shown,
        stores=tuple(sorted(stores, key=lambda store: (store.store_id or 0, store.name))),
        unreadable=tuple(one for one in looked if isinstance(one, Unreadable)),
        others=len(listed) - len(candidates),
        notes=notes,
    )


async def _list(
    client: AsyncOpenSearch, address: ClusterAddress, *, near: str, backoff: Backoff
) -> tuple[list[_Listed], str]:
    """The indices that the credentials may see, and the pattern that showed them.

    A role for Magento's indices alone is refused a question about all of them.
    """
    *patterns, last = dict.fromkeys(("*", f"{near.split('_')[0]}_*", near))
    for pattern in patterns:
        try:
            return await _list_matching(client, address, pattern, backoff=backoff), pattern
        except AccessDenied:
            continue
    return await _list_matching(client, address, last, backoff=backoff), last


async def _list_matching(
    client: AsyncOpenSearch, address: ClusterAddress, pattern: str, *, backoff: Backoff
) -> list[_Listed]:
    params = {"expand_wildcards": "open,closed", "filter_path": ",".join(f"*.{path}" for path in _TELLING)}
    ask = partial(client.indices.get, index=pattern, params=params)
    try:
        found: dict[str, Any] = await request(f"indices {pattern!r} on {address.shown}", ask, backoff=backoff)
    except IndexMissing:
        return []
    return [_listed(name, found[name]) for name in sorted(found) if not name.startswith(".")]


_TELLING: Final = (
    # Every index has one; a filter leaves out what has nothing to show.
    "settings.index.uuid",
    "aliases",
    "mappings.properties.sku",
    "mappings.properties.indexed_attributes",
    f"mappings._meta.{META_KEY}.schema_version",
)


def _listed(name: str, answer: dict[str, Any]) -> _Listed:
    mappings = answer.get("mappings", {})
    return _Listed(
        name=name,
        aliases=tuple(sorted(answer.get("aliases", {}))),
        mapped="properties" in mappings,
        ours="_meta" in mappings,
    )


def _may_hold_products(one: _Listed, near: str) -> bool:
    return not one.ours and (one.mapped or near in (one.name, *one.aliases) or _PRODUCTS.search(one.name) is not None)


async def _look(
    client: AsyncOpenSearch, one: _Listed, candidates: Sequence[_Listed], *, backoff: Backoff
) -> FoundIndex | Unreadable:
    rival = _rival(one, candidates)
    if rival is not None:
        return Unreadable(one.name, f"an earlier or unfinished generation; {rival.name} is the one of its store view")
    try:
        return await look_at(client, one.name, called=_called(one, candidates), backoff=backoff)
    except (Terminal, ClusterBusy) as error:
        return Unreadable(one.name, str(error))


def _rival(one: _Listed, candidates: Sequence[_Listed]) -> _Listed | None:
    """The other generation that the shop serves from; where nothing has an alias, the newest one."""
    generations = [other for other in candidates if other.base == one.base]
    best = max(generations, key=lambda other: (bool(other.aliases), other.generation))
    return None if best is one or one.aliases else best


def _called(one: _Listed, candidates: Sequence[_Listed]) -> str:
    """The alias that names this index alone, so that Magento's next generation is found too; else its own name."""
    sole = [alias for alias in one.aliases if sum(alias in other.aliases for other in candidates) == 1]
    return min(sole, key=lambda alias: (alias != one.base, alias), default=one.name)
