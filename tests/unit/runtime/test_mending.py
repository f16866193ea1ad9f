"""Questions put right by what the catalogue knows."""

import pytest

from runtime.retrieval.legs import Candidates
from runtime.retrieval.mending import mend, mended_condition, misspelt
from runtime.retrieval.spelling.layout import doubts


def found(*known: str, **typos: str) -> Candidates:
    return Candidates(legs={"bm25": ()}, matching=0, known=frozenset(known), typos=typos)


def test_a_question_that_is_right_is_left_alone() -> None:
    assert mend("Warm jacket, size M!", found("warm", "jacket", "size")) == "Warm jacket, size M!"
    assert doubts("warm jacket for hiking") == ()


def test_words_of_the_other_layout_are_put_right_with_their_neighbours() -> None:
    assert "куртка" in doubts("rehnrf lj 5000")
    assert mend("rehnrf lj 5000", found("куртка")) == "куртка до 5000"
    assert mend("офслуе", found("jacket")) == "jacket"


def test_a_word_the_catalogue_has_stays_whatever_its_letters() -> None:
    assert mend("rehnrf", found("rehnrf")) == "rehnrf"


def test_a_slip_is_put_right_and_another_form_is_none() -> None:
    assert mend("Wool jaket", found("wool", jaket="jacket")) == "Wool jacket"
    assert mend("3 подарка", found(подарка="подарок")) == "3 подарка"


def test_what_one_asks_with_and_what_is_short_or_a_number_is_not_looked_at() -> None:
    assert misspelt("please show xl 5000 wh1000 Куртёк without hood") == ("куртек", "hood")


@pytest.mark.parametrize("text", ["", "  ", "!!!", "\ud800", "a" * 10_000, "😀 \x00 {}[]"])
def test_junk_is_left_as_it_is(text: str) -> None:
    assert mend(text, found()) == text


def test_what_was_put_right_is_told_and_can_be_taken_back() -> None:
    told = mended_condition("куртка", language="ru")
    assert (told.id, told.kind, told.value, told.text) == ("spelling", "spelling", "куртка", "искали «куртка»")
