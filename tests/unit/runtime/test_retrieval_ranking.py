"""How what the legs found becomes one order."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from runtime.retrieval.legs import Candidate, Candidates, Question
from runtime.retrieval.ranking import fused, joined_by
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.settings import FusionSettings, RankingSettings

SETTINGS = RankingSettings(
    known=FusionSettings(k=1, lexical=9.0),
    unknown=FusionSettings(k=2, lexical=0.1),
    compared=FusionSettings(k=3, lexical=5.0),
)
EVEN = FusionSettings(k=60, lexical=1.0)


def a_question(*sides: str) -> Question:
    return Question(text="red jacket", vector=None, filter=ProductFilter(), depth=10, sides=sides)


def found(words: Sequence[Candidate], alike: Sequence[str] = ()) -> Candidates:
    legs = {LEXICAL: list(words), SEMANTIC: [Candidate(id=id, score=1.0) for id in alike]}
    return Candidates(legs=legs, matching=len(words))


def a_hit(
    id: str, *, in_stock: bool = True, every_word: bool = False, in_name: bool = False, side: int | None = None
) -> Candidate:
    named = in_name or side is not None
    return Candidate(id=id, score=1.0, in_stock=in_stock, every_word=every_word, in_name=named, side=side)


def order(candidates: Candidates) -> list[str]:
    return [hit.id for hit in fused(candidates, EVEN)]


def test_words_that_some_product_has_all_of_are_joined_as_known() -> None:
    assert joined_by(a_question(), found([a_hit("1"), a_hit("2", every_word=True)]), SETTINGS) == SETTINGS.known


def test_words_that_no_product_has_all_of_are_joined_as_unknown() -> None:
    assert joined_by(a_question(), found([a_hit("1")], ["2"]), SETTINGS) == SETTINGS.unknown
    assert joined_by(a_question(), found([]), SETTINGS) == SETTINGS.unknown


def test_comparison_is_joined_as_such_whatever_its_words_find() -> None:
    assert joined_by(a_question("red", "jacket"), found([a_hit("1", every_word=True)]), SETTINGS) == SETTINGS.compared


@pytest.mark.parametrize(
    ("text", "in_name", "joined"),
    [
        ("terra 775", ["1"], SETTINGS.compared),
        ("terra 775", ["1", "2"], SETTINGS.known),
        ("terra 775", [], SETTINGS.known),
        ("terra lamp", ["1"], SETTINGS.known),
    ],
)
def test_words_decide_where_one_product_has_the_number_and_all_else_in_its_name(
    text: str, in_name: list[str], joined: FusionSettings
) -> None:
    hits = [a_hit(id, every_word=True, in_name=id in in_name) for id in ("1", "2", "3")]
    assert joined_by(replace(a_question(), text=text), found(hits), SETTINGS) == joined


def test_weights_decide_which_leg_comes_first() -> None:
    candidates = found([a_hit("words")], ["alike"])
    assert fused(candidates, SETTINGS.known)[0].id == "words"
    assert fused(candidates, SETTINGS.unknown)[0].id == "alike"


def test_out_of_stock_stands_behind_what_can_be_bought() -> None:
    assert order(found([a_hit("gone", in_stock=False), a_hit("here")])) == ["here", "gone"]


def test_each_product_compared_by_its_name_is_spared_and_first() -> None:
    candidates = found([a_hit("this", in_stock=False, side=1), a_hit("here"), a_hit("that", side=0)])

    assert [hit.id for hit in fused(candidates, EVEN, sides=2)] == ["that", "this", "here"]


def test_of_many_with_the_name_of_a_side_none_is_spared_and_the_sides_take_turns() -> None:
    one = [a_hit("gone", in_stock=False, side=0), *(a_hit(f"one {n}", side=0) for n in (1, 2, 3))]
    candidates = found([a_hit("half"), *one, a_hit("two", side=1)])
    assert [hit.id for hit in fused(candidates, EVEN, sides=2)] == ["one 1", "two", "one 2", "one 3", "gone", "half"]


def test_no_more_than_wanted_are_told() -> None:
    candidates = found([a_hit("1"), a_hit("2")], ["3", "2"])
    whole = fused(candidates, EVEN)
    assert [dict(hit.ranks) for hit in whole] == [{LEXICAL: 2, SEMANTIC: 2}, {LEXICAL: 1}, {SEMANTIC: 1}]
    assert fused(candidates, EVEN, limit=2) == whole[:2]


def test_the_one_product_called_so_is_spared_though_out_of_stock() -> None:
    assert order(found([a_hit("gone", in_stock=False, in_name=True), a_hit("here")])) == ["gone", "here"]


def test_a_name_that_several_products_share_spares_none() -> None:
    both = [a_hit("gone", in_stock=False, in_name=True), a_hit("here", in_name=True)]
    assert order(found(both)) == ["here", "gone"]
