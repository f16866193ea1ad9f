"""What a request means: its words and the conditions that came beside them."""

from dataclasses import replace
from typing import Any

import pytest
from support.understanding import ENGLISH, RUSSIAN

from runtime.retrieval.hits import RetrievalRequest, Said
from runtime.retrieval.reading import MAX_OTHERS, Reading, ask, merge, read_request, without_taken_back
from runtime.retrieval.synonyms import build_synonyms
from runtime.retrieval.understanding.catalogue import AttributeWords
from runtime.retrieval.understanding.understood import Conditions
from shared.hybrid.filters import ProductFilter, Unwanted
from shared.synonyms import parse_rules


def read(text: str, **more: Any) -> Reading:
    request = RetrievalRequest(text=text, store="default", **more)
    return read_request(request, ENGLISH, language="en")


def test_a_price_beside_the_question_leaves_its_order_and_settles_its_price() -> None:
    reading = read("cheapest jacket under $50", filter=ProductFilter(price_max=100))
    assert (reading.sort, reading.filter.price_max, reading.filter.categories) == ("price_asc", 100, ("Jackets",))


def test_a_category_beside_the_question_does_not_take_back_what_is_not_wanted() -> None:
    reading = read("anything but jackets", filter=ProductFilter(categories=("Clothing",)))
    assert (reading.filter.categories, reading.filter.not_categories) == (("Clothing",), ("Jackets",))


def test_an_order_beside_the_question_wins() -> None:
    assert read("cheapest jacket", sort="price_desc").sort == "price_desc"


def test_a_category_binds_only_where_it_is_all_that_is_asked_for() -> None:
    assert read("jackets").filter.categories == ("Jackets",)
    alone = read("warm jackets for dogs")
    assert (alone.filter.categories, alone.words) == ((), "warm jackets for dogs")


def test_words_that_leave_a_thing_what_it_is_find_all_of_it() -> None:
    alone = read("comfortable, stylish jackets")
    assert (alone.filter.categories, alone.words) == (("Jackets",), "")
    assert alone.described == "comfortable, stylish jackets"
    beside = read("stylish jackets under $50", filter=ProductFilter(price_max=100))
    assert (beside.filter.categories, beside.words) == (("Jackets",), "")


def test_what_narrows_is_no_praise() -> None:
    for text in ("women's shoes", "big bags", "light blue jackets", "warm jackets"):
        assert read(text).words != ""
    assert read("beautiful and useful bags").words == ""


def test_where_the_order_is_by_price_praise_stays_among_the_words() -> None:
    ordered = read("stylish jackets", sort="price_asc")
    assert (ordered.filter.categories, ordered.words) == ((), "stylish jackets")


def test_the_look_of_another_thing_is_wanted() -> None:
    for text in ("no jackets black bags", "instead of jackets black bags"):
        found = read(text).filter
        assert (found.attributes, found.not_categories) == ({"color": ("Black",)}, ("Jackets",))
    assert read("never say never t-shirt").filter.not_categories == ()


def test_where_all_products_are_told_of_they_are_those_with_every_word() -> None:
    counted, ordered = read("how many warm jackets do you have"), read("cheapest warm jackets")
    assert [(one.filter.categories, one.words) for one in (counted, ordered)] == [(("Jackets",), "warm")] * 2


def test_sides_of_a_comparison_are_asked_for_each_by_itself() -> None:
    synonyms = build_synonyms(parse_rules(["clutch, purse"]).rules)
    reading = read("compare leather clutch with canvas tote")
    assert reading.sides == ("leather clutch", "canvas tote")
    words = ask(reading, vector=None, depth=10, synonyms=synonyms).words
    assert (words.required, words.wordings) == ("leather clutch", ("leather clutch", "canvas tote", "leather purse"))
    assert (words.judged, words.judged_others) == ("leather clutch", ("canvas tote", "leather purse"))


def test_a_value_of_one_side_does_not_bind_the_other() -> None:
    assert read("compare leather with suede bags").filter.attributes == {}
    both = read("compare leather with cotton bags")
    assert both.filter.attributes == {"material": ("Leather", "Cotton")}
    assert both.sides == ("leather bags", "cotton bags")


def test_what_is_not_wanted_of_an_axis_spares_what_comes_in_something_else() -> None:
    color, material = (read(text).filter.not_attributes[0] for text in ("bag not black", "bag not leather"))
    assert color == Unwanted("color", ("Black",), unless=("White", "Red", "Dark Blue", "Blue", "Olive"))
    assert material == Unwanted("material", ("Leather",))


def test_an_axis_of_endless_values_is_spared_by_the_most_frequent_ones() -> None:
    colors = {f"Shade {number}": 2 for number in range(3 * MAX_OTHERS)}
    shop = replace(ENGLISH, attributes=(AttributeWords("color", "Color", colors, axis=True),))
    (unwanted,) = merge(ProductFilter(), Conditions(not_attributes={"color": ("Shade 1",)}), shop).not_attributes
    assert (len(unwanted.unless), unwanted.unless[:2]) == (MAX_OTHERS, ("Shade 0", "Shade 2"))


def test_the_number_asked_for_never_exceeds_the_limit() -> None:
    russian = [
        read_request(RetrievalRequest(text="3 куртки", store="ru", limit=limit), RUSSIAN, language="ru").limit
        for limit in (2, 10)
    ]
    assert russian == [2, 3]


@pytest.mark.parametrize(
    ("said", "off"),
    [
        pytest.param([Said("red jackets under $40", ("price",)), Said("with a hood")], {"price"}, id="stays off"),
        pytest.param([Said("red jackets under $40", ("price",)), Said("under $60")], set(), id="named again"),
        pytest.param(
            [Said("jackets under $40", ("price",)), Said("under $60"), Said("under $60", ("price",))], {"price"},
            id="taken back once more",
        ),
        pytest.param(
            [Said("red jackets under $40", ("price", "attribute:color:red")), Said("any in red?")], {"price"},
            id="one of two named again",
        ),
        pytest.param([Said("WS-12", ("code:ws12",)), Said("WS-12 again")], set(), id="a code named again"),
        pytest.param([Said("rehnrf", ("spelling",)), Said("jakets")], set(), id="of typing mistakes each has its own"),
        pytest.param([Said("rehnrf"), Said("jakets", ("spelling",))], {"spelling"}, id="the question as typed"),
    ],
)  # fmt: skip
def test_what_was_taken_back_stays_off_until_it_is_named_again(said: list[Said], off: set[str]) -> None:
    request = RetrievalRequest(text="jackets", store="default", drop=("stock",), said=tuple(said))
    settled = without_taken_back(request, ENGLISH, language="en")
    assert (set(settled.drop) - {"stock"}, "stock" in settled.drop, settled.said) == (off, True, ())


def test_of_a_long_conversation_the_last_things_said_are_looked_at() -> None:
    talk = [Said("x" * 5_000) for _ in range(500)]
    request = RetrievalRequest(text="jackets", store="default", said=(Said("under $40", ("price",)), *talk))
    assert without_taken_back(request, ENGLISH, language="en").drop == ()
    recent = (*talk, Said("under $40", ("price",)), *talk[:9])
    assert without_taken_back(replace(request, said=recent), ENGLISH, language="en").drop == ("price",)


def test_a_code_that_was_taken_back_is_a_word_like_others() -> None:
    assert [code.key for code in read("WS-12").sure_codes] == ["ws12"]
    assert read("WS-12", drop=("code:ws12",)).codes == ()


def test_synonyms_of_what_is_demanded_and_of_what_it_is_judged_by_are_apart() -> None:
    synonyms = build_synonyms(parse_rules(["clutch, purse"]).rules)
    asked = ask(read("clutch in red"), vector=None, depth=10, synonyms=synonyms)
    assert (asked.text, asked.others, asked.required_others) == ("clutch", ("purse in red",), ("purse",))
