"""indexer.embed.unwritten: nothing more is paid for while a bulk window's worth of vectors is not written."""

import asyncio

from support.builds import a_job, a_workshop, an_accepted
from support.embedding import FakeEmbedder
from support.indices import FakeCluster
from support.sources import FakeSource, some_records

from indexer.embed.packing import TextBatch
from indexer.embed.sending import Sender
from indexer.embed.unwritten import Unwritten
from indexer.pipeline import run_all
from indexer.report import RunReport

MOST = 4


def a_batch(*numbers: int) -> TextBatch:
    products = tuple(map(an_accepted, numbers))
    texts = tuple(product.document.text for product in products)
    return TextBatch(accepted=products, texts=texts, lengths=tuple(map(len, texts)), rows=tuple(range(len(texts))))


async def holds_up(unwritten: Unwritten) -> bool:
    waiting = asyncio.create_task(unwritten.room())
    await asyncio.sleep(0)
    try:
        return not waiting.done()
    finally:
        waiting.cancel()


async def test_a_window_of_unwritten_vectors_holds_up_the_next_request() -> None:
    unwritten = Unwritten(MOST)
    unwritten.add(MOST - 1)
    assert not await holds_up(unwritten)
    unwritten.add(1)
    assert await holds_up(unwritten)
    unwritten.settle(1)
    assert not await holds_up(unwritten)


async def test_whoever_waits_is_let_in_by_a_write() -> None:
    unwritten = Unwritten(MOST)
    unwritten.add(MOST)
    async with asyncio.TaskGroup() as group:
        group.create_task(unwritten.room())
        group.create_task(asyncio.to_thread(lambda: None))
        unwritten.settle(1)


async def test_a_new_build_owes_nothing() -> None:
    unwritten = Unwritten(MOST)
    unwritten.add(MOST)
    unwritten.clear()
    assert not await holds_up(unwritten)


async def test_without_a_bound_nobody_waits() -> None:
    unwritten = Unwritten()
    unwritten.add(10**6)
    assert not await holds_up(unwritten)


async def test_no_request_is_sent_while_a_window_is_unwritten() -> None:
    embedder, unwritten = FakeEmbedder(), Unwritten(2)
    sender = Sender(embedder, unwritten=unwritten)
    await sender.send(a_batch(1, 2))
    second = asyncio.create_task(sender.send(a_batch(3, 4)))
    for _ in range(10):
        await asyncio.sleep(0)
    assert embedder.calls == 1
    unwritten.settle(1)
    await second
    assert embedder.calls == 2


async def test_what_a_run_has_written_is_settled() -> None:
    unwritten = Unwritten(1)
    embedder = FakeEmbedder()
    shop = a_workshop(FakeCluster(), FakeSource([*some_records(40), *some_records(20)]), embedder=embedder)
    shop.sender = Sender(embedder, unwritten=unwritten)
    await run_all([a_job()], shop, RunReport(run_id="run"))
    assert embedder.calls > 0
    assert not await holds_up(unwritten)
