"""Products in words, for when no model writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.chat import a_document, a_jacket

from runtime.chat.cards import MAX_CARDS, within, write_cards
from shared.embedding.tokens import estimate_tokens

BAG, JACKET = a_document(), a_jacket()
NO_LINK = a_document(name="Сумка", price_text="4 810 ₽", url=None)


def test_cards_in_english() -> None:
    assert "".join(write_cards([BAG, JACKET], language="en", silent=True)) == (
        "The assistant is not writing answers right now. Here is what the catalogue search found:\n\n"
        "1. Joust Duffle Bag — $34.00, in stock\n"
        "   http://shop.test/joust-duffle-bag.html\n\n"
        "2. Montana Wind Jacket — $77.00, out of stock\n"
        "   http://shop.test/montana-wind-jacket.html"
    )


def test_cards_in_russian() -> None:
    assert "".join(write_cards([NO_LINK], language="ru", silent=True)) == (
        "Ассистент сейчас не отвечает своими словами. Вот что нашлось в каталоге:\n\n1. Сумка — 4 810 ₽, в наличии"
    )


def test_figures_of_all_that_was_found_stand_before_the_cards() -> None:
    assert "".join(write_cards([NO_LINK], language="ru", silent=True, figures="7 товаров, от 10 ₽ до 90 ₽.")) == (
        "Ассистент сейчас не отвечает своими словами. Вот что нашлось в каталоге:\n\n"
        "7 товаров, от 10 ₽ до 90 ₽.\n\n1. Сумка — 4 810 ₽, в наличии"
    )
    assert "".join(write_cards([], language="en", silent=True, figures="7 products.")).endswith("found:\n\n7 products.")


def test_no_more_cards_than_a_shopper_reads() -> None:
    pieces = list(write_cards([BAG] * 20, language="en", silent=True))
    assert len(pieces) == 1 + MAX_CARDS


def test_nothing_found_is_said_honestly() -> None:
    assert "".join(write_cards([], language="en", silent=True)).startswith("Nothing in the catalogue fits")
    assert "".join(write_cards([], language="ru", silent=True)).startswith("В каталоге ничего не подошло")


def test_why_nothing_was_found_is_said_where_it_is_known() -> None:
    empty = "Nothing at $10.00 or less."
    assert list(write_cards([], language="en", silent=True, empty=empty)) == [empty]
    assert "".join(write_cards([NO_LINK], language="ru", silent=True, empty="Красных нет.")).endswith(
        "каталоге:\n\nКрасных нет.\n\n1. Сумка — 4 810 ₽, в наличии"
    )


PIECES = ["Here it is:", "\n\n1. Bag — $34.00", "\n\n2. Jacket — $77.00"]


@pytest.mark.parametrize(
    ("max_tokens", "stop", "text", "reason"),
    [
        pytest.param(None, [], "".join(PIECES), "stop", id="no bounds"),
        pytest.param(500, ["zebra"], "".join(PIECES), "stop", id="bounds nobody meets"),
        pytest.param(None, ["\n\n2.", "Jacket"], "Here it is:\n\n1. Bag — $34.00", "stop", id="first stop"),
        pytest.param(None, ["Here"], "", "stop", id="stop at once"),
        pytest.param(500, ["Bag"], "Here it is:\n\n1. ", "stop", id="stop before the limit"),
    ],
)
def test_cards_end_where_the_client_wants(max_tokens: int | None, stop: list[str], text: str, reason: str) -> None:
    pieces, why = within(PIECES, max_tokens=max_tokens, stop=stop)
    assert ("".join(pieces), why) == (text, reason)
    assert "" not in pieces


@given(max_tokens=st.integers(min_value=1, max_value=40))
def test_cards_keep_to_max_tokens_and_say_that_they_were_cut(max_tokens: int) -> None:
    pieces, reason = within(PIECES, max_tokens=max_tokens, stop=[])
    told, whole = "".join(pieces), "".join(PIECES)
    assert whole.startswith(told)
    assert estimate_tokens(told) <= max_tokens
    assert reason == ("stop" if told == whole else "length")


def test_shop_without_a_model_does_not_speak_of_one() -> None:
    assert next(write_cards([BAG], language="en", silent=False)) == "Here is what the catalogue search found:"
    assert next(write_cards([BAG], language="ru", silent=False)) == "Вот что нашлось в каталоге:"
