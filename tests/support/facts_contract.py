"""What any `ProductSearch` must say of all products that a question means; the fake and OpenSearch alike."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.search import a_product
from support.search_contract import BuildShop, Shop, a_question

from runtime.retrieval.fact_finding import find_facts
from runtime.retrieval.facts import CategoryFacts, Facts
from runtime.retrieval.facts_query import MAX_CATEGORIES
from runtime.retrieval.legs import PriceQuestion
from runtime.retrieval.price_order import fetch_price_list
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter
from shared.hybrid.words import Words
from shared.opensearch import IndexMissing

EVERYTHING = PriceQuestion(filter=ProductFilter(), sort="price_asc", limit=0)


def a_shelf() -> list[CatalogDocument]:
    """Ten products that all have the word "rope" somewhere, and three of them in the name."""
    ropes = [
        a_product(id="r1", sku="R-1", name="Rope", price=0.0, categories=("Climbing",)),
        a_product(id="r2", sku="R-2", name="Rope", price=None, categories=("Climbing",), in_stock=False),
        a_product(id="r3", sku="R-3", name="Rope", price=9.5, categories=("Climbing", "Sailing")),
    ]
    bags = [
        replace(
            a_product(
                id=f"b{number}", sku=f"B-{number}", name=f"Bag number {number}", price=number, categories=("Bags",)
            ),
            text=f"Bag number {number}. It closes with a strap, a buckle and a piece of rope, and holds what you need.",
        )
        for number in range(1, 8)
    ]
    return [*ropes, *bags]


def counted(products: Sequence[CatalogDocument]) -> Facts:
    """The facts of `products` of the shelf, one by one."""
    by_category = {
        name: [product for product in products if name in product.categories]
        for name in ("Bags", "Climbing", "Sailing")
    }
    told = [CategoryFacts(name, len(inside), *bounds(inside)) for name, inside in by_category.items() if inside]
    low, high = bounds(products)
    return Facts(
        count=len(products),
        in_stock=len([product for product in products if product.in_stock]),
        on_request=len([product for product in products if product.price_from is None]),
        price_min=low,
        price_max=high,
        categories=tuple(sorted(told, key=lambda category: -category.count)),
    )


def bounds(products: Sequence[CatalogDocument]) -> tuple[float | None, float | None]:
    prices = [product.price_from for product in products if product.price_from]
    return min(prices, default=None), max(prices, default=None)


class FactsContract:
    """Subclasses give the fixture `build_shop: BuildShop`, and may keep one `shop` for all tests that only read."""

    async def test_of_everything_all_figures_are_told(self, shop: Shop) -> None:
        assert await shop.search.fetch_facts(shop.index, EVERYTHING) == Facts(
            count=5,
            in_stock=4,
            on_request=1,
            price_min=35.0,
            price_max=150.0,
            categories=(
                CategoryFacts("Clothes", 2, 80.0, 120.0),
                CategoryFacts("Jackets", 2, 80.0, 120.0),
                CategoryFacts("Bags", 1, 35.0, 35.0),
                CategoryFacts("Camping", 1),
                CategoryFacts("Shoes", 1, 150.0, 150.0),
            ),
        )

    async def test_only_what_passes_the_filter_is_counted(self, shop: Shop) -> None:
        wanted = replace(EVERYTHING, filter=ProductFilter(price_max=100, categories=("Clothes", "Bags")))

        facts = await shop.search.fetch_facts(shop.index, wanted)

        assert (facts.count, facts.price_min, facts.price_max) == (2, 35.0, 80.0)
        assert {told.name: told.count for told in facts.categories} == {"Bags": 1, "Clothes": 1, "Jackets": 1}

    async def test_what_scores_too_little_is_in_no_figure(self, build_shop: BuildShop) -> None:
        shelf = {product.id: product for product in a_shelf()}
        shop = await build_shop(shelf.values())
        asked = a_question("rope", vector=None, codes=())
        ranked = (await shop.search.fetch_candidates(shop.index, asked)).by_words
        assert {candidate.id for candidate in ranked[:3]} == {"r1", "r2", "r3"}
        assert len(ranked) == len(shelf)

        for bound in {candidate.score * 0.999 for candidate in ranked}:
            wanted = replace(EVERYTHING, words=asked.words, min_score=bound)
            meant = [shelf[candidate.id] for candidate in ranked if candidate.score >= bound]
            assert await shop.search.fetch_facts(shop.index, wanted) == counted(meant)

    @pytest.mark.parametrize("text", ["jacket", "wool jacket", "storm bag", "tent", "qwrtzx", ""])
    @pytest.mark.parametrize(
        "wanted",
        [ProductFilter(), ProductFilter(categories=("jackets",)), ProductFilter(price_max=100)],
        ids=["anything", "jackets", "up to 100"],
    )
    async def test_they_are_those_of_the_list_in_order_of_price(
        self, shop: Shop, text: str, wanted: ProductFilter
    ) -> None:
        question = a_question(text, filter=wanted, prices=True, facts=True, vector=None)
        found = await shop.search.fetch_candidates(shop.index, question)
        listed = await fetch_price_list(shop.search, shop.index, question, found=found, sort="price_asc", limit=50)

        facts = await find_facts(shop.search, shop.index, question, found=found)

        shown = listed.documents if listed.total else ()
        assert facts.count == listed.total
        assert (facts.price_min, facts.price_max) == bounds(shown)

    async def test_what_is_named_is_counted_once_whatever_else_is(self, shop: Shop) -> None:
        tents = replace(EVERYTHING, words=Words("tent"), min_score=0.1)

        by_name = [await shop.search.fetch_facts(shop.index, tents, named=ids) for ids in ([], ["5"], ["1", "5"])]
        alone = await shop.search.fetch_facts(shop.index, None, named=["1"])
        unreachable = await shop.search.fetch_facts(shop.index, replace(tents, min_score=1000.0), named=["1"])

        assert [facts.count for facts in by_name] == [1, 1, 2]
        assert (alone.count, alone.price_min) == (1, 120.0)
        assert unreachable == alone

    async def test_only_the_largest_categories_are_told_and_of_equal_ones_the_first_by_name(
        self, build_shop: BuildShop
    ) -> None:
        names = [f"C{number:02}" for number in range(20)]
        products = [a_product(id=name, sku=name, name="Cup", price=5.0, categories=(name, "Cups")) for name in names]
        shop = await build_shop(products)

        facts = await shop.search.fetch_facts(shop.index, EVERYTHING)

        told = [(category.name, category.count) for category in facts.categories]
        assert told == [("Cups", 20), *((name, 1) for name in names[: MAX_CATEGORIES - 1])]

    async def test_facts_of_an_index_that_is_gone_are_an_index_missing(self, shop: Shop) -> None:
        with pytest.raises(IndexMissing):
            await shop.search.fetch_facts(f"{shop.index}-gone", EVERYTHING)
