"""What the BM25 leg looks for, as a value that is never more than OpenSearch takes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from shared.hybrid.settings import OURS, LexicalSettings

MAX_WORDS: Final = 32
"""Terms that reach the BM25 leg, of all wordings together; fewer where measures and the unwanted take their place, and
of each of several things that are wanted alike its share.
"""

MAX_CLAUSES: Final = 960
"""What a query may have, filters aside: OpenSearch refuses more than 1,024 clauses."""

MOST_PHRASES: Final = 32
MOST_UNWANTED: Final = 8

_PER_TERM: Final = 26
"""Clauses of a term: in eight fields to be judged by, to be demanded and to be marked, and in two as a name."""
_PER_SPELLING: Final = 4
"""Clauses of a spelling: to be judged by, to be demanded, and twice to be marked."""

UnwantedPhrases = Sequence[tuple[str, tuple[str, ...]]]
"""What a product had better be without, each with the ways to say that it is ("without straw", "strawless")."""
Measures = Sequence[tuple[str, tuple[str, ...]]]
"""Quantities as typed, each with all the ways to write it."""

_TERMS: Final = re.compile(r"[^\W_\u0e00-\U0010ffff]{1,255}|[\u0e00-\U0010ffff]")
"""What may become a term: letters and digits in a row, up to where OpenSearch's tokenizer cuts them; and from Thai on,
where there are scripts without spaces, every character.
"""

_TERM: Final = re.compile(r"[^\W_]+(?:[.,](?<=\d.)(?=\d)[^\W_]+)*")


@dataclass(frozen=True)
class Words:
    """What the BM25 leg looks for.

    text: a product is to have some of these words; empty when filters say it all. described: what it is judged by,
    more than `text` when filters say a part of it; empty is `text` itself. codes: what it may be named by, as typed.
    alike: other things that are wanted as much as `text`, such as the other sides of a comparison.
    phrases: what it may say word for word, such as the name of a model; "WH-1000 XM4" is "wh1000xm4". unwanted: what
    it had better be without, each with the ways to say that it is ("without straw", "strawless"). others: what it is
    judged by in other words, which are nearly as good; required_others: the same for `text`. measures: quantities as
    they stand in `text`, each with all the ways to write it, one of which is as good as another. settings: what words
    weigh.
    """

    text: str
    described: str = ""
    alike: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    unwanted: tuple[tuple[str, tuple[str, ...]], ...] = ()
    others: tuple[str, ...] = ()
    required_others: tuple[str, ...] = ()
    measures: tuple[tuple[str, tuple[str, ...]], ...] = ()
    settings: LexicalSettings = OURS.lexical

    @classmethod
    def of(cls, text: str) -> "Words":
        """A question as it stands."""
        return cls(text, codes=tuple(build_codes(text)))

    @cached_property
    def judged(self) -> str:
        """What a product is judged by."""
        return cut(self.described or self.text, most=self._share)

    @cached_property
    def required(self) -> str:
        """The words of which a product is to have some."""
        return cut(self.text, most=self._share)

    @cached_property
    def judged_others(self) -> tuple[str, ...]:
        """`alike`, and as many of `others` as there is room for."""
        return (*self._alike, *_fitting(self.others, room=self._room - self._taken(self.judged)))

    @cached_property
    def wordings(self) -> tuple[str, ...]:
        """`required`, `alike`, and as many of `required_others` as there is room for."""
        room = self._room - self._taken(self.required)
        return (self.required, *self._alike, *_fitting(self.required_others, room=room))

    @cached_property
    def sides(self) -> tuple["Words", ...]:
        """`text` and each of `alike` by itself, without other wordings."""
        return tuple(
            replace(self, text=text, described="", alike=(), others=(), required_others=(), measures=self._within(text))
            for text in (self.required, *self._alike)
        )

    @property
    def _share(self) -> int:
        """Terms that there is room for of each thing that is wanted."""
        return max(1, self._room // (1 + len(self.alike)))

    @cached_property
    def _alike(self) -> tuple[str, ...]:
        return tuple(cut(text, most=self._share) for text in self.alike)

    def _taken(self, text: str) -> int:
        return sum(map(_count, (text, *self._alike)))

    def _within(self, text: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(measure for measure in self.measures if _standing(measure[0]).search(text))

    @cached_property
    def _room(self) -> int:
        """Terms that there is room for, of MAX_CLAUSES."""
        spellings = sum(count_clauses(spellings) for _, spellings in self.measures)
        # A measure whose words only stand apart is worth something, too: in eight fields, judged and demanded.
        apart = sum(_count(typed) for typed, _ in self.measures) * 2 * 8
        unwanted = sum(1 + len(lacking) for _, lacking in self.unwanted[:MOST_UNWANTED])
        phrases = 2 * len(self.phrases[:MOST_PHRASES])
        left = MAX_CLAUSES - _PER_SPELLING * spellings - apart - unwanted - phrases
        return min(MAX_WORDS, left // _PER_TERM)

    def without_measures(self, text: str) -> str:
        """`text` without what of it are `measures`."""
        for typed, _ in self.measures:
            text = _standing(typed).sub(" ", text)
        return text.strip()


def _standing(typed: str) -> re.Pattern[str]:
    """Matches a measure where it stands: "5 l", and not in "1.5 l"."""
    return re.compile(rf"(?<![\w.,]){re.escape(typed)}(?!\w)")


def _fitting(wordings: Sequence[str], *, room: int) -> tuple[str, ...]:
    kept: list[str] = []
    for wording in wordings:
        room -= _count(wording)
        if room < 0:
            break
        kept.append(wording)
    return tuple(kept)


def _count(text: str) -> int:
    """How many terms `text` makes, one a word at least."""
    return sum(max(1, sum(1 for _ in _TERMS.finditer(word))) for word in text.split())


def is_term(spelling: str) -> bool:
    """Whether a measure spelt so is a single term where words are not stemmed: "5l", and not "5 l"."""
    return _TERM.fullmatch(spelling) is not None


def count_clauses(spellings: Sequence[str]) -> int:
    """Clauses that the `spellings` of a measure are in one field: one for all terms, and one for each phrase."""
    phrases = sum(not is_term(spelling) for spelling in spellings)
    return phrases + (phrases < len(spellings))


def cut(text: str, *, most: int = MAX_WORDS) -> str:
    """The beginning of `text` that makes at most `most` terms; words that stay are whole, spaces single."""
    kept: list[str] = []
    left = most
    for word in text.split():
        terms = [term.end() for term in _TERMS.finditer(word)]
        if len(terms) > left:
            # To us one word, to OpenSearch hundreds.
            return " ".join(kept) or word[: terms[left - 1]]
        kept.append(word)
        left -= max(1, len(terms))
        if not left:
            break
    return " ".join(kept)


def build_codes(text: str) -> list[str]:
    """What in `text` may be a SKU: the whole of it and each word, as the `identifiers` normaliser will see them."""
    words = [word.strip(".,;:!?()[]\"'«»") for word in text.split()]
    return list(dict.fromkeys(word for word in [text.strip(), *words] if word))
