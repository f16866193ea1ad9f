"""bench.quality.success: what each class of question asks of an answer, on answers made by hand."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from support.search import a_product

from bench.quality.success import (
    SUCCESSES,
    both_in_sight,
    can_be_bought_first,
    finds_nothing,
    first_is_the_one,
    names_the_variant,
    right_number,
    says_nothing_fits,
    share_that_fits,
    successes,
)
from bench.quality.systems import Answer
from bench.quality.truth import KINDS, Kind, TruthQuery
from runtime.retrieval.hits import Condition, Hit, Retrieval

SAID = "There is no such thing."


def a_query(
    kind: Kind = "keyword",
    *,
    grades: Mapping[str, int] | None = None,
    fitting: frozenset[str] | None = None,
    variant: str | None = None,
    count: int | None = None,
    limit: int | None = None,
) -> TruthQuery:
    return TruthQuery(
        "anything", grades or {}, fitting, variant=variant, count=count, limit=limit, id="q", kind=kind, language="en"
    )


def an_answer(*skus: str, total: int | None = None, message: str = "", codes: tuple[str, ...] = ()) -> Answer:
    return Answer(skus=skus, total=len(skus) if total is None else total, message=message, codes=codes)


def test_an_answer_is_what_counts_of_a_retrieval() -> None:
    found = Retrieval(
        store="default",
        as_of=datetime(2026, 1, 1, tzinfo=UTC),
        hits=tuple(Hit(a_product(id=sku, sku=sku, name="Tent", price=5.0), 0.5) for sku in ("B2", "A1")),
        total=7,
        message=SAID,
        understood=(
            Condition("price", "price", "price_from", {"max": 5}, "price up to $5"),
            Condition("code:a1black", "code", "variant_skus", "A1-BLACK", "variant A1-BLACK"),
        ),
    )
    assert Answer.of(found) == Answer(
        skus=("B2", "A1"),
        total=7,
        message=SAID,
        understood=("price up to $5", "variant A1-BLACK"),
        codes=("A1-BLACK",),
    )


@pytest.mark.parametrize(
    ("answer", "success"),
    [
        pytest.param(an_answer("a", "b"), 1.0, id="first"),
        pytest.param(an_answer("b", "a"), 0.0, id="second"),
        pytest.param(an_answer("x", "a"), 0.0, id="behind one that nobody graded"),
        pytest.param(an_answer(message=SAID), 0.0, id="nothing"),
    ],
)
def test_the_first_hit_has_to_be_what_was_asked_for_in_full(answer: Answer, success: float) -> None:
    assert first_is_the_one(a_query(grades={"a": 3, "b": 2}), answer) == success


@pytest.mark.parametrize(
    ("answer", "success"),
    [
        pytest.param(an_answer("a", codes=("a-red",)), 1.0, id="product and variant"),
        pytest.param(an_answer("a"), 0.0, id="no variant named"),
        pytest.param(an_answer("a", codes=("a-blue",)), 0.0, id="another variant named"),
        pytest.param(an_answer("b", "a", codes=("a-red",)), 0.0, id="another product first"),
    ],
)
def test_a_variant_has_to_be_named_and_its_product_to_be_first(answer: Answer, success: float) -> None:
    assert names_the_variant(a_query(grades={"a": 3}, variant="a-red"), answer) == success


@pytest.mark.parametrize(
    ("answer", "no_such_code", "nothing_fits"),
    [
        pytest.param(an_answer(message=SAID), 1.0, 1.0, id="nothing, and why"),
        pytest.param(an_answer(), 0.0, 0.0, id="nothing, and not a word"),
        pytest.param(an_answer("a", total=0, message=SAID), 0.0, 1.0, id="neighbours, said to be similar"),
        pytest.param(an_answer("a", message=SAID), 0.0, 0.0, id="neighbours, passed off as what was asked"),
        pytest.param(an_answer(total=3, message=SAID), 0.0, 0.0, id="nothing shown, some counted"),
    ],
)
def test_a_code_nobody_has_finds_nothing_while_conditions_may_show_similar_ones(
    answer: Answer, no_such_code: float, nothing_fits: float
) -> None:
    assert (finds_nothing(a_query(), answer), says_nothing_fits(a_query(), answer)) == (no_such_code, nothing_fits)


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        pytest.param(an_answer("a", "b"), 1.0, id="all of them"),
        pytest.param(an_answer("b"), 1.0, id="fewer than there are"),
        pytest.param(an_answer("a", "x", "b", "y"), 0.5, id="half"),
        pytest.param(an_answer(*"ab" * 5, "x"), 1.0, id="behind the tenth nobody looks"),
        pytest.param(an_answer(message=SAID), 0.0, id="nothing"),
    ],
)
def test_what_is_shown_has_to_meet_the_conditions(answer: Answer, share: float) -> None:
    assert share_that_fits(a_query(fitting=frozenset("ab")), answer) == share


def test_how_many_is_answered_by_the_total_and_so_many_by_the_hits() -> None:
    how_many, three = a_query(count=12), a_query(limit=3)
    assert [right_number(how_many, an_answer("a", total=total)) for total in (12, 11)] == [1.0, 0.0]
    assert [right_number(three, an_answer(*hits, total=40)) for hits in ("abc", "abcd", "ab")] == [1.0, 0.0, 0.0]


def test_both_of_a_comparison_have_to_be_seen_at_once() -> None:
    query = a_query(grades={"a": 3, "b": 3, "x": 1})
    assert both_in_sight(query, an_answer("x", "b", "x", "x", "a")) == 1.0
    assert both_in_sight(query, an_answer("a", "x", "x", "x", "x", "b")) == 0.0


@pytest.mark.parametrize(
    ("answer", "success"),
    [
        pytest.param(an_answer("a", "b", "x", "c"), 1.0, id="what can be bought, then what cannot"),
        pytest.param(an_answer("a", "c", "b"), 0.0, id="one that cannot be bought in between"),
        pytest.param(an_answer("c", "a", "b"), 0.0, id="one that cannot be bought first"),
        pytest.param(an_answer("x", "a", "b"), 0.0, id="something else first"),
        pytest.param(an_answer(), 0.0, id="nothing"),
    ],
)
def test_what_cannot_be_bought_stands_below_what_can(answer: Answer, success: float) -> None:
    assert can_be_bought_first(a_query(grades={"a": 3, "b": 3, "c": 2, "x": 1}), answer) == success


def test_an_empty_answer_is_the_success_of_no_class_but_those_that_ask_for_nothing() -> None:
    query = a_query(grades={"a": 3, "b": 3}, fitting=frozenset("ab"), variant="a-red", count=2)
    won = {kind for kind, success in SUCCESSES.items() if success.of(query, an_answer(message=SAID))}
    assert won == {"nonexistent", "impossible"}


def test_every_class_that_asks_for_more_than_a_ranking_is_judged_and_no_other() -> None:
    queries = [
        TruthQuery("text", {"a": 3}, frozenset("a"), id=kind, kind=kind, language="en", count=1) for kind in KINDS
    ]
    found = successes(queries, {query.id: an_answer("a") for query in queries})
    assert set(KINDS) - found.keys() == {"keyword", "paraphrase", "morphology"}
    assert found["price"] == found["count"] == 1.0
    assert found["nonexistent"] == 0.0
