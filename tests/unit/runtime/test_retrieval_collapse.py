"""What takes up one place in an answer, which of it stands there, and what is never taken for the same."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from support.runtime import DEFAULT, Shop, names_of
from support.search import a_product

from runtime.retrieval.collapse import collapsed, is_variant, reach
from runtime.retrieval.hits import Hit, RetrievalRequest
from runtime.retrieval.identifiers import find_codes
from runtime.retrieval.retriever import Retriever
from shared.catalog import CatalogAttribute, CatalogDocument, CatalogVariant
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import PriceSort, Sort


def a_thing(id: str, **changes: Any) -> CatalogDocument:
    """A hoodie with a picture, a colour and a price."""
    hoodie = a_product(id=id, sku=f"HD-{id}", name="Fleece Hoodie", price=60.0, categories=("Hoodies",))
    blue = {"color": CatalogAttribute("Color", ("Blue",))}
    return replace(hoodie, **{"image": "https://shop.test/hoodie.jpg", "attributes": blue, "url": f"/{id}", **changes})


def a_configurable(id: str = "9", *variants: str, **changes: Any) -> CatalogDocument:
    """What the hoodies of these ids are the variants of."""
    skus = tuple(f"HD-{variant}" for variant in variants)
    return a_thing(id, **{"variant_skus": skus, "image": "https://shop.test/all.jpg", **changes})


def hits_of(*documents: CatalogDocument, by_code: Sequence[str] = ()) -> list[Hit]:
    return [
        Hit(document, score=1 - place / 100, by_code=document.id in by_code) for place, document in enumerate(documents)
    ]


def left(hits: Sequence[Hit], **options: Any) -> list[str]:
    return [hit.document.id for hit in collapsed(hits, **options)]


class TestSameThingTwice:
    def test_keeps_the_better_place_and_lets_the_next_move_up(self) -> None:
        other = a_thing("3", name="Rain Coat")

        assert left(hits_of(a_thing("1"), a_thing("2"), other)) == ["1", "3"]
        assert left(hits_of(other, a_thing("2"), a_thing("1"))) == ["3", "2"]

    def test_case_and_spaces_of_a_name_make_no_other_thing(self) -> None:
        assert left(hits_of(a_thing("1"), a_thing("2", name="FLEECE  Hoodie "))) == ["1"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"name": "Fleece Hoodie 2"},
            {"price_from": 59.0},
            {"price_to": 70.0},
            {"price_text": "from $60.00"},
            {"currency": "EUR"},
            {"image": "https://shop.test/other.jpg"},
            {"image": None},
            {"short_text": "The newer one."},
            {"categories": ("Hoodies", "Kids")},
            {"attributes": {"color": CatalogAttribute("Color", ("Red",))}},
            {"attributes": {}},
            {"attributes": {"brand": CatalogAttribute("Brand", ("Blue",))}},
            {"variants": (CatalogVariant("X", options={"size": "M"}),)},
            {"variant_skus": ("X",)},
        ],
        ids=str,
    )
    def test_whatever_is_shown_otherwise_is_another_thing(self, changes: dict[str, Any]) -> None:
        assert left(hits_of(a_thing("1"), a_thing("2", **changes))) == ["1", "2"]

    @pytest.mark.parametrize("unknown", [{"image": None}, {"price_from": None, "price_to": None}], ids=str)
    def test_without_picture_or_price_nothing_is_known_to_be_the_same(self, unknown: dict[str, Any]) -> None:
        assert left(hits_of(a_thing("1", **unknown), a_thing("2", **unknown))) == ["1", "2"]

    def test_one_that_can_be_bought_stands_for_one_that_cannot(self) -> None:
        gone = a_thing("1", in_stock=False)
        (hit,) = collapsed(hits_of(gone, a_thing("2")))

        assert (hit.document.id, hit.score) == ("2", 1.0)


class TestVariants:
    def test_product_stands_at_the_best_place_of_its_variants(self) -> None:
        hits = hits_of(a_thing("1"), a_thing("5", name="Rain Coat"), a_configurable("9", "1", "2"), a_thing("2"))

        assert left(hits) == ["9", "5"]
        assert [hit.score for hit in collapsed(hits)] == [1.0, 0.99]

    def test_variants_without_their_product_stay_apart(self) -> None:
        red = {"color": CatalogAttribute("Color", ("Red",))}

        assert left(hits_of(a_thing("1"), a_thing("2", attributes=red))) == ["1", "2"]

    def test_variant_that_can_be_bought_stands_for_a_product_that_cannot(self) -> None:
        assert left(hits_of(a_configurable("9", "1", in_stock=False), a_thing("1"))) == ["1"]

    @pytest.mark.parametrize("sort", ["price_asc", "price_desc"])
    def test_in_order_of_price_nobody_stands_where_another_price_belongs(self, sort: PriceSort) -> None:
        product = a_configurable("9", "1", "2")
        dearer = a_thing("1", price_from=75.0)

        assert left(hits_of(dearer, a_thing("5", name="Rain Coat"), product), sort=sort) == ["1", "5"]
        assert left(hits_of(a_thing("2"), product), sort=sort) == ["9"]

    def test_part_of_a_bundle_is_a_product_of_its_own(self) -> None:
        bundle = a_configurable("9", "1", name="Campfire Bundle")

        assert left(hits_of(bundle, a_thing("1"))) == ["9", "1"]
        assert not is_variant(a_thing("1"), bundle)

    def test_variant_is_known_by_its_options_or_by_the_name_of_its_product(self) -> None:
        renamed = a_thing("1", name="The Blue One")
        options = (CatalogVariant("HD-1", options={"color": "Blue"}),)

        assert is_variant(renamed, a_configurable("9", "1", variants=options))
        assert is_variant(a_thing("1", name="fleece hoodie-XS-Blue"), a_configurable("9", "1"))
        assert not is_variant(renamed, a_configurable("9", "1"))
        assert not is_variant(a_thing("2"), a_configurable("9", "1"))


class TestNamedByCode:
    @pytest.mark.parametrize(
        ("question", "by_code", "expected"),
        [
            ("HD-1", ["1", "9"], ["1"]),
            ("HD-9", ["9"], ["9"]),
            ("HD-1 HD-9", ["1", "9"], ["1", "9"]),
            ("HD-1 HD-2", ["1", "2", "9"], ["1", "2"]),
            ("a hoodie", [], ["9"]),
        ],
    )
    def test_product_named_by_its_own_code_stays(self, question: str, by_code: list[str], expected: list[str]) -> None:
        hits = hits_of(a_thing("1"), a_thing("2"), a_configurable("9", "1", "2"), by_code=by_code)

        assert left(hits, codes=find_codes(question)) == expected

    def test_twins_that_are_both_asked_for_both_stay(self) -> None:
        hits = hits_of(a_thing("1"), a_thing("2"), by_code=["1", "2"])

        assert left(hits, codes=find_codes("HD-1 or HD-2")) == ["1", "2"]


class TestSeen:
    def test_what_is_one_with_something_shown_already_does_not_come_again(self) -> None:
        other = a_thing("5", name="Rain Coat")
        product = a_configurable("9", "1")

        assert left(hits_of(a_thing("1"), other), seen=[product]) == ["5"]
        assert left(hits_of(product, other), seen=[a_thing("1")]) == ["5"]
        assert left(hits_of(a_thing("2"), other), seen=[a_thing("1")]) == ["5"]

    def test_unless_it_is_asked_for_by_code(self) -> None:
        hits = hits_of(a_thing("1"), by_code=["1"])

        assert left(hits, codes=find_codes("HD-1"), seen=[a_configurable("9", "1")]) == ["1"]


def test_products_that_differ_all_stay_however_many() -> None:
    things = [a_thing(str(number), name=f"Hoodie No. {number}") for number in range(100)]

    assert left(hits_of(*things)) == [thing.id for thing in things]


async def found(retriever: Retriever, text: str, **more: Any) -> list[str]:
    retrieval = await retriever.retrieve(RetrievalRequest(text=text, **{"store": "default", **more}))
    return [hit.document.id for hit in retrieval.hits]


class TestRetriever:
    """A hoodie in three variants that are sold by themselves as well, its twin, and coats."""

    @pytest.fixture
    def shop(self) -> Shop:
        shop = Shop()
        hoodies = [
            a_configurable("09", "1", "2", "3"),
            *(a_thing(key, name=f"Fleece Hoodie-{key}") for key in ("1", "2", "3")),
            a_configurable("10", "1", "2", "3"),
        ]
        coats = [a_thing(f"2{key}", name=f"Hoodie Coat {key}", price_from=80.0 + key) for key in range(5)]
        documents = [replace(one, text=f"{one.name}. {one.text}") for one in (*hoodies, *coats)]
        shop.search.put("rag-default-2", documents, alias=names_of(DEFAULT).alias)
        return shop

    @pytest.mark.parametrize("sort", ["relevance", "price_asc"])
    async def test_freed_places_go_to_the_next(self, shop: Shop, sort: Sort) -> None:
        drop = ("category:hoodies",)
        retrieval = await shop.retriever.retrieve(
            RetrievalRequest(text="hoodie", store="default", limit=4, sort=sort, drop=drop)
        )
        shown = [hit.document.id for hit in retrieval.hits]

        assert len(shown) == 4
        assert len({"09", "10", "1", "2", "3"} & set(shown)) == 1
        assert len({"20", "21", "22", "23", "24"} & set(shown)) == 3
        assert retrieval.total == 10, "all that match are counted"

    async def test_cards_still_come_in_the_second_round_trip(self, shop: Shop) -> None:
        await found(shop.retriever, "gift")
        shop.search.calls.clear()

        await found(shop.retriever, "fleece hoodie", limit=4)

        assert [method for method, _ in shop.search.calls] == ["fetch_candidates", "fetch_documents"]

    async def test_next_page_does_not_bring_the_variants_of_what_was_shown(self, shop: Shop) -> None:
        shown = await found(shop.retriever, "fleece hoodie", limit=2)
        following = await found(shop.retriever, "fleece hoodie", filter=ProductFilter(exclude_ids=tuple(shown)))

        assert shown[0] in ("09", "10")
        assert set(following) == {"20", "21", "22", "23", "24"} - set(shown)

    async def test_nothing_but_doubles_of_what_was_shown_is_said(self, shop: Shop) -> None:
        shop.search.indices["rag-default-2"].documents = {
            key: found for key, found in shop.search.indices["rag-default-2"].documents.items() if len(key) == 1
            or key == "09"
        }  # fmt: skip
        retrieval = await shop.retriever.retrieve(
            RetrievalRequest(text="fleece hoodie", store="default", filter=ProductFilter(exclude_ids=("09",)))
        )

        assert (retrieval.hits, retrieval.total) == ((), 3)
        assert "not shown already" in retrieval.message

    async def test_variant_named_by_its_sku_is_the_one_shown_first(self, shop: Shop) -> None:
        assert (await found(shop.retriever, "HD-2"))[0] == "2"


def test_a_few_more_are_looked_at_than_there_are_places() -> None:
    assert [reach(limit) for limit in (1, 10, 50, 100)] == [11, 20, 60, 110]


@pytest.mark.parametrize("sort", ["relevance", "price_asc", "price_desc"])
@pytest.mark.parametrize("text", ["hoodie", "fleece hoodie", "coat", "hoddie", "gift"])
async def test_an_answer_of_few_is_the_beginning_of_one_of_many(text: str, sort: Sort) -> None:
    shop = Shop()
    documents = [a_configurable("0", *(f"v{n}" for n in range(12)))]
    for n in range(12):
        documents.append(a_thing(f"v{n}", name=f"Fleece Hoodie-{n}", text="hoodie " * (n % 5), in_stock=n % 3 > 0))
        documents.append(
            a_thing(f"t{n}", name=f"Hoodie {n // 4}", text="fleece hoodie " * (n % 4), price_from=50.0 + n // 3)
        )
        documents.append(a_thing(f"c{n}", name=f"Coat {n}", text="hoodie coat", price_from=40.0 + n % 7))
    shop.search.put("rag-default-2", documents, alias=names_of(DEFAULT).alias)

    many = await found(shop.retriever, text, sort=sort, limit=50)

    assert len(many) > 3
    for limit in range(1, len(many)):
        assert await found(shop.retriever, text, sort=sort, limit=limit) == many[:limit]
