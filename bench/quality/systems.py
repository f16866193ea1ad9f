"""The rankings that are compared: ours, and what OpenSearch gives whoever only turns it on.

BM25 alone is `multi_match` over the name, twice as heavy, and the text, in the analyser of the store's language; k-NN
alone is the nearest vectors; stock is their reciprocal rank fusion with k = 60. All of 100 candidates.
"""

from collections.abc import Sequence
from typing import Final

from bench.quality.dataset import Query
from bench.quality.measures import Rankings
from bench.quality.stand import ALIAS, STORE, Stand
from runtime.retrieval.hits import RetrievalRequest
from shared import catalog
from shared.hybrid.fuse import fuse
from shared.hybrid.query import build_semantic

DEPTH: Final = 100

BM25: Final = "BM25"
KNN: Final = "k-NN"
STOCK: Final = "stock RRF"
OURS: Final = "ours"

_FIELDS: Final = (f"{catalog.NAME}^2", catalog.TEXT)


async def rank_all(stand: Stand, queries: Sequence[Query]) -> dict[str, Rankings]:
    """System -> query id -> ids of the data set, the best first."""
    found: dict[str, dict[str, list[str]]] = {name: {} for name in (BM25, KNN, STOCK, OURS)}
    for query in queries:
        legs = {BM25: await _bm25(stand, query.text), KNN: await _knn(stand, query.text)}
        for name, ids in legs.items():
            found[name][query.id] = ids
        found[STOCK][query.id] = [hit.id for hit in fuse(legs)]
        found[OURS][query.id] = await _ours(stand, query.text)
    return dict(found)


async def _ours(stand: Stand, text: str) -> list[str]:
    found = await stand.retriever.retrieve(RetrievalRequest(text=text, store=STORE, limit=DEPTH))
    return [hit.document.sku for hit in found.hits]


async def _bm25(stand: Stand, text: str) -> list[str]:
    query = {"multi_match": {"query": text, "fields": list(_FIELDS)}}
    return await _search(stand, {"query": query, "size": DEPTH})


async def _knn(stand: Stand, text: str) -> list[str]:
    if stand.embedder is None or not text.strip():
        return []
    vector = await stand.embedder.embed_query(text)
    return await _search(stand, build_semantic(vector, filters=[], size=DEPTH))


async def _search(stand: Stand, body: dict[str, object]) -> list[str]:
    wanted = {**body, "_source": [catalog.SKU]}
    answer = await stand.client.search(index=ALIAS, body=wanted)
    hits = sorted(answer["hits"]["hits"], key=lambda hit: (-hit["_score"], hit["_id"]))
    return [hit["_source"][catalog.SKU] for hit in hits]
