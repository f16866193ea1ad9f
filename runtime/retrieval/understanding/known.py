"""What the catalogue knows of a question's words: its categories and attribute values at their places. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.retrieval.understanding.catalogue import (
    Meaning,
    Vocabulary,
    adjective_at,
    codes_of,
    label_at,
    meanings_at,
    stands_alone,
    stems_of,
    value_at,
)
from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.tokens import DASHES, Tokens, at, joined_to_next, joined_to_previous
from runtime.retrieval.understanding.units import UNITS
from runtime.retrieval.understanding.words import ADJECTIVES, ASKING, DETAIL_OPENERS, FUNCTION_WORDS, IMITATIONS

_SHORTEST_KIND: Final = 4
"""Letters of what a closed compound is a kind of: «велошлем» is a «шлем»."""
_LONGEST_COMPOUND: Final = 20
JOINING: Final = frozenset({"and", "or", "plus", "и", "или", "либо", "/", "+", "&"})
"""What joins a value to another of the same attribute, or to the rest of a name."""
_RANGES: Final = frozenset({"to", "till", "до", "по"})
"""What stands between two values of which those between are meant as well: "size 42 to 44"."""
_REACH: Final = 3
"""Tokens before a value among which one may stand that makes an imitation of it."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known phrase at its place. labelled: beside the label of its attribute. label_first: before it, or it cannot be
    taken for a noun's own: a "cotton fabric softener" is not of cotton, but «чёрного цвета» is plain.
    """

    start: int
    end: int
    meanings: Sequence[Meaning]
    labelled: bool = False
    label_first: bool = False

    @property
    def is_thing(self) -> bool:
        """Whether it may be a category."""
        return any(meaning.kind == "category" for meaning in self.meanings)


def known_phrases(tokens: Tokens, vocabulary: Vocabulary) -> list[Phrase]:
    """Everything the catalogue knows in `tokens`, the longest first at each place."""
    phrases: list[Phrase] = []
    index = 0
    while index < len(tokens):
        phrase = phrase_at(tokens, index, vocabulary)
        index = phrase.end if phrase else index + 1
        if phrase and phrase.labelled:
            listed = _listed(tokens, phrase, vocabulary, known=bool(phrases) and phrases[-1].end == phrase.start - 1)
            phrases += listed
            index = listed[-1].end if listed else index
        elif phrase:
            phrases.append(phrase)
    return phrases


def _listed(tokens: Tokens, phrase: Phrase, vocabulary: Vocabulary, *, known: bool) -> list[Phrase]:
    """A labelled value with those joined to it, which the label is of as well: "size M or L", «42 и 44 размера».
    Nothing where one of them is unknown. known: what stands before the phrase and a joining word is known.
    """
    codes = [phrase.meanings[0].code]
    listed = [phrase]
    if at(tokens, phrase.end).key in _RANGES:
        other = value_at(vocabulary, tokens, phrase.end + 1, codes=codes)[0]
        if other or at(tokens, phrase.end + 1).kind == "number":
            return []
    while (link := at(tokens, listed[-1].end)).key in JOINING | DASHES | {","}:
        start = listed[-1].end + 1
        if phrase_at(tokens, start, vocabulary) or not _says(tokens, start):
            break
        value, end = value_at(vocabulary, tokens, start, codes=codes)
        behind = at(tokens, end if value else start + 1)
        goes_on = behind.key in JOINING or (value is not None and behind.kind != "word")
        if link.key == "," and not goes_on:
            # What stands behind the comma is something else: "size 42, 2 pockets".
            break
        if value is None:
            return []
        listed.append(replace(phrase, start=start, end=end, meanings=(value,)))
    start = phrase.start - 2
    if at(tokens, start + 1).key in JOINING | DASHES and not known and _says(tokens, start):
        value, end = value_at(vocabulary, tokens, start, codes=codes)
        return [replace(phrase, start=start, end=end, meanings=(value,)), *listed] if value else []
    return listed


def _says(tokens: Tokens, index: int) -> bool:
    """Whether what stands at `index` may be a value, be it known or not."""
    token = at(tokens, index)
    return token.kind in ("word", "number", "code") and token.key not in FUNCTION_WORDS | ASKING | ADJECTIVES


def phrase_at(tokens: Tokens, start: int, vocabulary: Vocabulary, *, in_compound: bool = False) -> Phrase | None:
    """The known phrase at `start`, with the preposition and the label that belong to it; in the middle of a word with
    a hyphen only when `in_compound`.
    """
    if at(tokens, start).kind not in ("word", "number", "code"):
        return None
    if joined_to_previous(tokens, start) and not in_compound:
        return None
    labelled = _labelled(tokens, start, vocabulary)
    if labelled:
        return labelled
    plain = _plain(tokens, start, vocabulary)
    if plain and _is_imitated(tokens, plain, vocabulary):
        return None
    if plain or at(tokens, start).key not in DETAIL_OPENERS:
        return plain
    detail = _labelled(tokens, start + 1, vocabulary) or _plain(tokens, start + 1, vocabulary)
    if detail is None or detail.is_thing:
        return None
    return replace(detail, start=start)


def _labelled(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Phrase | None:
    """ "Size M", "color: black", "M size", «чёрного цвета»."""
    codes, end = label_at(vocabulary, tokens, start)
    if codes:
        first = end + 1 if at(tokens, end).key in (":", "=", "-") else end
        value, end = value_at(vocabulary, tokens, first, codes=codes)
        return Phrase(start, end, (value,), labelled=True, label_first=True) if value else None
    for length in (1, 2, 3):
        codes, end = label_at(vocabulary, tokens, start + length)
        if not codes:
            continue
        value, behind = value_at(vocabulary, tokens, start, codes=codes)
        if value and behind == start + length:
            plain = not tokens[end - 1].key.isascii()
            return Phrase(start, end, (value,), labelled=True, label_first=plain)
    return None


def _plain(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Phrase | None:
    if at(tokens, start).kind not in ("word", "number", "code") or _is_measure(tokens, start):
        return None
    meanings, end = meanings_at(vocabulary, tokens, start)
    if not meanings and tokens[start].kind == "word":
        meanings, end = adjective_at(vocabulary, tokens, start), start + 1
    if not meanings or joined_to_next(tokens, end - 1):
        return None
    spelt = " ".join(token.key for token in tokens[start:end])
    return Phrase(start, end, meanings) if stands_alone(stems_of(spelt)) else None


def _is_imitated(tokens: Tokens, phrase: Phrase, vocabulary: Vocabulary) -> bool:
    """Whether a word before a value says that it is none: "faux brown leather"; of a colour nothing is an imitation."""
    if phrase.is_thing or not any(
        IMITATIONS.fullmatch(tokens[index].key) for index in range(max(phrase.start - _REACH, 0), phrase.start)
    ):
        return False
    colors = codes_of(vocabulary, "color")
    return any(meaning.code not in colors for meaning in phrase.meanings)


def _is_measure(tokens: Tokens, index: int) -> bool:
    return tokens[index].key in UNITS and at(tokens, index - 1).kind == "number"


def compound_things(tokens: Tokens, vocabulary: Vocabulary) -> list[Phrase]:
    """Words that are a kind of a known thing by their ending: «велошлем», "сумка-шопер". They are no category."""
    found: list[Phrase] = []
    for index, token in enumerate(tokens):
        if token.kind != "word" or token.key.isascii():
            continue
        if joined_to_previous(tokens, index):
            start, ending = index - 2, _category(vocabulary, stem(token.key))
        else:
            start, ending = index, _ending(vocabulary, token.key)
        if ending:
            found.append(Phrase(start, index + 1, ending))
    return found


def _ending(vocabulary: Vocabulary, word: str) -> Sequence[Meaning]:
    """What a closed compound ends in; a longer word than that is none."""
    if len(word) > _LONGEST_COMPOUND:
        return ()
    endings = (stem(word[start:]) for start in range(2, len(word) - _SHORTEST_KIND + 1))
    return next((found for ending in endings if (found := _category(vocabulary, ending))), ())


def _category(vocabulary: Vocabulary, stemmed: str) -> Sequence[Meaning]:
    return [meaning for meaning in vocabulary.phrases.get((stemmed,), ()) if meaning.kind == "category"]
