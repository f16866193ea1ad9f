"""What the files of F7 share: a shop that is embedded in a hundred requests, and what a run pays that waited."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from opensearchpy import AsyncOpenSearch
from support.bills import Bill, texts_of
from support.faults import a_product, put_shop, rounds
from support.processes import IndexerProgram

from sandbox.openai_server import Drop, Embed, Refuse, ScriptedServer
from sandbox.openai_server.script import Plan

PRODUCTS = 300
BATCH = 3
MOST_EMBEDDINGS = 1.02
"""A product, losses included."""
LOSSES = 2
GIVE_UP_SECONDS = 3
"""Long enough for what was embedded to be written, which takes a second at most."""

BUSY = Refuse(429, retry_after=1)
CUT = Embed(cut_at_byte=400)
SLOW = Embed(delay=0.7)

EMBEDDING = {"EMBEDDING_BATCH_TEXTS": str(BATCH), "EMBEDDING_GIVE_UP_SECONDS": str(GIVE_UP_SECONDS)}


def a_shop(year: int) -> dict[str, dict[str, object]]:
    """`PRODUCTS` products, none of whose texts is that of another year."""
    return {str(n): a_product(n, name=f"Jacket model {n} of year {year}") for n in range(PRODUCTS)}


def a_storm(seed: int) -> list[Plan]:
    """Thirty requests fare well or badly, and two answers are lost, which is what the figure allows."""
    seeded = random.Random(seed)
    harmless = (Embed(), SLOW, BUSY, Refuse(429), Refuse(500), Refuse(503), Refuse(503, delay=1.0))
    plans = [seeded.choice(harmless) for _ in range(rounds(short=6, long=30))]
    for _ in range(LOSSES):
        plans.insert(seeded.randrange(len(plans)), seeded.choice([CUT, Drop(), Embed(cut_at_byte=0)]))
    return plans


def storms(seeds: range) -> range:
    """The seeds to play: all of them, or one."""
    return seeds[: rounds(short=1, long=len(seeds))]


CheckWaits = Callable[[Sequence[Plan]], Awaitable[None]]
"""`check_waits` with everything but the plans: the fixture of tests/faults/conftest.py."""


async def check_waits(
    plans: Sequence[Plan], *, program: IndexerProgram, cluster: AsyncOpenSearch, namespace: str, server: ScriptedServer
) -> None:
    """A run whose first requests fare as planned makes the index, and pays twice only for answers that were lost."""
    await put_shop(cluster, namespace, a_shop(1))
    # The first request is the probe.
    server.embeddings.then(Embed(), *plans)

    ended = await program.run("run", "--json", EMBEDDING_GIVE_UP_SECONDS="600")

    assert ended.code == 0, ended.errors[-2000:]
    [told] = ended.json["stores"]
    assert (told["read"], told["indexed"], told["rejected"], told["embedded"]) == (PRODUCTS, PRODUCTS, 0, PRODUCTS)
    assert (await cluster.count(index=f"{namespace}rag-active"))["count"] == PRODUCTS
    bill = Bill(server)
    lost = texts_of(request for request in bill.requests if request.ended != "answered")
    assert bill.refused == sum(isinstance(plan, Refuse) for plan in plans)
    assert len(bill.embedded) == PRODUCTS
    assert bill.embedded - Counter(list(bill.embedded)) == lost
    assert told["texts_resent"] == lost.total()
    assert bill.embedded.total() <= MOST_EMBEDDINGS * PRODUCTS
