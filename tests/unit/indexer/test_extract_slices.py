"""Several slices into one bounded queue, and how the read is planned. No node: slices are plain generators."""

import asyncio
from collections.abc import AsyncGenerator
from functools import partial

import pytest

from indexer.extract.opensearch import ReadPlan, plan_read
from indexer.extract.pages import Page, source_document
from indexer.extract.resolve import ConcreteIndex
from indexer.extract.slices import merge_pages


class Boom(Exception):
    pass


class SlicedReader:
    """Slices of numbered hits that remember how far they were read and whether they were closed."""

    def __init__(self, *, pages: int, fails_at: int | None = None) -> None:
        self.pages = pages
        self.fails_at = fails_at
        self.served = 0
        self.closed: list[int] = []

    async def read(self, number: int) -> AsyncGenerator[Page, None]:
        try:
            for page in range(self.pages):
                if number == 0 and page == self.fails_at:
                    raise Boom
                await asyncio.sleep(0)
                self.served += 1
                yield Page((source_document(f"{number}-{page}", b"{}"),))
        finally:
            self.closed.append(number)


async def test_every_page_of_every_slice_comes_once() -> None:
    reader = SlicedReader(pages=5)
    ids = [one.id async for page in merge_pages([partial(reader.read, n) for n in range(3)]) for one in page.documents]
    assert sorted(ids) == sorted(f"{number}-{page}" for number in range(3) for page in range(5))


async def test_the_first_error_stops_the_other_slices_and_rises() -> None:
    reader = SlicedReader(pages=1_000_000, fails_at=3)
    with pytest.raises(Boom):
        async for _ in merge_pages([partial(reader.read, number) for number in range(3)]):
            pass
    assert sorted(reader.closed) == [0, 1, 2]
    assert reader.served < 100


async def test_a_slow_consumer_holds_the_slices_back() -> None:
    reader = SlicedReader(pages=1000)
    pages = merge_pages([partial(reader.read, number) for number in range(3)], waiting=2)
    await anext(pages)
    for _ in range(200):
        await asyncio.sleep(0)
    taken, waiting, in_hand = 1, 2, 3
    assert reader.served <= taken + waiting + in_hand
    await pages.aclose()


async def test_leaving_early_stops_every_slice() -> None:
    reader = SlicedReader(pages=1000)
    pages = merge_pages([partial(reader.read, number) for number in range(2)])
    await anext(pages)
    await pages.aclose()
    assert sorted(reader.closed) == [0, 1]


async def test_cancelling_the_consumer_stops_every_slice() -> None:
    reader = SlicedReader(pages=1_000_000)

    async def consume() -> None:
        async for _ in merge_pages([partial(reader.read, number) for number in range(2)]):
            pass

    consumer = asyncio.create_task(consume())
    for _ in range(50):
        await asyncio.sleep(0)
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    assert sorted(reader.closed) == [0, 1]


@pytest.mark.parametrize(
    ("shards", "entity_id", "slices", "expected"),
    [
        pytest.param(3, None, None, ReadPlan(slices=3, sort="_doc", page_size=10), id="one a shard"),
        pytest.param(1, None, None, ReadPlan(slices=1, sort="_doc", page_size=10), id="one shard, no clause"),
        pytest.param(3, None, 7, ReadPlan(slices=7, sort="_doc", page_size=10), id="more than shards"),
        pytest.param(3, None, 1, ReadPlan(slices=1, sort="_id", page_size=10), id="fewer than shards"),
        pytest.param(3, "integer", 2, ReadPlan(slices=2, sort="entity_id", page_size=10), id="fewer, with entity_id"),
        pytest.param(3, "keyword", 2, ReadPlan(slices=2, sort="_id", page_size=10), id="fewer, odd entity_id"),
    ],
)
def test_doc_order_is_used_only_when_a_slice_lies_within_a_shard(
    shards: int, entity_id: str | None, slices: int | None, expected: ReadPlan
) -> None:
    properties = {} if entity_id is None else {"entity_id": {"type": entity_id}}
    index = ConcreteIndex(name="native", uuid="u", shards=shards, properties=properties)
    assert plan_read(index, slices=slices, page_size=10) == expected
