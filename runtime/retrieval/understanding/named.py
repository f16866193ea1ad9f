"""Categories and attribute values that a question names, where they are plain enough for a hard condition. Pure.

No condition is better than a wrong one. A word with two meanings is none. A category is one only where it is what the
question is about: a "jacket hanger" is no jacket, and a "sleeping bag" no bag, so every word around it must be known to
leave a thing what it is.

A value is one beside its label, beside a known category, behind "in", "from" or "by", or where it stands apart ("phone
case, black"). With an unknown noun it may make a name ("olive oil", "apple cider vinegar", «золотая рыбка»): it stays a
word, but for a colour or a material of a known thing with one word more ("beige thermos bottle") in a shop where nearly
everything has one. It stays a word alone, too, and where its preposition compares ("like silver").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from runtime.retrieval.understanding.asking import asked
from runtime.retrieval.understanding.catalogue import Meaning, Vocabulary, codes_of, sole
from runtime.retrieval.understanding.findings import Finding, Named
from runtime.retrieval.understanding.known import Phrase, compound_things, known_phrases
from runtime.retrieval.understanding.refusals import read_refusals, refuse, unrefused
from runtime.retrieval.understanding.stems import ADJECTIVE, stem
from runtime.retrieval.understanding.tokens import Tokens, at, hide, joined_to_next
from runtime.retrieval.understanding.words import (
    ADJECTIVES,
    ASKING,
    DETAIL_OPENERS,
    FUNCTION_WORDS,
    JOINERS,
    PREPOSITIONS,
    SORTS,
)

_AWAY: Final = PREPOSITIONS - ASKING - {"about", "near"}
"""What ends the part of a question that tells the thing itself: "bag for shoes" is about a bag."""

_PURPOSES: Final = frozenset({"for", "fits", "compatible", "для", "под", "к"})
"""What stands behind one of these is something else that the thing is to be used with."""
_TELLING: Final = frozenset({"in", "from", "в", "во", "из"})
"""Behind one of these a value is one of whatever stands before: "case in black". Of the other openers of a detail,
"heart of gold" and «варенье на зиму» tell otherwise unless what stands before is known.
"""
_OF: Final = frozenset({"of", "из"})
"""Behind one of these a value may begin the thing itself: "a set of white mugs"."""
_MAKERS: Final = frozenset({"by", "от"})
"""Behind one of these stands who made a thing."""
_LOOKS: Final = ("color", "material")
"""Of these a value is one of the whole thing, whatever words name it."""
_NOT_ALL: Final = frozenset({("not", "only"), ("not", "just"), ("не", "только")})
_SORTED: Final = ("color", "material", "brand")
"""What names a sort of some things: see SORTS."""
_SORTS: Final = frozenset(map(stem, SORTS))


@dataclass(frozen=True, slots=True)
class _Scene:
    """A question's tokens, and the indices of those that a known phrase covers. makers: codes of what tells a brand.
    sorted_by: codes of what may name a sort. looks_by: codes of what a thing looks like.
    """

    tokens: Tokens
    phrases: Sequence[Phrase]
    covered: frozenset[int]
    makers: frozenset[str]
    sorted_by: frozenset[str]
    looks_by: frozenset[str]

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
        if token.key in _PURPOSES | _MAKERS:
            return index + 1 in self.covered
        return self.leaves_it(index) or ADJECTIVE.fullmatch(token.key) is not None

    def _joins_mark(self, index: int, end: int) -> bool:
        token = self.tokens[index]
        return (token.key == "," and index + 1 < end) or (token.key == "'" and not token.spaced)

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


def read_named(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Every category and value that is meant beyond doubt, in the order of the question, refused ones among them."""
    # What only asks has prepositions of its own, and says nothing of the thing: «есть ли у вас куртки».
    tokens = hide(tokens, [(0, asked(tokens)[0])])
    refusals = read_refusals(tokens)
    if not refusals:
        return _meant(tokens, vocabulary)
    refused = refuse(_meant(hide(tokens, [one.verb for one in refusals]), vocabulary), refusals)
    return refused or unrefused(_meant(tokens, vocabulary), refusals)


def _meant(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    phrases = known_phrases(tokens, vocabulary)
    covered = frozenset(index for phrase in phrases for index in range(phrase.start, phrase.end))
    scene = _Scene(
        tokens,
        phrases,
        covered,
        codes_of(vocabulary, "brand"),
        codes_of(vocabulary, *_SORTED),
        codes_of(vocabulary, *_LOOKS),
    )
    heads = _heads(scene, [*phrases, *compound_things(tokens, vocabulary)])
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
        return phrase.label_first or scene.plain_behind(phrase.end)
    if scene.is_what_it_is_for(phrase.start) or _is_not_all(phrase, scene) or _names_sort(phrase, meaning, scene):
        return False
    opener = scene.tokens[phrase.start].key
    if opener in DETAIL_OPENERS and scene.ends_plainly(phrase.end):
        of_kind = scene.looks(meaning) and _is_of_kind(phrase, scene, heads)
        return of_kind or _tells(phrase, scene) or _follows(phrase, scene, heads)
    if opener in DETAIL_OPENERS:
        return opener in _OF and _precedes(phrase, scene, heads)
    if at(scene.tokens, phrase.start - 1).key in _MAKERS:
        return meaning.code in scene.makers and scene.plain_behind(phrase.end)
    if _precedes(phrase, scene, heads) or _follows(phrase, scene, heads) or _stands_apart(phrase, scene, heads):
        return True
    return scene.looks(meaning) and _is_of_kind(phrase, scene, heads)


def _is_not_all(phrase: Phrase, scene: _Scene) -> bool:
    """Whether a value is only one of those wanted: "not only leather", «не только чёрная»."""
    keys = [token.key for token in scene.tokens[: phrase.start]]
    return any(pair in _NOT_ALL for pair in pairwise(keys))


def _names_sort(phrase: Phrase, meaning: Meaning, scene: _Scene) -> bool:
    """Whether a value is the sort of what stands beside it, known thing or not: "green tea", «масло оливковое»."""
    beside = (at(scene.tokens, index).key for index in (phrase.start - 1, phrase.end))
    return meaning.code in scene.sorted_by and any(stem(key) in _SORTS and key not in ADJECTIVES for key in beside)


def _is_of_kind(phrase: Phrase, scene: _Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a value stands beside a known thing with one unknown word that tells its kind: "beige thermos bottle",
    "thermos bottles of steel", and no "silver jewelry polish".
    """
    for head in heads:
        kind = at(scene.tokens, head.end)
        if kind.kind != "word" or not kind.key.isascii() or stem(kind.key) in _SORTS:
            continue
        if head.end in scene.covered or kind.key in FUNCTION_WORDS:
            continue
        if phrase.end <= head.start and scene.joins(phrase.end, head.start) and scene.plain_behind(head.end + 1):
            return True
        if phrase.start == head.end + 1 and scene.ends_plainly(phrase.end):
            return True
    return False


def _tells(phrase: Phrase, scene: _Scene) -> bool:
    """Whether a detail says by its preposition that it is one: "in black", "made of leather"."""
    return scene.tokens[phrase.start].key in _TELLING or at(scene.tokens, phrase.start - 1).key == "made"


def _precedes(phrase: Phrase, scene: _Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a known thing stands behind a value, with nothing unknown between: "black leather jacket".

    What follows an English thing may make another one of it ("summer jacket rack"), a Russian one stays what it is.
    """
    for head in heads:
        if head.start >= phrase.end and scene.joins(phrase.end, head.start):
            return not scene.tokens[head.end - 1].key.isascii() or scene.plain_behind(head.end)
    return False


def _follows(phrase: Phrase, scene: _Scene, heads: Sequence[Phrase]) -> bool:
    """Whether a known thing stands before a value that ends its part: "jacket black", "bag made of leather"."""
    if not scene.plain_behind(phrase.end):
        return False
    return any(head.end <= phrase.start and scene.joins(head.end, phrase.start) for head in heads)


def _stands_apart(phrase: Phrase, scene: _Scene, heads: Sequence[Phrase]) -> bool:
    """Whether nothing but values stands between two marks, or conditions already read: "jacket under $50, black".

    Without a known thing only at the end, and behind the only comma: "lavender, rose and vanilla" may be anything.
    """
    if not heads and not scene.has_unknown:
        return False
    start, end = phrase.start, phrase.end
    while not scene.ends_part(start - 1) and scene.leaves_it(start - 1):
        start -= 1
    while not scene.ends_part(end) and scene.leaves_it(end):
        end += 1
    before, behind = at(scene.tokens, start - 1), at(scene.tokens, end)
    if before.kind not in ("mark", "hidden") or not scene.ends_part(end):
        return False
    if heads:
        return not any(start <= head.start < end for head in heads)
    commas = sum(token.key == "," for token in scene.tokens)
    return start > 0 and commas <= 1 and behind.kind == "hidden"


def _heads(scene: _Scene, phrases: Sequence[Phrase]) -> list[Phrase]:
    """What the question may be about: the things before its first preposition."""
    away = next(
        (i for i, token in enumerate(scene.tokens) if token.key in _AWAY and i not in scene.covered), len(scene.tokens)
    )
    return [phrase for phrase in phrases if phrase.end <= away and phrase.is_thing]
