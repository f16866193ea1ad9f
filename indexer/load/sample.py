"""Products read back from an index under proof: which ones, and whether their vectors are what the model gives."""

import hashlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np
import orjson
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from shared import catalog
from shared.embedding.embedder import Vector
from shared.retry import Backoff

SHARE: Final = 0.01
LEAST: Final = 100
"""A hundredth of the products is looked at, and no fewer than this; all of them in a smaller catalogue."""

UNIT_LENGTH_TOLERANCE: Final = 1e-3
"""As the embed stage allows it."""

_PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class SampledProduct:
    """A product as the index holds it. json: all of it but the vector, which as objects would take ten times the room.
    vector: None where it is not fit for use; flaw: why."""

    id: str
    sku: str
    name: str
    text_hash: str
    json: bytes
    vector: Vector | None
    flaw: str | None = None


def sample_size(documents: int) -> int:
    """How many of `documents` products are looked at."""
    return max(LEAST, int(documents * SHARE))


def sample_start(run_id: str) -> str:
    """The text hash at which the sample of a run begins: another one every night, the same for the same run."""
    return hashlib.blake2b(run_id.encode(), digest_size=16).hexdigest()


async def iter_sample(
    client: AsyncOpenSearch, index: str, *, size: int, start: str, dimension: int, backoff: Backoff
) -> AsyncIterator[SampledProduct]:
    """`size` products in the order of their text hashes from `start` on, and round at the end.

    Hashes lie evenly over any catalogue, so the sample does too. Raises what shared.opensearch lists.
    """
    left = size
    for bound in ({"gte": start}, {"lt": start}):
        async for page in _iter_pages(client, index, bound, backoff=backoff):
            for hit in page[:left]:
                yield read_product(hit["_id"], hit["_source"], dimension=dimension)
            left -= len(page)
            if left <= 0:
                return


def read_product(document_id: str, source: Mapping[str, Any], *, dimension: int) -> SampledProduct:
    """A hit's `_source` as a product, with the verdict on its vector. Pure."""
    vector = np.asarray(source.get(catalog.VECTOR) or (), dtype=np.float32)
    flaw = _flaw(vector, dimension=dimension)
    return SampledProduct(
        id=document_id,
        sku=source[catalog.SKU],
        name=source[catalog.NAME],
        text_hash=source[catalog.TEXT_HASH],
        json=orjson.dumps({name: value for name, value in source.items() if name != catalog.VECTOR}),
        vector=vector if flaw is None else None,
        flaw=flaw,
    )


def count_flaws(products: Sequence[SampledProduct]) -> Mapping[str, int]:
    """What is wrong with vectors -> how many of them."""
    return Counter(product.flaw for product in products if product.flaw is not None)


def _flaw(vector: Vector, *, dimension: int) -> str | None:
    if vector.shape != (dimension,):
        return f"not of dimension {dimension}"
    if not np.isfinite(vector).all():
        return "not finite"
    if not vector.any():
        return "zero"
    if abs(float(np.linalg.norm(vector)) - 1.0) > UNIT_LENGTH_TOLERANCE:
        return "not of unit length"
    return None


async def _iter_pages(
    client: AsyncOpenSearch, index: str, bound: Mapping[str, str], *, backoff: Backoff
) -> AsyncIterator[list[dict[str, Any]]]:
    body: dict[str, Any] = {
        "size": _PAGE,
        "query": {"range": {catalog.TEXT_HASH: dict(bound)}},
        "sort": [{catalog.TEXT_HASH: "asc"}, {catalog.ID: "asc"}],
        "track_total_hits": False,
    }
    while True:
        answer = await request(f"index {index!r}", partial(client.search, index=index, body=body), backoff=backoff)
        page: list[dict[str, Any]] = answer["hits"]["hits"]
        if page:
            yield page
        if len(page) < _PAGE:
            return
        body = {**body, "search_after": page[-1]["sort"]}
