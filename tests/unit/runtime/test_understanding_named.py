"""Categories and attribute values that become hard conditions, and those that rather do not."""

import pytest
from support.understanding import ask

from runtime.retrieval.understanding.catalogue import AttributeWords
from runtime.retrieval.understanding.understood import Conditions

CATEGORIES = [
    ("jacket", "Jackets"),
    ("JACKETS?", "Jackets"),
    ("show me jackets", "Jackets"),
    ("warm jackets for men", "Jackets"),
    ("tshirt", "T-Shirts"),
    ("t shirts", "T-Shirts"),
    ("hoodie", "Hoodies & Sweatshirts"),
    ("shoes for dresses", "Shoes"),
    ("what jackets do you have", "Jackets"),
    ("куртка", "Куртки"),
    ("покажите куртки", "Куртки"),
    ("тёплую куртку для мужа", "Куртки"),
    ("есть ли у вас рюкзаки?", "Рюкзаки"),
    ("платье на лето", "Платья"),
    ("толстовка", "Худи и толстовки"),
    ("сумка для куртки", "Сумки"),
]
NO_CATEGORIES = [
    "jacket hanger",
    "sleeping bag",
    "doll dress",
    "cover for a jacket",
    "вешалка для куртки",
    "спальная сумка-мешок",
    "молния куртки",
]
VALUES = [
    ("black jacket", "color", "Black"),
    ("jacket black", "color", "Black"),
    ("jacket in black", "color", "Black"),
    ("dark blue jacket", "color", "Dark Blue"),
    ("dark-blue jacket", "color", "Dark Blue"),
    ("color: black", "color", "Black"),
    ("leather jacket", "material", "Leather"),
    ("wooden bag", "material", "Wood"),
    ("tent made of leather", "material", "Leather"),
    ("shoes size 42", "size", "42"),
    ("M size jacket", "size", "M"),
    ("чёрная куртка", "color", "Чёрный"),
    ("черную куртку", "color", "Чёрный"),
    ("куртка в чёрном цвете", "color", "Чёрный"),
    ("чайник чёрного цвета", "color", "Чёрный"),
    ("тёмно-синяя куртка", "color", "Тёмно-синий"),
    ("темно синяя куртка", "color", "Тёмно-синий"),
    ("кожаная сумка", "material", "Кожа"),
    ("сумка из кожи", "material", "Кожа"),
    ("хлопковая футболка", "material", "Хлопок"),
    ("футболка из хлопка", "material", "Хлопок"),
    ("кружка из нержавеющей стали", "material", "Нержавеющая сталь"),
    ("зимняя куртка", "season", "Зима"),
    ("футболка 42 размера", "size", "42"),
    ("футболка размер: М", "size", "M"),
]
NO_VALUES = [
    "olive oil",
    "cotton candy machine",
    "summer jacket rack",
    "western black and white wall art",
    "crimson scarf",
    "shirt M",
    "pullover 42",
    "no, thanks",
    "да, нет",
    "свитер M",
    "игрушка для 5 лет",
]


@pytest.mark.parametrize(("text", "category"), CATEGORIES, ids=lambda value: value)
def test_what_the_question_is_about_is_a_category(text: str, category: str) -> None:
    assert ask(text).filter.categories == (category,)


@pytest.mark.parametrize("text", NO_CATEGORIES)
def test_category_inside_the_name_of_another_thing_is_none(text: str) -> None:
    assert ask(text).filter.categories == ()


@pytest.mark.parametrize(("text", "code", "value"), VALUES, ids=lambda value: value)
def test_value_of_a_thing_is_a_condition(text: str, code: str, value: str) -> None:
    assert ask(text).filter.attributes == {code: (value,)}


@pytest.mark.parametrize("text", NO_VALUES)
def test_doubtful_value_is_no_condition(text: str) -> None:
    assert ask(text).filter == Conditions()
    assert ask(text).words == text


def test_several_values_of_one_attribute_are_any_of_them() -> None:
    assert ask("red or white dress").filter.attributes == {"color": ("Red", "White")}
    assert ask("чёрная или белая куртка").filter.attributes == {"color": ("Чёрный", "Белый")}


def test_conditions_are_cut_from_the_words_and_stay_in_what_describes() -> None:
    found = ask("show me a light black jacket under $50")
    assert (found.words, found.described) == ("light", "light black jacket")


def test_dropped_condition_gives_its_words_back() -> None:
    found = ask("black jacket", "attribute:color:black")
    assert (found.words, found.filter) == ("black", Conditions(categories=("Jackets",)))
    assert [condition.id for condition in found.conditions] == ["category:jackets"]


def test_condition_shows_what_the_catalogue_calls_it() -> None:
    shown = {condition.id: (condition.kind, condition.field, condition.value) for condition in ask("чёрную").conditions}
    assert shown == {"attribute:color:чёрный": ("attribute", "color", "Чёрный")}
    assert ask("чёрную").conditions[0].text == "Цвет: Чёрный"


@pytest.mark.parametrize(
    ("values", "filters"),
    [
        ({"Red": 5, "Blue": 3}, True),
        ({"Red": 8, "sand": 1, "sea": 1}, True),
        ({"a": 1, "b": 1}, False),
        ({"Red": 5, "sand": 1, "sea": 1}, False),
        ({}, False),
    ],
)
def test_attribute_filters_when_four_uses_in_five_repeat(values: dict[str, int], filters: bool) -> None:
    assert AttributeWords("color", "Color", values).filters is filters


@pytest.mark.parametrize("text", ["cleaner for leather", "bags for summer", "сумка для зимы", "средство для кожи"])
def test_what_a_thing_is_for_is_no_value_of_it(text: str) -> None:
    assert not ask(text).filter.attributes
