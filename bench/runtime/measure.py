"""`make bench BENCH=runtime`: G11, G12, G13, L1, L2, L7, F27 and the soak, each with a subject of its own."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from bench.harness import Goal, shown
from bench.runtime import abuse, chunks, disconnects, langchain, overload, sinks, soak, streams, ttfb
from bench.runtime.ground import Ground, Sizes
from bench.runtime.programs import running
from bench.runtime.told import raise_file_limit
from runtime.llm.providers import Adapter

Part = Callable[[Ground], Awaitable[list[Goal]]]

PARTS: Final[Mapping[str, Part]] = {
    "ttfb": ttfb.measure,
    "chunks": chunks.measure,
    "streams": streams.measure,
    "disconnects": disconnects.measure,
    "langchain": langchain.measure,
    "overload": overload.measure,
    "abuse": abuse.measure,
    "sinks": sinks.measure,
    "soak": soak.measure,
}


async def goals(parts: Sequence[str], sizes: Sizes, *, adapter: Adapter, say: Callable[[str], None]) -> list[Goal]:
    """Measure the named parts, in the order they are named here. Raises what the parts raise."""
    raise_file_limit()
    found: list[Goal] = []
    with running("upstream") as upstream:
        ground = Ground(upstream, adapter, sizes, say)
        for name, measure in PARTS.items():
            if name in parts:
                say(f"{name} …")
                found += (told := await measure(ground))
                for goal in told:
                    say(f"  {goal.goal}: {shown(goal.value)}; {goal.note}")
    return found
