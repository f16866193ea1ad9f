"""What tells a merchant why a product stands where it stands, as values. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ReasonKind = Literal[
    "places",
    "price_order",
    "no_words",
    "no_meaning",
    "code",
    "mentioned",
    "compared",
    "same_product",
    "out_of_stock",
    "on_request",
    "unwanted",
]


@dataclass(frozen=True, slots=True)
class Place:
    """What a leg made of a product. rank: from 1. score: the leg's own. share: of the fused score, by rank alone."""

    rank: int
    score: float
    share: float


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that put a product where it stands, or had no part in it; `text` is in the store's language."""

    kind: ReasonKind
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a product is where it is.

    places: leg that found it -> what it made of it; empty where the order is by price. words: field of
    runtime.retrieval.matches.SEARCHED -> the words of the question that stand there, as the question has them, whatever
    their form in the product; BODY, which repeats the other fields, has only those that stand in none of them.
    synonyms: the same of words that other wordings of the question put in.
    """

    places: Mapping[str, Place] = field(default_factory=dict)
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    synonyms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()

    @property
    def fused(self) -> float:
        """What the legs give together, before anything is put first or down."""
        return sum(place.share for place in self.places.values())
