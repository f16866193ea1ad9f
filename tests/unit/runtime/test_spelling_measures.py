"""Quantities written otherwise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.spelling.measures import MOST_MEASURES, MOST_SPELLINGS, find_measures, spellings


def ways(text: str) -> set[str]:
    return {way for written in spellings(text).values() for way in written}


def said(text: str) -> list[tuple[str, str | None]]:
    return [(measure.amount, measure.unit) for measure in find_measures(text)]


@pytest.mark.parametrize(
    "spellings",
    [
        ("5 л", "5л", "5 литров", "5-литровый", "5\u00a0литра", "5 l", "5L", "5 liters", "5-litre", "5,0 л"),
        ("2х2", "2x2", "2 × 2", "2*2", "2 Х 2"),
        ("90x200 см", "90х200"),
        ("1,5 м", "1.5 m", "1.50m", "1,5 метра", "1,5-метровый"),
        ("10 000 mAh", "10000mah", "10,000 mAh", "10\u202f000 мА·ч", "10000 мАч"),
        ('27"', "27 inch", "27inches", "27-inch", "27in", "27 in.", "27 дюймов", "27-дюймовый", "27″"),
        ("1tb", "1 tb", "1 ТБ", "1 терабайт"),
        ("12v", "12 V", "12в", "12 В", "12 вольт"),
        ("3-местная", "3 person", "3-person", "3 человека"),
        ("0,750 л", "0.75 l"),
    ],
    ids=lambda spellings: spellings[0],
)
def test_one_quantity_is_one_however_it_is_written(spellings: tuple[str, ...]) -> None:
    assert len({tuple(said(spelling)) for spelling in spellings}) == 1
    assert len(said(spellings[0])) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("5 л", "5 мл"), ("5 л", "15 л"), ("1,5 кг", "15 кг"), ("1,500 mah", "1.5 mah"), ("2x2", "2x3")],
)
def test_other_quantities_stay_apart(one: str, other: str) -> None:
    assert said(one)
    assert said(one) != said(other)
    assert not ways(one) & ways(other)


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("канистра 5л", {"5 л", "5л", "5l", "5 литров", "5 литровый"}),
        ("5 liters", {"5л", "5 л", "5 l", "5000 ml"}),
        ("палатка 2х2", {"2x2", "2х2", "2 x 2", "2×2"}),
        ("кабель 1,5 м", {"1.5 м", "1,5 м", "1.5m", "1,5 meters", "150 см"}),
        ("10000mah", {"10 000 mah", "10000 мач", "10ah"}),
        ('27" monitor', {"27 inch", "27in", "27 дюймов"}),
        ("1 ТБ", {"1tb", "1тб", "1 tb"}),
        ("шампунь 500 мл", {"500мл", "0.5 л", "0,5 l", "0.5l"}),
        ("0.5 l", {"500ml", "500 мл"}),
        ("2 kW heater", {"2000w", "2000 вт"}),
    ],
)
def test_measure_is_written_in_every_way_that_is_the_same(text: str, others: set[str]) -> None:
    assert others <= ways(text)


def test_what_is_not_exactly_the_same_or_nobody_writes_is_not_converted() -> None:
    assert ways("2 gb") == {"2gb", "2гб", "2 gb", "2 гб"}
    assert not any("km" in way for way in ways("5 m"))
    assert not any(way.endswith((" l", " л")) for way in ways("3 мл"))


def test_unit_that_is_a_word_of_grammar_stands_by_no_number_alone() -> None:
    assert {"55in", "55 inch", "12в"} <= ways("55 inch, 12 В")
    assert ways("55 inch, 12 В").isdisjoint({"55 in", "12 в"})


def test_measures_are_told_as_typed_and_a_quantity_named_twice_is_one() -> None:
    assert list(spellings("канистра 5 Л или 5л, 2х2")) == ["5 Л", "2х2"]


@pytest.mark.parametrize(
    "text",
    [
        "до 5000 рублей", "iphone 15", "3 in 1", "3 в 1", "2 в чёрном", "5g", "2024 г", "2024 год", "5 метро", "ws-12",
        "size 42", "a4", "1080p", "5 а", "", "м", "5", "🎒", "\ud800", "x5 л", "1.2.3.4 л", "+-&|!(){}[]^\"~*?:\\/",
        "jacket",
    ],
)  # fmt: skip
def test_what_is_no_measure_has_no_spellings(text: str) -> None:
    assert spellings(text) == {}


@given(st.integers(1, 10_000_000), st.sampled_from(["kwh", "gal", "lb", "gb", "v", "in", "person"]))
def test_every_spelling_is_the_same_quantity(amount: int, unit: str) -> None:
    typed = f"{amount} inch" if unit == "in" else f"{amount}{unit}"
    [quantity] = said(typed)
    # "27in" is in a catalogue's text what it is not at the end of a question.
    assert {tuple(said(f"{way} .")) for way in ways(typed)} <= {(quantity,)}


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from('0123456789 .,xх×лмгg"-')), max_size=100))
def test_any_text_is_answered_in_bounds(text: str) -> None:
    assert len(spellings(text)) <= MOST_MEASURES
    assert all(0 < len(written) <= MOST_SPELLINGS for written in spellings(text).values())


@pytest.mark.parametrize("part", ["1 ", "до ", "(", "a", "1", "1 000", "1x", "1,", "1.5 л ", "5 миллилитр", "1\u00a0-"])
def test_ten_thousand_characters_have_a_bounded_number_of_spellings(part: str) -> None:
    assert len(ways((part * 10_000)[:10_000])) <= MOST_MEASURES * MOST_SPELLINGS
