"""What a question does not want: values and categories the catalogue knows, and words it does not. Pure.

"Without", "except" and their like always exclude. "No" and "not" are also grammar ("no name", "not sure"): they exclude
what the catalogue knows, "no" any word behind a thing ("boots no laces"), "not" and «не» any adjective. A compound that
products write in their own text ("non-stick", "no-show") excludes nothing and stays among the words.
"""

from collections.abc import Iterator
from typing import Final, Literal

from runtime.retrieval.understanding.catalogue import Vocabulary, sole
from runtime.retrieval.understanding.findings import Finding, Named, Unwanted
from runtime.retrieval.understanding.named import Phrase, phrase_at
from runtime.retrieval.understanding.order_words import ORDER_WORDS
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.stems import ADJECTIVE
from runtime.retrieval.understanding.tokens import Tokens, at, joined_to_next, joined_to_previous
from runtime.retrieval.understanding.words import (
    ADJECTIVES,
    ASKING,
    FUNCTION_WORDS,
    JOINERS,
    NO_THINGS,
    NOT_THINGS,
)

_Opener = Literal["without", "no", "not", "compound"]

_OPENERS: Final[Phrases[_Opener]] = Phrases(
    {
        "without": (
            "without|without a|without an|without any|without the|with no|except|except for|excluding|other than|"
            "anything but|everything but|all but|apart from|"
            "без|безо|кроме|за исключением|исключая|только без|но без"
        ),
        "no": "no|but no|and no|having no|has no",
        "not": (
            "not|but not|and not|just not|only not|anything not|not a|not an|not in|not of|not from|not made of|"
            "not made from|not with|"
            "не|но не|и не|только не|лишь бы не|не из|но не из|не с|не со|но не с|не в|но не в|ни"
        ),
        "compound": "non",
    }
)
_CONTINUERS: Final = frozenset({"and", "or", "nor", "и", "или", "ни", ","})
_LONGEST: Final = 3
"""English words of one unwanted thing: "interesterified soybean oil"."""
_FREE: Final = frozenset({"hands", "duty", "toll", "care", "hassle", "stress", "worry", "risk", "cruelty", "trouble"})
"""What is free of these lacks no part: the compound is the name of a quality."""


def read_negation(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Everything unwanted, in the order of the question."""
    found: list[Finding] = []
    index = 0
    while index < len(tokens):
        here = list(_read_at(tokens, index, vocabulary))
        found += here
        index = here[-1].span[1] if here else index + 1
    return found


def _read_at(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Iterator[Finding]:
    free = _free(tokens, start, vocabulary)
    if free:
        yield free
        return
    match = None if joined_to_previous(tokens, start) else _OPENERS.match(tokens, start)
    if match is None:
        return
    opener, end = match
    if joined_to_next(tokens, end - 1):
        opener, end = "compound", end + 1
    first = _thing(tokens, end, vocabulary, opener=opener, after_thing=_follows_thing(tokens, start))
    if first is None:
        return
    yield Finding((start, first.span[1]), first.content)
    yield from _others(tokens, first, vocabulary, opener=opener)


def _others(tokens: Tokens, first: Finding, vocabulary: Vocabulary, *, opener: _Opener) -> Iterator[Finding]:
    """What follows with "and", "or" or a comma: values of the same attribute, or words behind "without"."""
    before = first
    while at(tokens, before.span[1]).key in _CONTINUERS:
        start = before.span[1]
        comma = tokens[start].key == ","
        found = _thing(tokens, start + 1, vocabulary, opener=opener, after_thing=True)
        if found is None or not _continues(before, found, opener=opener, comma=comma):
            return
        before = Finding((start, found.span[1]), found.content)
        yield before


def _continues(before: Finding, found: Finding, *, opener: _Opener, comma: bool) -> bool:
    if isinstance(before.content, Named) and isinstance(found.content, Named):
        return before.content.meaning.code == found.content.meaning.code and not comma
    alike = isinstance(before.content, Unwanted) and isinstance(found.content, Unwanted)
    return alike and opener == "without" and not comma


def _thing(tokens: Tokens, start: int, vocabulary: Vocabulary, *, opener: _Opener, after_thing: bool) -> Finding | None:
    """What is unwanted from `start` on: what the catalogue knows, else words, where `opener` may stand before any."""
    known = _known(tokens, start, vocabulary, in_compound=opener == "compound")
    if known or opener == "compound":
        return known
    end = _words_end(tokens, start, vocabulary)
    first = at(tokens, start).key
    if opener == "no" and (not after_thing or first in NO_THINGS):
        return None
    if opener == "not":
        end = min(end, start + 1)
        if first in NOT_THINGS or not (ADJECTIVE.fullmatch(first) or (first.isascii() and after_thing)):
            return None
    return Finding((start, end), Unwanted(_spelt(tokens, start, end))) if end > start else None


def _known(tokens: Tokens, start: int, vocabulary: Vocabulary, *, in_compound: bool = False) -> Finding | None:
    phrase = phrase_at(tokens, start, vocabulary, in_compound=in_compound)
    meaning = sole(phrase.meanings) if phrase else None
    if phrase is None or meaning is None or not meaning.filters:
        return None
    if not in_compound and _goes_on(tokens, phrase, vocabulary):
        return None
    return Finding((phrase.start, phrase.end), Named(meaning, wanted=False))


def _goes_on(tokens: Tokens, phrase: Phrase, vocabulary: Vocabulary) -> bool:
    """Whether a noun follows that the value only describes: "without leather strap" lacks a strap, not leather."""
    after = at(tokens, phrase.end)
    if phrase.labelled or after.kind != "word" or after.key in FUNCTION_WORDS | ADJECTIVES:
        return False
    return tokens[phrase.start].key.isascii() and phrase_at(tokens, phrase.end, vocabulary) is None


def _words_end(tokens: Tokens, start: int, vocabulary: Vocabulary) -> int:
    """Behind the words of one thing: Russian adjectives and their noun, or a few English words."""
    end = start
    while end - start < _LONGEST * 2 and end < len(tokens):
        token = tokens[end]
        if token.key == "-" and end > start and joined_to_next(tokens, end - 1):
            end += 2
            continue
        if token.kind not in ("word", "number") or token.key in FUNCTION_WORDS or _is_another(tokens, end, start):
            break
        if ORDER_WORDS.fullmatch(token.key) or (end > start and phrase_at(tokens, end, vocabulary)):
            break
        end += 1
        if not (token.key.isascii() or ADJECTIVE.fullmatch(token.key)):
            break
    return end


def _is_another(tokens: Tokens, index: int, start: int) -> bool:
    words = sum(token.kind == "word" for token in tokens[start:index])
    return words >= _LONGEST or (index > start and tokens[index].key in JOINERS | ASKING)


def _follows_thing(tokens: Tokens, start: int) -> bool:
    """Whether a word of content stands before `start`, so that "no" is not the beginning of a compound or an answer."""
    before = at(tokens, start - 1)
    return before.key == "," or (before.kind in ("word", "number") and before.key not in FUNCTION_WORDS | ASKING)


def _free(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Finding | None:
    """ "Sugar-free": without sugar."""
    if at(tokens, start).kind != "word" or not joined_to_next(tokens, start) or tokens[start + 2].key != "free":
        return None
    if tokens[start].key in _FREE or joined_to_next(tokens, start + 2) or joined_to_previous(tokens, start):
        return None
    known = _known(tokens[: start + 1], start, vocabulary)
    content = known.content if known else Unwanted(tokens[start].key)
    return Finding((start, start + 3), content)


def _spelt(tokens: Tokens, start: int, end: int) -> str:
    return "".join((" " if token.spaced else "") + token.key for token in tokens[start:end]).strip()
