"""Whether the target cluster has room for one more index: free disk, free heap, and no disk that is full already."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.errors import NoRoom
from indexer.load.mapping import BYTES_A_DIMENSION, estimate_index_bytes
from indexer.records import PLAIN_JSON_BYTES
from shared import catalog
from shared.indices import RagNames
from shared.opensearch import AccessDenied, ClusterAddress, IndexMissing, RequestRefused

DISK_FACTOR: Final = 1.5
"""Free disk over the estimated index: merges keep old and new segments side by side."""

HEAP_LIMIT: Final = 0.75

_LOOKS: Final = 3
_BETWEEN_LOOKS_SECONDS: Final = 5.0
"""Heap is saw-toothed: only what stays full has no room."""

_LEAST_DOCUMENT_BYTES: Final = 500.0

_Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DataNode:
    """A node that may get the index. free: bytes of disk; heap: share in use; None where the cluster does not say."""

    name: str
    free: int | None
    heap: float | None = None


async def check_capacity(
    client: AsyncOpenSearch,
    address: ClusterAddress,
    names: RagNames,
    *,
    documents: int,
    dimension: int,
    previous: str | None = None,
    sleep: _Sleep = asyncio.sleep,
) -> tuple[str, ...]:
    """Refuse a cluster without room for an index of `documents` vectors; notes on what could not be asked.

    previous: the live index, whose documents tell how large the new ones will be. Raises NoRoom, and what
    shared.opensearch lists.
    """
    await _refuse_full_disk(client, address, names)
    average = await _fetch_document_bytes(client, previous)
    needed = DISK_FACTOR * estimate_index_bytes(documents, dimension=dimension, document_bytes=average)
    nodes, notes = await _fetch_nodes(client, address)
    for _ in range(_LOOKS - 1):
        if not _crowded(nodes):
            break
        await sleep(_BETWEEN_LOOKS_SECONDS)
        nodes, notes = await _fetch_nodes(client, address)
    if reasons := [*_too_little_disk(nodes, needed), *_too_little_heap(nodes)]:
        raise NoRoom(address.shown, "; ".join(reasons))
    return notes


def read_nodes(answer: Mapping[str, Any]) -> list[DataNode]:
    """The data nodes of an answer to `GET /_nodes/stats/fs,jvm`. Pure."""
    return [
        DataNode(
            name=str(node.get("name")),
            free=node.get("fs", {}).get("total", {}).get("available_in_bytes"),
            heap=_heap_in_use(node.get("jvm", {}).get("mem", {})),
        )
        for node in answer.get("nodes", {}).values()
        if any(role.startswith("data") for role in node.get("roles", ["data"]))
    ]


def _heap_in_use(memory: Mapping[str, Any]) -> float | None:
    """Share of the heap that the next collection of the young generation will not free."""
    used, most = memory.get("heap_used_in_bytes"), memory.get("heap_max_in_bytes")
    if not used or not most:
        percent = memory.get("heap_used_percent")
        return None if percent is None else float(percent) / 100
    young = memory.get("pools", {}).get("young", {}).get("used_in_bytes", 0)
    return float(used - young) / float(most)


def _crowded(nodes: list[DataNode]) -> list[DataNode]:
    return [node for node in nodes if node.heap is not None and node.heap > HEAP_LIMIT]


def _too_little_disk(nodes: list[DataNode], needed: float) -> list[str]:
    """The one shard is loaded without copies, so the roomiest node decides."""
    known = [node for node in nodes if node.free is not None]
    roomiest = max(known, key=lambda node: node.free or 0, default=None)
    if roomiest is None or (roomiest.free or 0) >= needed:
        return []
    return [
        f"the roomiest data node, {roomiest.name}, has {_size(roomiest.free or 0)} of free disk, and "
        f"{_size(needed)} are wanted ({DISK_FACTOR:g} times the index to come); delete what is not needed there "
        "(`vitrina-indexer prune` removes what earlier runs left behind), or give it more disk"
    ]


def _too_little_heap(nodes: list[DataNode]) -> list[str]:
    return [
        f"the heap of data node {node.name} is {node.heap:.0%} full, more than {HEAP_LIMIT:.0%}; run when the shop is "
        "quieter, or give the node more memory"
        for node in _crowded(nodes)
    ]


async def _fetch_nodes(client: AsyncOpenSearch, address: ClusterAddress) -> tuple[list[DataNode], tuple[str, ...]]:
    """Disk and heap, or disk alone, or nothing: as much as the credentials may ask; a note on what they may not."""
    stats = partial(client.nodes.stats, metric="fs,jvm")
    try:
        return read_nodes(await request(address.shown, stats)), ()
    except _REFUSED:
        pass
    allocation = partial(client.cat.allocation, params={"format": "json", "bytes": "b", "h": "node,disk.avail"})
    try:
        rows = await request(address.shown, allocation)
    except _REFUSED:
        return [], ("free disk and heap of the cluster were not checked: the credentials may not ask for them",)
    nodes = [DataNode(name=row["node"], free=int(row["disk.avail"])) for row in rows if row.get("disk.avail")]
    return nodes, ("the heap of the cluster was not checked: the credentials may not ask for it",)


_REFUSED: Final = (AccessDenied, IndexMissing, RequestRefused)
"""What a managed cluster or a narrow role answers to questions about nodes."""


async def _refuse_full_disk(client: AsyncOpenSearch, address: ClusterAddress, names: RagNames) -> None:
    """Raise NoRoom when an index of ours was made read-only because its disk reached the flood stage."""
    pattern = f"{names.base}-*"
    params = {"filter_path": "*.settings.index.blocks"}
    ask = partial(client.indices.get_settings, index=pattern, params=params)
    try:
        answer = await request(f"indices {pattern!r}", ask)
    except _REFUSED:
        return
    for name, found in answer.items():
        if names.owns(name) and found["settings"]["index"]["blocks"].get("read_only_allow_delete") == "true":
            raise NoRoom(
                address.shown,
                f"the disk that holds index {name!r} is full, so OpenSearch lets nobody write there; delete indices or "
                "files on that node, and it lifts the block by itself",
            )


async def _fetch_document_bytes(client: AsyncOpenSearch, index: str | None) -> float:
    """What a document without its vector takes in the live index, else a usual size."""
    if index is None:
        return PLAIN_JSON_BYTES
    try:
        stats = await request(f"index {index!r}", partial(client.indices.stats, index=index, metric="docs,store"))
        mapping = await request(f"index {index!r}", partial(client.indices.get_mapping, index=index))
    except _REFUSED:
        return PLAIN_JSON_BYTES
    primaries = stats["_all"]["primaries"]
    dimension = mapping[index]["mappings"].get("properties", {}).get(catalog.VECTOR, {}).get("dimension")
    if dimension is None or not primaries["docs"]["count"]:
        return PLAIN_JSON_BYTES
    average = primaries["store"]["size_in_bytes"] / primaries["docs"]["count"]
    return max(_LEAST_DOCUMENT_BYTES, float(average - dimension * BYTES_A_DIMENSION))


def _size(number: float) -> str:
    """Bytes as a person reads them."""
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
