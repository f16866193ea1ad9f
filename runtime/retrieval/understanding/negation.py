"""What a question does not want: values and categories the catalogue knows, and words it does not. Pure.

"Without", "except" and their like exclude, unless they are denied themselves ("can't live without coffee"). "No" and
"not" are also grammar ("no name", "no 5", "why not"): they exclude values that the catalogue knows, "no" any word
behind a thing ("boots no laces"), "not" and «не» any quality; "but not" and "not a" any word. A compound that products
write in their own text ("non-stick", "no-show", «не промокает») excludes nothing and stays among the words.
"""

import re
from collections.abc import Iterator
from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary, meanings_at, sole
from runtime.retrieval.understanding.findings import Finding, Named, Unwanted
from runtime.retrieval.understanding.known import phrase_at
from runtime.retrieval.understanding.negated import is_category, known_at, unwanted_looks
from runtime.retrieval.understanding.negation_words import OPENERS, UNIVERSAL, Opener
from runtime.retrieval.understanding.order_words import ORDER_WORDS
from runtime.retrieval.understanding.stems import ADJECTIVE
from runtime.retrieval.understanding.tokens import Tokens, at, joined_to_next, joined_to_previous
from runtime.retrieval.understanding.words import (
    ASKING,
    FUNCTION_WORDS,
    IMITATIONS,
    JOINERS,
    NO_THINGS,
    NOT_THINGS,
    QUALITIES,
    WITHOUT_THINGS,
    word_set,
)

_QUALITY: Final = re.compile(r"[a-z]{2,}(?:y|ic|al|ed|ous|ful|less|ive|able|ible|ing|ish|ant|ent|en|er|est)")
"""An English adjective by its ending, or what does as well."""
_ACTIVE: Final = re.compile(
    r"[а-я]{3,}(?:[уюая]щ|[аяуе]ем|им)(?:ий|ый|ая|ее|ое|ие|ые|ую|его|ого|ей|ой|их|ых|ему|ому|им|ым)"
)
"""What a thing does, or is done to: with «не» it names a quality («не промокаемая»)."""
_LEADS: Final = frozenset({"why", "or", "if", "whether", "почему", "или", "либо"})
"""Behind these "not" is a question, or one half of two."""
_DENIALS: Final = word_set("can't cant cannot couldn't don't dont won't never ни нельзя никуда невозможно")
_VERBAL: Final = re.compile(r"[а-я]+(?:ей|ем|им|ом)")
"""Adjectives of these endings stand behind no «не», but verbs do: «не болей», «не хотим»."""
_DENIED_WITHIN: Final = 3
_REACH: Final = 4
"""Words before "but" among which one may stand that means everything."""
_CONTINUERS: Final = frozenset({"and", "or", "nor", "и", "или", "ни", ","})
_OF_LOOKS: Final = frozenset({"never", "hide", "filter", "leave"})
"""These deny a look; a thing behind them may be anything: "never say never t-shirt"."""
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
        index = max((finding.span[1] for finding in here), default=index + 1)
    return found


def _read_at(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Iterator[Finding]:
    free = _free(tokens, start, vocabulary)
    if free:
        yield free
        return
    match = None if joined_to_previous(tokens, start) else _opener(tokens, start)
    if match is None:
        yield from _struck(tokens, start, vocabulary)
        return
    opener, end = match
    if _is_denied(tokens, start) if opener == "without" else at(tokens, start - 1).key in _LEADS:
        return
    if opener == "no" and at(tokens, end).kind in ("number", "code"):
        return
    if joined_to_next(tokens, end - 1):
        opener, end = "compound", end + 1
    elif tokens[start].key == "not" and at(tokens, start - 1).key == ",":
        opener = "but not"
    first = _thing(tokens, end, vocabulary, opener=opener, after_thing=_follows_thing(tokens, start))
    if first is None:
        return
    looks = unwanted_looks(tokens, start, first, vocabulary) if opener in ("no", "known") else []
    if looks:
        yield from looks
        yield Finding((start, first.span[0]), "aside")
        return
    if tokens[start].key in _OF_LOOKS and is_category(first):
        return
    yield Finding((start, first.span[1]), first.content)
    yield from _others(tokens, first, vocabulary, opener=opener)


def _opener(tokens: Tokens, start: int) -> tuple[Opener, int] | None:
    found = OPENERS.match(tokens, start)
    if found or tokens[start].key != "but":
        return found
    # "In any color but black", "all jackets but the black ones".
    before = {token.key for token in tokens[max(start - _REACH, 0) : start]}
    return ("known", start + 1 + (at(tokens, start + 1).key == "the")) if before & UNIVERSAL else None


def _others(tokens: Tokens, first: Finding, vocabulary: Vocabulary, *, opener: Opener) -> Iterator[Finding]:
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


def _continues(before: Finding, found: Finding, *, opener: Opener, comma: bool) -> bool:
    if isinstance(before.content, Named) and isinstance(found.content, Named):
        return before.content.meaning.code == found.content.meaning.code and not comma
    alike = isinstance(before.content, Unwanted) and isinstance(found.content, Unwanted)
    return alike and opener == "without" and not comma


def _thing(tokens: Tokens, start: int, vocabulary: Vocabulary, *, opener: Opener, after_thing: bool) -> Finding | None:
    """What is unwanted from `start` on: what the catalogue knows, else words, where `opener` may stand before any."""
    known = known_at(tokens, start, vocabulary, opener=opener, after_thing=after_thing)
    if known or opener in ("compound", "known"):
        return known
    end = _words_end(tokens, start, vocabulary)
    first = at(tokens, start).key
    if opener == "no" and (not after_thing or first in NO_THINGS):
        return None
    if opener == "without" and first in WITHOUT_THINGS:
        return None
    if opener in ("not", "but not"):
        # Of "not of artificial leather" the leather is not wanted either.
        imitated = IMITATIONS.fullmatch(first) and meanings_at(vocabulary, tokens, start + 1)[0]
        end = min(end, start + (2 if imitated else 1))
        if first in NOT_THINGS or not (_is_quality(tokens, start, opener) if first.isascii() else _is_adjective(first)):
            return None
        if first.isascii() and not after_thing:
            return None
    return Finding((start, end), Unwanted(_spelt(tokens, start, end))) if end > start else None


def _is_quality(tokens: Tokens, index: int, opener: Opener) -> bool:
    """Whether an English word behind "not" is what a thing is like, and no thing: "silicone not clear", while "bite not
    collar" is a name. Behind "but not" and "not a" any word is.
    """
    key, after = at(tokens, index).key, at(tokens, index + 1)
    if opener == "but not":
        return True
    return (key in QUALITIES or _QUALITY.fullmatch(key) is not None) and (
        after.kind != "word" or after.key in FUNCTION_WORDS
    )


def _is_adjective(word: str) -> bool:
    is_verb = _ACTIVE.fullmatch(word) or _VERBAL.fullmatch(word)
    return ADJECTIVE.fullmatch(word) is not None and not is_verb


def _is_denied(tokens: Tokens, start: int) -> bool:
    """Whether "without" itself is denied: "can't live without", «не могу без», «ничего, кроме»."""
    before = start - 2 if at(tokens, start - 1).key == "," else start - 1
    if at(tokens, start - 1).key in ("not", "не") or at(tokens, before).key in ("nothing", "ничего"):
        return True
    for index in range(start - 1, max(start - 1 - _DENIED_WITHIN, -1), -1):
        after = at(tokens, index + 1).key
        is_verb = not (ADJECTIVE.fullmatch(after) or after in FUNCTION_WORDS)
        if tokens[index].key in _DENIALS or (tokens[index].key == "не" and is_verb):
            return True
    return False


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
        if end > start and _is_sum(tokens, end):
            break
        if ORDER_WORDS.fullmatch(token.key) or (end > start and phrase_at(tokens, end, vocabulary)):
            break
        end += 1
        if not (token.key.isascii() or ADJECTIVE.fullmatch(token.key)):
            break
    return end


def _is_sum(tokens: Tokens, index: int) -> bool:
    """Whether the number behind a word says something else than of which kind that is: "without hood 20-50"."""
    token = tokens[index]
    return token.kind == "number" and token.spaced and (len(token.key) > 2 or joined_to_next(tokens, index))


def _is_another(tokens: Tokens, index: int, start: int) -> bool:
    words = sum(token.kind == "word" for token in tokens[start:index])
    return words >= _LONGEST or (index > start and tokens[index].key in JOINERS | ASKING)


def _follows_thing(tokens: Tokens, start: int) -> bool:
    """Whether a word of content stands before `start`, so that "no" is not the beginning of a compound or an answer."""
    before = at(tokens, start - 1)
    return before.key == "," or (before.kind in ("word", "number") and before.key not in FUNCTION_WORDS | ASKING)


def _struck(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Iterator[Finding]:
    """A known value behind a sign of its own, as for a search engine: "jackets -black"."""
    sign, word = tokens[start], at(tokens, start + 1)
    if sign.key != "-" or not sign.spaced or word.spaced or not _follows_thing(tokens, start):
        return
    phrase = phrase_at(tokens, start + 1, vocabulary)
    meaning = sole(phrase.meanings) if phrase and word.kind == "word" else None
    if phrase and meaning and meaning.filters and meaning.kind == "attribute":
        yield Finding((start, phrase.end), Named(meaning, wanted=False))


def _free(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Finding | None:
    """ "Sugar-free": without sugar; of "stainless steel-free" both words tell what is lacking."""
    reach = range(start + 1, start + 1 + _LONGEST)
    end = next((end for end in reach if at(tokens, end - 1).kind != "word" or joined_to_next(tokens, end - 1)), start)
    if end == start or at(tokens, end - 1).kind != "word" or at(tokens, end + 1).key != "free":
        return None
    if joined_to_next(tokens, end + 1) or joined_to_previous(tokens, start):
        return None
    known = known_at(tokens[:end], start, vocabulary)
    if known is None or known.span[1] < end:
        if end > start + 1 or tokens[start].key in _FREE:
            return None
        return Finding((start, end + 2), Unwanted(tokens[start].key))
    return Finding((start, end + 2), known.content)


def _spelt(tokens: Tokens, start: int, end: int) -> str:
    return "".join((" " if token.spaced else "") + token.key for token in tokens[start:end]).strip()
