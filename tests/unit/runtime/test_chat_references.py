"""What a turn points at in the answer before it."""

import pytest
from support.chat import a_document, a_jacket

from runtime.chat.question import Turn
from runtime.chat.references import LAST, asks_for_more, places_in, points_at_all, points_at_one, shown_in, wants_others


@pytest.mark.parametrize(
    ("turn", "places"),
    [
        ("tell me about the second one", (2,)),
        ("the first and the third", (1, 3)),
        ("compare the third with the first", (3, 1)),
        ("сравни последний и второй", (LAST, 2)),
        ("which is the first?", (1,)),
        ("1st one", (1,)),
        ("number 2 please", (2,)),
        ("option 3, is it in stock?", (3,)),
        ("compare the first two", (1, 2)),
        ("what's the last one made of?", (LAST,)),
        ("а второй из чего?", (2,)),
        ("первый вариант есть в наличии?", (1,)),
        ("третью беру", (3,)),
        ("сравни первый и последний", (1, LAST)),
        ("вариант 3", (3,)),
        ("№2", (2,)),
        ("2-й подойдёт", (2,)),
        ("последняя сколько стоит", (LAST,)),
        ("сравни первые два", (1, 2)),
        ("first aid kit", ()),
        ("second hand jacket", ()),
        ("last season jackets", ()),
        ("at first sight", ()),
        ("первая помощь", ()),
        ("option 0", ()),
        ("и последнее: есть ли сумки?", ()),
        ("Chanel No. 2 perfume", ()),
        ("#1 dad mug", ()),
        ("номер 42", ()),
        ("первые двадцать", ()),
        ("a jacket", ()),
    ],
)
def test_ordinals_mean_what_was_shown_and_not_what_is_called_so(turn: str, places: tuple[int, ...]) -> None:
    assert places_in(turn) == places


@pytest.mark.parametrize(
    ("turn", "subject", "more"),
    [
        ("ещё", "куртки", True),
        ("что-нибудь ещё?", "куртки", True),
        ("show me more", "jackets", True),
        ("what else do you have?", "jackets", True),
        ("покажи другие варианты", "куртки", True),
        ("ещё куртки", "синяя куртка", True),
        ("other jackets", "jackets under 100", True),
        ("more expensive", "jackets", False),
        ("more warm", "jackets", False),
        ("ещё нужна палатка", "куртки", False),
        ("jackets", "jackets", False),
        ("подороже", "куртки", False),
        ("какой вариант посоветуете?", "куртки", False),
        ("есть другой размер?", "куртки", False),
        ("other colors", "jackets", False),
        ("tell me more", "jackets", False),
    ],
)
def test_more_means_more_of_the_same(turn: str, subject: str, more: bool) -> None:
    assert asks_for_more(turn, subject=subject, currency="USD") is more


def test_it_is_one_and_both_are_all() -> None:
    assert points_at_one("is it waterproof?")
    assert points_at_one("а он тёплый?")
    assert not points_at_one("a kit")
    assert points_at_all("сравни оба")
    assert points_at_all("which of them is lighter?")
    assert not points_at_all("a jacket")


def test_what_was_shown_is_found_in_the_assistants_words_in_order() -> None:
    products = [a_document(), a_jacket()]
    history = (
        Turn("user", "Joust Duffle Bag?"),
        Turn("assistant", "Take the Montana Wind Jacket, or http://shop.test/joust-duffle-bag.html"),
        Turn("user", "hm"),
        Turn("assistant", "The **Joust Duffle Bag** then."),
    )
    assert shown_in(history, products) == (products[1].id, products[0].id)
    assert shown_in(history, products, last=True) == (products[0].id,)
    assert shown_in(history[:1], products) == ()


@pytest.mark.parametrize(
    ("turn", "others"),
    [
        ("that's too expensive, anything cheaper?", True),
        ("I don't like it, show me another", True),
        ("anything similar to this?", True),
        ("это дорого, есть дешевле?", True),
        ("не нравится этот, покажи другие", True),
        ("is it waterproof?", False),
        ("how much is it?", False),
        ("does it cost under $100?", False),
        ("цена у него до 5000?", False),
        ("сколько он стоит?", False),
        ("which of them is warmer?", False),
    ],
)
def test_who_wants_something_else_does_not_mean_what_was_shown(turn: str, others: bool) -> None:
    assert wants_others(turn, currency="USD") is others
