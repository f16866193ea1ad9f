"""bench.quality.measures and report: the figures, against a computation by hand; their intervals; what changed."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from bench.quality.dataset import Query
from bench.quality.measures import NDCG, interval, measure, paired
from bench.quality.report import Evaluation, save_queries, tables
from bench.quality.systems import BM25, OURS

GRADES = {"q": {"a": 3, "b": 0, "c": 2, "d": 1}}


def gain(grade: int, rank: int) -> float:
    return (2**grade - 1) / math.log2(rank + 1)


IDEAL = gain(3, 1) + gain(2, 2) + gain(1, 3)


def test_the_measures_are_those_of_their_definitions() -> None:
    scores = measure({"q": ["x", "a", "b", "c"]}, GRADES)
    assert scores[NDCG]["q"] == pytest.approx((gain(3, 2) + gain(2, 4)) / IDEAL)
    # x was judged by nobody, and is left out before the ranks are counted.
    assert scores["condensed"]["q"] == pytest.approx((gain(3, 1) + gain(2, 3)) / IDEAL)
    assert scores["judged@10"]["q"] == pytest.approx(0.75)
    assert scores["recall@100"]["q"] == pytest.approx(1.0)
    assert scores["MRR"]["q"] == pytest.approx(0.5)


def test_the_order_counts_and_never_the_ids() -> None:
    upside = [measure({"q": order}, GRADES)[NDCG]["q"] for order in (["a", "d"], ["d", "a"])]
    assert upside[0] > upside[1]


def test_a_question_without_an_answer_has_nothing_of_anything() -> None:
    scores = measure({"q": [], "p": ["a"]}, GRADES | {"p": {"a": 3}})
    assert [values["q"] for values in scores.values()] == [0.0] * 5
    assert scores[NDCG]["p"] == 1.0


def test_an_interval_holds_the_mean_and_narrows_with_more_questions() -> None:
    few, many = interval([0.0, 1.0] * 5), interval([0.0, 1.0] * 500)
    assert few.mean == many.mean == 0.5
    assert few.low < many.low < 0.5 < many.high < few.high
    assert interval([0.0, 1.0] * 5) == few


def test_a_difference_is_taken_question_by_question() -> None:
    ours, theirs = {"p": 0.9, "q": 0.2}, {"p": 0.8, "q": 0.1}
    found = paired(ours, theirs, ["p", "q"])
    assert (found.mean, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


def an_evaluation(ours: Mapping[str, Sequence[str]]) -> Evaluation:
    grades = {"p": {"a": 3, "b": 1}, "q": {"a": 3, "b": 1}}
    texts = {"p": ("plain", "tent"), "q": ("negation", "tent without poles")}
    queries = tuple(
        Query.model_validate({"id": key, "text": text, "class": kind}) for key, (kind, text) in texts.items()
    )
    ranked = {BM25: {"p": ["b", "a"], "q": ["b", "a"]}, OURS: ours}
    return Evaluation(
        queries=queries, scores={name: measure(found, grades) for name, found in ranked.items()}, top=dict(ours)
    )


def test_every_class_has_a_table_with_every_system_and_the_paired_difference() -> None:
    lines = list(tables(an_evaluation({"p": ["a", "b"], "q": ["b", "a"]})))
    assert [line for line in lines if line.endswith("queries")] == [
        "all: 2 queries", "plain: 1 queries", "negation: 1 queries",
    ]  # fmt: skip
    assert sum(line.startswith(f"  {OURS} ") for line in lines) == 3 + 3
    plain = lines[lines.index("plain: 1 queries") :]
    assert next(line for line in plain if "ours - BM25" in line).split()[4] == "+0.290"


def test_what_changed_since_the_last_run_is_told_the_largest_first(tmp_path: Path) -> None:
    assert save_queries("quality-x", an_evaluation({"p": ["a", "b"], "q": ["b", "a"]}), directory=tmp_path) == []
    again = an_evaluation({"p": ["b", "a"], "q": ["b", "a"]})
    assert save_queries("quality-x", again, directory=tmp_path) == [
        "since the last run: 0 better, 1 worse, 1 as they were",
        "  -0.290  p  tent",
    ]
