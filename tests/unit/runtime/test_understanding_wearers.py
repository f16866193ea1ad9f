"""For whom a thing is made, where the catalogue has an attribute for it."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from support.understanding import ENGLISH, RUSSIAN

from runtime.retrieval.understanding.catalogue import AttributeWords, Vocabulary
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Conditions

LUMA = {"Men": 70, "Women": 70, "Boys": 20, "Girls": 20, "Unisex": 30}
ADULTS_AND_KIDS = {"Men": 70, "Women": 70, "Kids": 40, "Unisex": 30}
RUSSIAN_VALUES = {"Мужской": 70, "Женский": 70, "Детский": 40, "Унисекс": 30}


def read(text: str, values: Mapping[str, int], *, label: str = "Gender", shop: Vocabulary = ENGLISH) -> Conditions:
    vocabulary = replace(shop, attributes=(*shop.attributes, AttributeWords("gender", label, values)))
    return understand(text, vocabulary, language="ru" if shop is RUSSIAN else "en").filter


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("jackets for men", ("Men", "Unisex")),
        ("men's jackets", ("Men", "Unisex")),
        ("men jacket", ("Men", "Unisex")),
        ("mens leather jacket", ("Men", "Unisex")),
        ("dresses for women under $50", ("Women", "Unisex")),
        ("ladies' dresses", ("Women", "Unisex")),
        ("bags for women by marlow", ("Women", "Unisex")),
        ("jackets for kids", ("Kids",)),
        ("children's jackets", ("Kids",)),
        ("kids' jackets by marlow", ("Kids",)),
        ("jacket for boys", ("Kids",)),
        ("unisex bag", ("Unisex",)),
    ],
)
def test_whom_a_thing_is_for_is_a_condition(text: str, values: tuple[str, ...]) -> None:
    assert read(text, ADULTS_AND_KIDS).attributes["gender"] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("куртки для мужчин", ("Мужской", "Унисекс")),
        ("мужская куртка", ("Мужской", "Унисекс")),
        ("платья для женщин до 5000 рублей", ("Женский", "Унисекс")),
        ("женское платье", ("Женский", "Унисекс")),
        ("куртка для детей", ("Детский",)),
        ("детская куртка", ("Детский",)),
        ("куртка для мальчика", ("Детский",)),
        ("сумка унисекс", ("Унисекс",)),
    ],
)
def test_the_same_in_russian(text: str, values: tuple[str, ...]) -> None:
    assert read(text, RUSSIAN_VALUES, label="Пол", shop=RUSSIAN).attributes["gender"] == values


@pytest.mark.parametrize(
    ("text", "values"),
    [("jackets for kids", ("Boys", "Girls")), ("boys' jackets", ("Boys",)), ("jacket for girls", ("Girls",))],
)
def test_what_the_shop_sorts_more_finely_will_do(text: str, values: tuple[str, ...]) -> None:
    assert read(text, LUMA).attributes["gender"] == values


@pytest.mark.parametrize(
    "text", ["bag for men's shoes", "bag for laptop", "gifts for men who have everything", "men in black poster"]
)
def test_what_else_a_thing_is_for_is_no_condition(text: str) -> None:
    assert "gender" not in read(text, ADULTS_AND_KIDS).attributes


def test_where_all_suit_anyone_nobody_is_kept_out() -> None:
    assert "gender" not in read("jackets for men", {"Unisex": 90}).attributes


def test_what_is_refused_is_that_value_alone() -> None:
    wanted = read("jackets, not men's", ADULTS_AND_KIDS)
    assert wanted.not_attributes == {"gender": ("Men",)}


def test_another_attribute_knows_nobody() -> None:
    vocabulary = replace(ENGLISH, attributes=(AttributeWords("fit", "Fit", {"Men": 70, "Unisex": 30}),))
    assert understand("men jacket", vocabulary, language="en").filter.attributes == {"fit": ("Men",)}
