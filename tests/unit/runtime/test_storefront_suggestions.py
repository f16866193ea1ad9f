"""Suggested questions over a shop on fakes: proven, kept for the live index, and in nobody's way."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from structlog.testing import capture_logs
from support.index_meta import a_meta
from support.runtime import DEFAULT, RUSSIAN, Shop, names_of
from support.search import FakeSearch, a_product

from runtime.retrieval.hits import RetrievalRequest
from runtime.storefront.suggestions import LOOK_SECONDS, RETRY_SECONDS, Suggestions
from shared.catalog import CatalogAttribute, CatalogDocument
from shared.indices import IndexMeta
from shared.opensearch import ClusterBusy
from shared.stores import StoreView

FRENCH = StoreView(code="default", locale="fr_FR")


def a_shelf(name: str, *, first: int, colors: Sequence[str] = (), gender: str = "") -> list[CatalogDocument]:
    """Six things of category `name` from $10 to $60."""
    found = []
    for step in range(6):
        product = a_product(
            id=str(first + step), sku=f"{name[:2]}-{first + step}", name=f"{name} no. {step}", price=10.0 * (step + 1),
            categories=("Goods", name),
        )  # fmt: skip
        told = {"color": CatalogAttribute("Color", (colors[step % len(colors)],))} if colors else {}
        told |= {"gender": CatalogAttribute("Gender", (gender,))} if gender else {}
        found.append(replace(product, attributes=told))
    return found


GOODS = [
    *a_shelf("Backpacks", first=100), *a_shelf("Wallets", first=200, colors=("Black", "Brown")),
    *a_shelf("Jackets", first=300, gender="Women"), *a_shelf("Tents", first=400), *a_shelf("Lamps", first=500),
]  # fmt: skip


def put(shop: Shop, number: int, documents: Sequence[CatalogDocument]) -> None:
    shop.search.put(f"rag-default-{number}", documents, alias=names_of(DEFAULT).alias, meta=a_meta(store="default"))


@pytest.fixture
def shop() -> Shop:
    shop = Shop()
    put(shop, 1, GOODS)
    return shop


def suggestions_of(shop: Shop) -> Suggestions:
    return Suggestions(shop.retriever, clock=shop.clock)


async def made(
    suggestions: Suggestions, store: StoreView = DEFAULT, *, known: Sequence[str] | None = None
) -> Sequence[str]:
    """The first questions that are not those `known`."""
    while (found := suggestions.get(store)) == known or found is None:
        await asyncio.sleep(0)
    return found


async def test_four_questions_of_four_kinds_about_four_shelves(shop: Shop) -> None:
    questions = await made(suggestions_of(shop))
    assert len(questions) == 4
    assert questions[0].endswith(("under $30", "under $50"))
    assert "wallets" in questions[1]
    assert questions[2] == "Jackets for women"
    assert questions[3].startswith("The cheapest ")
    shelves = {word for question in questions for word in question.lower().split()}
    assert len(shelves & {"backpacks", "wallets", "jackets", "tents", "lamps"}) == 4


async def test_each_finds_what_it_says(shop: Shop) -> None:
    for question in await made(suggestions_of(shop)):
        found = await shop.retriever.retrieve(RetrievalRequest(text=question, store="default"))
        assert found.total >= 2
        assert sum(hit.document.in_stock for hit in found.hits) >= 2
        assert not found.unmet


async def test_prices_fill_up_what_other_kinds_leave() -> None:
    shop = Shop()
    put(shop, 1, [document for document in GOODS if not document.attributes])
    questions = await made(suggestions_of(shop))
    assert sum(" under $" in question for question in questions) == 2
    assert sum(question.startswith("The cheapest ") for question in questions) == 1


async def test_shop_whose_products_are_gone_has_none(shop: Shop) -> None:
    put(shop, 1, [replace(document, in_stock=False) for document in GOODS])
    assert await made(suggestions_of(shop)) == ()


async def test_empty_shop_has_none(shop: Shop) -> None:
    put(shop, 1, [])
    assert await made(suggestions_of(shop)) == ()


async def test_language_that_we_do_not_speak_has_none(shop: Shop) -> None:
    assert suggestions_of(shop).get(FRENCH) == ()
    assert shop.search.calls == []


async def test_they_are_made_once_for_an_index(shop: Shop) -> None:
    suggestions = suggestions_of(shop)
    first = await made(suggestions)
    asked = len(shop.search.calls)
    assert suggestions.get(DEFAULT) == first
    shop.clock.now += LOOK_SECONDS
    assert [suggestions.get(DEFAULT) for _ in range(20)] == [first] * 20
    await suggestions.aclose()
    assert [method for method, _ in shop.search.calls[asked:]] in ([], ["fetch_live"])


async def test_they_are_made_anew_after_a_swap_and_the_former_stand_meanwhile(shop: Shop) -> None:
    suggestions = suggestions_of(shop)
    first = await made(suggestions)
    put(shop, 2, a_shelf("Balls", first=100))
    shop.clock.now += LOOK_SECONDS
    assert suggestions.get(DEFAULT) == first
    assert await made(suggestions, known=first) == ("The cheapest balls",)


async def test_failure_costs_a_page_nothing_and_is_not_tried_again_at_once(shop: Shop) -> None:
    suggestions = suggestions_of(shop)
    shop.search.failures.append(ClusterBusy("no node"))
    with capture_logs() as lines:
        assert suggestions.get(DEFAULT) is None
        while not lines:
            await asyncio.sleep(0)
        asked = len(shop.search.calls)
        assert suggestions.get(DEFAULT) is None
        await asyncio.sleep(0)
    assert len(shop.search.calls) == asked
    assert [line["event"] for line in lines] == ["suggestions_unavailable"]
    shop.clock.now += RETRY_SECONDS
    assert len(await made(suggestions)) == 4


class SlowSearch(FakeSearch):
    """Says which index is live once `gate` is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        await self.gate.wait()
        return await super().fetch_live(alias)


async def test_page_does_not_wait() -> None:
    search = SlowSearch()
    shop = Shop(search=search)
    put(shop, 1, GOODS)
    suggestions = Suggestions(shop.retriever, clock=shop.clock)
    assert suggestions.get(DEFAULT) is None
    search.gate.set()
    assert len(await made(suggestions)) == 4


async def test_end_gives_up_what_is_being_made() -> None:
    shop = Shop(search=SlowSearch())
    before = asyncio.all_tasks()
    suggestions = Suggestions(shop.retriever, clock=shop.clock)
    suggestions.get(DEFAULT)
    await suggestions.aclose()
    assert {task for task in asyncio.all_tasks() - before if "Suggestions" in repr(task)} == set()


async def test_stores_have_their_own(shop: Shop) -> None:
    suggestions = suggestions_of(shop)
    assert await made(suggestions, RUSSIAN) == ()
    assert len(await made(suggestions)) == 4
