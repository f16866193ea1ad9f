"""Whether the target cluster can hold a RAG index at all, asked before anything is built."""

from functools import partial
from typing import Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from shared.opensearch import AccessDenied, ClusterAddress, UnsuitableCluster, fetch_cluster_info, require_opensearch
from shared.retry import Backoff, retry

KNN_PLUGIN: Final = "opensearch-knn"

_QUICK: Final = Backoff(attempts=3)
"""Long enough for a dropped connection; an operator with a wrong address should not wait."""


async def check_cluster(client: AsyncOpenSearch, address: ClusterAddress) -> None:
    """Refuse a cluster that is out of reach, is Elasticsearch, or is too old.

    Raises ClusterUnreachable, ClusterBusy, AccessDenied, UnsuitableCluster.
    """
    require_opensearch(await retry(partial(fetch_cluster_info, client, address), _QUICK), address)


async def check_target(client: AsyncOpenSearch, address: ClusterAddress) -> None:
    """Refuse, beside what check_cluster does, a cluster without the k-NN plugin.

    What the credentials may not ask is left to the creation of the index. Raises as check_cluster does.
    """
    await check_cluster(client, address)
    await _check_plugin(client, address)


async def _check_plugin(client: AsyncOpenSearch, address: ClusterAddress) -> None:
    list_plugins = partial(client.cat.plugins, params={"format": "json", "h": "component"})
    try:
        plugins = await request(address.shown, list_plugins)
    except AccessDenied:
        return
    if KNN_PLUGIN not in {plugin["component"] for plugin in plugins}:
        raise UnsuitableCluster(
            f"{address.shown} has no k-NN plugin; install `{KNN_PLUGIN}` on every node (bin/opensearch-plugin install) "
            "or use the full OpenSearch distribution."
        )
