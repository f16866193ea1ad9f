"""Products in words, for when no model writes."""

from support.chat import a_document, a_hit, a_jacket

from runtime.chat.cards import MAX_CARDS, write_cards
from runtime.retrieval.product import product_of

BAG, JACKET = (product_of(a_hit(document)) for document in (a_document(), a_jacket()))
NO_LINK = product_of(a_hit(a_document(name="Сумка", price_text="4 810 ₽", url=None)))


def test_cards_in_english() -> None:
    assert "".join(write_cards([BAG, JACKET], language="en")) == (
        "The assistant is not writing answers right now, so here is what the catalogue search found:\n\n"
        "1. Joust Duffle Bag — $34.00, in stock\n"
        "   http://shop.test/joust-duffle-bag.html\n\n"
        "2. Montana Wind Jacket — $77.00, out of stock\n"
        "   http://shop.test/montana-wind-jacket.html"
    )


def test_cards_in_russian() -> None:
    assert "".join(write_cards([NO_LINK], language="ru")) == (
        "Ассистент сейчас не пишет ответы сам, поэтому вот что нашлось поиском по каталогу:\n\n"
        "1. Сумка — 4 810 ₽, в наличии"
    )


def test_no_more_cards_than_a_shopper_reads() -> None:
    pieces = list(write_cards([BAG] * 20, language="en"))
    assert len(pieces) == 1 + MAX_CARDS


def test_nothing_found_is_said_honestly() -> None:
    assert "".join(write_cards([], language="en")).startswith("Nothing in the catalogue fits")
    assert "".join(write_cards([], language="ru")).startswith("В каталоге ничего не подошло")
    assert "".join(write_cards([], language="en", message="Nothing under $5.")) == "Nothing under $5."
