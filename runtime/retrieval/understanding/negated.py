"""What the catalogue knows of what a question does not want: a value, a category, or the look of one. Pure."""

from collections.abc import Iterator
from typing import Final

from runtime.retrieval.understanding.catalogue import Vocabulary, sole
from runtime.retrieval.understanding.findings import Finding, Named
from runtime.retrieval.understanding.known import Phrase, phrase_at
from runtime.retrieval.understanding.negation_words import Opener
from runtime.retrieval.understanding.tokens import Tokens, at
from runtime.retrieval.understanding.words import ADJECTIVES, FUNCTION_WORDS

_LISTING: Final = frozenset({"and", "or", "nor", "и", "или", "ни", ","})
_INSTEAD: Final = frozenset({"instead", "rather", "вместо"})
"""Behind the unwanted of these stands what is wanted."""


def known_at(
    tokens: Tokens, start: int, vocabulary: Vocabulary, *, opener: Opener = "without", after_thing: bool = True
) -> Finding | None:
    phrase = phrase_at(tokens, start, vocabulary, in_compound=opener == "compound")
    meaning = sole(phrase.meanings) if phrase else None
    if phrase is None or meaning is None or not meaning.filters:
        return None
    if opener == "not" and meaning.kind == "category" and not knows_before(tokens, start, vocabulary):
        return None
    # Where nothing stands before, what is described is what is sought: "not a navy bicycle helmet".
    describes = opener in ("not", "but not") and not after_thing
    if opener != "compound" and not describes and _goes_on(tokens, phrase, vocabulary):
        return None
    return Finding((phrase.start, phrase.end), Named(meaning, wanted=False))


def knows_before(tokens: Tokens, start: int, vocabulary: Vocabulary) -> bool:
    """Whether a known category stands before `start`, so that another one may be what is not meant by it."""
    phrases = (phrase_at(tokens, index, vocabulary) for index in range(start))
    return any(phrase is not None and phrase.is_thing for phrase in phrases)


def _goes_on(tokens: Tokens, phrase: Phrase, vocabulary: Vocabulary) -> bool:
    """Whether a noun follows that the value only describes: "without leather strap" lacks a strap, not leather."""
    after = at(tokens, phrase.end)
    if phrase.labelled or after.kind != "word" or after.key in FUNCTION_WORDS | ADJECTIVES:
        return False
    return tokens[phrase.start].key.isascii() and phrase_at(tokens, phrase.end, vocabulary) is None


def unwanted_looks(tokens: Tokens, start: int, thing: Finding, vocabulary: Vocabulary) -> list[Finding]:
    """The values behind an unwanted category that tell which of it is unwanted: "no jackets in black or white".

    start: of what opens it. Nothing where something else is wanted beside: then the category itself is unwanted.
    """
    if tokens[start].key in _INSTEAD or not is_category(thing) or knows_before(tokens, start, vocabulary):
        return []
    looks = list(_looks(tokens, thing.span[1], vocabulary))
    another = phrase_at(tokens, looks[-1].span[1], vocabulary) if looks else None
    # "No jackets black bags": what follows is the look of another thing.
    return [] if another and another.is_thing else looks


def _looks(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Iterator[Finding]:
    """The value at `start` and those listed behind it."""
    look = known_at(tokens, start, vocabulary)
    if look is None or is_category(look):
        return
    yield look
    while at(tokens, look.span[1]).key in _LISTING:
        found = known_at(tokens, look.span[1] + 1, vocabulary)
        if found is None or _code(found) != _code(look):
            return
        look = Finding((look.span[1], found.span[1]), found.content)
        yield look


def _code(finding: Finding) -> str:
    return finding.content.meaning.code if isinstance(finding.content, Named) else ""


def is_category(finding: Finding) -> bool:
    return isinstance(finding.content, Named) and finding.content.meaning.kind == "category"
