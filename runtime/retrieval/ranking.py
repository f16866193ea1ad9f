"""From what the legs found to an order: by likeness, or by price; and what of it is on topic. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from runtime.retrieval.legs import Candidate, Candidates, Question, Topic
from shared.hybrid.fuse import FusedHit, best_first, fuse_legs, fused_hits, fused_scores
from shared.hybrid.query import PriceSort
from shared.hybrid.settings import FusionSettings, RankingSettings

_ON_TOPIC: Final = 2 / 3
"""Share of the best score by words from which a product counts as what was asked for.

What has a word in its name mostly has more, what only mentions it in its text mostly less; neither is certain. For
several words the share alone does not do: a single rare one may carry a product over it ("kids jacket" a kids'
backpack), hence `TopicBound.every_word`.
"""

_OUT_OF_STOCK: Final = 0.3
"""What the score of a product is worth that cannot be bought: the best one stands behind the first fifty or so."""


@dataclass(frozen=True, slots=True)
class TopicBound:
    """What makes a product the one asked for: a score by words, and every word where some product has them all."""

    score: float
    every_word: bool


def fused(
    found: Candidates, settings: FusionSettings, *, sides: int = 1, limit: int | None = None
) -> Sequence[FusedHit]:
    """The first `limit` of what the legs found, or all of it, best first.

    Products the question names by code come before all others, each with 1 added to its score: fusion would put
    whatever both legs found before the one that was asked for. So do those with every word of a side in their name
    where several are compared, for half of a longer name scores more than a short one; the sides in turns, so that none
    is left out. What is out of stock and was not asked for by its code or name stands behind what is about as good and
    can be bought. sides: products that the question compares.
    """
    rankings = {leg: [candidate.id for candidate in candidates] for leg, candidates in found.legs.items()}
    scores = fused_scores(rankings, k=settings.k, weights=settings.weights)
    asked_for = {candidate.id for candidate in named(found)}
    gone = {hit.id for candidates in found.legs.values() for hit in candidates if not hit.in_stock}
    for id in gone.intersection(scores) - asked_for - called(found, sides=sides):
        scores[id] *= _OUT_OF_STOCK
    groups = [asked_for, *compared(found).values()]
    first = [{id: 1 + scores.pop(id) for id in group if id in scores} for group in groups]
    in_turns = (id for turn in zip_longest(*map(best_first, first[1:])) for id in turn if id is not None)
    order = [*best_first(first[0]), *in_turns, *best_first(scores)][:limit]
    for group in first:
        scores |= group
    return fused_hits(order, scores, rankings, weights=settings.weights)


def joined_by(question: Question, found: Candidates, settings: RankingSettings) -> FusionSettings:
    """How the legs are joined for what was `found`: words are worth more where some product has every one of them, and
    most where they name products: several to compare, or the only one with a number of the question in its name.
    """
    if question.sides or (any(map(str.isdigit, question.text)) and called(found)):
        return settings.compared
    return settings.known if any(candidate.every_word for candidate in found.by_words) else settings.unknown


def called(found: Candidates, *, sides: int = 1) -> set[str]:
    """The one product in whose name every word of the question stands, or of one of its `sides` each; none where there
    are more.
    """
    ids = {candidate.id for candidate in found.by_words if candidate.in_name}
    return ids if len(ids) <= sides else set()


def compared(found: Candidates) -> Mapping[int, set[str]]:
    """Side of a comparison -> the products with every word of it in their name."""
    sides: dict[int, set[str]] = {}
    for candidate in found.by_words:
        if candidate.side is not None:
            sides.setdefault(candidate.side, set()).add(candidate.id)
    return dict(sorted(sides.items()))


def shares(found: Candidates, settings: FusionSettings) -> Mapping[str, Mapping[str, float]]:
    """What each leg gives to the scores of `fused`: leg -> id -> share, before anything is put first or down."""
    return {
        leg: {hit.id: hit.score for hit in fuse_legs({leg: [candidate.id for candidate in candidates]}, settings)}
        for leg, candidates in found.legs.items()
    }


def named(found: Candidates) -> Sequence[Candidate]:
    """The products that the question names by code."""
    return [candidate for candidate in found.by_words if candidate.by_code]


def topic_bound(topic: Topic) -> TopicBound | None:
    """From where a product is what was asked for; None where no word of the question matches.

    A product that has every word and yet scores little only mentions them, and demands nothing of the others.
    """
    if topic.best is None:
        return None
    score = topic.best * _ON_TOPIC
    return TopicBound(score, every_word=topic.best_of_every_word is not None and topic.best_of_every_word >= score)


def on_topic(found: Candidates) -> Sequence[Candidate]:
    """What the words found that was really asked for: by its code, or because it is on topic."""
    if found.topic is None or found.topic.names_category:
        return found.by_words
    bound = topic_bound(found.topic)
    return [candidate for candidate in found.by_words if candidate.by_code or (bound and _reaches(candidate, bound))]


def by_price(candidates: Iterable[Candidate], sort: PriceSort) -> Sequence[Candidate]:
    """`candidates`, which know their prices, as OpenSearch would sort them: those in stock first, of them those on
    request last, equal prices by id.
    """
    sign = 1 if sort == "price_asc" else -1

    def key(candidate: Candidate) -> tuple[bool, bool, float, str]:
        return not candidate.in_stock, candidate.price is None, sign * (candidate.price or 0.0), candidate.id

    return sorted(candidates, key=key)


def _reaches(candidate: Candidate, bound: TopicBound) -> bool:
    return candidate.score >= bound.score and (candidate.every_word or not bound.every_word)
