"""From what the legs found to an order: by likeness, or by price. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from runtime.retrieval.legs import Candidate, Candidates
from shared.hybrid.fuse import FusedHit, fuse
from shared.hybrid.query import PriceSort

_ON_TOPIC: Final = 0.5
"""Share of the best score by words from which a product counts as what was asked for. On the sample shop, in both
languages, products of the kind asked for mostly have more, and those that only mention a word of it always less."""


def fused(found: Candidates) -> Sequence[FusedHit]:
    """Everything the legs found, best first; products the question names by code before all others, each with 1 added
    to its score: fusion would put whatever both legs found before the one that was asked for.
    """
    asked_for = {candidate.id for candidate in named(found)}
    hits = fuse({leg: [candidate.id for candidate in candidates] for leg, candidates in found.legs.items()})
    first = [replace(hit, score=1 + hit.score) for hit in hits if hit.id in asked_for]
    return first + [hit for hit in hits if hit.id not in asked_for]


def named(found: Candidates) -> Sequence[Candidate]:
    """The products that the question names by code."""
    return [candidate for candidate in found.by_words if candidate.by_code]


def topic_score(found: Candidates) -> float | None:
    """The score by words from which a product is what was asked for; None where no word of the question matches.

    Products named by code do not count: their score is that of the code, and it says nothing about words.
    """
    best = max((candidate.score for candidate in found.by_words if not candidate.by_code), default=None)
    return None if best is None else best * _ON_TOPIC


def by_price(candidates: Iterable[Candidate], sort: PriceSort) -> Sequence[Candidate]:
    """`candidates`, which know their prices, as OpenSearch would sort them: on request last, equal prices by id."""
    sign = 1 if sort == "price_asc" else -1

    def key(candidate: Candidate) -> tuple[bool, float, str]:
        return candidate.price is None, sign * (candidate.price or 0.0), candidate.id

    return sorted(candidates, key=key)
