"""Stock, order, numbers of products, and several conditions at once."""

import pytest
from support.understanding import ask, ask_market

from runtime.retrieval.understanding.understood import Conditions

LIMITS = [
    ("3 gifts under $20", 3),
    ("two bags", 2),
    ("two black bags", 2),
    ("show me two backpacks", 2),
    ("3 cheapest lamps", 3),
    ("two jackets for men", 2),
    ("show me 5 lamps", 5),
    ("I need one jacket", 1),
    ("top 5 lamps", 5),
    ("the best three lamps", 3),
    ("a couple of lamps", 2),
    ("3 подарка", 3),
    ("3 подарка до 2000 рублей", 3),
    ("покажите пять самых дешёвых курток", 5),
    ("нужно два больших рюкзака", 2),
    ("топ-5 рюкзаков", 5),
    ("пару рюкзаков", 2),
    ("трёх курток", 3),
    ("3 подарка маме", 3),
    ("покажи 12 стульев", 12),
]
NO_LIMITS = [
    "3-person tent",
    "3 person tent",
    "2 in 1 laptop",
    "3 в 1 принтер",
    "5 л канистра",
    "5л канистра",
    "3 ring binder",
    "100 lamps",
    "2024 calendars",
    "lamps 3",
    "42 размер",
    "2 спальная кровать",
    "one piece swimsuit",
    "4x4 lamps",
    "how much are 0 lamps",
    "7 wonders puzzle",
    "7 wonders",
    "the 3 musketeers",
    "2 in 1 shampoo",
    "4 seasons tent",
    "5 piece set",
    "two backpacks",
    "3 bags full rhyme",
    "12 стульев книга",
    "12 стульев",
    "три мушкетёра",
    "2 в 1",
    "две куртки книга",
    "a couple of friends poster",
    "пару носков",
]
COUNTING = [
    "how many jackets do you have?",
    "how many lamps are there",
    "how many lamps in stock",
    "how many jackets under $50",
    "сколько курток у вас?",
    "сколько у вас ламп",
    "сколько ламп есть в наличии",
    "сколько курток до 5000 рублей",
    "how many products",
    "how many items under $50?",
    "сколько всего наименований в каталоге",
]
NO_COUNTING = [
    "сколько стоит куртка",
    "сколько литров в рюкзаке",
    "сколько весит куртка",
    "how much is the jacket",
    "how many people fit in the tent",
    "how many items does the set hold",
    "how many items are in the tool set",
    "сколько вещей влезает в сумку",
    "how many liters does it hold",
]


@pytest.mark.parametrize(("text", "limit"), LIMITS, ids=lambda value: str(value))
def test_number_of_products_is_read(text: str, limit: int) -> None:
    assert ask(text).limit == limit


@pytest.mark.parametrize("text", NO_LIMITS)
def test_number_of_something_else_limits_nothing(text: str) -> None:
    assert ask(text).limit is None


@pytest.mark.parametrize("text", COUNTING)
def test_question_for_how_many_there_are_is_one(text: str) -> None:
    assert ask(text).counting
    assert ask(text).limit is None


@pytest.mark.parametrize(
    "text",
    ["how many products do you have?", "how many different items are there", "сколько у вас товаров?",
     "сколько всего позиций в ассортименте"],
)  # fmt: skip
def test_a_number_of_products_is_that_of_the_whole_shop(text: str) -> None:
    assert (ask(text).counting, ask(text).words, ask(text).described) == (True, "", "")


@pytest.mark.parametrize("text", NO_COUNTING)
def test_question_for_a_property_counts_nothing(text: str) -> None:
    assert not ask(text).counting


def test_question_for_how_many_leaves_what_is_counted() -> None:
    assert (ask("how many lamps do you have?").words, ask("сколько у вас ламп?").words) == ("lamps", "ламп")


@pytest.mark.parametrize(
    ("text", "in_stock"),
    [
        ("lamps in stock", True),
        ("In-stock lamps", True),
        ("lamps available now", True),
        ("lamps sold out", False),
        ("lamps out of stock", False),
        ("лампы в наличии", True),
        ("лампы, которые есть в наличии", True),
        ("лампы, которых нет в наличии", False),
        ("lamps", None),
        ("лампы наличными", None),
    ],
)
def test_stock_is_read(text: str, in_stock: bool | None) -> None:
    assert ask(text).filter == Conditions(in_stock=in_stock)


def test_unavailable_in_a_value_is_that_value_unwanted() -> None:
    found = ask("black jacket not available in white").filter
    assert (found.in_stock, found.attributes) == (None, {"color": ("Black",)})
    assert found.not_attributes == {"color": ("White",)}
    assert ask("lamps not available").filter.in_stock is False
    assert ask("lamps not available in stores").filter.in_stock is None


@pytest.mark.parametrize(
    ("text", "sort", "words"),
    [
        ("cheapest lamp?", "price_asc", "lamp"),
        ("the most expensive lamp", "price_desc", "lamp"),
        ("not too expensive lamp", "price_asc", "lamp"),
        ("самая дешёвая лампа", "price_asc", "лампа"),
        ("лампа подешевле", "price_asc", "лампа"),
        ("недорогая лампа", "price_asc", "лампа"),
        ("самую дорогую лампу", "price_desc", "лампу"),
        ("лампа подороже", "price_desc", "лампа"),
        ("not the cheapest lamp", "relevance", "not the cheapest lamp"),
        ("lamp highest price", "price_desc", "lamp"),
        ("budget laptop", "price_asc", "laptop"),
        ("show me a budget lamp", "price_asc", "lamp"),
        ("cheap lamp", "price_asc", "lamp"),
        ("lamp on a budget", "price_asc", "lamp"),
        ("the dearest lamp", "price_desc", "lamp"),
        ("дорогая лампа", "price_desc", "лампа"),
        ("лампа дорогая", "price_desc", "лампа"),
        ("дешёвая лампа", "price_asc", "лампа"),
        ("бюджетная лампа", "price_asc", "лампа"),
        ("сколько стоит самая дешёвая лампа?", "price_asc", "лампа"),
    ],
)
def test_order_by_price_is_read(text: str, sort: str, words: str) -> None:
    assert (ask(text).sort, ask(text).words) == (sort, words)


@pytest.mark.parametrize(
    "text",
    [
        "budget planner",
        "wedding budget binder",
        "cheap trick record",
        "expensive taste mug",
        "expensive looking ring",
        "decorating on a budget",
        "dearest mum card",
        "подарок дорогой маме",
        "дорогой друг",
        "дорогая моя столица",
        "открытка дорогой учительнице",
        "самому дорогому человеку",
        "игрушка с железной дорогой",
        "дешёвый понт",
        "бюджетный кодекс",
    ],
)
def test_words_of_price_that_ask_for_no_order_stay_words(text: str) -> None:
    assert (ask(text).sort, ask(text).words) == ("relevance", text)


def test_word_of_price_inside_a_name_of_the_catalogue_asks_for_no_order() -> None:
    found = ask_market("cheap sunday jacket")
    assert (found.sort, found.filter.attributes) == ("relevance", {"brand": ("Cheap Sunday",)})


def test_everything_at_once_is_understood_together() -> None:
    found = ask("покажите 3 недорогие куртки до 5 000 ₽ в наличии, не чёрные, размер М")
    assert found.filter == Conditions(
        price_max=5000,
        in_stock=True,
        categories=("Куртки",),
        attributes={"size": ("M",)},
        not_attributes={"color": ("Чёрный",)},
    )
    assert (found.sort, found.limit, found.words) == ("price_asc", 3, "")
    assert {condition.kind for condition in found.conditions} == {
        "price", "stock", "sort", "not", "count", "category", "attribute",
    }  # fmt: skip


def test_dropping_order_and_number_leaves_relevance() -> None:
    found = ask("3 cheapest lamps", "sort", "count")
    assert (found.sort, found.limit, found.words) == ("relevance", None, "3 cheapest lamps")


@pytest.mark.parametrize(
    "text",
    ["I need 3 souvenirs up to $50", "three souvenirs under 20 dollars", "нужно 3 сувенира до 3000 ₽", "три сувенира"],
)
def test_what_is_counted_may_be_a_value_of_the_catalogue(text: str) -> None:
    understood = ask(text)
    assert (understood.limit, list(understood.filter.attributes)) == (3, ["purpose"])
    assert understood.words == ""


@pytest.mark.parametrize("text", ["how many bags are in stock now?", "сколько сумок сейчас в наличии?"])
def test_a_word_of_time_is_nothing_to_look_for(text: str) -> None:
    understood = ask(text)
    assert (understood.counting, understood.filter.in_stock, understood.words) == (True, True, "")


@pytest.mark.parametrize(
    ("text", "limit"),
    [("i need four board games up to $35", 4), ("3 phone cases under 65 dollars", 3), ("5 fish food", None)],
)
def test_thing_of_several_words_is_counted_by_its_last_one(text: str, limit: int | None) -> None:
    assert ask_market(text).limit == limit
