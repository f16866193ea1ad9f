"""`make bench BENCH=indexer`: the goals of the indexer, on a node of its own."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bench import embedding, guest, memory, resent, speed
from bench.harness import Goal
from bench.stage import Sizes, Stage
from sandbox.openai_server import scripted_openai
from sandbox.opensearch.node import start_node

HEAP: Final = "2g"

PARTS: Final[Mapping[str, Callable[[Stage], Awaitable[list[Goal]]]]] = {
    "speed": speed.measure,
    "related": speed.measure_related,
    "guest": guest.measure,
    "resent": resent.measure,
    "embedding": embedding.measure,
    "memory": memory.measure,
}
"""In an order that leaves the largest indices to the end."""

_MODELS: Final = {f"bench-{dimension}": dimension for dimension in (speed.DIMENSION, memory.DIMENSION)}


async def goals(parts: list[str], sizes: Sizes, say: Callable[[str], None]) -> list[Goal]:
    """Measure the goals of `parts`, each part on a fresh node."""
    found: list[Goal] = []
    for part in parts:
        say(f"{part} …")
        with start_node(heap=HEAP) as node, scripted_openai(embedding_models=_MODELS) as server:
            found += await PARTS[part](Stage(node=node, server=server, sizes=sizes, say=say))
    return found
