"""What a question does not want, and what only sounds like it."""

import pytest
from support.understanding import ask

from runtime.retrieval.understanding.understood import Conditions

VALUES = [
    ("jacket but not black", "color", ("Black",)),
    ("jacket, not black", "color", ("Black",)),
    ("a jacket that is not black", "color", ("Black",)),
    ("jacket except black and white", "color", ("Black", "White")),
    ("jacket not black or white", "color", ("Black", "White")),
    ("jacket not dark blue", "color", ("Dark Blue",)),
    ("jacket without leather", "material", ("Leather",)),
    ("non-leather jacket", "material", ("Leather",)),
    ("leather-free jacket", "material", ("Leather",)),
    ("jacket not made of leather", "material", ("Leather",)),
    ("куртка, не чёрная", "color", ("Чёрный",)),
    ("НЕ ЧЕРНАЯ куртка", "color", ("Чёрный",)),
    ("куртка не чёрного цвета", "color", ("Чёрный",)),
    ("куртка, но не чёрная", "color", ("Чёрный",)),
    ("куртка кроме чёрной и белой", "color", ("Чёрный", "Белый")),
    ("куртка не чёрная и не белая", "color", ("Чёрный", "Белый")),
    ("куртка не тёмно-синяя", "color", ("Тёмно-синий",)),
    ("куртка не из кожи", "material", ("Кожа",)),
    ("куртка без кожи", "material", ("Кожа",)),
    ("не кожаная куртка", "material", ("Кожа",)),
]
WORDS = [
    ("bottle without straw", "bottle", ("straw",)),
    ("bottle without a straw, glass", "bottle glass", ("straw",)),
    ("bottle with no straw", "bottle", ("straw",)),
    ("boots no laces", "boots", ("laces",)),
    ("suit without mesh liner", "suit", ("mesh liner",)),
    ("sugar-free cookies", "cookies", ("sugar",)),
    ("lamp without lid or cord", "lamp", ("lid", "cord")),
    ("silicone not clear", "silicone", ("clear",)),
    ("belt without leather strap", "belt", ("leather strap",)),
    ("сарафан без рукавов", "сарафан", ("рукавов",)),
    ("сарафан без длинных рукавов лёгкий", "сарафан лёгкий", ("длинных рукавов",)),
    ("плащ без капюшона и карманов", "плащ", ("капюшона", "карманов")),
    ("не синтетический плащ", "плащ", ("синтетический",)),
    ("bottle, not glass", "bottle", ("glass",)),
    ("lead but not collar", "lead", ("collar",)),
    ("печенье не сладкое", "печенье", ("сладкое",)),
]
NOTHING = [
    "wireless mouse",
    "non-stick pan",
    "no-show socks",
    "no show socks",
    "no drill curtain rod",
    "no name cap",
    "no, thanks",
    "not sure what scarf",
    "not only scarves",
    "hands-free headset",
    "sugar free cookies",
    "нет",
    "мне не нужен чехол",
    "не подскажете ли чехол",
    "не для детей",
    "беспроводной чехол",
    "нержавеющий чехол",
    "не такой чехол",
    "no 5 perfume",
    "perfume no 5",
    "no 2 pencils",
    "No. 7 serum",
    "духи № 5",
    "bite not collar",
    "why not scarf",
    "batteries not included",
    "can't live without coffee mug",
    "never leave home without it",
    "rebel without a cause poster",
    "poster no smoking",
    "чехол не промокает",
    "непромокаемый чехол",
    "не промокаемый чехол",
    "не скользящий коврик",
    "не болей",
    "кружка не могу без кофе",
    "плед «жизнь без границ»",
    "кружка ни дня без чая",
    "without",
    "без",
    "не",
]


@pytest.mark.parametrize(("text", "code", "values"), VALUES, ids=lambda value: str(value))
def test_value_the_catalogue_knows_is_excluded(text: str, code: str, values: tuple[str, ...]) -> None:
    found = ask(text).filter
    assert found.not_attributes == {code: values}
    assert (found.attributes, found.not_words) == ({}, ())


@pytest.mark.parametrize(("text", "words", "unwanted"), WORDS, ids=lambda value: str(value))
def test_words_the_catalogue_does_not_know_are_excluded(text: str, words: str, unwanted: tuple[str, ...]) -> None:
    found = ask(text)
    assert tuple(one.words for one in found.filter.not_words) == unwanted
    assert found.words == words


@pytest.mark.parametrize("text", NOTHING)
def test_what_only_sounds_like_a_negation_excludes_nothing(text: str) -> None:
    assert (ask(text).words, ask(text).filter) == (text, Conditions())


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("bottle without straw", "without straw"),
        ("bottle without straw", "straw free"),
        ("wine glass without stems", "stemless"),
        ("сарафан без рукавов", "без рукавов"),
        ("не синтетический плащ", "несинтетический"),
    ],
)
def test_what_is_unwanted_comes_with_how_products_say_they_lack_it(text: str, lacking: str) -> None:
    assert lacking in ask(text).filter.not_words[0].lacking


def test_category_may_be_unwanted() -> None:
    assert ask("everything except jackets").filter == Conditions(not_categories=("Jackets",))
    assert ask("всё, кроме курток").filter == Conditions(not_categories=("Куртки",))
    assert ask("dress not jacket").filter.not_categories == ("Jackets",)


def test_category_behind_not_is_unwanted_only_beside_another_one() -> None:
    assert ask("bite not bags").filter == Conditions()


def test_value_before_what_is_sought_is_what_is_not_wanted_of_it() -> None:
    assert ask("not a black bicycle helmet").filter == Conditions(not_attributes={"color": ("Black",)})


def test_wanted_value_beside_an_unwanted_thing_stays_wanted() -> None:
    found = ask("платье без пояса, красное").filter
    assert found.attributes == {"color": ("Красный",)}
    assert [one.words for one in found.not_words] == ["пояса"]


def test_dropped_negation_gives_its_words_back() -> None:
    found = ask("куртка, не чёрная", "not:color:чёрный")
    assert found.filter == Conditions(categories=("Куртки",))
    assert found.words == "не чёрная"


def test_unwanted_value_has_a_stable_id_and_a_text() -> None:
    first = ask("not black").conditions[0]
    assert (first.id, first.kind, first.field, first.value) == ("not:color:black", "not", "color", "Black")
    assert first.text == "Color: any but Black"
