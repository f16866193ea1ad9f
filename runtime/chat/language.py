"""Which language to answer in, by rule. Pure."""

import re
from collections.abc import Sequence

from runtime.chat.intent import aside_of
from runtime.chat.question import ChatQuestion
from runtime.chat.vocabulary import ENGLISH
from runtime.retrieval.language import Language, is_russian, language_of

_WORD = re.compile(r"[^\W\d_]+")
_NO_GREETING = re.compile(r"\b(?:hi|hey|hello)(?=-)|(?<=-)(?:hi|hey|hello)\b")
"""A hi-fi greets nobody."""


def choose_language(turns: Sequence[str], *, default: Language) -> Language:
    """The language of the latest of the shopper's `turns`, oldest first, that shows one; else `default`, the store's.

    Cyrillic letters decide for Russian; Latin ones alone may be a brand, so English takes an English word, or a turn
    that is known to be about no product: "promo code?".
    """
    for turn in reversed(turns):
        if is_russian(turn):
            return "ru"
        if (
            any(word in ENGLISH for word in _WORD.findall(_NO_GREETING.sub("", turn.lower())))
            or aside_of(turn) is not None
        ):
            return "en"
    return default


def answer_language(question: ChatQuestion) -> Language:
    """The language the answer to `question` is in."""
    return choose_language(question.user_turns, default=language_of(question.store))
