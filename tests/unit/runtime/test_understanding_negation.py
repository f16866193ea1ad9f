"""What a question does not want, and what only sounds like it."""

import pytest
from support.understanding import ask, ask_market

from runtime.retrieval.understanding.understood import Conditions

VALUES = [
    ("jacket but not black", "color", ("Black",)),
    ("jacket, not black", "color", ("Black",)),
    ("a jacket that is not black", "color", ("Black",)),
    ("jacket, nothing black", "color", ("Black",)),
    ("neither black nor white jackets", "color", ("Black", "White")),
    ("jackets, any but black", "color", ("Black",)),
    ("jackets in any color but black", "color", ("Black",)),
    ("jackets that aren't black", "color", ("Black",)),
    ("jacket which is not leather", "material", ("Leather",)),
    ("jacket free of leather", "material", ("Leather",)),
    ("jacket of something else instead of leather", "material", ("Leather",)),
    ("куртка вместо кожи из чего-то другого", "material", ("Кожа",)),
    ("jacket, nothing in black", "color", ("Black",)),
    ("куртка, ничего чёрного", "color", ("Чёрный",)),
    ("jacket except black and white", "color", ("Black", "White")),
    ("jacket not black or white", "color", ("Black", "White")),
    ("jacket not dark blue", "color", ("Dark Blue",)),
    ("jacket without leather", "material", ("Leather",)),
    ("non-leather jacket", "material", ("Leather",)),
    ("leather-free jacket", "material", ("Leather",)),
    ("jacket, stainless steel-free", "material", ("Stainless Steel",)),
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
REFUSED = [
    ("i don't want a black jacket", ("Black",)),
    ("I don’t want a jacket in black", ("Black",)),
    ("I do not need black jackets", ("Black",)),
    ("don't show me black jackets", ("Black",)),
    ("do not show black jackets", ("Black",)),
    ("please don't show me black or white jackets", ("Black", "White")),
    ("don't show me black, white or red jackets", ("Black", "White", "Red")),
    ("i hate black jackets", ("Black",)),
    ("show me jackets, I don't like black", ("Black",)),
    ("jackets -black", ("Black",)),
    ("exclude black jackets", ("Black",)),
    ("no jackets in black", ("Black",)),
    ("no jackets in black please", ("Black",)),
    ("no jackets in black or white", ("Black", "White")),
    ("avoid jackets in black, white", ("Black", "White")),
    ("никаких курток в чёрном или белом", ("Чёрный", "Белый")),
    ("avoid jackets in black", ("Black",)),
    ("исключите куртки чёрного цвета", ("Чёрный",)),
    ("never black jackets", ("Black",)),
    ("filter out black jackets", ("Black",)),
    ("hide all black jackets", ("Black",)),
    ("stop showing black jackets", ("Black",)),
    ("tired of black jackets", ("Black",)),
    ("jackets except for the black ones", ("Black",)),
    ("the jacket must not be black", ("Black",)),
    ("jackets w/o black", ("Black",)),
    ("надоели чёрные куртки", ("Чёрный",)),
    ("уберите чёрные куртки", ("Чёрный",)),
    ("куртка не должна быть чёрной", ("Чёрный",)),
    ("не хочу чёрную куртку", ("Чёрный",)),
    ("мне не нужна чёрная куртка", ("Чёрный",)),
    ("не показывай чёрные куртки", ("Чёрный",)),
    ("не показывайте мне чёрные и белые куртки", ("Чёрный", "Белый")),
    ("чёрную куртку не предлагать", ("Чёрный",)),
    ("чёрные куртки мне не нужны", ("Чёрный",)),
    ("не люблю куртки чёрного цвета", ("Чёрный",)),
    ("хочу куртку, чёрную не надо", ("Чёрный",)),
]
WANTED_ALL_THE_SAME = [
    ("don't you have a black jacket?", ("Black",)),
    ("do you not have black jackets?", ("Black",)),
    ("why don't you show me black jackets", ("Black",)),
    ("не подскажете, есть чёрная куртка?", ("Чёрный",)),
    ("нет ли у вас чёрных курток", ("Чёрный",)),
    ("не покажете ли чёрные куртки", ("Чёрный",)),
    ("не нужна ли вам чёрная куртка", ("Чёрный",)),
    ("у вас уже есть чёрные куртки?", ("Чёрный",)),
    ("all black jackets", ("Black",)),
    ("can i have a black jacket", ("Black",)),
    ("it doesn't show me black jackets", ("Black",)),
    ("you don't show me black jackets", ("Black",)),
    ("почему не показываете чёрные куртки", ("Чёрный",)),
]
WORDS = [
    ("boots not having a zip", "boots", ("zip",)),
    ("boots that don't have laces", "boots", ("laces",)),
    ("плащ, у которого нет капюшона", "плащ", ("капюшона",)),
    ("пояс не из искусственной кожи", "пояс", ("искусственной кожи",)),
    ("belt without faux leather", "belt", ("faux leather",)),
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


@pytest.mark.parametrize(("text", "values"), REFUSED, ids=lambda value: str(value))
def test_value_behind_a_verb_that_refuses_is_unwanted(text: str, values: tuple[str, ...]) -> None:
    found = ask(text)
    assert found.filter.not_attributes == {"color": values}
    assert found.filter.attributes == {}
    assert found.filter.categories in (("Jackets",), ("Куртки",))
    assert found.words == ""


@pytest.mark.parametrize(("text", "values"), WANTED_ALL_THE_SAME, ids=lambda value: str(value))
def test_who_asks_with_a_not_refuses_nothing(text: str, values: tuple[str, ...]) -> None:
    found = ask(text).filter
    assert (found.attributes, found.not_attributes) == ({"color": values}, {})


@pytest.mark.parametrize(
    "text",
    ["i don't want only black jackets", "i don't want to wait for a black jacket", "не хочу переплачивать за плащ"],
)
def test_what_is_not_refused_itself_is_neither_wanted_nor_unwanted(text: str) -> None:
    assert (ask(text).words, ask(text).filter) == (text, Conditions())


@pytest.mark.parametrize(
    "text",
    [
        "i don't want a black jacket but a red one",
        "i don't want black, show me a red jacket",
        "не хочу чёрную, покажите красную куртку",
    ],
)
def test_what_stands_against_the_refused_is_wanted(text: str) -> None:
    found = ask(text).filter
    assert found.not_attributes["color"] in (("Black",), ("Чёрный",))
    assert found.attributes["color"] in (("Red",), ("Красный",))


@pytest.mark.parametrize("text", ["nothing but black jackets", "nothing except jackets", "ничего, кроме курток"])
def test_nothing_but_a_thing_excludes_nothing(text: str) -> None:
    found = ask(text).filter
    assert (found.not_attributes, found.not_categories, found.not_words) == ({}, (), ())


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("i already have a black jacket, show me a red one", ("Red",)),
        ("у меня уже есть чёрная куртка, хочу красную", ("Красный",)),
        ("i have a black bag and need red shoes", ("Red",)),
    ],
)
def test_what_is_there_already_is_neither_wanted_nor_unwanted(text: str, values: tuple[str, ...]) -> None:
    found = ask(text).filter
    assert (found.attributes, found.not_attributes) == ({"color": values}, {})


def test_maker_may_be_unwanted() -> None:
    assert ask_market("phones not by apple").filter.not_attributes == {"brand": ("Apple",)}


def test_all_but_a_value_is_without_it() -> None:
    assert ask("all jackets but the black ones").filter.not_attributes == {"color": ("Black",)}


def test_thing_is_refused_only_beside_another_one() -> None:
    assert ask("i don't want jackets, show me dresses").filter == Conditions(
        categories=("Dresses",), not_categories=("Jackets",)
    )
    assert ask("мне не нужна куртка").filter == Conditions()


def test_refusal_goes_with_what_it_refuses() -> None:
    found = ask("i don't want a black jacket", "not:color:black")
    assert found.filter == Conditions(categories=("Jackets",))
    assert found.words == "don't want a black"


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
