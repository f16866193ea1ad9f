"""What a turn is about besides products: greetings, the shop's service, and what a shop assistant is not for. Pure.

By rule, so that it costs nothing, works without a model, and nobody gets a free language model out of it. A turn that
may name a product is about products, whatever else it says.
"""

import re
from collections.abc import Sequence
from typing import Final, Literal

from runtime.chat.intent_words import (
    ABOUT_ABUSE,
    ABOUT_PROMO,
    ABOUT_SERVICE,
    ABUSE,
    ASSISTANT,
    BEFORE_A_PLACE,
    CIVIL,
    OFF_TOPIC,
    POLITE,
    PROMO,
    SERVICE,
    SMALL,
    Civility,
)
from shared.stores import LinkKind

Aside = Civility | LinkKind | Literal["assistant", "promo", "abuse", "off_topic"]
"""What is answered in a sentence of ours."""

_GREETED: Final = re.compile(r"\bgood (?:morning|afternoon|evening|day)\b")
_OPENING: Final = re.compile(r"(?:(?:hi|hello|hey|привет|здравствуйте|здравствуй)\b[\s,!.]*)+")
"""What may stand before anything."""

_WORD: Final = re.compile(r"[^\W_]+(?:['-][^\W_]+)*")


def aside_of(turn: str) -> Aside | None:
    """What `turn` is about as a whole; None wherever it may name a product."""
    text = _GREETED.sub("hello", _plain(turn))
    words = _WORD.findall(text)
    if not words:
        return None
    if OFF_TOPIC.match(_OPENING.sub("", text)):
        return "off_topic"
    if ASSISTANT.fullmatch(text.strip(" ?!.")):
        return "assistant"
    for civility, known in CIVIL.items():
        if not known.isdisjoint(words) and all(word in known or word in POLITE for word in words):
            return civility
    if ABUSE.search(text) and _says_only(ABUSE.sub(" ", text), ABOUT_ABUSE):
        return "abuse"
    if PROMO.search(text) and _says_only(PROMO.sub(" ", text), ABOUT_PROMO):
        return "promo"
    service = service_in(turn)
    return service[0] if service and _says_only(_without_service(text), ABOUT_SERVICE) else None


def service_in(turn: str) -> Sequence[LinkKind]:
    """What of the shop's service `turn` speaks of, be it beside products."""
    text = _plain(turn)
    return [service for service, pattern in SERVICE.items() if pattern.search(text)]


def asks_for_promo(turn: str) -> bool:
    """Whether `turn` wants a promo code, be it beside products."""
    return PROMO.search(_plain(turn)) is not None


def _plain(turn: str) -> str:
    return turn.lower().replace("’", "'").strip()


def _without_service(text: str) -> str:
    for pattern in SERVICE.values():
        text = pattern.sub(" ", text)
    return text


def _says_only(text: str, known: frozenset[str]) -> bool:
    """Whether `text` holds nothing but `known` words, small ones, and one behind each preposition of place."""
    behind = False
    for word in _WORD.findall(text):
        if word in BEFORE_A_PLACE:
            behind = True
        elif word in known or word in SMALL or word.isdecimal():
            continue
        elif not behind:
            return False
        else:
            behind = False
    return True
