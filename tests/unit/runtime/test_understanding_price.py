"""Prices read out of a question, and numbers that are none."""

from dataclasses import replace

import pytest
from support.understanding import ENGLISH, RUSSIAN, ask

from runtime.retrieval.understanding.amounts import parse_number
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Conditions

AT_MOST = [
    ("gift sub $50", 50),
    ("gift sub-$50", 50),
    ("gift $60 max", 60),
    ("gift under $50", 50),
    ("gift below 50", 50),
    ("gift up to 50 dollars", 50),
    ("gift at most 50", 50),
    ("gift less than 50", 50),
    ("gift no more than 50", 50),
    ("gift cheaper than 50 bucks", 50),
    ("gift maximum 50", 50),
    ("gift, max 50", 50),
    ("gift 50 usd max", 50),
    ("gift $50 or less", 50),
    ("gift for under $ 1,500.00", 1500),
    ("gift for $50", 50),
    ("gift price up to 50", 50),
    ("gift budget of 50", 50),
    ("gift under fifty dollars", 50),
    ("gift under a hundred dollars", 100),
    ("gift under 5k", 5000),
    ("Gift UNDER $50!", 50),
    ("подарок до 5000", 5000),
    ("подарок до 5 тыс", 5000),
    ("подарок до 5 тыс. руб.", 5000),
    ("gift under 50 in red wrapping", 50),
    ("gift under 50 for men", 50),
    ("gift for mom under 50", 50),
    ("gift for kids under 50", 50),
    ("gift under 100 dollars for women over 50", 100),
    ("gift under 1999", 1999),
    ("подарок женщине до 3000", 3000),
    ("подарок до 1990", 1990),
    ("подарок мальчику 6 лет до 2000 рублей", 2000),
    ("подарок до 5000 в коробке", 5000),
    ("подарок до 5тр", 5000),
    ("подарок до 5к", 5000),
    ("подарок до 5К", 5000),
    ("подарок до 5 т.р.", 5000),
    ("подарок до 2,5 тыс. руб.", 2500),
    ("подарок до тысячи рублей", 1000),
    ("подарок до пяти тысяч", 5000),
    ("подарок до полутора тысяч", 1500),
    ("подарок до пятисот рублей", 500),
    ("подарок не дороже 3000", 3000),
    ("подарок не дороже, чем 3000", 3000),
    ("подарок дешевле 3 000 ₽", 3000),
    ("подарок дешевле 3\u00a0000\u202f₽", 3000),
    ("подарок дешевле 3\u2009000 р.", 3000),
    ("подарок в пределах 2000", 2000),
    ("подарок бюджет 3000", 3000),
    ("подарок с бюджетом до 3000", 3000),
    ("подарок не более 3000 рублей", 3000),
    ("подарок 3000 рублей максимум", 3000),
    ("подарок за 3000 рублей", 3000),
    ("подарок «до 3000»", 3000),
]
IN_WORDS = [
    ("gift under twenty five dollars", None, 25),
    ("gift under twenty-five dollars", None, 25),
    ("gift under one hundred and fifty dollars", None, 150),
    ("gift under a hundred and twenty dollars", None, 120),
    ("gift under twelve hundred dollars", None, 1200),
    ("gift under 5 hundred dollars", None, 500),
    ("gift under two thousand five hundred dollars", None, 2500),
    ("gift under two thousand and fifty dollars", None, 2050),
    ("gift between twenty and thirty five dollars", 20, 35),
    ("gift between one hundred and two hundred dollars", 100, 200),
    ("gift between one hundred and one hundred and fifty dollars", 100, 150),
    ("подарок до двадцати пяти тысяч", None, 25000),
    ("подарок до 5ти тысяч", None, 5000),
    ("подарок до 5-ти тысяч", None, 5000),
    ("подарок до двух с половиной тысяч", None, 2500),
    ("подарок до полутора тысяч", None, 1500),
    ("подарок до ста двадцати рублей", None, 120),
    ("подарок до двух тысяч пятисот рублей", None, 2500),
    ("подарок до 5 тысяч 500 рублей", None, 5500),
    ("подарок до миллиона двухсот тысяч", None, 1200000),
    ("подарок от тысячи до двух", 1000, 2000),
    ("подарок от пяти до десяти тысяч", 5000, 10000),
    ("подарок за пять-шесть тысяч", 5000, 6000),
]
OF_COUNTRIES = [
    ("gift under US$50", "USD"),
    ("gift under 50 US dollars", "USD"),
    ("gift under CA$50", "CAD"),
    ("gift under C$50", "CAD"),
    ("gift under A$50", "AUD"),
    ("gift under AU$50", "AUD"),
    ("gift under HK$50", "HKD"),
    ("gift under NZ$50", "NZD"),
    ("подарок до 50 долларов США", "USD"),
]
AT_LEAST = [
    ("gift over 50", 50),
    ("gift from $50", 50),
    ("gift at least 50", 50),
    ("gift more than 50 dollars", 50),
    ("gift $50 and up", 50),
    ("$50+ gift", 50),
    ("подарок от 1000", 1000),
    ("подарок дороже 1000 рублей", 1000),
    ("подарок не дешевле 1000", 1000),
    ("подарок 1000 рублей и выше", 1000),
]
RANGES = [
    ("gift for $5–10", 5, 10),
    ("gift $5-10", 5, 10),
    ("gift 5-10$", 5, 10),
    ("gift 5 to 10 dollars", 5, 10),
    ("gift from 5 to 10", 5, 10),
    ("gift from 5 and up to 10", 5, 10),
    ("gift between $20 and $50", 20, 50),
    ("gift between 20 & 50 dollars", 20, 50),
    ("gift between 50 and 20", 20, 50),
    ("gift over $20 and under $50", 20, 50),
    ("gift price 20-50", 20, 50),
    ("5–10", 5, 10),
    ("подарок от 1000 до 2000 рублей", 1000, 2000),
    ("подарок от 1 до 2 тысяч", 1000, 2000),
    ("подарок 1-2 тыс", 1000, 2000),
    ("подарок 1000 – 2000 ₽", 1000, 2000),
    ("подарок между 2000 и 1000 рублей", 1000, 2000),
    ("подарок от 1000р до 2000р", 1000, 2000),
]
NO_PRICES = [
    "scarf $20 off",
    "scarf 20 dollars off",
    "шарф 500 рублей скидка",
    "lamp under five ten dollars",
    "lamp under one fifty dollars",
    "лампа до десяти двадцати тысяч",
    "one hundred years of solitude",
    "million dollar baby dvd",
    "six million dollar man poster",
    "чемодан до 5 кг",
    "термос до 30 л",
    "кастрюля 5 л",
    "кастрюля 5л",
    "ткань 2х2",
    "ноутбук от 8 гб",
    "игрушка до 3 лет",
    "игрушка для детей до 3",
    "полка высотой до 30",
    "обои 10 на 20",
    "laptop under 15 inches",
    'laptop under 15"',
    "pillow number 42",
    "pillow size under 10",
    "pillow 10 to 12",
    "phone 15 pro max 256",
    "trainers max 90",
    "rucksack with at least 3 pouches",
    "tent for up to 4 people",
    "tent up to 4 adults",
    "tent up to 50% off",
    "sleeping mat below -10",
    "sleeping mat under 0",
    "1/2 inch binder",
    "books about 1984",
    "rehnrf lj 5000",
    "model-50 under",
    "2 in 1 laptop",
    "code 1234567890123",
    "cream for women over 50",
    "cream for women who are over 50",
    "magazine for over 60",
    "over 40 and fabulous mug",
    "toys for kids under 3",
    "gift for a boy 10 years",
    "gift for dad over 60",
    "puzzle from 3+",
    "games 18+",
    "snacks under 100 calories",
    "lego over 1000 pieces",
    "router for up to 30 devices",
    "heater under 20 dB",
    "for someone over 6'2",
    "blender rated over 4",
    "novels from 1984",
    "port from 1998 to 2005",
    "sneakers size from 42 to 44",
    "крем для женщин старше 50",
    "крем для женщин от 40 до 50",
    "игрушки для мальчика до 3",
    "игрушки от 6 лет",
    "игры 18+",
    "пазл от 3",
    "погремушки от 0 до 3",
    "перекус до 100 калорий",
    "батончик до 200 ккал",
    "гантель до 5 кг",
    "пазл до 1000 деталей",
    "дрель от 500 вт",
    "фильмы до 1985",
    "чехол размер от 42 до 44",
]


@pytest.mark.parametrize(("text", "most"), AT_MOST, ids=lambda value: str(value))
def test_upper_bound_is_read(text: str, most: float) -> None:
    found = ask(text)
    assert found.filter == Conditions(price_max=most)
    assert found.words.lower().split()[0] in ("gift", "подарок")
    assert str(int(most)) not in found.words


@pytest.mark.parametrize(("text", "least"), AT_LEAST, ids=lambda value: str(value))
def test_lower_bound_is_read(text: str, least: float) -> None:
    found = ask(text)
    assert found.filter == Conditions(price_min=least)
    assert found.words in ("gift", "подарок")


@pytest.mark.parametrize(("text", "low", "high"), IN_WORDS, ids=lambda value: str(value))
def test_sum_in_words_is_put_together(text: str, low: float | None, high: float) -> None:
    found = ask(text)
    assert found.filter == Conditions(price_min=low, price_max=high)
    assert found.words in ("gift", "подарок")


@pytest.mark.parametrize(("text", "currency"), OF_COUNTRIES, ids=lambda value: str(value))
def test_dollar_of_a_country_is_its_own_currency(text: str, currency: str) -> None:
    shop = replace(ENGLISH, currency=currency)
    assert understand(text, shop, language="en").filter == Conditions(price_max=50)
    assert understand(text, replace(ENGLISH, currency="EUR"), language="en").filter == Conditions()


def test_dollar_behind_an_article_is_the_shops() -> None:
    assert ask("a $50 bag").filter.price_max == 60


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("phone 13 pro max under 900", "phone 13 pro max"),
        ("phone 13 pro max price up to 900", "phone 13 pro max"),
        ("phone, max price 900", "phone"),
        ("phone max $900", "phone"),
    ],
)
def test_max_of_a_name_stays_with_it(text: str, words: str) -> None:
    assert (ask(text).words, ask(text).filter.price_max) == (words, 900)


@pytest.mark.parametrize("text", ["up to 3 black bags", "at least 2 bags", "no more than 3 bags"])
def test_bound_on_how_many_things_is_no_price(text: str) -> None:
    assert ask(text).filter.price_max is None
    assert ask(text).filter.price_min is None


def test_sum_before_a_known_thing_is_its_price() -> None:
    assert ask("20 dollar bag").filter == Conditions(categories=("Bags",), price_min=16, price_max=24)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("gift, I don't want to pay more than $50", None, 50),
        ("gift that doesn't cost more than 50", None, 50),
        ("gift nothing over $50", None, 50),
        ("gift but nothing under $50", 50, None),
        ("I can't afford more than $50", None, 50),
        ("don't show me bags under $50", 50, None),
        ("why not something under $50", None, 50),
        ("don't you have anything under $50", None, 50),
        ("can't find bags under $50", None, 50),
        ("not sure, under $50", None, 50),
        ("is there nothing under $50", None, 50),
        ("i can't see anything under $50", None, 50),
        ("нет ничего дешевле 5000?", None, 5000),
        ("подарок, не хочу платить больше 5000", None, 5000),
        ("подарок, чтобы не стоил дороже 5000", None, 5000),
        ("подарок, ничего дороже 5000", None, 5000),
        ("подарки дешевле 5000 не предлагать", 5000, None),
        ("не найдётся ли сумка до 5000", None, 5000),
        ("у вас нет сумок дешевле 5000?", None, 5000),
    ],
)
def test_bound_that_is_denied_is_the_other_one(text: str, low: float | None, high: float | None) -> None:
    found = ask(text).filter
    assert (found.price_min, found.price_max) == (low, high)


@pytest.mark.parametrize(
    "text",
    ["scarf with free shipping over $50", "save $20 on scarves", "шарф бесплатная доставка от 3000 рублей",
     "шарф со скидкой 500 рублей"],
)  # fmt: skip
def test_what_is_saved_is_no_price(text: str) -> None:
    assert (ask(text).words, ask(text).filter) == (text, Conditions())


@pytest.mark.parametrize(("text", "low", "high"), RANGES, ids=lambda value: str(value))
def test_range_is_read_whichever_end_comes_first(text: str, low: float, high: float) -> None:
    assert ask(text).filter == Conditions(price_min=low, price_max=high)


@pytest.mark.parametrize("text", NO_PRICES)
def test_number_that_is_no_price_stays_among_the_words(text: str) -> None:
    found = ask(text)
    assert (found.words, found.filter, found.conditions) == (text, Conditions(), ())


def test_bare_number_after_a_word_that_compares_prices_is_one() -> None:
    assert ask("phone under 15").filter.price_max == 15


def test_few_units_are_a_price_only_where_a_unit_is_worth_something() -> None:
    assert understand("pen up to 5", ENGLISH, language="en").filter.price_max == 5
    assert understand("pen up to 5", RUSSIAN, language="en").filter == Conditions()
    assert understand("ручка до 15 рублей", RUSSIAN, language="ru").filter.price_max == 15


@pytest.mark.parametrize(("text", "words"), [("gift around 50", "around $50"), ("подарок около 50 рублей", "около 50")])
def test_about_a_sum_is_a_fifth_more_or_less_and_says_so(text: str, words: str) -> None:
    found = ask(text)
    assert (found.filter.price_min, found.filter.price_max) == (40, 60)
    assert words in found.conditions[0].text
    assert "40" in found.conditions[0].text


def test_sum_without_a_bound_is_about_that_sum() -> None:
    assert ask("50 dollars").filter == Conditions(price_min=40, price_max=60)
    assert ask("$20 or $50").filter == Conditions(price_min=16, price_max=60)


def test_separate_bounds_that_contradict_are_kept_as_they_are() -> None:
    found = ask("gift over 50, under 20")
    assert (found.filter.price_min, found.filter.price_max) == (50, 20)
    assert found.conditions[0].text == "price from $50 and up to $20, which no price is"


@pytest.mark.parametrize(
    ("text", "code", "shop"), [("gift up to €50", "eur", "USD"), ("подарок до 50 долларов", "usd", "RUB")]
)
def test_other_currency_is_not_applied_and_the_text_names_the_shops(text: str, code: str, shop: str) -> None:
    found = ask(text)
    assert found.filter == Conditions()
    assert [condition.id for condition in found.conditions] == [f"price:{code}"]
    assert shop in found.conditions[0].text
    assert found.words in ("gift", "подарок")


def test_dollars_are_those_of_the_shop() -> None:
    canadian = replace(ENGLISH, currency="CAD")
    assert understand("gift under $50", canadian, language="en").filter.price_max == 50


def test_pounds_are_money_only_where_the_shop_sells_in_them() -> None:
    british = replace(ENGLISH, currency="GBP")
    assert understand("dumbbell under 5 pounds", british, language="en").filter.price_max == 5
    assert ask("dumbbell under 5 pounds").conditions == ()


@pytest.mark.parametrize("text", ["подарок 5 тыс", "подарок пять тысяч"])
def test_thousands_in_words_are_money(text: str) -> None:
    assert ask(text).filter == Conditions(price_min=4000, price_max=6000)


def test_text_is_in_the_language_asked_for_whatever_the_question_is_in() -> None:
    assert understand("gift up to 5000", RUSSIAN, language="ru").conditions[0].text == "цена до 5 000 ₽"
    assert understand("подарок до 50", ENGLISH, language="en").conditions[0].text == "price up to $50"


def test_dropped_price_is_not_applied_and_its_words_stay_out() -> None:
    found = ask("gift under $50", "price")
    assert (found.words, found.filter, found.conditions) == ("gift", Conditions(), ())


@pytest.mark.parametrize("text", ["сколько стоит подарок", "how much is the gift"])
def test_asking_for_a_price_limits_nothing(text: str) -> None:
    assert ask(text).filter == Conditions()
    assert [one.id for one in ask(text).conditions] == ["prices"]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("dress 42 size under 100", None, 100),
        ("dress 43 size under 100", None, 100),
        ("jackets black color from 20 to 50", 20, 50),
        ("dress size 42 under 100", None, 100),
        ("bag under 10 cheapest", None, 10),
        ("куртка чёрного цвета до 5000", None, 5000),
        ("куртка 42 размера до 5000", None, 5000),
        ("куртка размер 42 до 5000", None, 5000),
        ("куртка рост 150 до 5000", None, 5000),
        ("куртка 43 размера до 5000", None, 5000),
        ("куртка размера 42 от 3000 до 5000", 3000, 5000),
    ],
)
def test_label_of_a_value_measures_no_bound(text: str, low: float | None, high: float | None) -> None:
    found = ask(text).filter
    assert (found.price_min, found.price_max) == (low, high)


@pytest.mark.parametrize(
    ("text", "words"), [("jackets without hood 20-50", "20-50"), ("куртка без капюшона 5000", "5000")]
)
def test_number_that_becomes_no_condition_stays_a_word(text: str, words: str) -> None:
    assert ask(text).words == words


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("2,5", 2.5),
        ("1,500", 1500),
        ("1.500", 1500),
        ("1,500.50", 1500.5),
        ("3 000", 3000),
        ("1.500.000", 1500000),
        ("1,2,3", None),
        ("0", None),
        ("1234567890", None),
    ],
)
def test_number_is_read_as_people_write_it(text: str, value: float | None) -> None:
    assert parse_number(text) == value
