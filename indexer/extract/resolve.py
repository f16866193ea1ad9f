"""From the name an operator gave to the one concrete index behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from opensearchpy import AsyncOpenSearch

from indexer.extract.dialect import SAMPLE_FIELDS, detect_dialect
from indexer.extract.errors import SourceAmbiguous, SourceEmpty, SourceUnknown
from indexer.extract.synonyms import NO_SYNONYMS, NativeSynonyms, read_synonyms
from indexer.records import SourceSnapshot
from shared.errors import AppError
from shared.opensearch import ClusterAddress, IndexMissing, fetch_cluster_info, require_opensearch, translated
from shared.retry import Backoff, retry
from shared.stores import StoreView

SearchIndex = Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]
"""Asks one index, or a view of it, with a search body."""

_SIMILAR = 5
_SIMILARITY = 0.5


@dataclass(frozen=True, slots=True)
class ConcreteIndex:
    """An index as it is now. properties: of its mapping, by field. synonyms: of its settings."""

    name: str
    uuid: str
    shards: int
    properties: Mapping[str, Any]
    synonyms: NativeSynonyms = NO_SYNONYMS


async def refuse_unsuitable(client: AsyncOpenSearch, address: ClusterAddress, *, backoff: Backoff) -> None:
    """Raise UnsuitableCluster for Elasticsearch and for an OpenSearch without point in time.

    Credentials that may only read the index may not ask; opening the point in time then tells.
    """
    require_opensearch(await retry(lambda: fetch_cluster_info(client, address), backoff), address)


async def resolve_index(
    client: AsyncOpenSearch, address: ClusterAddress, store: StoreView, *, backoff: Backoff
) -> ConcreteIndex:
    """The one index that `store.magento_index` names, itself or as an alias.

    `GET /<name>` answers both and is granted to a role that may only read the index; `GET /_alias/<name>` is not.
    Raises SourceUnknown, SourceAmbiguous.
    """
    name = store.magento_index

    async def fetch() -> dict[str, Any]:
        with translated(f"MAGENTO_INDEX={name!r} on {address.shown}"):
            found: dict[str, Any] = await client.indices.get(index=name)
            return found

    try:
        found = await retry(fetch, backoff)
    except IndexMissing:
        found = {}
    if not found:
        similar = await _similar_names(client, name)
        raise SourceUnknown(name, store=store.code, where=address.shown, similar=similar)
    if len(found) > 1:
        raise SourceAmbiguous(name, store=store.code, indices=sorted(found))
    [(index, body)] = found.items()
    settings = body["settings"]["index"]
    return ConcreteIndex(
        name=index,
        uuid=settings["uuid"],
        shards=int(settings["number_of_shards"]),
        properties=body["mappings"].get("properties", {}),
        synonyms=read_synonyms(body["settings"]),
    )


async def take_snapshot(index: ConcreteIndex, search: SearchIndex) -> SourceSnapshot:
    """What `index` is: its dialect, and how many documents it holds. Raises SourceEmpty, SourceUnreadable."""
    answer = await search({"size": 1, "track_total_hits": True, "_source": {"includes": list(SAMPLE_FIELDS)}})
    total = int(answer["hits"]["total"]["value"])
    if total == 0:
        raise SourceEmpty(index.name)
    sample = answer["hits"]["hits"][0].get("_source") or {}
    dialect = detect_dialect(index.name, index.properties, sample)
    return SourceSnapshot(
        index=index.name,
        uuid=index.uuid,
        dialect=dialect,
        total=total,
        synonyms=index.synonyms.rules,
        notes=index.synonyms.notes,
    )


async def _similar_names(client: AsyncOpenSearch, name: str) -> list[str]:
    """Names that resemble `name`, as far as the credentials may see any."""
    names_only = {"filter_path": "*.aliases,*.settings.index.uuid"}
    for pattern in ("*", f"{name.split('_')[0]}_*"):
        try:
            with translated(pattern):
                indices: dict[str, Any] = await client.indices.get(index=pattern, params=names_only)
        except AppError:
            continue
        names = {index for index in indices if not index.startswith(".")}
        aliases = {alias for index in names for alias in indices[index].get("aliases", ())}
        return get_close_matches(name, sorted(names | aliases), n=_SIMILAR, cutoff=_SIMILARITY)
    return []
