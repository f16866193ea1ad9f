"""A question with what the catalogue knows of it, and how its words stand to one another. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from runtime.retrieval.understanding.catalogue import Meaning, sole
from runtime.retrieval.understanding.known import JOINING, Phrase
from runtime.retrieval.understanding.stems import ADJECTIVE, stem
from runtime.retrieval.understanding.tokens import Tokens, at, joined_to_next
from runtime.retrieval.understanding.units import MEASURES
from runtime.retrieval.understanding.words import (
    ACCESSORIES,
    ADJECTIVES,
    ASKING,
    DEGREES,
    FUNCTION_WORDS,
    JOINERS,
    PREPOSITIONS,
    SORTS,
)

AWAY: Final = PREPOSITIONS - ASKING - {"about", "near"}
"""What ends the part of a question that tells the thing itself: "bag for shoes" is about a bag."""
_PURPOSES: Final = frozenset({"for", "fits", "compatible", "для", "под", "к"})
"""What stands behind one of these is something else that the thing is to be used with."""
MAKERS: Final = frozenset({"by", "от"})
"""Behind one of these stands who made a thing."""
_SORTS: Final = frozenset(map(stem, SORTS))
_ACCESSORIES: Final = frozenset(map(stem, ACCESSORIES))
_DESCRIBES: Final = re.compile(r"[a-z]{3,}(?:ed|ing|ous|ful|less|able|ible|proof|ish|ive|ic)")
"""An English adjective by its ending."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A question's tokens, and the indices of those that a known phrase covers. values: of those that are no thing.
    makers: codes of what tells a brand. sorted_by: of what may name a sort. looks_by: of what a thing looks like.
    worn_by: of what tells for whom it is made.
    """

    tokens: Tokens
    phrases: Sequence[Phrase]
    covered: frozenset[int]
    values: frozenset[int]
    makers: frozenset[str]
    sorted_by: frozenset[str]
    looks_by: frozenset[str]
    worn_by: frozenset[str]

    def ends_part(self, index: int) -> bool:
        """Whether the part of the question that tells the thing ends before `index`."""
        token = at(self.tokens, index)
        if token.kind in ("mark", "hidden"):
            return not (joined_to_next(self.tokens, index - 1) or token.key in ("'", "&"))
        if token.key in JOINERS:
            # "Black and white wall art": the second describes the same thing as the first.
            return not (index - 1 in self.covered and index + 1 in self.covered)
        return index not in self.covered and token.key in AWAY

    def is_what_it_is_for(self, phrase: Phrase, meaning: Meaning) -> bool:
        """Whether a value stands behind a word of purpose: "case for samsung" is not by Samsung, while "jacket for men"
        is a men's, and "bag for men's shoes" is none.
        """
        before = [at(self.tokens, place).key for place in (phrase.start - 1, phrase.start)]
        if not any(key in _PURPOSES for key in before):
            return False
        return meaning.code not in self.worn_by or not self.ends_plainly(phrase.end)

    def leaves_it(self, index: int) -> bool:
        """Whether the word at `index` leaves a thing what it is."""
        key = self.tokens[index].key
        if key in DEGREES:
            return at(self.tokens, index + 1).key in ADJECTIVES
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

    def ends_plainly(self, index: int) -> bool:
        """The same, and no known thing either: "with red bag" says nothing of what stands before."""
        while not self.ends_part(index):
            if not self.leaves_it(index) or any(one.is_thing for one in self.phrases if one.start == index):
                return False
            index += 1
        return True

    def joins(self, start: int, end: int) -> bool:
        """Whether what stands from `start` to `end` keeps a value with its thing: other values and adjectives, what the
        thing is for, what was read already; a comma between two values, but none right before the thing.
        """
        return all(self._joins_at(index, end) for index in range(start, end))

    def _joins_at(self, index: int, end: int) -> bool:
        token = self.tokens[index]
        if token.kind in ("mark", "hidden"):
            return token.kind == "hidden" or index in self.covered or self._joins_mark(index, end)
        if token.key in _PURPOSES | MAKERS:
            return index + 1 in self.covered
        return self.leaves_it(index) or ADJECTIVE.fullmatch(token.key) is not None

    def _joins_mark(self, index: int, end: int) -> bool:
        token = self.tokens[index]
        return (token.key == "," and index + 1 < end) or (token.key == "'" and not token.spaced)

    def is_half(self, phrase: Phrase) -> bool:
        """Whether a value is joined to a word that is unknown: of "red or burgundy" one half says nothing, and of
        "black and decker" it is no value.
        """
        return self._is_half_behind(phrase) or self._is_half_before(phrase)

    def is_named_on(self, phrase: Phrase) -> bool:
        """Whether an unknown English word right before a value makes a longer name of it."""
        before = at(self.tokens, phrase.start - 1)
        names = before.kind == "word" and before.key.isascii() and not _DESCRIBES.fullmatch(before.key)
        return names and self._is_unknown(phrase.start - 1)

    def _is_half_behind(self, phrase: Phrase) -> bool:
        end = phrase.end
        while at(self.tokens, end).key in JOINING:
            # "In red or in burgundy".
            end += 2 if at(self.tokens, end + 1).key == self.tokens[phrase.start].key else 1
            if self._is_unknown(end):
                return True
            while end in self.values:
                end += 1
        return False

    def _is_half_before(self, phrase: Phrase) -> bool:
        start = phrase.start
        while at(self.tokens, start - 1).key in JOINING:
            start -= 1
            if self._is_unknown(start - 1):
                # «Шапка и чёрная куртка» are two things.
                before, value = at(self.tokens, start - 1).key, self.tokens[phrase.start].key
                return before.isascii() or bool(ADJECTIVE.fullmatch(before)) or not ADJECTIVE.fullmatch(value)
            while start - 1 in self.values:
                start -= 1
        return False

    def _is_unknown(self, index: int) -> bool:
        token = at(self.tokens, index)
        says = token.kind in ("word", "number", "code") and token.key not in FUNCTION_WORDS | ASKING | ADJECTIVES
        return says and index not in self.covered and token.key not in MEASURES

    def names_sort(self, phrase: Phrase, meaning: Meaning) -> bool:
        """Whether a value is the sort of what stands beside it, known thing or not: "green tea", «масло оливковое»,
        "apple and rose tea".
        """
        if meaning.code not in self.sorted_by:
            return False
        behind, before = phrase.end, phrase.start - 1
        while before > 0 and self._leads_on(before):
            before -= 1
        while behind in self.values or at(self.tokens, behind).key in JOINING:
            behind += 1
        if self.is_sort(behind):
            return True
        # «Духи Тополь» are made by them, «тополиный мёд» is not.
        named = meaning.code in self.makers and not at(self.tokens, before).key.isascii()
        return self.is_sort(before) and not named

    def _leads_on(self, index: int) -> bool:
        """Whether what stands at `index` parts a value from its thing and is none: "soap with rose and olive"."""
        token = self.tokens[index]
        return token.kind in ("hidden", "mark") or token.key in JOINING or index in self.values

    def is_sort(self, index: int) -> bool:
        """Whether the word at `index` is of what comes in sorts."""
        key = at(self.tokens, index).key
        return key not in ADJECTIVES and stem(key) in _SORTS

    def goes_with_another(self) -> bool:
        """Whether the question is about what is made to go with another thing, so that a brand is that thing's."""
        away = next((i for i, token in enumerate(self.tokens) if token.key in AWAY), len(self.tokens))
        return any(token.kind == "word" and stem(token.key) in _ACCESSORIES for token in self.tokens[:away])

    def becomes_another(self, phrase: Phrase) -> bool:
        """Whether a word that may be a thing itself follows a thing: "wine glasses" are no wine."""
        return any(one.start == phrase.end and one.is_thing and sole(one.meanings) is None for one in self.phrases)

    def looks(self, meaning: Meaning) -> bool:
        """Whether a value tells a look that nearly every product has."""
        return meaning.common and meaning.code in self.looks_by

    @property
    def has_unknown(self) -> bool:
        """Whether the question has a word that says something and that no known phrase covers."""
        return any(
            token.kind == "word" and index not in self.covered and token.key not in FUNCTION_WORDS | ASKING | ADJECTIVES
            for index, token in enumerate(self.tokens)
        )
