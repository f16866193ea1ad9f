"""What the BM25 leg looks for, as a value that is never more than OpenSearch takes. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.hybrid.settings import OURS, LexicalSettings

MAX_WORDS: Final = 32
"""Terms that reach the BM25 leg, of all wordings together. OpenSearch refuses a query of more than 1,024 clauses, and a
term may be 26 of them: in eight fields to be judged by, to be demanded and to be marked, and in two as a name.
"""

_TERMS: Final = re.compile(r"[^\W_\u0e00-\U0010ffff]{1,255}|[\u0e00-\U0010ffff]")
"""What may become a term: letters and digits in a row, up to where OpenSearch's tokenizer cuts them; and from Thai on,
where there are scripts without spaces, every character.
"""


@dataclass(frozen=True, slots=True)
class Words:
    """What the BM25 leg looks for.

    text: a product is to have some of these words; empty when filters say it all. described: what it is judged by,
    more than `text` when filters say a part of it; empty is `text` itself. codes: what it may be named by, as typed.
    phrases: what it may say word for word, such as the name of a model; "WH-1000 XM4" is "wh1000xm4". unwanted: what
    it had better be without, each with the ways to say that it is ("without straw", "strawless"). others: what it is
    judged by in other words, which are nearly as good; required_others: the same for `text`. measures: quantities as
    they stand in `text`, each with all the ways to write it, one of which is as good as another. settings: what words
    weigh.
    """

    text: str
    described: str = ""
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

    @property
    def judged(self) -> str:
        """What a product is judged by."""
        return cut(self.described or self.text)

    @property
    def required(self) -> str:
        """The words of which a product is to have some."""
        return cut(self.text)

    @property
    def judged_others(self) -> tuple[str, ...]:
        """As many of `others` as there is room for."""
        return _fitting(self.others, room=MAX_WORDS - _count(self.judged))

    @property
    def wordings(self) -> tuple[str, ...]:
        """`required`, and as many of `required_others` as there is room for."""
        return (self.required, *_fitting(self.required_others, room=MAX_WORDS - _count(self.required)))

    def without_measures(self, text: str) -> str:
        """`text` without what of it are `measures`."""
        for typed, _ in self.measures:
            text = re.sub(rf"(?<![\w.,]){re.escape(typed)}(?!\w)", " ", text)
        return text.strip()


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


def cut(text: str) -> str:
    """The beginning of `text` that makes at most MAX_WORDS terms; words that stay are whole, spaces single."""
    kept: list[str] = []
    left = MAX_WORDS
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
