"""Whether an answer does what its class of question asks for, which no measure of a ranking tells. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.quality.systems import Answer
from bench.quality.truth import Kind, TruthQuery
from bench.quality.truth.query import FULL, NEAR

_TOP: Final = 10
_BOTH_WITHIN: Final = 5
"""Two products that are compared are to be seen together without scrolling."""


@dataclass(frozen=True, slots=True)
class Success:
    """What is asked of a class. of: 0 to 1 for one answer. target: of the mean over both languages; None is reported
    without one.
    """

    says: str
    of: Callable[[TruthQuery, Answer], float]
    target: float | None = None


def first_is_the_one(query: TruthQuery, answer: Answer) -> float:
    """Whether the first hit is what was asked for in full."""
    return float(_grades(query, answer)[:1] == [FULL])


def names_the_variant(query: TruthQuery, answer: Answer) -> float:
    """Whether the first hit is the product, and the variant is said to have been named."""
    return first_is_the_one(query, answer) * (query.variant in answer.codes)


def finds_nothing(_: TruthQuery, answer: Answer) -> float:
    """Whether the answer is nothing, and says why."""
    return float(not answer.skus and answer.total == 0 and bool(answer.message))


def says_nothing_fits(_: TruthQuery, answer: Answer) -> float:
    """Whether the answer says that nothing fits; what it shows beside that is only similar."""
    return float(answer.total == 0 and bool(answer.message))


def share_that_fits(query: TruthQuery, answer: Answer) -> float:
    """How many of the first ten meet every condition; of fewer, when fewer are shown. Nothing shown is nothing won: a
    question of such a class has an answer.
    """
    fitting = query.fitting or frozenset()
    shown = answer.skus[:_TOP]
    return sum(sku in fitting for sku in shown) / len(shown) if shown else 0.0


def right_number(query: TruthQuery, answer: Answer) -> float:
    """Whether "how many" is answered by the number, or "three gifts" by three."""
    return float(answer.total == query.count if query.limit is None else len(answer.skus) == query.limit)


def both_in_sight(query: TruthQuery, answer: Answer) -> float:
    """Whether both products of a comparison are among the first five."""
    return float(_grades(query, answer)[:_BOTH_WITHIN].count(FULL) == 2)


def can_be_bought_first(query: TruthQuery, answer: Answer) -> float:
    """Whether the first hit is what was asked for in full, and nothing of it stands below what cannot be bought."""
    wanted = [grade for grade in _grades(query, answer) if grade in (FULL, NEAR)]
    return float(wanted == sorted(wanted, reverse=True)) * first_is_the_one(query, answer)


def _grades(query: TruthQuery, answer: Answer) -> Sequence[int]:
    return [query.grades.get(sku, 0) for sku in answer.skus]


SUCCESSES: Final[Mapping[Kind, Success]] = {
    "identifier": Success("first is the product", first_is_the_one, 1.0),
    "variant": Success("first is the product, variant named", names_the_variant, 1.0),
    "nonexistent": Success("no hits, says so", finds_nothing, 0.98),
    "attribute": Success("of the first ten, what fits", share_that_fits, 0.98),
    "price": Success("of the first ten, what fits", share_that_fits, 0.98),
    "negation": Success("of the first ten, what fits", share_that_fits, 0.9),
    "typo": Success("first is what was meant", first_is_the_one, 0.9),
    "layout": Success("first is what was meant", first_is_the_one, 0.9),
    "transliteration": Success("first is what was meant", first_is_the_one),
    "superlative": Success("first has the best price", first_is_the_one),
    "count": Success("the number asked for", right_number),
    "comparison": Success("both in the first five", both_in_sight),
    "out-of-stock": Success("what can be bought first", can_be_bought_first),
    "impossible": Success("says that nothing fits", says_nothing_fits),
}
"""Of the rest (keyword, paraphrase, morphology) the ranking says it all."""


def successes(queries: Sequence[TruthQuery], answers: Mapping[str, Answer]) -> dict[str, float]:
    """Query id -> success, of every class that has one."""
    return {
        query.id: SUCCESSES[query.kind].of(query, answers[query.id]) for query in queries if query.kind in SUCCESSES
    }
