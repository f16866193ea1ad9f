"""What is searched for when a question leans on the one before, in both languages."""

import pytest
from support.chat import a_document, a_hit

from runtime.chat.followup import Search, arrange, leans, plan_search


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
        pytest.param(["палатка", "ещё варианты есть?"], "палатка варианты", id="ru-more"),
    ],
)
def test_leaning_question_brings_the_words_it_leans_on(turns: list[str], text: str) -> None:
    assert plan_search(turns).text == text


@pytest.mark.parametrize(
    "question",
    [
        "Do you have waterproof hiking boots?",
        "And do you have yoga mats?",
        "bags",
        "something warm for my wife, she runs in the morning",
        "Есть ли у вас коврики для йоги?",
        "а есть коврики для йоги?",
        "сумка через плечо",
        "подарок для мужа, он любит рыбалку и походы",
    ],
)
def test_question_that_stands_by_itself_is_searched_as_it_is(question: str) -> None:
    assert plan_search(["a red jacket", question]) == Search(question)


@pytest.mark.parametrize("question", ["cheaper?", "it", "???", "а подешевле", "hello"])
def test_first_question_has_nothing_to_lean_on(question: str) -> None:
    assert plan_search([question]).text == question


def test_conversation_of_mere_hints_is_searched_by_the_last_one() -> None:
    assert plan_search(["hello", "it?"]).text == "it?"


def test_only_the_last_turns_are_looked_at() -> None:
    assert plan_search(["tents", "red?", "it?", "more", "more", "cheaper"]).text == "cheaper"


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("and a cheaper one?", "cheapest_first"),
        ("куртки подешевле", "cheapest_first"),
        ("а дороже есть?", "dearest_first"),
        ("something pricier", "dearest_first"),
        ("a cheap jacket", None),
        ("cheaper than 50 dollars", None),
        ("дешевле 5000 рублей", None),
        ("дешевле, чем 5000", None),
    ],
)
def test_order_follows_the_comparison(question: str, order: str | None) -> None:
    assert plan_search(["jackets", question]).order == order


def test_greeting_leans_and_a_noun_does_not() -> None:
    assert leans("hello there")
    assert not leans("backpack")


def test_cheapest_of_what_was_asked_for_comes_first_and_likeness_never_wins() -> None:
    dear = a_hit(a_document(id="dear", price_from=90.0))
    cheap = a_hit(a_document(id="cheap", price_from=20.0))
    on_request = a_hit(a_document(id="on-request", price_from=None))
    merely_alike = a_hit(a_document(id="sock", price_from=1.0), word_share=0.3)
    hits = (merely_alike, on_request, dear, cheap)
    assert ids(arrange(hits, "cheapest_first")) == ["cheap", "dear", "on-request", "sock"]
    assert ids(arrange(hits, "dearest_first")) == ["dear", "cheap", "on-request", "sock"]
    assert arrange(hits, None) == hits


def ids(hits: tuple) -> list[str]:
    return [hit.document.id for hit in hits]
