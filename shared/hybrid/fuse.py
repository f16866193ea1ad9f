"""Reciprocal rank fusion. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.hybrid.settings import FusionSettings

RRF_K = 60
"""Rank constant of Cormack, Clarke, Büttcher: "Reciprocal Rank Fusion outperforms Condorcet and individual
Rank Learning Methods", SIGIR 2009."""


@dataclass(frozen=True, slots=True)
class FusedHit:
    """A document after fusion: `score` and, per leg that found it, its rank from 1."""

    id: str
    score: float
    ranks: Mapping[str, int]


def fuse(
    rankings: Mapping[str, Sequence[str]], *, k: int = RRF_K, weights: Mapping[str, float] | None = None
) -> list[FusedHit]:
    """Join ranked id lists by score(d) = sum over legs of weight / (k + rank), best first, ties by id.

    rankings: leg name -> ids, best first. weights: leg name -> weight, 1.0 where absent; a leg of weight 0
    adds nothing, and what only it found is left out.
    """
    scores = fused_scores(rankings, k=k, weights=weights)
    return fused_hits(best_first(scores), scores, rankings, weights=weights)


def fused_scores(
    rankings: Mapping[str, Sequence[str]], *, k: int = RRF_K, weights: Mapping[str, float] | None = None
) -> dict[str, float]:
    """The scores of `fuse` by id, for whoever shows ten of the hundreds that are found."""
    scores: dict[str, float] = {}
    for leg, ids in rankings.items():
        weight = _weight(leg, weights)
        if weight == 0:
            continue
        for place, document_id in enumerate(ids, start=k + 1):
            scores[document_id] = scores.get(document_id, 0.0) + weight / place
    return scores


def best_first(scores: Mapping[str, float]) -> list[str]:
    """The ids by score, ties by id."""
    return sorted(sorted(scores), key=scores.__getitem__, reverse=True)


def fused_hits(
    ids: Iterable[str],
    scores: Mapping[str, float],
    rankings: Mapping[str, Sequence[str]],
    *,
    weights: Mapping[str, float] | None = None,
) -> list[FusedHit]:
    """`ids` with their scores, and with their ranks in every leg that has a weight."""
    ranks = {
        leg: {document_id: rank for rank, document_id in enumerate(ranked, start=1)}
        for leg, ranked in rankings.items()
        if _weight(leg, weights) != 0
    }
    return [FusedHit(id, scores[id], {leg: ranked[id] for leg, ranked in ranks.items() if id in ranked}) for id in ids]


def _weight(leg: str, weights: Mapping[str, float] | None) -> float:
    return 1.0 if weights is None else weights.get(leg, 1.0)


def fuse_legs(rankings: Mapping[str, Sequence[str]], settings: FusionSettings) -> list[FusedHit]:
    """What the legs of a question found, joined as `settings` say."""
    return fuse(rankings, k=settings.k, weights=settings.weights)
