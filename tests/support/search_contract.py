"""What any `ProductSearch` must do; the fake and OpenSearch pass the same tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, get_args

import pytest
from support.index_meta import DIMENSION, a_meta
from support.search import a_catalogue, a_product

from runtime.retrieval.legs import PriceList, PriceQuestion, Question, Topic
from runtime.retrieval.matches import Sought, askable
from runtime.retrieval.search import ProductSearch
from sandbox.openai_server.vectors import bag_of_stems
from shared.hybrid.filters import ProductFilter, Unwanted
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.query import PriceSort
from shared.hybrid.words import Words, build_codes
from shared.indices import UnreadableIndex
from shared.opensearch import IndexMissing


@dataclass(frozen=True, slots=True)
class Shop:
    """A search over one index behind one alias. double: points the alias at a second index as well."""

    search: ProductSearch
    index: str
    alias: str
    double: Callable[[], Awaitable[None]]


BuildShop = Callable[..., Awaitable[Shop]]
"""(documents, meta=…) -> Shop; `meta=None` makes an index that Vitrina did not build."""


def a_question(text: str, **changes: Any) -> Question:
    vector = bag_of_stems(text, DIMENSION)
    asked = Question(text=text, vector=vector, filter=ProductFilter(), depth=100, codes=tuple(build_codes(text)))
    return replace(asked, **changes)


def ids(listed: PriceList) -> list[str]:
    return [document.id for document in listed.documents]


FILTERS = {
    "price from": (ProductFilter(price_min=100), {"1", "4"}),
    "price to": (ProductFilter(price_max=80), {"2", "3"}),
    "price between": (ProductFilter(price_min=30, price_max=120), {"1", "2", "3"}),
    "in stock": (ProductFilter(in_stock=True), {"1", "2", "3", "5"}),
    "out of stock": (ProductFilter(in_stock=False), {"4"}),
    "category in any case": (ProductFilter(categories=("jackets",)), {"1", "2"}),
    "one of two categories": (ProductFilter(categories=("Bags", "Shoes")), {"3", "4"}),
    "attribute value in any case": (ProductFilter(attributes={"color": ("red",)}), {"3"}),
    "any of two values": (ProductFilter(attributes={"color": ("Red", "Black")}), {"2", "3"}),
    "products seen before": (ProductFilter(exclude_ids=("1", "2", "3")), {"4", "5"}),
    "all at once": (
        ProductFilter(price_max=100, in_stock=True, categories=("Bags",), attributes={"color": ("Black",)}),
        {"3"},
    ),
}


class ProductSearchContract:
    """Subclasses give the fixture `build_shop: BuildShop`, and may keep one `shop` for all tests that only read."""

    @pytest.fixture
    async def shop(self, build_shop: BuildShop) -> Shop:
        return await build_shop(a_catalogue())

    async def test_alias_names_one_index_and_its_meta(self, shop: Shop) -> None:
        assert await shop.search.fetch_live(shop.alias) == (shop.index, a_meta())

    async def test_missing_alias_is_an_index_missing(self, shop: Shop) -> None:
        with pytest.raises(IndexMissing):
            await shop.search.fetch_live(f"{shop.alias}-not-there")

    async def test_alias_of_two_indices_is_refused(self, build_shop: BuildShop) -> None:
        shop = await build_shop([])
        await shop.double()

        with pytest.raises(UnreadableIndex, match="only one"):
            await shop.search.fetch_live(shop.alias)

    async def test_index_of_somebody_else_is_refused(self, build_shop: BuildShop) -> None:
        shop = await build_shop([], meta=None)

        with pytest.raises(UnreadableIndex, match="did not build it"):
            await shop.search.fetch_live(shop.alias)

    async def test_words_of_the_name_put_a_product_first(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("wool jacket"))

        assert [candidate.id for candidate in found.by_words] == ["2", "1"]

    async def test_nearest_vector_comes_first(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("Expedition Tent. Camping."))

        assert found.legs[SEMANTIC][0].id == "5"
        assert {candidate.id for candidate in found.legs[SEMANTIC]} == {"1", "2", "3", "4", "5"}

    async def test_no_vector_means_no_semantic_leg(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("jacket", vector=None))

        assert list(found.legs) == [LEXICAL]

    async def test_words_nobody_has_find_nothing(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("qwrtzx", vector=None))

        assert (found.legs, found.matching) == ({LEXICAL: []}, 0)

    @pytest.mark.parametrize(("wanted", "expected"), FILTERS.values(), ids=FILTERS.keys())
    async def test_filter_holds_in_both_legs(self, shop: Shop, wanted: ProductFilter, expected: set[str]) -> None:
        words = "storm wool jacket city bag hiking boots expedition tent"

        found = await shop.search.fetch_candidates(shop.index, a_question(words, filter=wanted))

        assert {candidate.id for candidate in found.by_words} == expected
        assert {candidate.id for candidate in found.legs[SEMANTIC]} == expected

    async def test_equal_scores_are_ordered_by_id(self, build_shop: BuildShop) -> None:
        twins = [a_product(id=key, sku=f"TWIN-{key}", name="Rope", price=5.0) for key in ("9", "11", "7")]
        shop = await build_shop(twins)

        found = await shop.search.fetch_candidates(shop.index, a_question("rope"))

        assert [candidate.id for candidate in found.legs[SEMANTIC]] == ["11", "7", "9"]
        # Shards count words apart, so that equal texts may score differently; the order is total all the same.
        assert list(found.by_words) == sorted(found.by_words, key=lambda candidate: (-candidate.score, candidate.id))

    async def test_depth_bounds_each_leg(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("jacket bag", depth=2))

        assert {leg: len(leg_found) for leg, leg_found in found.legs.items()} == {LEXICAL: 2, SEMANTIC: 2}

    async def test_prices_come_along_when_asked_for(self, shop: Shop) -> None:
        asked = await shop.search.fetch_candidates(shop.index, a_question("tent boots", prices=True))
        unasked = await shop.search.fetch_candidates(shop.index, a_question("tent boots"))

        assert {candidate.id: candidate.price for candidate in asked.by_words} == {"4": 150.0, "5": None}
        assert {candidate.price for candidate in unasked.by_words} == {None}

    async def test_all_that_match_by_words_are_counted_however_few_are_wanted(self, shop: Shop) -> None:
        few = await shop.search.fetch_candidates(shop.index, a_question("jacket bag", depth=1))
        filtered = a_question("jacket bag", filter=ProductFilter(price_max=100))

        assert few.matching == 3
        assert (await shop.search.fetch_candidates(shop.index, filtered)).matching == 2

    @pytest.mark.parametrize("wordings", [0, 1, 8])
    async def test_question_of_many_different_words_is_answered(self, shop: Shop, wordings: int) -> None:
        text, *others = (" ".join(f"{letter}word{n}" for n in range(64)) for letter in "abcdefghi"[: wordings + 1])
        asked = replace(
            a_question(text, filter=ProductFilter(price_max=100)),
            text=" ".join(text.split()[:-1]), described=text, others=tuple(others[:4]), sides=tuple(others[4:]),
            required_others=tuple(others[:4]),
        )  # fmt: skip
        assert (await shop.search.fetch_candidates(shop.index, asked)).matching == 0

    async def test_of_what_is_compared_each_product_tells_its_side(self, shop: Shop) -> None:
        asked = a_question("wool jacket, city bag", sides=("wool jacket", "city bag 3 l"), codes=())
        asked = replace(asked, measures=(("3 l", ("3 l", "3l")),))
        found = await shop.search.fetch_candidates(shop.index, asked)
        sides = {candidate.id: candidate.side for candidate in found.by_words}
        assert (sides["2"], sides["3"]) == (0, None)
        plain = await shop.search.fetch_candidates(shop.index, replace(asked, sides=("wool jacket", "city bag")))
        told = {candidate.id: (candidate.side, candidate.in_name) for candidate in plain.by_words}
        assert (told["2"], told["3"], told["1"]) == ((0, True), (1, True), (None, False))

    async def test_of_two_sides_the_longer_one_counts(self, build_shop: BuildShop) -> None:
        names = {"1": "Phone 13", "2": "Phone 13 Pro", "3": "Phone 13 Mini"}
        shop = await build_shop([a_product(id=id, sku=f"S{id}", name=name, price=5.0) for id, name in names.items()])
        asked = a_question("phone 13, phone 13 pro", sides=("phone 13", "phone 13 pro"), codes=())
        found = await shop.search.fetch_candidates(shop.index, asked)
        assert {candidate.id: candidate.side for candidate in found.by_words} == {"1": 0, "2": 1, "3": 0}

    async def test_products_with_every_word_are_told_and_those_that_have_them_in_the_name(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("wool jacket", vector=[0.5] * DIMENSION))
        every_word = {candidate.id for candidate in found.by_words if candidate.every_word}
        in_name = {candidate.id for candidate in found.by_words if candidate.in_name}
        assert every_word == in_name == {"2"}
        found = await shop.search.fetch_candidates(shop.index, a_question("jackets wool"))
        assert [candidate.id for candidate in found.by_words if candidate.every_word] == ["2"]
        assert len(found.by_words) > 1

    @pytest.mark.parametrize(
        "text", ["漢" * 2_000, "漢字 " * 600, "kofta " * 300, "a,b;c-d " * 250, "5 л " * 500, "я" * 2_000]
    )
    async def test_questions_of_any_script_and_length_are_answered(self, shop: Shop, text: str) -> None:
        asked = replace(
            a_question(text, filter=ProductFilter(price_max=100)),
            text=text.swapcase(), described=text, others=(text, text), required_others=(text, text),
            sides=(text, text), unwanted=((text[:20], (text[:20],)),), prices=True,
        )  # fmt: skip
        found = await shop.search.fetch_candidates(shop.index, asked)
        assert found.topic is not None

    async def test_question_with_no_condition_but_a_category_needs_no_topic(self, shop: Shop) -> None:
        for wanted in (ProductFilter(), ProductFilter(categories=("Jackets",))):
            found = await shop.search.fetch_candidates(shop.index, a_question("wool jacket", filter=wanted))
            assert found.topic is None
        blank = await shop.search.fetch_candidates(shop.index, a_question(" ", vector=None, prices=True))
        assert blank.topic is None

    async def test_topic_is_what_the_words_mean_whatever_the_conditions_leave_of_it(self, shop: Shop) -> None:
        everything = await shop.search.fetch_candidates(shop.index, a_question("wool jacket bag", prices=True))
        dear = a_question("wool jacket bag", filter=ProductFilter(price_min=100))
        found = await shop.search.fetch_candidates(shop.index, dear)

        assert [candidate.id for candidate in found.by_words] == ["1"]
        assert found.topic is not None
        assert found.topic.best == everything.by_words[0].score > found.by_words[0].score
        assert (found.topic.best_of_every_word, found.topic.names_category) == (None, False)

    async def test_topic_tells_the_best_of_those_with_every_word(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("jacket storm clothes", prices=True))

        assert found.topic is not None
        assert {candidate.id: candidate.every_word for candidate in found.by_words} == {"1": True, "2": False}
        scores = {candidate.id: candidate.score for candidate in found.by_words}
        assert (found.topic.best_of_every_word, found.topic.best) == (scores["1"], max(scores.values()))

    async def test_topic_within_a_category_is_the_best_of_it(self, shop: Shop) -> None:
        bags = ProductFilter(categories=("Bags",))
        found = await shop.search.fetch_candidates(shop.index, a_question("wool bag", filter=bags, prices=True))

        assert found.topic is not None
        assert found.topic.best == found.by_words[0].score

    async def test_topic_leaves_out_what_is_named_by_code(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("bag BG-10", vector=None, prices=True))
        both = await shop.search.fetch_candidates(shop.index, a_question("jacket bag BG-10", vector=None, prices=True))

        assert found.topic == Topic()
        assert both.topic is not None
        assert both.topic.best == both.by_words[1].score

    async def test_topic_of_words_nobody_has_is_none(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("qwrtzx", prices=True))

        assert found.topic == Topic()

    @pytest.mark.parametrize(
        ("text", "wanted", "names"),
        [
            ("jackets", ProductFilter(categories=("Jackets",)), True),
            ("clothes jackets", ProductFilter(categories=("Clothes",)), True),
            ("wool jackets", ProductFilter(categories=("Jackets",)), False),
            ("qwrtzx", ProductFilter(categories=("Jackets",)), False),
            ("jackets", ProductFilter(price_max=200, in_stock=True), False),
        ],
        ids=str,
    )
    async def test_words_that_all_of_a_category_has_only_name_it(
        self, shop: Shop, text: str, wanted: ProductFilter, names: bool
    ) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question(text, filter=wanted, prices=True))

        assert found.topic is not None
        assert found.topic.names_category is names

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [("price_asc", ["3", "2", "1", "5", "4"]), ("price_desc", ["1", "2", "3", "5", "4"])],
    )
    async def test_by_price_those_on_request_come_last_and_behind_them_what_is_out_of_stock(
        self, shop: Shop, sort: PriceSort, expected: list[str]
    ) -> None:
        everything = PriceQuestion(filter=ProductFilter(), sort=sort, limit=10)

        assert ids(await shop.search.fetch_by_price(shop.index, everything)) == expected

    async def test_price_list_is_cut_and_its_total_is_not(self, shop: Shop) -> None:
        for limit in (0, 2):
            wanted = PriceQuestion(filter=ProductFilter(in_stock=True), sort="price_asc", limit=limit)
            listed = await shop.search.fetch_by_price(shop.index, wanted)
            assert (ids(listed), listed.total) == (["3", "2"][:limit], 4)

    async def test_price_list_holds_documents_as_they_were_written(self, shop: Shop) -> None:
        wanted = PriceQuestion(filter=ProductFilter(categories=("Bags",)), sort="price_asc", limit=10)
        written = replace(a_catalogue()[2], identifiers=())

        listed, told = [
            await shop.search.fetch_by_price(shop.index, replace(wanted, texts=texts)) for texts in (False, True)
        ]

        assert told.documents == (written,)
        assert listed.documents == (replace(written, text="", text_rest=""),)

    async def test_price_list_of_words_holds_what_scores_enough(self, shop: Shop) -> None:
        by_words = (await shop.search.fetch_candidates(shop.index, a_question("wool jacket"))).by_words
        wanted = PriceQuestion(filter=ProductFilter(), sort="price_desc", limit=10, words=Words("wool jacket"))
        above_second = (by_words[0].score + by_words[1].score) / 2

        assert ids(await shop.search.fetch_by_price(shop.index, wanted)) == ["1", "2"]
        assert ids(await shop.search.fetch_by_price(shop.index, replace(wanted, min_score=above_second))) == ["2"]

    async def test_price_list_of_every_word_holds_only_what_has_them_all(self, shop: Shop) -> None:
        wanted = PriceQuestion(ProductFilter(), "price_asc", 10, words=Words("jacket storm clothes"), every_word=True)

        assert ids(await shop.search.fetch_by_price(shop.index, wanted)) == ["1"]

    async def test_price_list_of_words_nobody_has_is_empty(self, shop: Shop) -> None:
        wanted = PriceQuestion(filter=ProductFilter(), sort="price_asc", limit=10, words=Words("qwrtzx"))

        assert await shop.search.fetch_by_price(shop.index, wanted) == PriceList()

    async def test_equal_prices_are_ordered_by_id(self, build_shop: BuildShop) -> None:
        twins = [a_product(id=key, sku=f"TWIN-{key}", name="Rope", price=5.0) for key in ("9", "11", "7")]
        shop = await build_shop(twins)

        for sort in get_args(PriceSort):
            wanted = PriceQuestion(filter=ProductFilter(), sort=sort, limit=10, words=Words("rope"))
            assert ids(await shop.search.fetch_by_price(shop.index, wanted)) == ["11", "7", "9"]

    async def test_of_doubtful_words_those_are_known_that_some_product_has(self, shop: Shop) -> None:
        asked = a_question("jacket", doubts=("jacket", "офслуе", "wool", "storm;tent", "j;acket"), vector=None)

        found = await shop.search.fetch_candidates(shop.index, asked)
        assert found.known == found.verbatim == {"jacket", "wool"}

    async def test_a_name_by_ear_is_told_as_some_product_has_it(self, shop: Shop) -> None:
        asked = a_question("сторм", heard=("сторм", "кврнц"), vector=None)

        assert (await shop.search.fetch_candidates(shop.index, asked)).heard == {"сторм": "Storm"}

    async def test_a_misspelt_word_is_told_with_the_one_that_is_meant(self, shop: Shop) -> None:
        asked = a_question("expedtion tent", spelled=("expedtion", "tent", "qwrtzxmk"), vector=None)

        assert (await shop.search.fetch_candidates(shop.index, asked)).typos == {"expedtion": "expedition"}

    async def test_candidates_come_as_documents_where_they_are_wanted(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("bag", whole=True))

        shown = await shop.search.fetch_documents(shop.index, list(found.documents))
        assert found.documents == shown
        assert {candidate.id for leg in found.legs.values() for candidate in leg} == set(shown)

    async def test_another_wording_finds_what_the_words_do_not(self, shop: Shop) -> None:
        asked = a_question("anorak", others=("jacket",), required_others=("jacket",), vector=None, codes=())

        assert {candidate.id for candidate in (await shop.search.fetch_candidates(shop.index, asked)).by_words} == {
            "1", "2",
        }  # fmt: skip

    async def test_words_are_told_by_the_fields_they_stand_in(self, build_shop: BuildShop) -> None:
        bag = replace(a_catalogue()[2], specs=("Canvas",), text="City Bag. Bags. Canvas.", text_rest="Rope handles.")
        shop = await build_shop([bag, a_catalogue()[0]])
        words = ("city", "BAGS", "canvas", "rope", "storm", "qwrtzx")

        matches = await shop.search.fetch_matches(shop.index, ["3", "1", "404"], Sought(words))

        assert set(matches) == {"1", "3"}
        assert (matches["1"].words, matches["1"].unwanted) == ({"name": ("storm",), "body": ("storm",)}, ())
        assert {field: set(found) & {"city", "canvas", "rope"} for field, found in matches["3"].words.items()} == {
            "name": {"city"}, "specs": {"canvas"}, "categories": set(), "body": {"city", "canvas", "rope"},
        }  # fmt: skip
        assert matches["3"].words["categories"] == ("BAGS",)

    async def test_word_of_several_parts_stands_where_all_of_them_do(self, shop: Shop) -> None:
        matches = await shop.search.fetch_matches(shop.index, ["1"], Sought(("storm-jacket", "storm-boots")))

        assert set(matches["1"].words["name"]) == {"storm-jacket"}

    async def test_measure_stands_where_any_of_its_spellings_does(self, build_shop: BuildShop) -> None:
        can = replace(a_product(id="1", sku="C-1", name="Can 5l", price=5.0), specs=("15 l",), text="Can 5l. 15 l.")
        most = tuple((f"{amount} l", tuple(f"{amount} {unit} l" for unit in range(12))) for amount in range(2))
        shop = await build_shop([can])
        sought = Sought(askable(["can"] * 200, measures=most), (("5 l", ("5l", "5 l")), *most))

        matches = await shop.search.fetch_matches(shop.index, ["1"], sought)

        assert [name for name, found in matches["1"].words.items() if "5 l" in found] == ["name", "body"]
        assert not {"0 l", "1 l"} & set(matches["1"].words["name"])

    async def test_what_a_product_has_although_it_is_not_wanted_is_told(self, build_shop: BuildShop) -> None:
        cups = [
            replace(a_product(id=key, sku=f"C-{key}", name="Cup", price=5.0), text=text)
            for key, text in (("1", "Cup. A straw comes along."), ("2", "Cup. Without straw."), ("3", "Cup."))
        ]
        shop = await build_shop(cups)
        unwanted = (("straw", ("without straw",)), ("lid", ()))

        matches = await shop.search.fetch_matches(shop.index, ["1", "2", "3"], Sought(("cup",), unwanted=unwanted))

        assert {key: found.unwanted for key, found in matches.items()} == {"1": ("straw",), "2": (), "3": ()}

    async def test_what_has_the_unwanted_is_in_no_list_by_price_and_in_no_count(self, build_shop: BuildShop) -> None:
        texts = {"1": "Cup. A straw comes along.", "2": "Cup. Without straw.", "3": "Cup."}
        cups = [replace(a_product(id=key, sku=f"C-{key}", name="Cup", price=5.0), text=texts[key]) for key in texts]
        shop = await build_shop(cups)
        every = PriceQuestion(
            filter=ProductFilter(), sort="price_asc", limit=10, unwanted=(("straw", ("without straw",)),)
        )
        meant = replace(every, words=Words("cup"))

        assert [ids(await shop.search.fetch_by_price(shop.index, asked)) for asked in (every, meant)] == [
            ["2", "3"]
        ] * 2
        assert [(await shop.search.fetch_facts(shop.index, asked)).count for asked in (every, meant)] == [2, 2]

    async def test_as_many_words_as_can_be_asked_for_are_taken(self, shop: Shop) -> None:
        for sign in ("бег", "л1б,2л", "漢", "漢字" * 40, "a" * 900):
            asked = askable([f"{sign}{place}" for place in range(200)])

            assert asked
            assert set(await shop.search.fetch_matches(shop.index, ["1"], Sought(asked))) == {"1"}

    async def test_no_question_is_more_than_can_be_asked_for(self, shop: Shop) -> None:
        measures = tuple((f"{n} l", tuple(f"{n} liters {unit}" for unit in range(36))) for n in range(3))
        asked = a_question(
            " ".join(f"word{n}" for n in range(80)),
            described=" ".join(f"other{n}" for n in range(80)),
            measures=measures,
            unwanted=tuple((f"lid{n}", (f"no lid{n}",) * 6) for n in range(60)),
            phrases=tuple(f"XM-{n}" for n in range(80)),
            vector=None,
        )

        assert (await shop.search.fetch_candidates(shop.index, asked)).matching == 0

    async def test_a_measure_is_found_in_any_of_its_spellings_and_no_other_amount_is(
        self, build_shop: BuildShop
    ) -> None:
        names = {"1": "Can 15 l", "2": "Can 5l", "3": "Can 1.5 l", "4": "Can 5 l", "5": "Can 5 x"}
        cans = [a_product(id=key, sku=f"CAN-{key}", name=name, price=5.0) for key, name in names.items()]
        shop = await build_shop(cans)
        asked = a_question("can 5 l", measures=(("5 l", ("5l", "5 l")),), vector=None, codes=())

        found = (await shop.search.fetch_candidates(shop.index, asked)).by_words

        assert {candidate.id for candidate in found[:2]} == {"2", "4"}

    async def test_what_is_not_wanted_is_left_out(self, shop: Shop) -> None:
        black = ProductFilter(not_attributes=(Unwanted("color", ("black",)),))
        only_black = ProductFilter(not_attributes=(Unwanted("color", ("Black",), unless=("Red",)),))
        wanted = PriceQuestion(filter=black, sort="price_asc", limit=10)

        assert ids(await shop.search.fetch_by_price(shop.index, wanted)) == ["1", "5", "4"]
        spared = replace(wanted, filter=only_black)
        assert ids(await shop.search.fetch_by_price(shop.index, spared)) == ["3", "1", "5", "4"]
        jackets = replace(wanted, filter=ProductFilter(not_categories=("jackets",)))
        assert ids(await shop.search.fetch_by_price(shop.index, jackets)) == ["3", "5", "4"]

    async def test_where_conditions_say_it_all_no_word_is_demanded(self, shop: Shop) -> None:
        bags = ProductFilter(categories=("Bags",))
        asked = a_question("", described="leather bag", filter=bags, vector=None, codes=())

        found = await shop.search.fetch_candidates(shop.index, asked)

        assert ([candidate.id for candidate in found.by_words], found.matching) == (["3"], 1)

    async def test_what_is_judged_by_brings_nothing_that_lacks_the_words(self, shop: Shop) -> None:
        asked = a_question("wool", described="wool jacket", vector=None, codes=())

        assert [candidate.id for candidate in (await shop.search.fetch_candidates(shop.index, asked)).by_words] == ["2"]

    async def test_phrase_of_a_text_is_told_however_it_is_parted(self, shop: Shop) -> None:
        asked = a_question("storm-jacket", phrases=("storm-jacket",), vector=None, codes=())

        found = (await shop.search.fetch_candidates(shop.index, asked)).by_words

        assert {candidate.id: candidate.mentioned for candidate in found} == {"1": True, "2": False}

    async def test_documents_come_back_as_they_were_written(self, shop: Shop) -> None:
        told = await shop.search.fetch_documents(shop.index, ["3", "5", "404"], texts=True)
        shown = await shop.search.fetch_documents(shop.index, ["3"])

        written = {document.id: replace(document, identifiers=()) for document in a_catalogue()}
        assert told == {"3": written["3"], "5": written["5"]}
        assert shown == {"3": replace(written["3"], text="", text_rest="")}

    async def test_no_ids_are_no_documents(self, shop: Shop) -> None:
        assert await shop.search.fetch_documents(shop.index, []) == {}

    @pytest.mark.parametrize("code", ["BG-10", "bg10", "BG 10", "bg-10-red", "4006381333931", "4006381-333931"])
    async def test_any_code_finds_the_product(self, shop: Shop, code: str) -> None:
        assert [document.id for document in await shop.search.fetch_by_code(shop.index, code)] == ["3"]

    @pytest.mark.parametrize("code", ["BG-11", "BG", "--", "*"])
    async def test_code_of_nothing_finds_nothing(self, shop: Shop, code: str) -> None:
        assert list(await shop.search.fetch_by_code(shop.index, code)) == []

    async def test_code_typed_as_the_question_comes_first(self, shop: Shop) -> None:
        found = await shop.search.fetch_candidates(shop.index, a_question("jacket like bg10red", vector=None))

        assert found.by_words[0].id == "3"
        assert [candidate.id for candidate in found.by_words if candidate.by_code] == ["3"]

    async def test_categories_are_counted_as_written_largest_first(self, shop: Shop) -> None:
        counts = await shop.search.fetch_counts(shop.index)

        assert counts.products == 5
        assert counts.categories == {"Jackets": 2, "Clothes": 2, "Bags": 1, "Shoes": 1, "Camping": 1}
        assert set(list(counts.categories)[:2]) == {"Jackets", "Clothes"}

    async def test_values_of_attributes_are_counted_as_written(self, shop: Shop) -> None:
        counts = await shop.search.fetch_counts(shop.index)

        assert counts.values == {"color": {"Black": 2, "Red": 1}}
        assert list(counts.values["color"]) == ["Black", "Red"]
        assert counts.labels == {"color": "Color"}
        assert counts.axes == {"color"}

    @pytest.mark.parametrize(
        "ask",
        [
            lambda search, index: search.fetch_candidates(index, a_question("jacket")),
            lambda search, index: search.fetch_by_price(index, PriceQuestion(ProductFilter(), "price_asc", 1)),
            lambda search, index: search.fetch_documents(index, ["1"]),
            lambda search, index: search.fetch_by_code(index, "WJ-01"),
            lambda search, index: search.fetch_matches(index, ["1"], Sought(("jacket",))),
            lambda search, index: search.fetch_counts(index),
        ],
        ids=["candidates", "by price", "documents", "by code", "matches", "counts"],
    )
    async def test_index_that_is_gone_is_an_index_missing(
        self, shop: Shop, ask: Callable[[ProductSearch, str], Awaitable[object]]
    ) -> None:
        with pytest.raises(IndexMissing):
            await ask(shop.search, f"{shop.index}-gone")
