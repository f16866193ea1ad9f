"""From what the legs found to the order a shopper asked for. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from runtime.retrieval.search import Candidate
from shared.hybrid.fuse import FusedHit, fuse
from shared.hybrid.query import LEXICAL, Sort

Legs = Mapping[str, Sequence[Candidate]]


def fused(legs: Legs) -> Sequence[FusedHit]:
    """Everything the legs found, best first; products the question names by code before all others, each with 1 added
    to its score: fusion would put whatever both legs found before the one that was asked for.
    """
    named = {candidate.id for found in legs.values() for candidate in found if candidate.by_code}
    hits = fuse({leg: [candidate.id for candidate in found] for leg, found in legs.items()})
    asked_for = [replace(hit, score=1 + hit.score) for hit in hits if hit.id in named]
    return asked_for + [hit for hit in hits if hit.id not in named]


def arrange(legs: Legs, sort: Sort, *, within_category: bool) -> Sequence[FusedHit]:
    """What the legs found in the order asked for; a price on request is no price and comes last either way.

    By price likeness counts for nothing any more, and the cheapest of what merely resembles the question would come
    first; so products off its topic are left out, unless a category already says what the topic is.
    """
    found = fused(legs)
    if sort == "relevance":
        return found
    prices = prices_of(legs)
    sign = 1 if sort == "price_asc" else -1

    def key(hit: FusedHit) -> tuple[bool, float]:
        price = prices[hit.id]
        return price is None, sign * (price or 0.0)

    return sorted(found if within_category else on_topic(found), key=key)


def on_topic(found: Sequence[FusedHit]) -> Sequence[FusedHit]:
    """Those of `found` that share words with the question; all of them when none does."""
    return [hit for hit in found if LEXICAL in hit.ranks] or found


def prices_of(legs: Legs) -> dict[str, float | None]:
    """Price by id, for legs that were asked for prices; None is on request."""
    return {candidate.id: candidate.price for found in legs.values() for candidate in found}


def word_shares(legs: Legs) -> dict[str, float]:
    """Score by words, by id, as a share of the best one's."""
    found = legs[LEXICAL]
    best = max((candidate.score for candidate in found), default=0.0)
    return {candidate.id: candidate.score / best for candidate in found if best > 0}
