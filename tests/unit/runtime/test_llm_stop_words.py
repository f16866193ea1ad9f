"""Stop sequences that a provider does not know: cut where they begin, whatever the pieces are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.llm.stop_words import StopWords


def said(pieces: list[str], stops: list[str]) -> str:
    words, out = StopWords(stops), ""
    for piece in pieces:
        out += words.feed(piece)
        if words.met:
            return out
    return out + words.flush()


@pytest.mark.parametrize(
    ("pieces", "stops", "expected"),
    [
        pytest.param(["a", "b"], [], "ab", id="none"),
        pytest.param(["one EN", "D two"], ["END"], "one ", id="over-two-pieces"),
        pytest.param(["one EN"], ["END"], "one EN", id="only-begun"),
        pytest.param(["a\n", "\nb"], ["END", "\n\n"], "a", id="the-first-of-several"),
        pytest.param(["aab"], ["ab"], "a", id="false-start"),
        pytest.param(["END"], ["END", ""], "", id="at-once"),
    ],
)
def test_text_ends_before_the_first_stop_sequence(pieces: list[str], stops: list[str], expected: str) -> None:
    assert said(pieces, stops) == expected


def test_what_cannot_begin_a_stop_sequence_is_said_at_once() -> None:
    words = StopWords(["END"])
    assert [words.feed(piece) for piece in ("a", "bE", "x", "N")] == ["a", "b", "Ex", "N"]


@given(st.text("ab", max_size=30), st.lists(st.text("ab", min_size=1, max_size=4), max_size=3), st.data())
def test_cuts_of_the_text_change_nothing(text: str, stops: list[str], data: st.DataObject) -> None:
    pieces, rest = [], text
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        pieces.append(rest[:size])
        rest = rest[size:]
    end = min((place for stop in stops if (place := text.find(stop)) >= 0), default=len(text))
    assert said(pieces, stops) == text[:end]
