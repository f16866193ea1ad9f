"""Searches whose answer stays the bytes it came as: to parse thousands of vectors would cost more than all else."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import SEARCH_GROUP, fetch_raw, request
from indexer.records import json_bytes

MOST_PRODUCTS: Final = 500
_ANSWER_BYTES: Final = 4_000_000


def products_a_search(dimension: int) -> int:
    """So many that the answer stays small, by what a product weighs."""
    return max(1, min(MOST_PRODUCTS, _ANSWER_BYTES // json_bytes(dimension)))


async def search_raw(client: AsyncOpenSearch, indices: Sequence[str], body: Mapping[str, Any]) -> bytes:
    """The answer to a search of `indices`, those that are gone left out.

    Whole documents are asked for, which OpenSearch copies as they are stored; a selection of fields or `_mget` would
    make it parse each one, at a multiple of the cost. Raises ClusterUnreachable, ClusterBusy, AccessDenied,
    RequestRefused.
    """
    path = f"/{','.join(indices)}/_search"
    wanted = {**body, "stats": [SEARCH_GROUP]}
    return await request("the earlier builds", partial(fetch_raw, client, path, wanted, ignore_unavailable="true"))
