"""Foreign names in Cyrillic, as they are heard."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.spelling.hearing import LONGEST, SHORTEST, closest, pattern

LONGEST_EXPRESSION = 1000
"""Characters of a regular expression that OpenSearch takes, as `index.max_regex_length` is by default."""


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("найк", "nike"), ("адидас", "adidas"), ("рибок", "reebok"), ("пума", "puma"), ("айфон", "iphone"),
        ("айфона", "iphone"), ("левис", "levi's"), ("бош", "bosch"), ("филипс", "philips"), ("самсунга", "samsung"),
        ("макбук", "macbook"), ("джордан", "jordan"), ("нестле", "nestle"), ("саммит", "summit"),
        ("брайтвотер", "brightwater"), ("пайнкрест", "pinecrest"), ("Сони", "sony"), ("эппл", "apple"),
    ],
)  # fmt: skip
def test_name_is_described_and_recognised_as_it_is_written(heard: str, written: str) -> None:
    expression = pattern(heard)

    assert expression is not None
    assert re.fullmatch(expression, written)
    assert closest(heard, [f"Red {written.title()} 15"]) is not None


@pytest.mark.parametrize(("heard", "other"), [("найк", "neck"), ("пума", "pump"), ("айфон", "fan"), ("бош", "bush's")])
def test_what_sounds_otherwise_is_not_meant(heard: str, other: str) -> None:
    assert not re.fullmatch(pattern(heard) or "", other)
    assert closest(heard, [other]) is None


def test_the_least_odd_spelling_is_meant_and_told_as_it_is_written() -> None:
    assert closest("сони", ["Ceaunea", "Sony Walkman"]) == "Sony"
    assert closest("левис", ["Jeans", "Levi’s 501"]) == "Levi’s"
    assert closest("нестле", ["Nestlé"]) == "Nestlé"


def test_name_as_it_stands_is_meant_before_one_that_was_declined() -> None:
    assert closest("пума", ["Pum", "Puma"]) == "Puma"


@pytest.mark.parametrize("word", ["", "ы", "nike", "найk", "ws12", "два слова", "!", "🎒", "\ud800", "ы" * 10_000])
def test_what_is_no_cyrillic_word_is_not_described(word: str) -> None:
    assert pattern(word) is None
    assert closest(word, ["Nike"]) is None


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=SHORTEST, max_size=LONGEST))
def test_every_word_is_described_within_what_the_index_takes(word: str) -> None:
    expression = pattern(word)

    assert expression is None or len(expression) <= LONGEST_EXPRESSION
    assert expression is None or re.compile(expression)


@given(st.text(max_size=LONGEST), st.lists(st.text(max_size=50), max_size=5))
def test_any_text_is_answered_with_a_word_of_it_or_nothing(word: str, texts: list[str]) -> None:
    found = closest(word, texts)

    assert found is None or any(found in text for text in texts)
