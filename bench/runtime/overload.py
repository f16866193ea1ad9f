"""L2."""

from bench.harness import Goal
from bench.runtime.ground import Ground


async def measure(ground: Ground) -> list[Goal]:
    return []
