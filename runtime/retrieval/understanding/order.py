"""An order by price that a question asks for. Pure."""

from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.findings import Finding, Order
from runtime.retrieval.understanding.order_words import ORDER_WORDS
from runtime.retrieval.understanding.tokens import Tokens

_HELPERS: Final = frozenset({"the", "самый", "самая", "самое", "самые", "самую", "самого", "самой", "самых", "very"})
"""Before a superlative they belong to it."""


def read_order(tokens: Tokens, _vocabulary: Vocabulary) -> list[Finding]:
    """The order asked for; nothing when there is none, or both."""
    text, starts = _joined(tokens)
    matches = [match for match in ORDER_WORDS.finditer(text) if match.lastgroup != "neither"]
    kinds = {match.lastgroup for match in matches}
    if len(kinds) != 1:
        return []
    order = Order("price_asc" if kinds == {"cheap"} else "price_desc")
    return [Finding(_span(tokens, starts, start=match.start(), end=match.end()), order) for match in matches]


def _joined(tokens: Tokens) -> tuple[str, list[int]]:
    """The question from its tokens, a comma for each hidden one; and where in it each of them begins."""
    text, starts = "", []
    for token in tokens:
        text += " " if token.spaced else ""
        starts.append(len(text))
        text += token.key or ","
    return text, starts


def _span(tokens: Tokens, starts: list[int], *, start: int, end: int) -> tuple[int, int]:
    inside = [index for index, place in enumerate(starts) if start <= place < end]
    first = inside[0]
    while first > 0 and tokens[first - 1].key in _HELPERS:
        first -= 1
    return first, inside[-1] + 1
