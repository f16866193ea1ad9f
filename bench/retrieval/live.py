"""What prices of now add to a question: the retriever with them and without, in turns, beside the same native index."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from opensearchpy import AsyncOpenSearch

from bench.harness import Goal
from bench.retrieval.catalogue import STORE
from bench.retrieval.race import Side, race
from bench.retrieval.recording import Recorded
from bench.retrieval.sides import retrieving
from bench.shop import PATIENCE, SEED
from runtime.retrieval.live import DEADLINE_SECONDS, READS
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.core import CoreStore
from sandbox.magento.load import load_native_index
from sandbox.magento.product import ENGLISH

_INDEX: Final = f"{STORE.magento_index}_v1"


async def live_goal(
    client: AsyncOpenSearch, node: str, recorded: tuple[Recorded, ...], *, products: int, rounds: int
) -> Goal:
    """Median with prices of now − median without, one question at a time; how often they came in time."""
    async with _native(client, products), AsyncExitStack() as stack:
        sides = [
            Side("retriever", await stack.enter_async_context(retrieving(node))),
            Side("with prices of now", await stack.enter_async_context(retrieving(node, live=True))),
        ]
        await race(sides, recorded, rounds=1)
        before = _counts()
        without, live = await race(sides, recorded, rounds=rounds)
        read, failed = (now - then for now, then in zip(_counts(), before, strict=True))
    if not read:
        raise RuntimeError("no price was read again: there is nothing to time")
    note = f"{live} − {without}; CPU added {live.cpu - without.cpu:.2f} ms; read {read:.0f} times, in vain {failed:.0f}"
    added = live.p50.median - without.p50.median
    return Goal("prices of now: time added, p50, ms", added, DEADLINE_SECONDS * 1e3, "at most", note)


def _counts() -> tuple[float, float]:
    """Reads so far that came in time, and others."""
    return _count("read"), sum(map(_count, ("late", "failed", "left_alone")))


def _count(outcome: str) -> float:
    return sum(sample.value for metric in READS.collect() for sample in metric.samples
               if sample.name.endswith("_total") and sample.labels["outcome"] == outcome)  # fmt: skip


@asynccontextmanager
async def _native(client: AsyncOpenSearch, products: int) -> AsyncIterator[None]:
    """The native index of the same catalogue, for the length of the context."""
    store = CoreStore(ENGLISH, seeded_model())
    documents = map(store.document, generate_catalogue(products, seed=SEED))
    await load_native_index(
        client, index=_INDEX, alias=STORE.magento_index, body=store.body(shards=3), documents=documents
    )
    try:
        yield
    finally:
        await client.indices.delete(index=_INDEX, params={"request_timeout": PATIENCE})
