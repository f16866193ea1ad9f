"""bench.quality.generated: from answers to goals, without a node."""

from dataclasses import replace
from functools import cache

import pytest

from bench.harness import Goal
from bench.quality.generated import (
    SEED,
    evaluate,
    ranking_goals,
    ranking_grades,
    set_name,
    success_goals,
    success_lines,
)
from bench.quality.report import Evaluation
from bench.quality.success import SUCCESSES
from bench.quality.systems import BM25, KNN, OURS, Answer, Answers
from bench.quality.truth import KINDS, Truth, TruthQuery, build_truth
from sandbox.magento.product import LOCALES, Locale


@cache
def the_truth(language: Locale) -> Truth:
    return build_truth(language, products=600, per_class=4)


def ideal(query: TruthQuery) -> Answer:
    """What nothing can be better than."""
    grades = ranking_grades(query)
    wanted = sorted((sku for sku, grade in grades.items() if grade), key=lambda sku: -grades[sku])
    skus = () if query.expects == "nothing" else tuple(wanted[: query.limit or 100])
    return Answer(
        skus=skus,
        total=len(skus) if query.count is None else query.count,
        message="" if skus else "Nothing.",
        codes=() if query.variant is None else (query.variant,),
    )


def found_by(language: Locale, *, ours: bool = True) -> Evaluation:
    """Ideal answers of ours beside legs that find nothing; or the other way round."""
    queries = the_truth(language).queries
    answers = {query.id: ideal(query) if ours else Answer() for query in queries}
    legs = {query.id: [] if ours else list(ideal(query).skus) for query in queries}
    nothing: dict[str, list[str]] = {query.id: [] for query in queries}
    rankings = {BM25: legs, OURS: {query: list(answer.skus) for query, answer in answers.items()}}
    return evaluate(
        the_truth(language),
        Answers(rankings=rankings if language == "ru" else {**rankings, KNN: nothing}, ours=answers),
    )


def goals_of(*, ours: bool) -> list[Goal]:
    found = {language: found_by(language, ours=ours) for language in LOCALES}
    return [*success_goals(found), *ranking_goals(found)]


def test_ideal_answers_meet_every_goal() -> None:
    assert [goal.goal for goal in goals_of(ours=True) if not goal.ok] == []


def test_no_answer_at_all_meets_none() -> None:
    assert [goal.goal for goal in goals_of(ours=False) if goal.ok] == []


def test_the_goals_are_those_of_the_issue() -> None:
    goals = goals_of(ours=True)
    assert {goal.goal.split(":")[0]: goal.target for goal in goals[:8]} == {
        "identifier": 1.0, "variant": 1.0, "nonexistent": 0.98, "attribute": 0.98, "price": 0.98, "negation": 0.9,
        "typo": 0.9, "layout": 0.9,
    }  # fmt: skip
    ranked = {goal.goal.split(":")[0] for goal in goals[8:]}
    assert {goal.target for goal in goals[8:]} == {-0.01}
    assert ranked == {
        f"{kind}, {language}"
        for kind in KINDS
        for language in LOCALES
        if kind not in {"nonexistent", "impossible", "count"} and (kind, language) != ("paraphrase", "ru")
    }


def test_a_target_is_held_to_both_languages_and_the_note_tells_them_apart() -> None:
    found = {"en": found_by("en"), "ru": found_by("ru", ours=False)}
    (typo,) = [goal for goal in success_goals({"en": found["en"], "ru": found["ru"]}) if goal.goal.startswith("typo")]
    assert (typo.value, typo.note) == (0.5, "en 1.000, ru 0.000")


def test_a_class_that_has_no_ranking_is_in_no_ranking_but_has_its_success() -> None:
    found = found_by("en")
    assert not {"nonexistent", "impossible", "count"} & found.classes().keys()
    told = "\n".join(success_lines(found))
    assert all(kind in told for kind in SUCCESSES)


@pytest.mark.parametrize("language", LOCALES)
def test_what_misses_a_condition_that_decides_is_worth_nothing_in_a_ranking(language: Locale) -> None:
    for query in the_truth(language).queries:
        grades = ranking_grades(query)
        assert grades.keys() == query.grades.keys()
        assert query.fitting is None or {sku for sku, grade in grades.items() if grade} <= query.fitting
        if query.fitting is None:
            assert grades == query.grades


def test_an_answer_of_what_fits_alone_ranks_as_high_as_one_filled_up_with_neighbours() -> None:
    truth = the_truth("en")
    (query,) = [query for query in truth.queries if query.id == "en-attribute-001"]
    neighbours = tuple(sku for sku in query.grades if sku not in (query.fitting or ()))
    assert neighbours
    short = ideal(query)
    alone = replace(truth, queries=(query,))
    rankings = {OURS: {query.id: short.skus}, BM25: {query.id: (*short.skus, *neighbours)}}
    found = evaluate(alone, Answers(rankings=rankings, ours={query.id: short}))
    assert found.beside(BM25, [query.id]).mean == 0.0


def test_only_the_usual_seed_writes_the_goals() -> None:
    assert set_name(SEED) == "quality-generated"
    assert set_name(6) == "quality-generated-6"
