"""Whether a question asks for what is in stock, or out of it. Pure."""

from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.findings import Finding, Stock
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import Tokens, at
from runtime.retrieval.understanding.words import PREPOSITIONS

_PHRASES: Final[Phrases[bool]] = Phrases(
    {
        True: (
            "in stock|in-stock|in stock now|is in stock|are in stock|that are in stock|currently in stock|"
            "only in stock|"
            "available now|available today|available immediately|currently available|available right now|"
            "not out of stock|not sold out|that are available|which are available|ready to ship|"
            "в наличии|в наличие|есть в наличии|имеется в наличии|имеются в наличии|имеющиеся в наличии|"
            "только в наличии|"
            "которые есть в наличии|на складе|есть на складе|сейчас в наличии|в наличии сейчас"
        ),
        False: (
            "out of stock|out-of-stock|sold out|not in stock|not available|unavailable|currently unavailable|"
            "no longer available|that are out of stock|which are out of stock|"
            "нет в наличии|не в наличии|нету в наличии|отсутствует в наличии|отсутствуют в наличии|"
            "которых нет в наличии|нет на складе|распроданные|распродано"
        ),
    }
)


_ELSEWHERE: Final = PREPOSITIONS | frozenset({"anywhere", "elsewhere", "online", "yet", "for"})
"""Behind "not available" these tell of what, or where, and nothing of stock."""


def read_stock(tokens: Tokens, _vocabulary: Vocabulary) -> list[Finding]:
    """Every mention of stock, in the order of the question."""
    found: list[Finding] = []
    index = 0
    while index < len(tokens):
        match = _PHRASES.match(tokens, index)
        if match and (match[0] or not _goes_on(tokens, match[1])):
            found.append(Finding((index, match[1]), Stock(wanted=match[0])))
        index = match[1] if match else index + 1
    return found


def _goes_on(tokens: Tokens, end: int) -> bool:
    """Whether it is not the thing that is unavailable, but what follows: "not available in white"."""
    return tokens[end - 1].key in ("available", "unavailable") and at(tokens, end).key in _ELSEWHERE
