import pytest
from support.understanding import ENGLISH, RUSSIAN

from runtime.retrieval.understanding.comparison import compared, completed


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        ("which floor lamp is better, Aurora 12 or Nova 7?", ("Aurora 12", "Nova 7")),
        ("какая лампа лучше: Aurora 12 или Nova 7", ("Aurora 12", "Nova 7")),
        ("compare Anvil 500 with Hammer 20", ("Anvil 500", "Hammer 20")),
        ("Anvil 500 vs Hammer 20?", ("Anvil 500", "Hammer 20")),
        ("anvil vs. hammer", ("anvil", "hammer")),
        ("what is the difference between the anvil and the hammer", ("the anvil", "the hammer")),
        ("Which is better: anvil or hammer?", ("anvil", "hammer")),
        ("can you compare the anvil and the hammer", ("the anvil", "the hammer")),
        ("compare anvil and hammer and tongs", ("anvil", "hammer", "tongs")),
        ("which is better for kids, anvil or hammer", ("for kids, anvil", "hammer")),
        ("anvil 500 or hammer 20", ("anvil 500", "hammer 20")),
        ("чем отличается наковальня 500 от молота 20?", ("наковальня 500", "молота 20")),
        ("Подскажите, что лучше: наковальня или молот", ("наковальня", "молот")),
        ("сравните наковальню с молотом", ("наковальню", "молотом")),
        ("молот 20 или молот 30", ("молот 20", "молот 30")),
        ("что лучше купить: рюкзак или сумку", ("рюкзак", "сумку")),
        ("which is better to buy, a bag or a tent", ("a bag", "a tent")),
    ],
)  # fmt: skip
def test_sides_of_a_comparison(text: str, sides: tuple[str, ...]) -> None:
    assert compared(text) == sides


@pytest.mark.parametrize(
    "text",
    [
        "", "vs", "compare", "vs vs vs", "anvil", "red or blue jacket", "jacket or coat", "black and white anvil",
        "compare anvil",
        "compare a and b and c and d and e", "красный или синий", "куртка и брюки", "что лучше", "anvil with hammer",
        "🙂 vs",
        "compared to what", "шампунь против перхоти",
    ],
)  # fmt: skip
def test_what_compares_nothing(text: str) -> None:
    assert compared(text) == ()


@pytest.mark.parametrize(
    ("sides", "whole"),
    [
        (("leather", "canvas bags"), ("leather bags", "canvas bags")),
        (("red dress", "white"), ("red dress", "white dress")),
        (("anvil", "hammer"), ("anvil", "hammer")),
        (("big bag", "small shoes"), ("big bag", "small shoes")),
        (("anvil", "bag"), ("anvil", "bag")),
        (("marlow", "black summer"), ("marlow", "black summer")),
        (("leather", "suede anvils"), ("leather", "suede anvils")),
        (("coffee", "leather bags"), ("coffee", "leather bags")),
        (("bag", "white jacket"), ("bag", "white jacket")),
        ((), ()),
    ],
)
def test_a_side_of_one_word_has_the_thing_of_the_other(sides: tuple[str, ...], whole: tuple[str, ...]) -> None:
    assert completed(sides, ENGLISH) == whole


def test_a_russian_adjective_has_the_thing_of_the_other_side() -> None:
    assert completed(("кожаные", "замшевые сумки"), RUSSIAN) == ("кожаные сумки", "замшевые сумки")
    assert completed(("сумку", "рюкзак"), RUSSIAN) == ("сумку", "рюкзак")


def test_work_on_a_long_question_is_bounded_by_its_length() -> None:
    assert compared("vs a " * 2_000) == ()
    assert compared("compare " * 2_000) == ()
