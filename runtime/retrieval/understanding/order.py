"""An order by price that a question asks for. Pure."""

from typing import Final

from runtime.retrieval.understanding.catalogue import LONGEST, Vocabulary, meanings_at
from runtime.retrieval.understanding.findings import Finding, Order
from runtime.retrieval.understanding.order_words import KEPT_BY, ORDER_WORDS, PERHAPS
from runtime.retrieval.understanding.stems import ADJECTIVE
from runtime.retrieval.understanding.tokens import Span, Tokens, at
from runtime.retrieval.understanding.words import ADJECTIVES, ASKING, FUNCTION_WORDS, JOINERS, PERSONS, PREPOSITIONS

_HELPERS: Final = frozenset({"the", "самый", "самая", "самое", "самые", "самую", "самого", "самой", "самых", "very"})
"""Before a superlative they belong to it."""
_PLAIN_FORMS: Final = frozenset({"дорогой", "дорогая", "дорогое", "дорогие", "дорогую"})
"""In these a thing is asked for; in the others it is given to somebody, or spoken of."""
_NEAR: Final = 3
"""Words behind "budget" that may tell what it is."""


def read_order(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """The order asked for; nothing when there is none, or both."""
    text, starts = _joined(tokens)
    found: list[tuple[Span, str]] = []
    for match in ORDER_WORDS.finditer(text):
        kind = match.lastgroup or "neither"
        span = _span(tokens, starts, start=match.start(), end=match.end())
        if span is None or kind == "neither" or _in_name(tokens, span, vocabulary) or _speaks_to(tokens, span):
            continue
        if kind == "perhaps_cheap" and not _is_cheap_kind(tokens, span, vocabulary):
            continue
        if kind == "perhaps_dear" and not _is_dear_thing(tokens, span, vocabulary):
            continue
        found.append((span, kind.removeprefix(PERHAPS)))
    kinds = {kind for _, kind in found}
    if len(kinds) != 1:
        return []
    order = Order("price_asc" if kinds == {"cheap"} else "price_desc")
    return [Finding(span, order) for span, _ in found]


def _in_name(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> bool:
    """Whether the words are a part of something that the catalogue knows: a brand "Cheap Monday"."""
    return any(
        start <= span[0] and end >= span[1] and (start, end) != span
        for start in range(max(span[0] - LONGEST, 0), span[0] + 1)
        for _, end in [meanings_at(vocabulary, tokens, start)]
    )


def _speaks_to(tokens: Tokens, span: Span) -> bool:
    """Whether somebody is dear: «самый дорогой человек», «дорогой маме»."""
    return any(at(tokens, index).key in PERSONS for index in (span[1], span[1] + 1) if _is_dear(tokens, span))


def _is_dear(tokens: Tokens, span: Span) -> bool:
    return tokens[span[1] - 1].key.startswith(("дорог", "dear"))


def _is_cheap_kind(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> bool:
    """Whether "budget" tells how dear a thing may be: it opens what is sought, or stands behind a name, and what
    follows is nothing that a budget is kept with.
    """
    if any(at(tokens, index).key in KEPT_BY for index in range(span[1], span[1] + _NEAR)):
        return False
    return _opens(tokens, span[0]) or _ends_known(tokens, span[0], vocabulary)


def _is_dear_thing(tokens: Tokens, span: Span, vocabulary: Vocabulary) -> bool:
    """Whether «дорогая» describes what is sought: a known thing behind it, the one thing named before or behind it. Not
    where it stands between two («подарок дорогой учительнице»), nor where «дорогой» is a road («железной дорогой»).
    """
    before, after = at(tokens, span[0] - 1), at(tokens, span[1])
    if before.key in PREPOSITIONS or ADJECTIVE.fullmatch(before.key):
        return False
    if any(meaning.kind == "category" for meaning in meanings_at(vocabulary, tokens, span[1])[0]):
        return True
    if after.kind != "word" or after.key in PREPOSITIONS | JOINERS:
        return tokens[span[0]].key != "dearest"
    if after.key in FUNCTION_WORDS | ASKING:
        return False
    return _opens(tokens, span[0]) and tokens[span[1] - 1].key in _PLAIN_FORMS


def _opens(tokens: Tokens, index: int) -> bool:
    """Whether nothing but asking stands before `index` in its part of the question."""
    while index > 0 and tokens[index - 1].key in ASKING | ADJECTIVES:
        index -= 1
    return at(tokens, index - 1).kind in ("mark", "hidden")


def _ends_known(tokens: Tokens, index: int, vocabulary: Vocabulary) -> bool:
    return any(meanings_at(vocabulary, tokens, start)[1] == index for start in range(max(index - LONGEST, 0), index))


def _joined(tokens: Tokens) -> tuple[str, list[int]]:
    """The question from its tokens, a comma for each hidden one; and where in it each of them begins."""
    text, starts = "", []
    for token in tokens:
        text += " " if token.spaced else ""
        starts.append(len(text))
        text += token.key or ","
    return text, starts


def _span(tokens: Tokens, starts: list[int], *, start: int, end: int) -> Span | None:
    """The tokens from `start` to `end`; None where the words are only the end of one, such as "rock'n'cheap"."""
    inside = [index for index, place in enumerate(starts) if start <= place < end]
    if not inside or starts[inside[0]] != start:
        return None
    first = inside[0]
    while first > 0 and tokens[first - 1].key in _HELPERS:
        first -= 1
    return first, inside[-1] + 1
