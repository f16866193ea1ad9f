"""The language of an answer, by rule."""

import pytest

from runtime.chat.intent import aside_of
from runtime.chat.language import choose_language
from runtime.retrieval.language import Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Do you have a warm jacket?", "en"),
        ("Есть тёплая куртка?", "ru"),
        ("iphone 15 pro чехол", "ru"),
        ("Покажи Joust Duffle Bag и Fusion Backpack", "ru"),
        ("ЁЛКА", "ru"),
        ("gift for mom", "en"),
        ("in-stock jackets", "en"),
        ("gift-for-mom", "en"),
    ],
)
@pytest.mark.parametrize("default", ["en", "ru"])
def test_words_of_the_question_decide(text: str, language: Language, default: Language) -> None:
    assert choose_language([text], default=default) == language


ASIDES: dict[Language, list[str]] = {
    "en": [
        "promo code?",
        "coupons",
        "refunds?",
        "shipping",
        "hey!",
        "bye",
        "cheers",
        "customer support",
        "gdpr",
        "thx",
    ],
    "ru": ["промокод?", "возврат", "доставка", "привет", "пока", "спс", "контакты"],
}


@pytest.mark.parametrize(("text", "language"), [(text, language) for language in ASIDES for text in ASIDES[language]])
@pytest.mark.parametrize("default", ["en", "ru"])
def test_one_word_is_enough_where_it_is_known_to_be_about_no_product(
    text: str, language: Language, default: Language
) -> None:
    assert aside_of(text) is not None
    assert choose_language([text], default=default) == language


@pytest.mark.parametrize(
    "text", ["Joust?", "Hi-Fi", "Wi-Hi 3", "Bye Bye Birdie", "Code Zero", "Cheers Pro 2", "Return Duffle", "Promo Bag"]
)
def test_name_of_a_product_shows_no_language(text: str) -> None:
    assert aside_of(text) is None
    assert choose_language([text], default="ru") == "ru"


@pytest.mark.parametrize("text", ["nike air max", "24-MB01", "XL", "???", "123"])
def test_text_without_a_language_takes_the_stores(text: str) -> None:
    assert choose_language([text], default="ru") == "ru"
    assert choose_language([text], default="en") == "en"


def test_earlier_turns_decide_when_the_last_one_does_not() -> None:
    assert choose_language(["Есть куртка?", "XL"], default="en") == "ru"
    assert choose_language(["Есть куртка?", "and in English please", "XL"], default="ru") == "en"
