"""bench.quality.measures and report: the figures, against a computation by hand; their intervals; what changed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.quality.dataset import Query
from bench.quality.measures import NDCG, interval, measure, paired
from bench.quality.report import Evaluation, save_queries, tables
from bench.quality.systems import BM25, KNN, OURS, Answer

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


QUERIES = tuple(
    Query.model_validate({"id": key, "text": text, "class": kind})
    for key, kind, text in (
        ("p", "plain", "tent"),
        ("q", "negation", "tent without poles"),
        ("n", "nonexistent", "TR-0000"),
    )
)


def an_evaluation(ours: Mapping[str, Sequence[str]], *, success: Mapping[str, float] | None = None) -> Evaluation:
    """Of two questions that are ranked and one, "n", that is not."""
    grades = {"p": {"a": 3, "b": 1}, "q": {"a": 3, "b": 1}}
    ranked = {BM25: {"p": ["b", "a"], "q": ["b", "a"]}, OURS: ours}
    return Evaluation(
        queries=QUERIES,
        scores={name: measure(found, grades) for name, found in ranked.items()},
        answers={key: Answer(skus=tuple(ours.get(key, ()))) for key in ("p", "q", "n")},
        success=success or {},
    )


def test_every_class_has_a_table_with_every_system_and_the_paired_difference() -> None:
    lines = list(tables(an_evaluation({"p": ["a", "b"], "q": ["b", "a"]})))
    assert [line for line in lines if line.endswith("queries")] == [
        "all: 2 queries", "plain: 1 queries", "negation: 1 queries",
    ]  # fmt: skip
    assert sum(line.startswith(f"  {OURS} ") for line in lines) == 3 + 3
    plain = lines[lines.index("plain: 1 queries") :]
    assert next(line for line in plain if "ours - BM25" in line).split()[4] == "+0.290"


def test_the_better_leg_is_chosen_by_the_questions_that_are_looked_at() -> None:
    found = an_evaluation({"p": ["a", "b"], "q": ["a", "b"]})
    assert found.better_leg(["p", "q"]) == BM25, "there is no other"
    legs = {KNN: measure({"p": ["a", "b"], "q": []}, {"p": {"a": 3, "b": 1}, "q": {"a": 3}})}
    both = replace(found, scores={**found.scores, **legs})
    assert [both.better_leg([query]) for query in ("p", "q")] == [KNN, BM25]
    assert both.beside(KNN, ["p"]).mean == 0.0


def test_what_changed_since_the_last_run_is_told_the_largest_first(tmp_path: Path) -> None:
    assert save_queries("quality-x", an_evaluation({"p": ["a", "b"], "q": ["b", "a"]}), directory=tmp_path) == []
    again = an_evaluation({"p": ["b", "a"], "q": ["b", "a"]})
    assert save_queries("quality-x", again, directory=tmp_path) == [
        "nDCG@10 since the last run: 0 better, 1 worse, 1 as they were",
        "  -0.290  p  tent",
    ]


def test_a_question_without_a_ranking_is_compared_by_its_success(tmp_path: Path) -> None:
    ours = {"p": ["a", "b"], "q": ["b", "a"]}
    assert save_queries("quality-x", an_evaluation(ours, success={"n": 0.0}), directory=tmp_path) == []
    assert save_queries("quality-x", an_evaluation(ours, success={"n": 1.0}), directory=tmp_path) == [
        "nDCG@10 since the last run: 0 better, 0 worse, 2 as they were",
        "success since the last run: 1 better, 0 worse, 0 as they were",
        "  +1.000  n  TR-0000",
    ]


def test_a_text_that_was_not_asked_the_last_time_is_compared_with_nothing(tmp_path: Path) -> None:
    before = an_evaluation({"p": ["a", "b"], "q": ["b", "a"]})
    save_queries("quality-x", before, directory=tmp_path)
    renamed = tuple(query.model_copy(update={"text": f"{query.text}!"}) for query in QUERIES)
    assert save_queries("quality-x", replace(before, queries=renamed), directory=tmp_path) == []
