"""Categories and attribute values that a question names, where they are plain enough for a hard condition. Pure.

No condition is better than a wrong one. A word with two meanings is none. A category is one only where it is what the
question is about: a "jacket hanger" is no jacket, and a "sleeping bag" no bag, so every word around it must be known to
leave a thing what it is. A value is one beside its label, after its noun, or before a known category; before an unknown
noun ("olive oil") only if its attribute says something of nearly every product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from runtime.retrieval.understanding.catalogue import (
    Meaning,
    Vocabulary,
    adjective_at,
    label_at,
    meanings_at,
    sole,
    stands_alone,
    stems_of,
    value_at,
)
from runtime.retrieval.understanding.findings import Finding, Named
from runtime.retrieval.understanding.tokens import Tokens, at, joined_to_next, joined_to_previous
from runtime.retrieval.understanding.units import UNITS
from runtime.retrieval.understanding.words import ADJECTIVES, ASKING, DETAIL_OPENERS, JOINERS, PREPOSITIONS

_AWAY: Final = PREPOSITIONS - ASKING - {"about", "near"}
"""What ends the part of a question that tells the thing itself: "bag for shoes" is about a bag."""

_PURPOSES: Final = frozenset({"for", "fits", "compatible", "для", "под", "к"})
"""What stands behind one of these is something else that the thing is to be used with."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A known phrase at its place. labelled: beside the label of its attribute."""

    start: int
    end: int
    meanings: Sequence[Meaning]
    labelled: bool = False


@dataclass(frozen=True, slots=True)
class _Scene:
    """A question's tokens, and the indices of those that a known phrase covers."""

    tokens: Tokens
    phrases: Sequence[Phrase]
    covered: frozenset[int]

    def ends_part(self, index: int) -> bool:
        """Whether the part of the question that tells the thing ends before `index`."""
        token = at(self.tokens, index)
        if token.kind in ("mark", "hidden"):
            return not (joined_to_next(self.tokens, index - 1) or token.key in ("'", "&"))
        if token.key in JOINERS:
            # "Black and white wall art": the second describes the same thing as the first.
            return not (index - 1 in self.covered and index + 1 in self.covered)
        return index not in self.covered and token.key in _AWAY

    def is_what_it_is_for(self, index: int) -> bool:
        """Whether the phrase at `index` stands behind a word of purpose: "case for samsung" is not by Samsung."""
        before = [at(self.tokens, place).key for place in (index - 1, index)]
        return any(key in _PURPOSES for key in before)

    def leaves_it(self, index: int) -> bool:
        """Whether the word at `index` leaves a thing what it is."""
        key = self.tokens[index].key
        return index in self.covered or key in ADJECTIVES or key in ASKING or key in JOINERS

    def plain_behind(self, index: int) -> bool:
        """Whether no unknown word stands between `index` and the end of its part."""
        while not self.ends_part(index):
            if not self.leaves_it(index):
                return False
            index += 1
        return True

    def plain_before(self, index: int) -> bool:
        """Whether no unknown word stands between the beginning of the part and `index`."""
        while not self.ends_part(index - 1):
            if not self.leaves_it(index - 1):
                return False
            index -= 1
        return True


def read_named(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Every category and value that is meant beyond doubt, in the order of the question."""
    phrases = known_phrases(tokens, vocabulary)
    covered = frozenset(index for phrase in phrases for index in range(phrase.start, phrase.end))
    scene = _Scene(tokens, phrases, covered)
    heads = _heads(scene)
    found = []
    for phrase in phrases:
        meaning = sole(phrase.meanings)
        if meaning is not None and meaning.filters and _is_meant(phrase, meaning, scene=scene, heads=heads):
            found.append(Finding((phrase.start, phrase.end), Named(meaning)))
    return found


def _is_meant(phrase: Phrase, meaning: Meaning, *, scene: _Scene, heads: Sequence[Phrase]) -> bool:
    if meaning.kind == "category":
        return phrase in heads and scene.plain_before(phrase.start) and scene.plain_behind(phrase.end)
    if phrase.labelled:
        return True
    if scene.is_what_it_is_for(phrase.start):
        return False
    if meaning.common or scene.plain_behind(phrase.end):
        return True
    return any(head.start >= phrase.end and scene.plain_behind(head.end) for head in heads)


def known_phrases(tokens: Tokens, vocabulary: Vocabulary) -> list[Phrase]:
    """Everything the catalogue knows in `tokens`, the longest first at each place."""
    phrases: list[Phrase] = []
    index = 0
    while index < len(tokens):
        phrase = phrase_at(tokens, index, vocabulary)
        if phrase:
            phrases.append(phrase)
        index = phrase.end if phrase else index + 1
    return phrases


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
    if plain or at(tokens, start).key not in DETAIL_OPENERS:
        return plain
    detail = _labelled(tokens, start + 1, vocabulary) or _plain(tokens, start + 1, vocabulary)
    if detail is None or _is_thing(detail):
        return None
    return Phrase(start, detail.end, detail.meanings, labelled=detail.labelled)


def _labelled(tokens: Tokens, start: int, vocabulary: Vocabulary) -> Phrase | None:
    """ "Size M", "color: black", "M size", «чёрного цвета»."""
    codes, end = label_at(vocabulary, tokens, start)
    if codes:
        first = end + 1 if at(tokens, end).key in (":", "=", "-") else end
        value, end = value_at(vocabulary, tokens, first, codes=codes)
        return Phrase(start, end, (value,), labelled=True) if value else None
    for length in (1, 2, 3):
        codes, end = label_at(vocabulary, tokens, start + length)
        value, behind = value_at(vocabulary, tokens, start, codes=codes)
        if value and behind == start + length:
            return Phrase(start, end, (value,), labelled=True)
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


def _is_measure(tokens: Tokens, index: int) -> bool:
    return tokens[index].key in UNITS and at(tokens, index - 1).kind == "number"


def _is_thing(phrase: Phrase) -> bool:
    return any(meaning.kind == "category" for meaning in phrase.meanings)


def _heads(scene: _Scene) -> list[Phrase]:
    """What the question may be about: the categories before its first preposition."""
    away = next(
        (i for i, token in enumerate(scene.tokens) if token.key in _AWAY and i not in scene.covered), len(scene.tokens)
    )
    return [phrase for phrase in scene.phrases if phrase.end <= away and _is_thing(phrase)]
