import pytest
from support.understanding import ENGLISH, ask_market

from runtime.retrieval.understanding.understand import understand


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Do you sell skillets?", "skillets"),
        ("hi, do you have any anvils please", "anvils"),
        ("Hello! I'm looking for an anvil.", "anvil"),
        ("hello do you still have the anvil?", "the anvil"),
        ("could you recommend something sturdy", "something sturdy"),
        ("нет ли у вас наковальни?", "наковальни"),
        ("Здравствуйте, подскажите, есть ли у вас наковальня", "наковальня"),
        ("ищу наковальню, пожалуйста", "наковальню"),
        ("Покажите мне наковальни", "наковальни"),
    ],
)
def test_what_a_question_asks_with_is_not_among_its_words(text: str, wanted: str) -> None:
    understood = understand(text, ENGLISH, language="en")
    assert (understood.words, understood.described) == (wanted, wanted)


@pytest.mark.parametrize(
    "text",
    [
        "hello kitty mug", "need for speed", "hi hat cymbal", "please and thank you cards", "thanks giving decor",
        "have a nice day mug", "find my device tag", "show rack", "привет мастер", "есть такая книга", "дайте",
        "do you have", "i need",
    ],
)  # fmt: skip
def test_a_name_that_has_such_words_stays_whole(text: str) -> None:
    assert understand(text, ENGLISH, language="en").words == text


@pytest.mark.parametrize(
    "opener",
    [
        "I want to buy", "looking for", "do you have", "can you recommend", "how much is", "what about",
        "tell me about", "i'd like to buy", "where can i buy", "price of", "what do you have in", "is there any",
        "please show me", "хочу купить", "есть ли у вас", "нет ли у вас", "какие у вас", "почём", "сколько стоят",
        "где можно купить",
        "расскажите про", "вы продаёте", "мне нужна", "помогите выбрать", "цена на",
    ],
)  # fmt: skip
@pytest.mark.parametrize("bound", ["", " under $50"])
def test_category_behind_whatever_asks_is_read(opener: str, bound: str) -> None:
    russian = not opener.isascii()
    found = ask_market(f"{opener} куртки{bound and ' до 5000'}" if russian else f"{opener} jackets{bound}")

    assert found.filter.categories == ("Куртки" if russian else "Jackets",)
    assert (found.filter.price_max is not None) == bool(bound)
    assert found.words == ""
