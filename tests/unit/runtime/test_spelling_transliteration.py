"""Russian in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.spelling.transliteration import MOST_CANDIDATES, candidates


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("kurtka", "куртка"), ("botinki", "ботинки"), ("shapka", "шапка"), ("zhilet", "жилет"), ("jilet", "жилет"),
        ("ryukzak", "рюкзак"), ("rjukzak", "рюкзак"), ("chyornaya", "чёрная"), ("chernaya", "черная"),
        ("sinyaya", "синяя"), ("siniy", "синий"), ("sinij", "синий"), ("schetka", "щетка"),
        ("shchyotka", "щётка"), ("plashch", "плащ"), ("palto", "пальто"),
        ("obuv", "обувь"), ("mebel'", "мебель"), ("xalat", "халат"), ("halat", "халат"),
        ("tsvetok", "цветок"), ("cvetok", "цветок"), ("chasy", "часы"), ("yolka", "ёлка"), ("Futbolka", "футболка"),
    ],
)  # fmt: skip
def test_russian_in_latin_letters_is_among_the_candidates(typed: str, meant: str) -> None:
    assert meant in candidates(typed)


def test_the_likeliest_comes_first() -> None:
    assert candidates("kurtka")[0] == "куртка"


def test_no_two_candidates_differ_in_yo_alone() -> None:
    found = [reading.replace("ё", "е") for reading in candidates("chyornaya")]
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    "word",
    [
        "",
        "a",
        "ы",
        "найк",
        "ws12",
        "two words",
        "шapka",
        "!",
        "🎒",
        "\ud800",
        "a" * 31,
        "ы" * 10_000,
        "'" * 10,
        "naïve",
    ],
)
def test_what_is_no_latin_word_has_none(word: str) -> None:
    assert candidates(word) == ()


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=2, max_size=30))
def test_latin_word_has_few_candidates_all_cyrillic(word: str) -> None:
    found = candidates(word)
    assert len(found) <= MOST_CANDIDATES
    assert all("а" <= letter <= "я" or letter == "ё" for reading in found for letter in reading)


@given(st.text(alphabet=st.characters(), max_size=50))
def test_any_text_is_answered(text: str) -> None:
    assert len(candidates(text)) <= MOST_CANDIDATES
