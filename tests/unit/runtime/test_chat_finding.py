"""What an answer is written from: the product of the shopper's page is read beside the search."""

import asyncio
from datetime import datetime, timedelta

import pytest
from support.chat import AS_OF, FakeCatalogue, a_document, a_jacket, a_question
from support.runtime import DEFAULT, Shop
from support.virtual_time import run_virtually

from runtime.chat.finding import Finder
from runtime.errors import CatalogUnavailable
from runtime.retrieval.hits import Hit, Retrieval, RetrievalRequest
from shared.opensearch import ClusterUnreachable

CAUSE = ClusterUnreachable("away")
SEARCH_SECONDS, PAGE_SECONDS = 0.3, 0.2


class Timed(FakeCatalogue):
    """A bag and a jacket; the search takes a while, and so does reading one product.

    failing: which of the two fails at its end. left: what was called off.
    """

    def __init__(self, *, failing: str = "", page_seconds: float = PAGE_SECONDS) -> None:
        super().__init__(a_document(), a_jacket())
        self._failing = failing
        self._page_seconds = page_seconds
        self.left: list[str] = []

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        await self._take(SEARCH_SECONDS, "search")
        return await super().retrieve(request)

    async def fetch_product(
        self, store: str, *, id: str | None = None, sku: str | None = None
    ) -> tuple[Hit, datetime] | None:
        await self._take(self._page_seconds, "page")
        found = await super().fetch_product(store, id=id, sku=sku)
        return found and (found[0], found[1] - timedelta(hours=1))

    async def _take(self, seconds: float, what: str) -> None:
        try:
            await asyncio.sleep(seconds)
        except asyncio.CancelledError:
            self.left.append(what)
            raise
        if what == self._failing:
            raise CatalogUnavailable("gone") from CAUSE


ON_A_PAGE = a_question("Warm jackets?", product_id="2")


def test_product_of_the_page_is_read_beside_the_search_and_stands_in_front() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        found = await Finder(Timed(), None).find(ON_A_PAGE)
        took = loop.time() - begun
        assert [hit.document.id for hit in found.hits] == ["2", "1"]
        assert found.retrieval.as_of == AS_OF - timedelta(hours=1)
        return took

    assert run_virtually(main()) == pytest.approx(SEARCH_SECONDS)


def test_search_that_fails_is_the_answers_failure_and_calls_off_the_reading() -> None:
    async def main() -> float:
        shop, loop = Timed(failing="search", page_seconds=2 * SEARCH_SECONDS), asyncio.get_running_loop()
        begun = loop.time()
        with pytest.raises(CatalogUnavailable) as failed:
            await Finder(shop, None).find(ON_A_PAGE)
        took = loop.time() - begun
        assert failed.value.__cause__ is CAUSE
        await asyncio.sleep(0)
        assert shop.left == ["page"]
        assert len(asyncio.all_tasks()) == 1
        return took

    assert run_virtually(main()) == pytest.approx(SEARCH_SECONDS)


def test_page_that_cannot_be_read_leaves_what_was_found() -> None:
    async def main() -> None:
        found = await Finder(Timed(failing="page"), None).find(ON_A_PAGE)
        assert [hit.document.id for hit in found.hits] == ["1", "2"]

    run_virtually(main())


def test_one_question_on_a_page_shows_that_the_cluster_is_back() -> None:
    async def main() -> None:
        shop = Shop()
        finder = Finder(shop.retriever, None)
        on_a_page = a_question("backpack", store=DEFAULT, product_id="1")
        assert (await finder.find(on_a_page)).hits
        shop.search.failures = [ClusterUnreachable("away")] * 20
        for _ in range(10):
            with pytest.raises(CatalogUnavailable):
                await finder.find(on_a_page)
        assert await shop.retriever.problems()
        shop.search.failures = []
        shop.clock.now += 11.0
        assert (await finder.find(on_a_page)).hits
        assert (await finder.find(on_a_page)).hits[0].document.id == "1"

    run_virtually(main())


def test_shopper_who_leaves_calls_off_both() -> None:
    async def main() -> None:
        shop = Timed()
        asking = asyncio.create_task(Finder(shop, None).find(ON_A_PAGE))
        await asyncio.sleep(PAGE_SECONDS / 2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        await asyncio.sleep(0)
        assert sorted(shop.left) == ["page", "search"]
        assert len(asyncio.all_tasks()) == 1

    run_virtually(main())


def test_page_of_no_product_leaves_what_was_found() -> None:
    async def main() -> None:
        for text in ("Is it warm?", "Warm jackets?"):
            found = await Finder(Timed(), None).find(a_question(text, product_id="none"))
            assert [hit.document.id for hit in found.hits] == ["1", "2"]

    run_virtually(main())


@pytest.mark.parametrize(
    "text",
    [
        "Is it warm?",
        "What colours and sizes does it come in?",
        "What is it made of?",
        "А он есть в красном?",
        "Этот товар есть в наличии?",
        "Из чего он сделан?",
        "Какие у него цвета и размеры?",
    ],
)
def test_question_about_the_pages_product_alone_finds_that_one_and_searches_nothing(text: str) -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        found = await Finder(Timed(failing="search"), None).find(a_question(text, product_id="2"))
        assert ([hit.document.id for hit in found.hits], found.retrieval.total) == (["2"], 1)
        assert found.retrieval.as_of == AS_OF - timedelta(hours=1)
        return loop.time() - begun

    assert run_virtually(main()) == pytest.approx(PAGE_SECONDS)


@pytest.mark.parametrize(
    "text",
    [
        "Is there anything like it, but cheaper?",
        "А похожее на него в красном?",
        "Is there a case for it?",
        "Jackets like this?",
        "Any socks like this in wool?",
        "Show me shoes that match this",
        "What goes with it?",
        "Есть чехол для него?",
        "Покажи рюкзаки для этого ноутбука",
        "Что к ней подойдёт?",
        "Есть такая же куртка, как эта, но длиннее?",
    ],
)
def test_question_that_wants_others_finds_them_beside_the_pages_product(text: str) -> None:
    async def main() -> None:
        found = await Finder(Timed(), None).find(a_question(text, product_id="2"))
        assert [hit.document.id for hit in found.hits] == ["2", "1"]

    run_virtually(main())
