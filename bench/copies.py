"""Server-side copies: OpenSearch's own `_reindex`, the yardstick that never leaves the cluster."""

import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from bench.merges import settle
from bench.process import Used, cpu_seconds
from bench.shop import Shop, client_of
from indexer.load.indices import entrance
from indexer.load.mapping import LOADING_SETTINGS
from indexer.load.seal import seal
from shared import catalog

_FIXED: Final = ("uuid", "version", "creation_date", "provided_name", "auto_expand_replicas", "refresh_interval")


async def live_index(client: AsyncOpenSearch, shop: Shop) -> str:
    """The RAG index behind the shop's alias."""
    (index,) = await client.indices.get_alias(name=shop.alias)
    return str(index)


async def create_like(client: AsyncOpenSearch, index: str, *, name: str, vectors: bool = True) -> None:
    """An empty index `name`, made as `index` was and ready to be loaded; without its vector field on demand."""
    found: Mapping[str, Any] = (await client.indices.get(index=index))[index]
    settings = {name: value for name, value in found["settings"]["index"].items() if name not in _FIXED}
    mappings = deepcopy(dict(found["mappings"]))
    if not vectors:
        settings.pop("knn", None)
        del mappings["properties"][catalog.VECTOR]
    settings = {"index": {**settings, **LOADING_SETTINGS}}
    await client.indices.create(
        index=name, body={"settings": settings, "mappings": mappings, "aliases": {entrance(name): {}}}
    )


async def reindex(shop: Shop, *, source: str, target: str, pid: int) -> Used:
    """Copy `source` into the empty index `target` and bring it into the state a finished build has."""
    async with client_of(shop.node) as client:
        cluster, started = cpu_seconds(pid), time.perf_counter()
        answer = await client.reindex(
            body={"source": {"index": source}, "dest": {"index": target}},
            params={"slices": "auto", "wait_for_completion": "true", "refresh": "false"},
        )
        documents = int(answer["created"])
        await seal(client, target, documents=documents)
        await settle(shop.node)
        seconds = time.perf_counter() - started
        return Used(documents=documents, seconds=seconds, client=0.0, cluster=cpu_seconds(pid) - cluster, peak=0)
