"""Cuts at sentences: by tokens for the model, by characters for a card."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.records import count_words

from indexer.transform.text import clean, cut_to_tokens, shorten

SENTENCES = "First one here. Second one here! Third one here? Fourth one here."


def test_a_text_that_fits_is_counted_once() -> None:
    counted: list[str] = []

    def count(text: str) -> int:
        counted.append(text)
        return count_words(text)

    assert cut_to_tokens(SENTENCES, 12, count) == (SENTENCES, False)
    assert counted == [SENTENCES]


def test_a_text_of_fewer_bytes_than_tokens_allowed_is_not_counted() -> None:
    def count(text: str) -> int:
        raise AssertionError(text)

    assert cut_to_tokens("жёлтый", 14, count) == ("жёлтый", False)


def test_a_longer_text_ends_with_a_whole_sentence() -> None:
    assert cut_to_tokens(SENTENCES, 8, count_words) == ("First one here. Second one here!", True)


def test_a_line_ends_like_a_sentence() -> None:
    assert (
        cut_to_tokens("Colour: Black\nSize: XS, S\nMaterial: Wool", 5, count_words)[0] == "Colour: Black\nSize: XS, S"
    )


def test_one_endless_sentence_ends_between_words() -> None:
    text, cut = cut_to_tokens("Name\n" + "word " * 1000, 100, count_words)
    assert cut
    assert 90 <= count_words(text) <= 100
    assert text.endswith("word")


def test_one_endless_word_is_cut_inside() -> None:
    text, cut = cut_to_tokens("x" * 1000, 10, lambda text: -(-len(text) // 10))
    assert cut
    assert 0 < len(text) <= 100
    assert set(text) == {"x"}


def test_counting_stays_rare_however_long_the_text() -> None:
    counted: list[int] = []

    def count(text: str) -> int:
        counted.append(len(text))
        return count_words(text)

    cut_to_tokens("Twelve letters here. " * 250_000, 256, count)
    assert len(counted) <= 9
    assert max(counted) <= 256 * 16


@settings(deadline=None)
@given(st.text(alphabet="ab. \n!", max_size=400), st.integers(1, 60))
def test_a_cut_is_a_prefix_within_the_limit(text: str, limit: int) -> None:
    found, cut = cut_to_tokens(text, limit, count_words)
    assert text.startswith(found)
    assert count_words(found) <= limit
    assert cut == (found != text)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("Warm. Thick.", 300, "Warm. Thick.", id="fits"),
        pytest.param("Warm\nThick", 300, "Warm; Thick", id="list items become one line"),
        pytest.param("Warm.\nThick", 300, "Warm. Thick", id="a finished line needs no semicolon"),
        pytest.param("First one. Second one. Third one.", 25, "First one. Second one.", id="whole sentences"),
        pytest.param("First one. Second one.", 10, "First one.", id="exactly one sentence"),
        pytest.param("a long sentence without an end", 16, "a long sentence…", id="whole words"),
        pytest.param("x" * 50, 10, "x" * 9 + "…", id="one endless word"),
        pytest.param("", 10, "", id="empty"),
    ],
)
def test_short_text_ends_where_a_reader_would(text: str, limit: int, expected: str) -> None:
    assert shorten(text, limit) == expected


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(2, 100))
def test_short_text_is_one_line_within_the_limit(text: str, limit: int) -> None:
    found = shorten(text, limit)
    assert len(found) <= limit
    assert "\n" not in found


@settings(deadline=None)
@given(st.text(max_size=300))
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
