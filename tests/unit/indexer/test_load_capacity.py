"""indexer.load.capacity: a cluster without room is told before anything is built; one that keeps silent is noted."""

from typing import Any

import pytest
from opensearchpy.exceptions import AuthorizationException
from support.builds import Clock
from support.indices import NAMES, missing

from indexer.errors import NoRoom
from indexer.load.capacity import DISK_FACTOR, check_capacity, read_nodes
from indexer.load.mapping import estimate_index_bytes
from indexer.records import PLAIN_JSON_BYTES
from shared.opensearch import ClusterAddress

ADDRESS = ClusterAddress(url="http://rag:9200")
LIVE = "rag-20261119-030000"
FORBIDDEN = AuthorizationException(403, "security_exception", {})

GB = 10**9
DOCUMENTS, DIMENSION = 30_000, 1536
NEEDED = DISK_FACTOR * estimate_index_bytes(DOCUMENTS, dimension=DIMENSION)


def a_node(name: str = "node-1", *, free: float = 100 * GB, heap: float = 0.5, **more: Any) -> dict[str, Any]:
    memory = {"heap_used_in_bytes": int(heap * GB), "heap_max_in_bytes": GB, "heap_used_percent": int(heap * 100)}
    return {
        "name": name,
        "roles": ["data", "ingest"],
        "fs": {"total": {"available_in_bytes": int(free)}},
        "jvm": {"mem": memory},
        **more,
    }


class Full:
    """A cluster that answers what it is asked about room; an exception is raised instead.

    stats: one answer for each look, the last one for all that follow. asked: names of the calls.
    """

    def __init__(
        self, *stats: Any, allocation: Any = (), blocks: Any = None, live: Any = None, live_dimension: int = DIMENSION
    ) -> None:
        self._stats = list(stats)
        self._allocation = allocation
        self._blocks = {} if blocks is None else blocks
        self._live = live
        self._live_dimension = live_dimension
        self.asked: list[str] = []
        self.nodes, self.cat, self.indices = _Nodes(self), _Cat(self), _Indices(self)

    def answer(self, call: str, found: Any) -> Any:
        self.asked.append(call)
        if isinstance(found, Exception):
            raise found
        return found

    def look(self) -> Any:
        return self._stats.pop(0) if len(self._stats) > 1 else self._stats[0]


class _Nodes:
    def __init__(self, cluster: Full) -> None:
        self._cluster = cluster

    async def stats(self, *, metric: str) -> Any:
        assert metric == "fs,jvm"
        found = self._cluster.look()
        nodes = found if isinstance(found, Exception) else {"nodes": {str(n): one for n, one in enumerate(found)}}
        return self._cluster.answer("nodes", nodes)


class _Cat:
    def __init__(self, cluster: Full) -> None:
        self._cluster = cluster

    async def allocation(self, *, params: dict[str, str]) -> Any:
        assert (params["format"], params["bytes"]) == ("json", "b")
        return self._cluster.answer("allocation", self._cluster._allocation)


class _Indices:
    def __init__(self, cluster: Full) -> None:
        self._cluster = cluster

    async def get_settings(self, *, index: str, params: Any) -> Any:
        assert index == "rag-*"
        return self._cluster.answer("settings", self._cluster._blocks)

    async def stats(self, *, index: str, metric: str) -> Any:
        return self._cluster.answer("index", self._cluster._live)

    async def get_mapping(self, *, index: str) -> Any:
        vector = {"type": "knn_vector", "dimension": self._cluster._live_dimension}
        return {index: {"mappings": {"properties": {"vector": vector}}}}


async def check(cluster: Any, *, previous: str | None = None, clock: Clock | None = None) -> tuple[str, ...]:
    clock = clock or Clock()
    return await check_capacity(
        cluster,
        ADDRESS,
        NAMES,
        documents=DOCUMENTS,
        dimension=DIMENSION,
        previous=previous,
        sleep=clock.sleep,
    )


async def refusal(cluster: Any, **asking: Any) -> str:
    with pytest.raises(NoRoom, match="OPENSEARCH_URL=http://rag:9200 has no room for a build") as raised:
        await check(cluster, **asking)
    return str(raised.value)


async def test_a_cluster_with_room_passes_without_a_word() -> None:
    assert await check(Full([a_node()])) == ()


async def test_free_disk_below_one_and_a_half_times_the_index_is_refused() -> None:
    assert await check(Full([a_node(free=NEEDED)])) == ()
    told = await refusal(Full([a_node(free=NEEDED - 1)]))
    assert "the roomiest data node, node-1, has 1.3 GB of free disk, and 1.3 GB are wanted (1.5 times" in told
    assert "vitrina-indexer prune" in told


async def test_one_roomy_node_is_enough_for_a_single_shard_without_copies() -> None:
    assert await check(Full([a_node("small", free=1), a_node("large"), a_node("other", free=2)])) == ()
    assert "the roomiest data node, large," in await refusal(Full([a_node("small", free=1), a_node("large", free=9)]))


async def test_a_node_that_holds_no_data_has_no_say() -> None:
    manager = a_node("manager", free=1000 * GB, heap=0.99, roles=["cluster_manager"])
    assert "roomiest data node, hot," in await refusal(Full([manager, a_node("hot", free=1, roles=["data_hot"])]))
    assert await check(Full([manager, a_node()])) == ()


async def test_heap_above_three_quarters_is_refused_once_it_stays_there() -> None:
    clock = Clock()
    before = clock.now
    told = await refusal(Full([a_node(heap=0.76), a_node("node-2")]), clock=clock)
    assert "the heap of data node node-1 is 76% full, more than 75%" in told
    assert (clock.now - before).total_seconds() == 10
    assert await check(Full([a_node(heap=0.75)])) == ()


async def test_heap_that_the_next_collection_frees_is_no_reason() -> None:
    assert await check(Full([a_node(heap=0.9)], [a_node(heap=0.6)])) == ()


async def test_the_young_generation_is_garbage_until_it_was_collected() -> None:
    node = a_node(heap=0.9)
    node["jvm"]["mem"]["pools"] = {"young": {"used_in_bytes": int(0.3 * GB)}}
    assert [round(found.heap or 0, 2) for found in read_nodes({"nodes": {"1": node}})] == [0.6]


async def test_a_percentage_is_enough() -> None:
    node = a_node() | {"jvm": {"mem": {"heap_used_percent": 80}}}
    assert "80% full" in await refusal(Full([node]))


async def test_every_reason_is_told_at_once() -> None:
    told = await refusal(Full([a_node("node-1", free=1, heap=0.8), a_node("node-2", free=2, heap=0.9)]))
    assert told.count("free disk") == 1
    assert told.count("the heap of data node") == 2


async def test_an_index_made_read_only_by_a_full_disk_is_refused_before_anything_else_is_asked() -> None:
    blocks = {LIVE: {"settings": {"index": {"blocks": {"read_only_allow_delete": "true"}}}}}
    cluster = Full([a_node()], blocks=blocks)
    told = await refusal(cluster)
    assert f"the disk that holds index '{LIVE}' is full" in told
    assert "delete indices or files on that node" in told
    assert cluster.asked == ["settings"]


@pytest.mark.parametrize(
    ("index", "block"),
    [("rag-20261119-030000", {"write": "true"}), ("rag-other", {"read_only_allow_delete": "true"})],
    ids=["an operator's own block", "an index that is not ours"],
)
async def test_other_blocks_are_no_reason(index: str, block: dict[str, str]) -> None:
    blocks = {index: {"settings": {"index": {"blocks": block}}}}
    assert await check(Full([a_node()], blocks=blocks)) == ()


LARGE = {"_all": {"primaries": {"docs": {"count": 1000}, "store": {"size_in_bytes": 1000 * (1536 * 17 + 50_000)}}}}


async def test_the_live_index_tells_how_large_documents_are() -> None:
    enough = DISK_FACTOR * estimate_index_bytes(DOCUMENTS, dimension=DIMENSION, document_bytes=50_000)
    assert await check(Full([a_node(free=enough)], live=LARGE), previous=LIVE) == ()
    assert "free disk" in await refusal(Full([a_node(free=enough - 1)], live=LARGE), previous=LIVE)


EMPTY = {"_all": {"primaries": {"docs": {"count": 0}, "store": {"size_in_bytes": 208}}}}


@pytest.mark.parametrize("live", [FORBIDDEN, missing(LIVE), EMPTY], ids=["forbidden", "gone", "empty"])
async def test_a_live_index_that_tells_nothing_leaves_the_usual_size(live: Any) -> None:
    assert await check(Full([a_node(free=NEEDED)], live=live), previous=LIVE) == ()
    assert "free disk" in await refusal(Full([a_node(free=NEEDED - 1)], live=live), previous=LIVE)


async def test_credentials_that_may_not_ask_about_nodes_are_asked_about_disk() -> None:
    rows = [{"node": "node-1", "disk.avail": str(int(NEEDED))}, {"node": "UNASSIGNED", "disk.avail": None}]
    (note,) = await check(Full(FORBIDDEN, allocation=rows))
    assert note.startswith("the heap of the cluster was not checked")
    assert "roomiest data node, node-1" in await refusal(
        Full(FORBIDDEN, allocation=[{"node": "node-1", "disk.avail": "9"}])
    )


async def test_credentials_that_may_ask_nothing_leave_a_note() -> None:
    (note,) = await check(Full(FORBIDDEN, allocation=FORBIDDEN, blocks=FORBIDDEN))
    assert note == "free disk and heap of the cluster were not checked: the credentials may not ask for them"


def test_the_estimate_follows_documents_and_dimension() -> None:
    assert estimate_index_bytes(0, dimension=1536) == 0
    one = estimate_index_bytes(1, dimension=384)
    assert one == 384 * 17 + PLAIN_JSON_BYTES + 200
    assert estimate_index_bytes(30_000, dimension=384) == 30_000 * one
