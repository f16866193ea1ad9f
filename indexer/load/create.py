"""A new, empty index under a dated name that nobody has."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.load.indices import entrance
from indexer.load.mapping import build_body
from shared.indices import IndexMeta, RagNames
from shared.opensearch import RequestRefused, UnsuitableCluster

log = structlog.get_logger(__name__)

_NAME_ATTEMPTS: Final = 10
_NAME_TAKEN: Final = "resource_already_exists_exception"


async def create_index(
    client: AsyncOpenSearch,
    names: RagNames,
    *,
    meta: IndexMeta,
    now: Callable[[], datetime],
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> str:
    """Create the index `meta` describes, with its entrance, and say its name; a name that is taken waits for the next
    second.

    Raises UnsuitableCluster without the k-NN plugin, RequestRefused, AccessDenied.
    """
    for attempt in range(1, _NAME_ATTEMPTS + 1):
        index = names.dated(now())
        body = {**build_body(meta), "aliases": {entrance(index): {}}}
        try:
            await request(f"index {index!r}", partial(client.indices.create, index=index, body=body))
        except RequestRefused as refusal:
            if "knn" in str(refusal):
                raise UnsuitableCluster(
                    f"Index {index!r} cannot be created without the k-NN plugin; install `opensearch-knn` on every "
                    f"node of OPENSEARCH_URL ({refusal})"
                ) from refusal
            if refusal.kind != _NAME_TAKEN or attempt == _NAME_ATTEMPTS:
                raise
            await sleep(1.0)
        else:
            break
    log.info("index_created", index=index, dimension=meta.dimension, locale=meta.locale)
    return index
