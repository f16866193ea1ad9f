"""What is left of a question once conditions are cut out of it. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from runtime.retrieval.understanding.asking import asked
from runtime.retrieval.understanding.tokens import Span, Tokens
from runtime.retrieval.understanding.words import ASKING, JOINERS, PREPOSITIONS

_KEPT: Final = frozenset({"plus", "off"})
"""Of grammar, and parts of names as well: "plus size", "20% off"."""
_DANGLING: Final = (PREPOSITIONS | JOINERS | ASKING) - _KEPT
"""At the end of what stood before a condition these led up to it."""
_LEADING: Final = (JOINERS | ASKING) - _KEPT


def rest_of(text: str, tokens: Tokens, spans: Sequence[Span], *, trimmed: bool = True) -> list[str]:
    """The pieces of `text` between `spans`; trimmed: without what only held them together.

    What the question asks with goes: "do you sell" is in no product's text by design, and may be in any by chance.
    Where something is cut out, every word that merely asks goes as well, at both edges of a piece: without its
    conditions a question is a list of words.
    """
    start, end = asked(tokens)
    if not spans:
        return [text[tokens[start].start : tokens[end - 1].end]] if tokens else []
    pieces = list(_gaps(len(tokens), [*spans, (0, start), (end, len(tokens))]))
    if trimmed:
        pieces = [_trimmed(tokens, start, end) for start, end in pieces]
    return [text[tokens[start].start : tokens[end - 1].end] for start, end in pieces if start < end]


def _gaps(length: int, spans: Sequence[Span]) -> Iterator[Span]:
    place = 0
    for start, end in sorted(spans):
        if place < start:
            yield place, start
        place = max(place, end)
    if place < length:
        yield place, length


def _trimmed(tokens: Tokens, start: int, end: int) -> Span:
    while end > start and (tokens[end - 1].kind == "mark" or tokens[end - 1].key in _DANGLING):
        end -= 1
    while start < end and (tokens[start].kind == "mark" or tokens[start].key in _LEADING):
        start += 1
    return start, end
