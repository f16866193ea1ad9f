"""What every part of the indexer's benchmark is given: a node, a scripted embedding service, sizes, someone to tell."""

from collections.abc import Callable
from dataclasses import dataclass

from bench.process import Used
from bench.shop import Shop
from bench.worker import Task, measured
from sandbox.openai_server import ScriptedServer
from sandbox.opensearch.node import Node


@dataclass(frozen=True, slots=True)
class Sizes:
    """documents: of the races and of the money; rounds: pairs of a race; small, large: of the memory goal."""

    documents: int = 30_000
    rounds: int = 5
    small: int = 10_000
    large: int = 300_000


@dataclass(frozen=True, slots=True)
class Stage:
    """Where a part is played. say: tells whoever waits how far it is."""

    node: Node
    server: ScriptedServer
    sizes: Sizes
    say: Callable[[str], None]

    def shop(self, name: str, *, dimension: int) -> Shop:
        """A shop of this node, not filled yet."""
        return Shop(node=self.node.url, embeddings=self.server.base_url, name=name, dimension=dimension)

    def task(self, shop: Shop, *, target: str = "", source: str = "") -> Task:
        """A worker's task on `shop`."""
        return Task(shop=shop, pid=self.node.pid, target=target, source=source)

    async def run(self, shop: Shop) -> Used:
        """One whole indexer run over `shop`, told."""
        used = await measured("run", self.task(shop))
        self.say(f"  run: {used}")
        return used
