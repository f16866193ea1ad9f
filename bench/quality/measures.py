"""Measures of a ranking, by ir-measures (pytrec_eval), and what their means are worth.

Gain is 2^grade - 1. Condensed: products that nobody judged are left out before the first ten are taken (T. Sakai,
"Alternatives to Bpref", SIGIR 2007), because a ranking is not to blame for what a pool never held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from ir_measures import RR, Judged, R, iter_calc, nDCG

from bench.quality.dataset import Grades

_GAINS: Final = {grade: 2**grade - 1 for grade in range(6)}
_RELEVANT: Final = 2
"""The least grade of a product that would do instead of the one that was meant."""

NDCG: Final = "nDCG@10"
MEASURES: Final = {
    NDCG: nDCG(gains=_GAINS) @ 10,
    "condensed": nDCG(gains=_GAINS, judged_only=True) @ 10,
    "judged@10": Judged @ 10,
    "recall@100": R(rel=_RELEVANT) @ 100,
    "MRR": RR(rel=_RELEVANT),
}

RESAMPLES: Final = 10_000
SEED: Final = 5

Rankings = Mapping[str, Sequence[str]]
"""Query id -> product ids, the best first."""

Scores = Mapping[str, Mapping[str, float]]
"""Measure -> query id -> value."""


def measure(rankings: Rankings, grades: Grades) -> Scores:
    """Every measure of every query; a query without an answer has 0 of each."""
    # trec_eval orders by score and breaks ties by id: the rank itself has neither.
    run = {query: {product: -float(rank) for rank, product in enumerate(ids)} for query, ids in rankings.items() if ids}
    asked = {query: dict(grades[query]) for query in run}
    scores: dict[str, dict[str, float]] = {name: dict.fromkeys(rankings, 0.0) for name in MEASURES}
    names = {str(one): name for name, one in MEASURES.items()}
    for found in iter_calc(list(MEASURES.values()), asked, run):
        scores[names[str(found.measure)]][found.query_id] = found.value
    return scores


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.3f} ({self.low:.3f}–{self.high:.3f})"


def interval(values: Sequence[float]) -> Interval:
    """Percentile bootstrap (B. Efron, 1979) over queries; the same every time."""
    sample = np.asarray(values, dtype=np.float64)
    dice = np.random.default_rng(SEED)
    means = sample[dice.integers(len(sample), size=(RESAMPLES, len(sample)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return Interval(float(sample.mean()), float(low), float(high))


def paired(ours: Mapping[str, float], theirs: Mapping[str, float], queries: Sequence[str]) -> Interval:
    """The mean difference over `queries`, each compared with itself."""
    return interval([ours[query] - theirs[query] for query in queries])
