"""Reciprocal rank fusion. Pure."""

from collections.abc import Mapping, Sequence
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
    scores: dict[str, float] = {}
    ranks: dict[str, dict[str, int]] = {}
    for leg, ids in rankings.items():
        weight = 1.0 if weights is None else weights.get(leg, 1.0)
        if weight == 0:
            continue
        for rank, document_id in enumerate(ids, start=1):
            scores[document_id] = scores.get(document_id, 0.0) + weight / (k + rank)
            ranks.setdefault(document_id, {})[leg] = rank
    order = sorted(scores, key=lambda document_id: (-scores[document_id], document_id))
    return [FusedHit(id=document_id, score=scores[document_id], ranks=ranks[document_id]) for document_id in order]


def fuse_legs(rankings: Mapping[str, Sequence[str]], settings: FusionSettings) -> list[FusedHit]:
    """What the legs of a question found, joined as `settings` say."""
    return fuse(rankings, k=settings.k, weights=settings.weights)
