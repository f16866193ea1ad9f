"""Categories and attribute values that become hard conditions, and those that rather do not."""

from dataclasses import replace

import pytest
from support.understanding import ENGLISH, ask, ask_market

from runtime.retrieval.understanding.catalogue import AttributeWords
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Conditions

CATEGORIES = [
    ("jacket", "Jackets"),
    ("JACKETS?", "Jackets"),
    ("show me jackets", "Jackets"),
    ("warm jackets for men", "Jackets"),
    ("very warm jacket", "Jackets"),
    ("ladies' dresses", "Dresses"),
    ("ladies’ dresses", "Dresses"),
    ("a reliable everyday bag", "Bags"),
    ("очень тёплая куртка", "Куртки"),
    ("надёжный повседневный рюкзак", "Рюкзаки"),
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
SURE_IN_A_MARKET = [
    ("brown leather jacket", {"color": ("Brown",), "material": ("Leather",)}),
    ("jacket under $100, black", {"color": ("Black",)}),
    ("rucksack in black", {"color": ("Black",)}),
    ("rucksack, black", {"color": ("Black",)}),
    ("a set of white mugs", {"color": ("White",)}),
    ("black or red jacket", {"color": ("Black", "Red")}),
    ("brown mug holder", {"color": ("Brown",)}),
    ("mug holder of steel", {"material": ("Steel",)}),
    ("dress by oakmere", {"brand": ("Oakmere",)}),
    ("oakmere dress", {"brand": ("Oakmere",)}),
    ("color: rose", {"color": ("Rose",)}),
    ("чёрная стёганая куртка", {"color": ("Чёрный",)}),
    ("куртка до 5000 чёрная", {"color": ("Чёрный",)}),
    ("красный велошлем", {"color": ("Красный",)}),
    ("деревянный стул", {"material": ("Дерево",)}),
    ("клатч, чёрный", {"color": ("Чёрный",)}),
    ("клатч из кожи", {"material": ("Кожа",)}),
    ("духи Тополь", {"brand": ("Тополь",)}),
    ("весенняя куртка", {"season": ("Весна",)}),
]
"""Values that are meant as such where nearly every product has a colour, a material, a brand and a season."""
NAMES_IN_A_MARKET = [
    "apple cider vinegar",
    "olive oil",
    "olive oil soap",
    "rose water",
    "essential oil rose",
    "silver polish",
    "silver jewelry polish",
    "gold fish food",
    "orange juice",
    "green tea",
    "black tea towel",
    "red wine glasses",
    "chocolate chip cookies",
    "leather conditioner",
    "cotton candy machine",
    "cotton fabric softener",
    "apple watch band",
    "black panther toys",
    "summer camp book",
    "book about gold",
    "heart of gold pendant",
    "gift with red ribbon",
    "dress with red bag strap",
    "lavender, rose, vanilla candle",
    "black and decker drill",
    "black+decker drill",
    "apple and cinnamon tea",
    "apple and rose tea",
    "green apple soap",
    "soap with rose and olive",
    "wood and glass lamp",
    "puzzles for 6-8 years or 3-5 years",
    "rose and crown mug",
    "chocolate and hazelnut cookies",
    "chocolate cookies",
    "rose perfume",
    "orange soap",
    "soap with olive",
    "apple phone case",
    "apple charger",
    "pearl harbor book",
    "preferably black jacket",
    "not necessarily black jacket",
    "необязательно чёрная куртка",
    "лимонное печенье",
    "лимонное мыло",
    "чехлы apple",
    "зарядка apple",
    "not only leather but also cotton jackets",
    "gold",
    "apple",
    "оливковое масло",
    "масло оливковое",
    "золотая рыбка",
    "корм золотая рыбка",
    "чёрный чай",
    "чай чёрный",
    "красное вино",
    "чай с лимоном",
    "розовая вода",
    "красная шапочка книга",
    "белая ворона",
    "платье в красный горошек",
    "подарок с золотой лентой",
    "летний лагерь книга",
    "зимняя резина",
    "не только чёрная куртка",
    "чёрный",
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


@pytest.mark.parametrize(("text", "values"), SURE_IN_A_MARKET, ids=lambda value: str(value))
def test_value_beside_what_it_describes_is_a_condition(text: str, values: dict[str, tuple[str, ...]]) -> None:
    assert ask_market(text).filter.attributes == values


@pytest.mark.parametrize("text", NAMES_IN_A_MARKET)
def test_value_that_makes_a_name_with_other_words_is_none(text: str) -> None:
    found = ask_market(text)
    assert found.filter.attributes == {}
    assert found.described.lower() == text


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
    shown = {
        condition.id: (condition.kind, condition.field, condition.value) for condition in ask("чёрную сумку").conditions
    }
    assert shown == {
        "attribute:color:чёрный": ("attribute", "color", "Чёрный"),
        "category:сумки": ("category", "categories", "Сумки"),
    }
    assert ask("чёрную сумку").conditions[0].text == "Цвет: Чёрный"


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


@pytest.mark.parametrize(
    "text",
    [
        "faux leather jacket",
        "vegan leather jacket",
        "fake leather bag",
        "PU leather bag",
        "eco-leather bag",
        "artificial brown leather bag",
        "jacket made of synthetic leather",
        "bag, imitation leather",
        "сумка искусственная кожа",
        "сумка из искусственной кожи",
        "сумка эко-кожа",
        "сумка эко кожа",
        "сумка из экокожи",
        "сумка под кожу",
        "сумка, имитация кожи",
    ],
)
def test_imitation_of_a_material_is_not_that_material(text: str) -> None:
    assert "material" not in ask_market(text).filter.attributes
    assert "leather" in ask_market(text).described.lower() or "кож" in ask_market(text).described


def test_imitation_that_the_catalogue_knows_is_a_value() -> None:
    shop = replace(ENGLISH, attributes=(AttributeWords("material", "Material", {"Leather": 20, "Faux Leather": 20}),))
    found = understand("faux leather jacket", shop, language="en").filter
    assert found.attributes == {"material": ("Faux Leather",)}


def test_colour_of_an_imitation_is_its_own() -> None:
    assert ask("faux leather black jacket").filter.attributes == {"color": ("Black",)}


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("jacket size m or xl", ("M", "XL")),
        ("jacket size m/xl", ("M", "XL")),
        ("jacket size s, m", ("S", "M")),
        ("jacket m or xl size", ("M", "XL")),
        ("jacket size m or black", ("M",)),
        ("jacket size m and with a hood", ("M",)),
        ("куртка размер s или m", ("S", "M")),
        ("куртка размер s, m или xl", ("S", "M", "XL")),
        ("куртка размер M-XL", ("M", "XL")),
        ("куртка размер M, с капюшоном", ("M",)),
        ("куртка размер 42, 2 кармана", ("42",)),
    ],
)
def test_label_is_of_every_value_joined_to_the_first(text: str, sizes: tuple[str, ...]) -> None:
    assert ask(text).filter.attributes["size"] == sizes


@pytest.mark.parametrize(
    "text",
    [
        "jacket size m or l",
        "jacket size l or m",
        "jacket size s, l or m",
        "jacket l or m size",
        "jacket red or burgundy",
        "jacket burgundy or red",
        "jacket burgundy/red",
        "jacket red, white or burgundy",
        "jacket in red or in burgundy",
        "jacket color red or burgundy",
        "leather and suede jacket",
        "куртка размер s или l",
        "куртка размер 42-44",
        "куртка 42 или 44 размера",
        "красная или бордовая куртка",
        "бордовая или красная куртка",
        "куртка красная или бордовая",
        "куртка чёрного или бордового цвета",
        "куртка чёрная или похожая",
    ],
)
def test_half_of_an_alternative_is_no_condition(text: str) -> None:
    found = ask(text)
    assert found.filter.attributes == {}
    assert found.described == text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("jacket black and with a hood", {"color": ("Black",)}),
        ("black and warm jacket", {"color": ("Black",)}),
        ("black jacket and hat", {"color": ("Black",)}),
        ("red or white cotton dress and gloves", {"color": ("Red", "White"), "material": ("Cotton",)}),
        ("шапка и чёрная или белая куртка", {"color": ("Чёрный", "Белый")}),
        ("jacket in black and length 70 cm", {"color": ("Black",)}),
        ("jacket red or burgundy, size m", {"size": ("M",)}),
        ("шапка и чёрная куртка", {"color": ("Чёрный",)}),
        ("чёрная куртка и шапка", {"color": ("Чёрный",)}),
    ],
)
def test_what_is_joined_to_something_else_stays_a_condition(text: str, values: dict[str, tuple[str, ...]]) -> None:
    assert ask(text).filter.attributes == values


@pytest.mark.parametrize(
    ("text", "brands"),
    [
        ("apple laptop with charger", ("Apple",)),
        ("phone case by apple", ("Apple",)),
        ("мыло Тополь", ("Тополь",)),
        ("soap by oakmere", ("Oakmere",)),
        ("insulated oakmere jacket", ("Oakmere",)),
        ("стёганая куртка Oakmere", ("Oakmere",)),
    ],
)
def test_maker_of_a_thing_is_a_condition(text: str, brands: tuple[str, ...]) -> None:
    assert ask_market(text).filter.attributes == {"brand": brands}


@pytest.mark.parametrize("text", ["tea under $10, black", "чай без сахара чёрный", "tea, black"])
def test_sort_is_one_behind_another_condition_too(text: str) -> None:
    assert ask_market(text).filter.attributes == {}


@pytest.mark.parametrize(
    "text",
    ["jacket up to size 42", "shoes from size 42", "jacket size 42+", "jacket size 42 and up",
     "jacket bigger than size 42", "куртка от 42 размера", "куртка до 42 размера", "куртка не меньше 42 размера",
     "jacket size 42 to 44", "куртка размер 42 до 44"],
)  # fmt: skip
def test_value_that_is_a_bound_is_no_condition(text: str) -> None:
    found = ask(text)
    assert found.filter.attributes == {}
    assert "42" in found.words


@pytest.mark.parametrize("text", ["bag matching red dress", "replica oakmere bag", "аналог oakmere куртка"])
def test_value_of_another_thing_is_no_condition(text: str) -> None:
    assert ask_market(text).filter.attributes == {}


def test_plus_of_a_name_stays_with_it() -> None:
    assert ask("jacket plus size").words == "plus size"


def test_thing_that_another_may_be_made_for_is_no_category() -> None:
    found = ask_market("cheapest wine glasses")
    assert (found.words, found.filter) == ("wine glasses", Conditions())
    assert ask_market("cheapest wine").filter.categories == ("Wine",)


@pytest.mark.parametrize("text", ["cleaner for leather", "bags for summer", "сумка для зимы", "средство для кожи"])
def test_what_a_thing_is_for_is_no_value_of_it(text: str) -> None:
    assert not ask(text).filter.attributes


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("нет ли у вас красных полотенец", {"category:полотенца", "attribute:color:красный"}),
        ("нет ли у вас полотенец?", {"category:полотенца"}),
        ("есть ли у вас куртки", {"category:куртки"}),
        ("do you happen to have red towels?", {"category:towels", "attribute:color:red"}),
    ],
)
def test_what_a_question_asks_with_says_nothing_of_the_thing(text: str, ids: set[str]) -> None:
    assert {read.id for read in ask_market(text).conditions} == ids
