"""bench.quality.sweep: folds without overlap, and figures of questions that had no part in the choice."""

import pytest

from bench.quality.measures import NDCG, Rankings
from bench.quality.sweep import FOLDS, build_folds, cross_validate, sweep_lines

QUERIES = [f"q{number:02d}" for number in range(23)]
GRADES = {query: {"good": 3, "bad": 0} for query in QUERIES}
RIGHT, WRONG = ["good", "bad"], ["bad", "good"]
OF_WRONG = pytest.approx(0.6309, abs=1e-4)
"""nDCG of the only good one at rank two."""


def right_on(*queries: str) -> Rankings:
    return {query: RIGHT if query in queries else WRONG for query in QUERIES}


def test_every_question_is_in_one_fold_and_folds_are_of_nearly_one_size() -> None:
    folds = build_folds(QUERIES)
    assert sorted(query for fold in folds for query in fold) == QUERIES
    assert sorted(len(fold) for fold in folds) == [4, 4, 5, 5, 5]


def test_folds_follow_from_the_seed_and_not_from_the_order_of_the_questions() -> None:
    assert build_folds(QUERIES) == build_folds(QUERIES[::-1])
    assert build_folds(QUERIES, seed=1) != build_folds(QUERIES, seed=2)


def test_a_setting_that_is_best_everywhere_is_chosen_everywhere() -> None:
    found = cross_validate({"wrong": right_on(), "right": right_on(*QUERIES)}, GRADES)
    assert found.chosen == ("right",) * FOLDS
    assert found.scores[NDCG] == dict.fromkeys(QUERIES, 1.0)
    assert found.means == {"wrong": OF_WRONG, "right": 1.0}


def test_a_fold_has_no_part_in_the_choice_that_it_is_measured_by() -> None:
    # Each setting is right on its own fold and nowhere else: whoever looked at the fold would choose it.
    folds = build_folds(QUERIES)
    found = cross_validate({str(number): right_on(*fold) for number, fold in enumerate(folds)}, GRADES)
    assert all(chosen != str(number) for number, chosen in enumerate(found.chosen))
    assert found.scores[NDCG] == dict.fromkeys(QUERIES, OF_WRONG)
    assert all(mean > max(found.scores[NDCG].values()) for mean in found.means.values())


def test_a_fold_is_scored_by_what_it_chose() -> None:
    first, *_ = folds = build_folds(QUERIES)
    rest = [query for fold in folds[1:] for query in fold]
    found = cross_validate({"a": right_on(*first), "b": right_on(*rest)}, GRADES)
    assert found.chosen == ("b",) * FOLDS
    assert {query for query, value in found.scores[NDCG].items() if value == 1.0} == set(rest)


def test_of_equal_settings_the_first_is_chosen() -> None:
    assert cross_validate({"z": right_on(), "a": right_on()}, GRADES).chosen == ("z",) * FOLDS


def test_the_choice_is_made_by_the_measure_that_is_named() -> None:
    longer = {query: ["bad", *[f"x{number}" for number in range(20)], "good"] for query in QUERIES}
    short: Rankings = {query: ["x", "good"] if number % 3 else [] for number, query in enumerate(QUERIES)}
    settings = {"longer": longer, "short": short}
    assert cross_validate(settings, GRADES).chosen == ("short",) * FOLDS
    assert cross_validate(settings, GRADES, by="recall@100").chosen == ("longer",) * FOLDS


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="no settings"):
        cross_validate({}, GRADES)
    with pytest.raises(ValueError, match="settings 'a' and 'b' do not answer the same questions"):
        cross_validate({"a": right_on(), "b": {"q00": RIGHT}}, GRADES)
    with pytest.raises(ValueError, match="4 questions make no 5 folds"):
        build_folds(QUERIES[:4])


def test_the_lines_say_the_pooled_figure_and_every_choice() -> None:
    lines = list(sweep_lines(cross_validate({"wrong": right_on(), "right": right_on(*QUERIES)}, GRADES)))
    assert "     nDCG@10 1.000 (1.000–1.000), out of fold" in lines
    assert sum(line.endswith("questions: right") for line in lines) == FOLDS
    assert lines[-2:] == ["  1.000 over all: right", "  0.631 over all: wrong"]
