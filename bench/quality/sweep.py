"""Settings compared without fooling oneself: what is chosen on some questions is measured on the others. Pure.

Cross-validation (M. Stone, "Cross-Validatory Choice and Assessment of Statistical Predictions", 1974) in five folds.
The figure of the best setting over all questions is too good, the more so the more settings were tried; the pooled
figure of questions that had no part in the choice is not.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import numpy as np

from bench.quality.dataset import Grades
from bench.quality.measures import MEASURES, NDCG, SEED, Rankings, Scores, interval, measure

FOLDS: Final = 5


@dataclass(frozen=True, slots=True)
class Sweep:
    """scores: every question by the setting that its fold chose without it. folds: ids of their questions. chosen: the
    setting of each fold. means: setting -> mean over all questions, for comparison only.
    """

    scores: Scores
    folds: tuple[tuple[str, ...], ...]
    chosen: tuple[str, ...]
    means: Mapping[str, float]


def build_folds(queries: Sequence[str], *, seed: int = SEED) -> tuple[tuple[str, ...], ...]:
    """FOLDS parts of nearly one size, by `seed` alone: the order of `queries` has no say.

    Raises ValueError when there are fewer questions than folds.
    """
    if len(queries) < FOLDS:
        raise ValueError(f"{len(queries)} questions make no {FOLDS} folds; give at least {FOLDS}")
    ids = sorted(queries)
    order = [ids[place] for place in np.random.default_rng(seed).permutation(len(ids))]
    return tuple(tuple(order[start::FOLDS]) for start in range(FOLDS))


def cross_validate(settings: Mapping[str, Rankings], grades: Grades, *, by: str = NDCG, seed: int = SEED) -> Sweep:
    """Choose for each fold the setting with the best mean of `by` on the other folds; of equals the first.

    settings: name -> what it ranks for every question. Raises ValueError when there is none, when two do not answer the
    same questions, or when there are fewer questions than folds.
    """
    queries = _same_queries(settings)
    scored = {name: measure(rankings, grades) for name, rankings in settings.items()}
    folds = build_folds(queries, seed=seed)
    chosen = tuple(_best(scored, [query for query in queries if query not in fold], by=by) for fold in folds)
    return Sweep(
        scores={
            name: {query: scored[best][name][query] for fold, best in zip(folds, chosen, strict=True) for query in fold}
            for name in MEASURES
        },
        folds=folds,
        chosen=chosen,
        means={name: fmean(scores[by].values()) for name, scores in scored.items()},
    )


def sweep_lines(found: Sweep) -> Iterator[str]:
    """The pooled figures, what each fold chose, and how every setting does over all, the best first."""
    for name in MEASURES:
        yield f"{name:>12} {interval(list(found.scores[name].values()))}, out of fold"
    for fold, best in zip(found.folds, found.chosen, strict=True):
        yield f"  without {len(fold)} questions: {best}"
    for setting, mean in sorted(found.means.items(), key=lambda one: -one[1]):
        yield f"  {mean:.3f} over all: {setting}"


def _same_queries(settings: Mapping[str, Rankings]) -> list[str]:
    if not settings:
        raise ValueError("no settings to choose from")
    (first, rankings), *others = settings.items()
    for name, other in others:
        if other.keys() != rankings.keys():
            raise ValueError(f"settings {first!r} and {name!r} do not answer the same questions")
    return list(rankings)


def _best(scored: Mapping[str, Scores], queries: Sequence[str], *, by: str) -> str:
    return max(scored, key=lambda name: fmean([scored[name][by][query] for query in queries]))
