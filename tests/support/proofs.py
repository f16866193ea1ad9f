"""An index as a run leaves it for the proof."""

from typing import Any

from support.builds import an_accepted
from support.indices import FakeCluster

from indexer.load.bulk import BulkWriter, encode
from indexer.load.indices import entrance
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.indices import IndexMeta


async def loaded_cluster(index: str, meta: IndexMeta, *, count: int, **changes: Any) -> FakeCluster:
    """A cluster with `count` different products in `index`, their vectors bags of their words."""
    cluster = FakeCluster()
    properties = {catalog.VECTOR: {"dimension": meta.dimension}}
    cluster.put(index, meta, aliases=(entrance(index),)).mappings["properties"] = properties
    products = [an_accepted(number, **changes) for number in range(1, count + 1)]
    window = [
        encode(one.document, text_hash=one.text_hash, vector=bag_of_stems(one.document.text, meta.dimension))
        for one in products
    ]
    await BulkWriter(cluster, index).write(window)
    return cluster
