import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hybrid.words import MAX_WORDS, Words, cut


def test_a_short_text_stays_with_single_spaces() -> None:
    assert cut("  warm\n winter   jacket, XL ") == "warm winter jacket, XL"


def test_the_beginning_of_a_long_text_stays_in_whole_words() -> None:
    assert cut(" ".join(f"word{n}" for n in range(100))).split() == [f"word{n}" for n in range(MAX_WORDS)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("漢" * 2_000, "漢" * MAX_WORDS),
        ("красная " + "漢" * 2_000, "красная"),
        ("a-b " * 100, ("a-b " * (MAX_WORDS // 2)).strip()),
        ("x" * 20_000, "x" * 255 * MAX_WORDS),
    ],
)
def test_what_makes_many_terms_of_one_word_is_counted_by_terms(text: str, left: str) -> None:
    assert cut(text) == left


@given(st.text(max_size=500))
def test_what_is_cut_is_the_beginning(text: str) -> None:
    whole, left = " ".join(text.split()), cut(text)
    assert whole.startswith(left)
    assert bool(left) == bool(whole)


def test_other_wordings_are_kept_while_there_is_room_for_all_their_words() -> None:
    words = Words(
        "a b", described="a b c", others=("d " * 10, "e " * 10, "f " * 10, "g"), required_others=("h " * 31, "i")
    )
    assert words.judged_others == ("d " * 10, "e " * 10)
    assert words.wordings == ("a b",)


def test_each_of_several_things_has_its_share_of_the_room() -> None:
    sides = [" ".join(f"{letter}{n}" for n in range(40)) for letter in "abcd"]
    words = Words(sides[0], alike=tuple(sides[1:]), others=("other",), required_others=("other",))
    kept = [" ".join(side.split()[:8]) for side in sides]
    assert words.wordings == tuple(kept)
    assert (words.judged, words.judged_others) == (kept[0], tuple(kept[1:]))
    assert [side.text for side in words.sides] == kept
    short = Words("red tent", alike=("blue tent",), others=("azure tent",))
    assert short.judged_others == ("blue tent", "azure tent")
