"""What is searched for when a question leans on the one before, in both languages."""

import pytest

from runtime.chat.followup import leans, plan_search
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.understand import understand
from runtime.retrieval.understanding.understood import Understood

CHEAP, DEAR = "price_asc", "price_desc"


def planned(*turns: str, currency: str = "USD") -> Understood:
    """What the retriever of a shop without categories or attributes makes of the search planned after `turns`."""
    shop = Vocabulary(categories={}, attributes=(), currency=currency, products=1)
    return understand(plan_search(turns, currency=currency), shop, language="en")


def searched(*turns: str) -> tuple[str, str]:
    """The words that are searched for after `turns`, and the order."""
    found = planned(*turns)
    return found.words, found.sort


AFTER_JACKETS = [
    ("and a cheaper one?", "jackets", CHEAP),
    ("something cheaper", "jackets", CHEAP),
    ("the cheapest one?", "jackets", CHEAP),
    ("less expensive", "jackets", CHEAP),
    ("something less expensive", "jackets", CHEAP),
    ("that's too expensive", "jackets", CHEAP),
    ("that isn’t cheap", "jackets", CHEAP),
    ("cheaper in red", "jackets red", CHEAP),
    ("cheapest black", "jackets black", CHEAP),
    ("any cheap ones?", "jackets", CHEAP),
    ("more expensive ones", "jackets", DEAR),
    ("something pricier", "jackets", DEAR),
    ("which is the lightest?", "jackets", None),
    ("something warmer for winter", "jackets winter", None),
    ("why not in black?", "jackets black", None),
    ("how many are there?", "jackets", None),
    ("any alternatives?", "jackets", None),
    ("I prefer green", "jackets green", None),
    ("blue", "jackets blue", None),
    ("do you have it in blue", "jackets blue", None),
    ("cheaper than 50 dollars", "jackets", None),
    ("less than $50?", "jackets", None),
    ("is it expensive?", "jackets", None),
]
AFTER_KURTKI = [
    ("недорогие варианты есть?", "куртки", CHEAP),
    ("а есть дешёвые?", "куртки", CHEAP),
    ("а есть дешевые?", "куртки", CHEAP),
    ("есть что-то подешевле?", "куртки", CHEAP),
    ("дороговато", "куртки", CHEAP),
    ("слишком дорого, есть дешевле?", "куртки", CHEAP),
    ("подешевле с капюшоном", "куртки капюшоном", CHEAP),
    ("самая дешёвая синяя", "куртки синяя", CHEAP),
    ("что-нибудь бюджетнее", "куртки", CHEAP),
    ("подороже", "куртки", DEAR),
    ("а дороже есть?", "куртки", DEAR),
    ("покажите самые дорогие", "куртки", DEAR),
    ("а побольше?", "куртки", None),
    ("и подлиннее", "куртки", None),
    ("а в синем?", "куртки синем", None),
    ("какая самая лёгкая?", "куртки лёгкая", None),
    ("красные есть?", "куртки красные", None),
    ("дешевле 5000 рублей", "куртки", None),
    ("не дороже 5 000 ₽", "куртки", None),
]


AFTER_TENT = [
    ("cheaper options?", "tent", CHEAP),
    ("Any cheaper options?", "tent", CHEAP),
    ("budget options", "tent", CHEAP),
    ("a more affordable model", "tent", CHEAP),
    ("show me cheaper models", "tent", CHEAP),
    ("any other options?", "tent", None),
    ("which models do you have?", "tent", None),
    ("anything below $200?", "tent", None),
    ("under 50", "tent", None),
    ("something under $50", "tent", None),
    ("between 50 and 100 dollars", "tent", None),
    ("from $50 to $100", "tent", None),
    ("my budget is up to 100", "tent", None),
    ("anything in stock?", "tent", None),
    ("about 80 euros", "tent", None),
    ("20-30 dollars", "tent", None),
    ("maximum $40", "tent", None),
    ("red under 50", "tent red", None),
    ("size M", "tent m", None),
    ("size 42", "tent 42", None),
    ("and waterproof?", "tent waterproof", None),
    ("what about wool?", "tent wool", None),
    ("and the weight?", "tent weight", None),
    ("what about delivery?", "tent delivery", None),
    ("delivery?", "tent delivery", None),
    ("is there another one?", "tent", None),
    ("thank you!", "tent", None),
    ("ok", "tent", None),
    ("no", "tent", None),
    ("hey", "tent", None),
    ("great, thanks", "tent", None),
]
AFTER_PALATKA = [
    ("подешевле модели есть?", "палатка", CHEAP),
    ("есть товары подешевле?", "палатка", CHEAP),
    ("до 5000", "палатка", None),
    ("до 5000 рублей", "палатка", None),
    ("от 3000 до 5000", "палатка", None),
    ("в пределах 10 тысяч", "палатка", None),
    ("5000 ₽", "палатка", None),
    ("1000 рублей максимум", "палатка", None),
    ("мой бюджет 5000", "палатка", None),
    ("не больше 10 000 р", "палатка", None),
    ("красного цвета", "палатка красного", None),
    ("а зелёной нет?", "палатка зелёной", None),
    ("тёмных оттенков", "палатка тёмных", None),
    ("а какой вес?", "палатка вес", None),
    ("размер M", "палатка m", None),
    ("размер М", "палатка м", None),
    ("а 42 размер есть?", "палатка 42", None),
    ("какую посоветуешь?", "палатка", None),
    ("какие модели посоветуете?", "палатка", None),
    ("да", "палатка", None),
    ("ок", "палатка", None),
    ("нет", "палатка", None),
    ("привет", "палатка", None),
    ("хорошо, спасибо", "палатка", None),
]


@pytest.mark.parametrize(
    ("turns", "text"),
    [
        pytest.param(["a warm jacket for winter", "and a cheaper one?"], "warm jacket winter", id="cheaper-one"),
        pytest.param(["a warm jacket", "in red?"], "warm jacket red", id="in-red"),
        pytest.param(["a warm jacket", "what about blue?"], "warm jacket blue", id="what-about"),
        pytest.param(["yoga mats", "is it waterproof?"], "yoga mats waterproof", id="pronoun"),
        pytest.param(["yoga mats", "show me more"], "yoga mats", id="more"),
        pytest.param(["hiking boots", "the second one"], "hiking boots", id="ordinal"),
        pytest.param(["a jacket", "in red?", "something cheaper"], "jacket red", id="two-steps-back"),
        pytest.param(["куртка на зиму", "а подешевле?"], "куртка зиму", id="ru-cheaper"),
        pytest.param(["нужна куртка", "а есть синяя?"], "куртка синяя", id="ru-a-est"),
        pytest.param(["покажите сумки", "с карманом"], "сумки карманом", id="ru-preposition"),
        pytest.param(["коврик для йоги", "он нескользящий?"], "коврик йоги нескользящий", id="ru-pronoun"),
        pytest.param(["палатка", "а как насчёт зелёной?"], "палатка зелёной", id="ru-how-about"),
        pytest.param(["a jacket", "do you have it in black?"], "jacket black", id="have-it-in"),
        pytest.param(["a jacket", "is there any in black"], "jacket black", id="any-in"),
        pytest.param(["куртка", "есть в чёрном цвете?"], "куртка чёрном", id="ru-in-stock-in"),
        pytest.param(["палатка", "ещё варианты есть?"], "палатка", id="ru-more"),
    ],
)
def test_leaning_question_brings_the_words_it_leans_on(turns: list[str], text: str) -> None:
    assert searched(*turns)[0] == text


@pytest.mark.parametrize(
    ("before", "question", "text", "sort"),
    [
        *(("jackets", *row) for row in AFTER_JACKETS),
        *(("куртки", *row) for row in AFTER_KURTKI),
        *(("I need a tent", *row) for row in AFTER_TENT),
        *(("нужна палатка", *row) for row in AFTER_PALATKA),
    ],
    ids=lambda value: value,
)
def test_turn_that_names_no_product_is_about_the_one_before(
    before: str, question: str, text: str, sort: str | None
) -> None:
    assert leans(question)
    assert searched(before, question) == (text, sort or "relevance")


@pytest.mark.parametrize(
    "question",
    [
        "Do you have waterproof hiking boots?",
        "And do you have yoga mats?",
        "bags",
        "something warm for my wife, she runs in the morning",
        "a lighter for campfire",
        "a cooler for drinks",
        "cheap flights bag",
        "the best tent for two",
        "shoes cheaper than 50",
        "my budget is 50 dollars for a tent",
        "Есть ли у вас коврики для йоги?",
        "а есть коврики для йоги?",
        "сумка через плечо",
        "подарок для мужа, он любит рыбалку и походы",
        "зажигалка",
        "сумка в дорогу",
        "коврик перед дорогой",
        "дорожная сумка",
        "самый лёгкий рюкзак",
        "палатка не дороже 5000 рублей",
        "tent under $200",
        "рюкзак до 5000",
        "рюкзак до 30 л",
        "a bottle for less than 1 l",
        "what do you have in your shop",
    ],
)
def test_question_that_stands_by_itself_is_searched_as_it_is(question: str) -> None:
    assert plan_search(["a red jacket", question]) == question


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("what about shoes?", "shoes"),
        ("And how about shoes?", "shoes"),
        ("and backpacks?", "backpacks"),
        ("or a tent?", "tent"),
        ("I also need a tent", "tent"),
        ("and a bigger tent?", "tent"),
        ("а рюкзаки?", "рюкзаки"),
        ("а кроссовки есть?", "кроссовки"),
        ("а у вас есть палатки?", "палатки"),
        ("ещё нужна палатка", "палатка"),
        ("нужна ещё палатка", "палатка"),
        ("а что насчёт рюкзаков", "рюкзаков"),
        ("как насчет рюкзака?", "рюкзака"),
    ],
)
def test_turn_to_another_product_is_about_that_one_alone(question: str, subject: str) -> None:
    assert not leans(question)
    assert plan_search(["a red jacket", question]) == subject
    assert searched("a red jacket", question, "cheaper?") == (subject, CHEAP)


@pytest.mark.parametrize(
    ("question", "text", "sort"),
    [
        ("show me the cheapest tents you have", "tents", CHEAP),
        ("a cheap tent", "tent", CHEAP),
        ("cheaper tents", "tents", CHEAP),
        ("an inexpensive tent for two", "an tent for two", CHEAP),
        ("a budget tent", "tent", CHEAP),
        ("a cheap tent under $100", "tent", CHEAP),
        ("cheapest 750 ml bottle", "750 ml bottle", CHEAP),
        ("the cheapest backpack up to 30 l", "backpack up to 30 l", CHEAP),
        ("the cheapest tent for less than 100 dollars", "tent", CHEAP),
        ("your most expensive tent", "tent", DEAR),
        ("самая дешёвая палатка", "палатка", CHEAP),
        ("самая дешевая палатка", "палатка", CHEAP),
        ("дешёвое снаряжение", "снаряжение", CHEAP),
        ("сколько стоит самая дешёвая палатка?", "палатка", CHEAP),
        ("недорогую палатку для похода", "палатку для похода", CHEAP),
        ("палатки подешевле", "палатки", CHEAP),
        ("для мужа палатка подешевле", "для мужа палатка", CHEAP),
        ("самую дорогую палатку", "палатку", DEAR),
    ],
)
def test_order_by_price_leaves_of_a_question_what_names_the_product(question: str, text: str, sort: str) -> None:
    assert plan_search([question]) == plan_search(["a red jacket", question]) == question
    assert searched(question) == (text, sort)


@pytest.mark.parametrize("question", ["it", "???", "hello", "any alternatives?", "а побольше?"])
def test_first_question_has_nothing_to_lean_on(question: str) -> None:
    assert plan_search([question]) == question


@pytest.mark.parametrize(
    "question",
    [
        "cheaper?",
        "the cheapest one?",
        "what's the cheapest product you have?",
        "cheapest thing in your shop",
        "а подешевле",
        "недорогие варианты есть?",
        "самый дешёвый товар",
        "какой у вас самый дешёвый товар в магазине?",
    ],
)
def test_mere_order_by_price_is_about_the_whole_shop(question: str) -> None:
    assert searched(question) == ("", CHEAP)


@pytest.mark.parametrize("question", ["cheapest thing in your shop", "самый дешёвый товар в магазине"])
def test_question_about_the_shop_forgets_what_was_asked_before(question: str) -> None:
    assert searched("a red jacket", question) == ("", CHEAP)


def test_conversation_of_mere_hints_is_searched_by_the_last_one() -> None:
    assert plan_search(["hello", "it?"]) == "it?"


def test_only_the_last_turns_are_looked_at() -> None:
    assert plan_search(["tents", "red?", "it?", "more", "more", "others"]) == "others"


def test_order_by_price_stays_until_another_is_asked_for() -> None:
    assert searched("the cheapest jacket", "and in red?") == ("jacket red", CHEAP)
    assert searched("jackets", "cheaper", "no, more expensive ones") == ("jackets", DEAR)
    assert searched("the cheapest jacket", "yoga mats") == ("yoga mats", "relevance")


CHEAP_FORMS = """
дешёвый дешевый дешёвая дешёвое дешёвые дешёвого дешёвой дешёвую дешёвых дешёвыми дешевле подешевле
недорогой недорогая недорогое недорогие недорогого недорогую недорогих недорого
бюджетный бюджетная бюджетное бюджетные бюджетного бюджетную бюджетных бюджетнее побюджетнее
cheap cheaper cheapest inexpensive affordable
"""
DEAR_FORMS = """
дорогой дорогая дорогое дорогие дорогого дорогую дорогих дороже подороже expensive pricier priciest costlier
"""


@pytest.mark.parametrize("word", CHEAP_FORMS.split())
def test_every_form_of_cheap_is_the_cheapest_first(word: str) -> None:
    assert searched("куртки", f"есть {word}?") == ("куртки", CHEAP)


@pytest.mark.parametrize("word", DEAR_FORMS.split())
def test_every_form_of_dear_is_the_dearest_first(word: str) -> None:
    assert searched("куртки", f"есть {word}?") == ("куртки", DEAR)


@pytest.mark.parametrize(
    "text",
    ["not the cheapest", "недешёвые", "не самые дешёвые", "cheapest and most expensive", "мой бюджет 5000", "дороги"],
)
def test_what_asks_for_neither_or_both_has_no_order(text: str) -> None:
    assert searched("куртки", text)[1] == "relevance"


def test_greeting_leans_and_a_noun_does_not() -> None:
    assert leans("hello there")
    assert not leans("backpack")


BOUNDS = [
    (["jackets under $100", "cheaper ones"], (None, 100.0)),
    (["jackets under $100", "cheaper ones", "and in red?"], (None, 100.0)),
    (["jackets under $100", "under $50?"], (None, 50.0)),
    (["jackets over $50", "and under $100?"], (50.0, 100.0)),
    (["jackets from $50 to $100", "under $40"], (None, 40.0)),
    (["jackets over $20", "under $10"], (None, 10.0)),
    (["jackets around $80", "in black"], (64.0, 96.0)),
    (["jackets around $80", "under $50"], (None, 50.0)),
    (["jackets", "$20 or $50"], (16.0, 60.0)),
    (["jackets", "under $49.99"], (None, 49.99)),
    (["jackets", "under 1.5k", "in red"], (None, 1500.0)),
    (["jackets over $40 under $35", "in red"], (40.0, 35.0)),
    (["jackets under 1000000 dollars", "in red"], (None, 1_000_000.0)),
    (["jackets under €100", "cheaper ones"], (None, None)),
    (["jackets under $100", "yoga mats"], (None, None)),
    (["jackets", "what about shoes under $50?"], (None, 50.0)),
    (["products under $50"], (None, 50.0)),
    (["куртка до 5000 долларов", "подешевле"], (None, 5000.0)),
    (["куртка от 3000", "до 5000"], (3000.0, 5000.0)),
    (["куртка до 5000", "а до 2,5 тыс?"], (None, 2500.0)),
    (["куртка около 5000", "а в синем?"], (4000.0, 6000.0)),
]


@pytest.mark.parametrize(("turns", "bounds"), BOUNDS, ids=str)
def test_bounds_stay_until_others_are_said(turns: list[str], bounds: tuple[float | None, float | None]) -> None:
    found = planned(*turns).filter

    assert (found.price_min, found.price_max) == bounds


def test_foreign_currency_stays_foreign() -> None:
    assert [read.id for read in planned("jackets under €100", "in red").conditions] == ["price:eur"]
    assert [read.id for read in planned("jackets under €100", "in red", currency="EUR").conditions] == ["price"]


@pytest.mark.parametrize(
    ("turns", "words", "unwanted"),
    [
        (["jackets without a hood", "in red"], "jackets red", ["hood"]),
        (["jackets without a hood", "with a hood"], "jackets hood", []),
        (["куртка без капюшона", "не чёрная", "подешевле"], "куртка", ["капюшона", "черная"]),
        (["куртка, не чёрная", "а в чёрном?"], "куртка чёрном", []),
        (["красная куртка", "не красная"], "куртка", ["красная"]),
        (["куртки", "только не красные"], "куртки", ["красные"]),
    ],
    ids=str,
)
def test_what_is_not_wanted_stays_out_until_it_is_wanted(turns: list[str], words: str, unwanted: list[str]) -> None:
    found = planned(*turns)

    assert found.words == words
    assert sorted(one.words for one in found.filter.not_words) == sorted(unwanted)


@pytest.mark.parametrize(
    ("turns", "in_stock"), [(["jackets in stock", "in red"], True), (["tents", "in stock?"], True)]
)
def test_stock_stays(turns: list[str], in_stock: bool) -> None:
    assert planned(*turns).filter.in_stock is in_stock


def test_number_wanted_stays() -> None:
    assert planned("3 подарка до 2000 рублей", "а подешевле?", currency="RUB").limit == 3


@pytest.mark.parametrize(
    ("turns", "words", "counting", "pricing"),
    [
        (["jackets", "how many are there?"], "jackets", True, False),
        (["jackets", "how much are they?"], "jackets", False, True),
        (["jackets", "how many are there?", "in red?"], "jackets red", False, False),
        (["jackets", "how many?"], "jackets", True, False),
        (["jackets", "how many of them?"], "jackets", True, False),
        (["jackets", "and how many of them are red?"], "jackets red", True, False),
        (["jackets", "how many of these do you have?"], "jackets", True, False),
        (["куртки", "сколько их?"], "куртки", True, False),
        (["куртки", "сколько их всего?"], "куртки", True, False),
        (["куртки", "а сколько из них красных?"], "куртки красных", True, False),
        (["jackets", "And how much?"], "jackets", False, True),
        (["jackets", "prices?"], "jackets", False, True),
        (["jackets", "how much is shipping?"], "jackets shipping", False, False),
        (["куртки", "сколько?"], "куртки", True, False),
        (["куртки", "почём?"], "куртки", False, True),
        (["куртки", "а цена?"], "куртки", False, True),
        (["куртки", "а сколько их у вас?"], "куртки", True, False),
        (["куртки", "а сколько стоят?"], "куртки", False, True),
        (["куртки", "сколько стоят?", "подешевле"], "куртки", False, False),
    ],
    ids=str,
)
def test_what_the_last_turn_asks_of_all_of_them_is_asked(
    turns: list[str], words: str, counting: bool, pricing: bool
) -> None:
    found = planned(*turns)

    assert (found.words, found.counting, found.pricing) == (words, counting, pricing)


@pytest.mark.parametrize("junk", ["", "???", "🧥" * 50, "до " * 3000, "1 " * 5000, "(" * 8000, "не " * 3000, "\u0301"])
def test_junk_is_planned_for_in_peace(junk: str) -> None:
    assert plan_search([junk]) == junk
    assert planned("jackets under $100", junk, "cheaper").sort == CHEAP
