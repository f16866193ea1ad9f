"""The live copy of a product: what shoppers see of it now."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.load.indices import OwnIndex, fetch_live, fetch_own, find
from shared import catalog
from shared.indices import RagNames

_CANDIDATES = 10


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """What the alias names; None where nothing is live. copies: the documents that answer to a word, by id."""

    index: OwnIndex | None
    copies: Mapping[str, Mapping[str, Any]]


async def fetch_copies(client: AsyncOpenSearch, names: RagNames, word: str) -> LiveIndex:
    """The live documents whose SKU, variant's SKU, other code or id is `word`, without their vectors.

    Raises AliasTaken, AliasAmbiguous, AliasForeign, and what shared.opensearch lists.
    """
    live = await fetch_live(client, names)
    if live is None:
        return LiveIndex(index=None, copies={})
    codes: dict[str, Any] = {"bool": {"should": [{"ids": {"values": [word]}}, {"term": {catalog.IDENTIFIERS: word}}]}}
    copies = await _search(client, live, codes)
    index = find(await fetch_own(client, names), live) or OwnIndex(name=live)
    return LiveIndex(index=index, copies=copies)


async def fetch_copy(client: AsyncOpenSearch, index: str, document: str) -> Mapping[str, Any] | None:
    """The live document of that id. Raises what shared.opensearch lists."""
    return (await _search(client, index, {"ids": {"values": [document]}})).get(document)


async def _search(client: AsyncOpenSearch, index: str, query: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    body = {"query": query, "size": _CANDIDATES, "_source": {"excludes": [catalog.VECTOR]}}
    answer = await request(f"index {index!r}", partial(client.search, index=index, body=body))
    return {hit["_id"]: hit["_source"] for hit in answer["hits"]["hits"]}
