"""bench.retrieval.agreement: when two fusions say the same, and ranks within a shard."""

import pytest

from bench.retrieval.agreement import TOP, agrees, fuse_by_shard
from shared.hybrid.fuse import fuse

LEGS = {"bm25": ["a", "b", "c", "d"], "knn": ["b", "a", "d", "e"]}
"""`a` and `b` are tied, the others are not."""


@pytest.mark.parametrize(
    ("theirs", "same"),
    [
        pytest.param(["a", "b", "d", "c", "e"], True, id="the same order"),
        pytest.param(["b", "a", "d", "c", "e"], True, id="a tie the other way round"),
        pytest.param(["a", "b", "c", "d", "e"], False, id="another order"),
        pytest.param(["a", "b", "d", "c"], False, id="one less"),
        pytest.param(["a", "b", "d", "c", "x"], False, id="one that nobody found here"),
        pytest.param(["a", "a", "d", "c", "e"], False, id="one of a tie twice"),
        pytest.param([], False, id="nothing"),
    ],
)
def test_fusions_agree_but_for_ties(theirs: list[str], same: bool) -> None:
    assert agrees(fuse(LEGS), theirs) is same


def test_two_empty_answers_agree() -> None:
    assert agrees([], [])


def test_a_tie_across_the_end_of_the_first_ten_is_a_tie() -> None:
    ours = fuse({"bm25": [f"w{n:02}" for n in range(TOP)], "knn": [f"v{n:02}" for n in range(TOP)]})
    last_here = ours[TOP - 1].id
    tied = next(hit.id for hit in ours[TOP - 2 :] if hit.id != last_here and hit.score == ours[TOP - 1].score)
    theirs = [hit.id for hit in ours[: TOP - 2]]
    assert agrees(ours, [*theirs, tied, last_here])
    assert not agrees(ours, [*theirs, last_here, ours[TOP].id])


def test_ranks_within_a_shard_let_each_shard_have_its_first() -> None:
    shards = [{"bm25": ["a", "b"], "knn": ["a"]}, {"bm25": ["c"], "knn": ["d", "c"]}]
    hits = fuse_by_shard(shards)
    assert [hit.id for hit in hits] == ["a", "c", "d", "b"]
    assert [hit.ranks for hit in hits if hit.id in ("a", "d")] == [{"bm25": 1, "knn": 1}, {"knn": 1}]
