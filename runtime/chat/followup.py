"""What to search for when a question leans on the one before: "and a cheaper one?" after jackets means jackets.

By rule, in Russian and English, so that it works without a model and costs nothing. Pure.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from runtime.chat.vocabulary import (
    AVAILABILITY,
    CHEAPER,
    COMPARATIVES,
    DEARER,
    EMPTY,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
)
from runtime.retrieval.retriever import Hit

PriceOrder = Literal["cheapest_first", "dearest_first"]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for. order: how the shopper wants what is found arranged, None = by relevance."""

    text: str
    order: PriceOrder | None = None


_WORD = re.compile(r"[\w'’-]+")
_OPENING = re.compile(r"^(what|how) about\b|^(а )?как насч[её]т\b", re.IGNORECASE)
_BOUND = re.compile(r"(cheaper than|less than|дешевле(,? чем)?)\s*\D{0,3}\d", re.IGNORECASE)

_LEANING: Final = CHEAPER | DEARER | COMPARATIVES | PRONOUNS
_SILENT: Final = _LEANING | OPENERS | PREPOSITIONS | EMPTY
_FEW_WORDS: Final = 3
_LOOK_BACK: Final = 4

_ON_TOPIC: Final = 0.5
"""Share of the best score by words from which a product counts as what was asked for. On the sample shop, in both
languages, products of the kind asked for mostly have more, and those that only mention a word of it always less."""


def plan_search(turns: Sequence[str]) -> Search:
    """What to look for after the shopper's `turns`, oldest first, the question last.

    A question that stands by itself is searched as it is. One that leans on what came before brings the content
    words of the turns it leans on, back to the last one that stood by itself, in front of its own.
    """
    question = turns[-1]
    order = _price_order(question)
    leaning: list[str] = []
    for turn in reversed(turns[-_LOOK_BACK:]):
        leaning.append(turn)
        if not leans(turn):
            break
    if len(leaning) == 1:
        return Search(question, order)
    words = dict.fromkeys(word for turn in reversed(leaning) for word in _content_words(turn))
    return Search(" ".join(words) or question, order)


def leans(turn: str) -> bool:
    """Whether `turn` cannot be understood without the one before."""
    words = _words(_OPENING.sub("and", turn.strip()))
    content = [word for word in words if word not in _SILENT]
    if not content:
        return True
    if any(word in _LEANING for word in words):
        return len(content) <= _FEW_WORDS - 1
    if words[0] in OPENERS:
        rest = [word for word in words[1:] if word not in EMPTY]
        return len(content) == 1 or bool(rest and rest[0] in PREPOSITIONS and len(content) <= _FEW_WORDS)
    asked = next((word for word in words if word not in AVAILABILITY), "")
    return asked in PREPOSITIONS and len(content) < _FEW_WORDS


def arrange(hits: Iterable[Hit], order: PriceOrder | None) -> tuple[Hit, ...]:
    """`hits` as the shopper wants them: by price among those that are what was asked for, the others after.

    What only resembles the search, or mentions a word of it, may be anything at all that is cheap; it never comes
    first.
    """
    if order is None:
        return tuple(hits)
    sign = 1 if order == "cheapest_first" else -1

    def key(hit: Hit) -> tuple[bool, bool, float]:
        price = hit.document.price_from
        return hit.word_share < _ON_TOPIC, price is None, sign * (price or 0.0)

    return tuple(sorted(hits, key=key))


def _price_order(question: str) -> PriceOrder | None:
    if _BOUND.search(question):
        return None
    words = frozenset(_words(question))
    if words & CHEAPER:
        return "cheapest_first"
    return "dearest_first" if words & DEARER else None


def _words(text: str) -> list[str]:
    return [word.strip("'’-") for word in _WORD.findall(text.lower()) if word.strip("'’-")]


def _content_words(turn: str) -> list[str]:
    return [word for word in _words(_OPENING.sub("", turn.strip())) if word not in _SILENT]
