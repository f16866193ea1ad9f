import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.hybrid.fuse import RRF_K, fuse

ids = st.sampled_from([f"p{number}" for number in range(12)])
ranking = st.lists(ids, unique=True, max_size=12)
rankings = st.dictionaries(st.sampled_from(["bm25", "knn", "third"]), ranking, max_size=3)


def order(*legs: list[str], weights: dict[str, float] | None = None) -> list[str]:
    named = {f"leg{number}": leg for number, leg in enumerate(legs, start=1)}
    return [hit.id for hit in fuse(named, weights=weights)]


def test_score_is_the_published_sum() -> None:
    (first, second, third) = fuse({"bm25": ["a", "b"], "knn": ["b", "c"]})
    assert (first.id, second.id, third.id) == ("b", "a", "c")
    assert first.score == pytest.approx(1 / 62 + 1 / 61)
    assert second.score == pytest.approx(1 / 61)
    assert third.score == pytest.approx(1 / 62)


def test_ranks_are_told_for_each_leg_that_found_it() -> None:
    hits = {hit.id: dict(hit.ranks) for hit in fuse({"bm25": ["a", "b"], "knn": ["b"]})}
    assert hits == {"a": {"bm25": 1}, "b": {"bm25": 2, "knn": 1}}


def test_ties_are_broken_by_id() -> None:
    assert order(["b", "a"], ["a", "b"]) == ["a", "b"]


def test_found_by_both_legs_beats_first_in_one() -> None:
    assert order(["x", "both"], ["y", "both"])[0] == "both"


def test_leg_of_weight_zero_is_left_out() -> None:
    hits = fuse({"bm25": ["a"], "knn": ["b", "a"]}, weights={"knn": 0})
    assert [(hit.id, dict(hit.ranks)) for hit in hits] == [("a", {"bm25": 1})]


def test_weight_moves_the_order() -> None:
    assert order(["a", "b"], ["b", "a"], weights={"leg2": 2.0}) == ["b", "a"]


def test_absent_weight_is_one() -> None:
    assert fuse({"bm25": ["a"]}, weights={}) == fuse({"bm25": ["a"]})


def test_nothing_found_fuses_to_nothing() -> None:
    assert fuse({}) == fuse({"bm25": [], "knn": []}) == []


def test_smaller_constant_favours_the_top() -> None:
    legs = {"one": ["a", "b"], "two": ["c", "b"]}
    assert [hit.id for hit in fuse(legs, k=0)] == ["a", "b", "c"]
    assert fuse(legs)[0].id == "b"


@given(rankings)
def test_every_id_comes_once_best_first(legs: dict[str, list[str]]) -> None:
    hits = fuse(legs)
    assert {hit.id for hit in hits} == {found for leg in legs.values() for found in leg}
    assert len({hit.id for hit in hits}) == len(hits)
    assert [(-hit.score, hit.id) for hit in hits] == sorted((-hit.score, hit.id) for hit in hits)


@given(rankings)
def test_score_follows_from_the_ranks(legs: dict[str, list[str]]) -> None:
    for hit in fuse(legs):
        assert hit.score == pytest.approx(sum(1 / (RRF_K + rank) for rank in hit.ranks.values()))
        assert all(legs[leg][rank - 1] == hit.id for leg, rank in hit.ranks.items())


@given(ranking)
def test_one_leg_keeps_its_order(leg: list[str]) -> None:
    assert order(leg) == leg


@given(ranking)
def test_legs_that_agree_keep_their_order(leg: list[str]) -> None:
    assert order(leg, leg) == leg


@given(ranking, ranking)
def test_order_of_legs_does_not_matter(first: list[str], second: list[str]) -> None:
    assert order(first, second) == order(second, first)


@given(rankings, st.floats(0.1, 10))
def test_scaling_every_weight_alike_changes_no_order(legs: dict[str, list[str]], factor: float) -> None:
    plain = [hit.score for hit in fuse(legs)]
    scaled = [hit.score for hit in fuse(legs, weights=dict.fromkeys(legs, factor))]
    assert scaled == pytest.approx([score * factor for score in plain])


@given(rankings, ids)
def test_rising_in_one_leg_never_lowers_the_score(legs: dict[str, list[str]], rising: str) -> None:
    before = {hit.id: hit.score for hit in fuse(legs)}
    lifted = {name: sorted(leg, key=lambda found: found != rising) for name, leg in legs.items()}
    after = {hit.id: hit.score for hit in fuse(lifted)}
    assert after.get(rising, 0) >= before.get(rising, 0)
