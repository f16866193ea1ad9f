"""G1, G2, G3: the run beside OpenSearch's own copy and beside the public Python way, in turns.

Equal work. Our run is a nightly one: it reads the native index, transforms, takes every vector over from the live
index, writes, seals, proves and swaps. `_reindex` and the helpers get the finished documents of that live index,
vectors included, and only copy them. All three write the same documents into the same mapping with the same settings,
refresh once, and are timed until no merge runs any more.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from bench.copies import create_like, live_index, reindex
from bench.harness import Goal, Spread, interleave
from bench.merges import segments
from bench.process import Used
from bench.shop import Shop, client_of
from bench.stage import Stage
from bench.vectors import embeddings
from bench.worker import measured

SCRATCH: Final = "bench-scratch"
DIMENSION: Final = 384
WORDS: Final = "bench-words"
"""The finished documents without their vectors."""


@dataclass(frozen=True, slots=True)
class Race:
    """The stage and the shop, which has a live index."""

    stage: Stage
    shop: Shop


@dataclass(frozen=True, slots=True)
class Side:
    """One side's rounds."""

    rounds: tuple[Used, ...]

    def rate(self) -> Spread:
        return Spread(tuple(used.rate for used in self.rounds))

    def client_micros(self) -> Spread:
        """CPU of the client, microseconds a document."""
        return Spread(tuple(used.client / used.documents * 1e6 for used in self.rounds))

    def cluster_micros(self) -> Spread:
        """CPU of OpenSearch, microseconds a document."""
        return Spread(tuple(used.cluster / used.documents * 1e6 for used in self.rounds))

    def __str__(self) -> str:
        return (
            f"{self.rate()} docs/s, client {self.client_micros()} µs and OpenSearch {self.cluster_micros()} µs a "
            f"document, control {self.rate().control:.2f}"
        )


async def measure(stage: Stage) -> list[Goal]:
    """G1, G2, G3 with vectors and G1, G3 without."""
    stage.server.embeddings.always(embeddings("random"))
    race = Race(stage, stage.shop("speed", dimension=DIMENSION))
    await race.shop.fill(stage.sizes.documents)
    await stage.run(race.shop)  # The earlier build whose vectors are taken over; it warms the JVM, too.
    return [*await with_vectors(race), *await text_only(race)]


async def measure_related(stage: Stage) -> list[Goal]:
    """G1, G2 and G3 with vectors that resemble each other as a model's do; beside the others, so two rounds do."""
    stage = replace(stage, sizes=replace(stage.sizes, rounds=min(2, stage.sizes.rounds)))
    stage.server.embeddings.always(embeddings("related"))
    race = Race(stage, stage.shop("related", dimension=DIMENSION))
    await race.shop.fill(stage.sizes.documents)
    await stage.run(race.shop)
    return [replace(goal, goal=f"{goal.goal} (related vectors)") for goal in await with_vectors(race)]


async def with_vectors(race: Race) -> list[Goal]:
    """G1, G2 and G3 on the HNSW mapping."""
    ours, copied, python = await _in_turns(
        race, {"our run": partial(_run, race), "_reindex": partial(_copy, race), "helpers": partial(_helpers, race)}
    )
    cheaper = ours.client_micros().median / python.client_micros().median
    return [
        _rate("G1 HNSW: docs/s ÷ _reindex", ours, copied, target=0.95),
        _rate("G2 docs/s ÷ opensearch-py helpers", ours, python, target=1.0),
        Goal("G2 client CPU ÷ opensearch-py helpers", cheaper, 0.2, "at most"),
        _share("G3 HNSW: client CPU ÷ OpenSearch CPU", ours, target=0.025),
    ]


async def text_only(race: Race) -> list[Goal]:
    """G1 and G3 where there is no graph to build: the same mapping and documents without vectors."""
    async with client_of(race.shop.node) as client:
        await create_like(client, await live_index(client, race.shop), name=WORDS, vectors=False)
        await measured("text", race.stage.task(race.shop, target=WORDS))
        ours, copied = await _in_turns(
            race, {"our stages": partial(_text, race), "_reindex": partial(_copy_words, race)}
        )
        await client.indices.delete(index=WORDS)
    return [
        _rate("G1 text only: docs/s ÷ _reindex", ours, copied, target=0.70),
        _share("G3 text only: client CPU ÷ OpenSearch CPU", ours, target=0.30),
    ]


async def _in_turns(race: Race, sides: dict[str, Callable[[], Awaitable[Used]]]) -> list[Side]:
    found = [Side(tuple(rounds)) for rounds in await interleave(race.stage.sizes.rounds, *sides.values())]
    written = {used.documents for side in found for used in side.rounds}
    if len(written) != 1:
        raise RuntimeError(f"the sides wrote different numbers of documents: {sorted(written)}")
    for name, side in zip(sides, found, strict=True):
        race.stage.say(f"{name}: {side}")
    return found


async def _run(race: Race) -> Used:
    return await race.stage.run(race.shop)


async def _copy(race: Race) -> Used:
    async with _scratch(race) as live:
        return await reindex(race.shop, source=live, target=SCRATCH, pid=race.stage.node.pid)


async def _helpers(race: Race) -> Used:
    async with _scratch(race) as live:
        return await measured("helpers", race.stage.task(race.shop, source=live, target=SCRATCH))


async def _text(race: Race) -> Used:
    async with _scratch(race, like=WORDS):
        return await measured("text", race.stage.task(race.shop, source=WORDS, target=SCRATCH))


async def _copy_words(race: Race) -> Used:
    async with _scratch(race, like=WORDS):
        return await reindex(race.shop, source=WORDS, target=SCRATCH, pid=race.stage.node.pid)


@asynccontextmanager
async def _scratch(race: Race, *, like: str | None = None) -> AsyncIterator[str]:
    """An empty index made as `like` was, as the live index without it; gives its name, and goes away afterwards."""
    async with client_of(race.shop.node) as client:
        like = like or await live_index(client, race.shop)
        await create_like(client, like, name=SCRATCH)
        try:
            yield like
            race.stage.say(f"  {await segments(client, SCRATCH)} segments")
        finally:
            await client.indices.delete(index=SCRATCH)


def _rate(goal: str, ours: Side, theirs: Side, *, target: float) -> Goal:
    value = ours.rate().median / theirs.rate().median
    return Goal(goal, value, target, "at least", f"{ours.rate()} ÷ {theirs.rate()} docs/s")


def _share(goal: str, ours: Side, *, target: float) -> Goal:
    client, cluster = ours.client_micros(), ours.cluster_micros()
    return Goal(goal, client.median / cluster.median, target, "at most", f"{client} ÷ {cluster} µs a document")
