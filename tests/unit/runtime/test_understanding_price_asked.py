"""Which questions ask what things cost."""

import pytest
from support.understanding import ask


@pytest.mark.parametrize(
    "text",
    [
        "how much are jackets?",
        "what is the price range for jackets",
        "How much do your leather bags cost",
        "what do jackets cost",
        "what's the price of the olive jacket",
        "price range for shoes",
        "prices of bags",
        "сколько стоит куртка",
        "Сколько стоят кожаные сумки?",
        "почём куртки",
        "какая цена на рюкзаки",
        "цены на куртки",
        "по какой цене у вас платья?",
    ],
)
def test_question_for_prices_is_one(text: str) -> None:
    assert ask(text).pricing


@pytest.mark.parametrize(
    "text",
    [
        "jackets",
        "jackets under $50",
        "how many jackets do you have?",
        "low cost jackets",
        "what do people wear in winter",
        "how does it work, and at what cost",
        "куртка до 5000 рублей",
        "сколько весит куртка",
        "куртка по хорошей цене",
        "самая дешёвая куртка",
        "best price for jackets",
        "how much is shipping",
        "сколько стоит доставка куртки",
        "laptops $500-$700 price range",
        "leather bag price of which is fair",
        "куртка, хорошая цена на лето",
        "",
        "?",
    ],
)
def test_any_other_question_is_none(text: str) -> None:
    assert not ask(text).pricing


@pytest.mark.parametrize(("text", "words"), [("how much are trousers?", "trousers"), ("сколько стоят штаны?", "штаны")])
def test_question_for_prices_is_shown_and_can_be_dropped(text: str, words: str) -> None:
    shown = [(one.id, one.kind, one.value) for one in ask(text).conditions if one.kind == "prices"]

    assert shown == [("prices", "prices", True)]
    assert ask(text).words == words
    assert not ask(text, "prices").pricing
    assert "prices" not in {one.id for one in ask(text, "prices").conditions}


@pytest.mark.parametrize(
    ("text", "words"),
    [("prices of trousers", "trousers"), ("what is the price of trousers?", "trousers"), ("почём штаны", "штаны"),
     ("какие у вас цены на штаны?", "штаны")],
)  # fmt: skip
def test_what_only_asks_for_prices_is_not_searched_for(text: str, words: str) -> None:
    assert ask(text).words == words
