"""`make bench BENCH=retrieval`: G9, G10 and the curve over the size of the catalogue, on a node of its own."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from opensearchpy import AsyncOpenSearch

from bench.harness import Goal
from bench.retrieval.catalogue import DIMENSION, MODEL, build_index, drop_index
from bench.retrieval.fusion import (
    Legs,
    agreement_goal,
    fused_there,
    install_pipeline,
    legs_of,
    say_shards,
    speed_goal,
)
from bench.retrieval.live import live_goal
from bench.retrieval.passes import Passes, ask_all
from bench.retrieval.questions import ASKED_ABOUT, build_questions
from bench.retrieval.race import (
    AT_ONCE,
    Side,
    action_goals,
    check_answers,
    race,
    retrieval_goal,
    say_kinds,
    say_race,
)
from bench.retrieval.recording import Recorded, record
from bench.retrieval.sides import acting, raw_client, retrieving, serving
from bench.shop import client_of
from bench.vectors import embeddings
from sandbox.openai_server import ScriptedServer, scripted_openai
from sandbox.opensearch.node import Node, start_node
from sandbox.stack import free_port
from shared.errors import Terminal

HEAP: Final = "2g"
SHARDS: Final = 3
CURVE_ROUNDS: Final = 2
WARMING: Final = 2_000
"""Questions before anything is timed, which is what the JVM takes to compile what they run through."""


class ProductsTooFew(Terminal):
    """A catalogue smaller than the questions about it."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """products: of the catalogue of the goals; the curve has a fifth of it and four times as many besides.

    Raises ProductsTooFew.
    """

    products: int = 50_000
    rounds: int = 5

    def __post_init__(self) -> None:
        if self.products < ASKED_ABOUT:
            raise ProductsTooFew(f"--products {self.products}: questions are about the first {ASKED_ABOUT}; give more")

    @property
    def small(self) -> int:
        return max(self.products // 5, ASKED_ABOUT)

    @property
    def large(self) -> int:
        return self.products * 4


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything happens. say: tells whoever waits how far it is."""

    node: Node
    server: ScriptedServer
    client: AsyncOpenSearch
    sizes: Sizes
    say: Callable[[str], None]


async def goals(sizes: Sizes, say: Callable[[str], None]) -> list[Goal]:
    """Measure it all. Raises what the parts raise."""
    with (
        start_node(heap=HEAP) as node,
        scripted_openai(embedding_models={MODEL.name: DIMENSION}) as server,
    ):
        server.embeddings.always(embeddings("related"))
        async with client_of(node.url) as client:
            ground = Ground(node, server, client, sizes, say)
            await install_pipeline(client)
            async with _catalogue(ground, sizes.small, shards=1) as recorded:
                agreed = await agreement_goal(client, _legs(recorded))
            curve = [await _curve_point(ground, sizes.small, warming=WARMING)]
            async with _catalogue(ground, sizes.products, shards=SHARDS) as recorded:
                raced, at_products = await _g9(ground, recorded)
                faster = await _g10(ground, _legs(recorded))
                beside = await live_goal(client, node.url, recorded, products=sizes.products, rounds=sizes.rounds)
            curve += [(sizes.products, at_products), await _curve_point(ground, sizes.large, warming=1)]
    for products, (raw, ours) in curve:
        say(f"{products} products: retriever {ours}; raw client {raw}; ratio {ours.p50.median / raw.p50.median:.2f}")
    return [*raced, faster, agreed, beside]


@asynccontextmanager
async def _catalogue(ground: Ground, products: int, *, shards: int) -> AsyncIterator[tuple[Recorded, ...]]:
    """An index for the length of the context, and every question asked of it once."""
    ground.say(f"{products} products, {shards} shard{'s' if shards > 1 else ''} …")
    index, indexed = await build_index(ground.client, node=ground.node.url, products=products, shards=shards)
    try:
        ground.say(f"  {indexed} indexed")
        yield await record(ground.node.url, build_questions())
    finally:
        await drop_index(ground.client, index)


async def _g9(ground: Ground, recorded: Sequence[Recorded]) -> tuple[list[Goal], tuple[Passes, Passes]]:
    """The goals, and the passes of bare client and retriever."""
    async with AsyncExitStack() as stack:
        runtime = stack.enter_context(serving(ground.node.url, embeddings=ground.server.base_url, port=free_port()))
        sides = [
            Side("raw client", await stack.enter_async_context(raw_client(ground.node.url))),
            Side("retriever", await stack.enter_async_context(retrieving(ground.node.url))),
            Side("Action API", await stack.enter_async_context(acting(runtime)), pid=runtime.program.process.pid),
        ]
        await check_answers(sides, recorded)
        await _warm(ground, sides, recorded)
        before = len(ground.server.embeddings.requests)
        raw, ours, action = found = await race(sides, recorded, rounds=ground.sizes.rounds)
        embedded = len(ground.server.embeddings.requests) - before
        ground.say("one question at a time")
        say_race(sides, found, say=ground.say)
        say_kinds(raw, ours, recorded, say=ground.say)
        ground.say(f"{AT_ONCE} questions at a time")
        at_once = await race(sides, recorded, rounds=ground.sizes.rounds, at_once=AT_ONCE)
        say_race(sides, at_once, say=ground.say)
    return [retrieval_goal(raw, ours), *action_goals(raw, action, embedded=embedded)], (raw, ours)


async def _warm(
    ground: Ground, sides: Sequence[Side], recorded: Sequence[Recorded], *, questions: int = WARMING
) -> None:
    """Ask until so many questions were asked, every side and the server's own fusion alike."""
    legs = _legs(recorded)
    asked = 0
    while asked < questions:
        for side in sides:
            asked += len((await ask_all(side.ask, recorded)).seconds)
        for one in legs:
            await fused_there(ground.client, one)


async def _g10(ground: Ground, legs: Sequence[Legs]) -> Goal:
    goal = await speed_goal(ground.client, legs, rounds=ground.sizes.rounds)
    await say_shards(ground.client, legs, shards=SHARDS, say=ground.say)
    return goal


async def _curve_point(ground: Ground, products: int, *, warming: int) -> tuple[int, tuple[Passes, Passes]]:
    """Bare client and retriever on a catalogue of that size. warming: questions before, a pass of each at least."""
    async with (
        _catalogue(ground, products, shards=SHARDS) as recorded,
        raw_client(ground.node.url) as raw,
        retrieving(ground.node.url) as ours,
    ):
        sides = [Side("raw client", raw), Side("retriever", ours)]
        await _warm(ground, sides, recorded, questions=warming)
        found = await race(sides, recorded, rounds=CURVE_ROUNDS)
    return products, (found[0], found[1])


def _legs(recorded: Sequence[Recorded]) -> list[Legs]:
    return [legs for one in recorded if (legs := legs_of(one)) is not None]
