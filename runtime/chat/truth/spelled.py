"""Numbers in words, as sums of money are told: "thirty-four dollars", «полторы тысячи рублей». Pure."""

import re
from collections.abc import Iterator
from typing import Final

from runtime.retrieval.understanding.money_words import THOUSANDS
from runtime.retrieval.understanding.number_words import WORTHS

_TIMES: Final = {word: scale for word, scale in THOUSANDS.items() if len(word) > len("тыс")} | {"hundred": 100}
_WORTHS: Final = {word: worth for word, worth in WORTHS.items() if word != "hundred"}
BEGINNINGS: Final = tuple(sorted({*_WORTHS, *_TIMES}))
"""The words that such a number may begin with."""

_WORD: Final = "|".join(sorted(BEGINNINGS, key=lambda word: (-len(word), word)))
_GAP: Final = r"[ \u00a0\u2007\u2009\u202f‑-]"
_RUN: Final = re.compile(
    rf"(?<![\w-])(?<!\d[ \u00a0\u2007\u2009\u202f])(?:{_WORD})(?!\w)(?:{_GAP}(?:and{_GAP})?(?:{_WORD})(?!\w)){{0,9}}"
)
_SEPARATE: Final = re.compile(r"\w+")


def spelled_in(folded: str, start: int, end: int) -> Iterator[tuple[int, int, float]]:
    """First and last place, and value, of numbers in words between `start` and `end`. folded: as
    `runtime.chat.truth.folding.fold` makes it.
    """
    for match in _RUN.finditer(folded, start, end):
        yield match.start(), match.end(), _value(match.group())


def spelled_end(folded: str, start: int) -> int:
    """The end of the number in words at `start`; `start` where there is none."""
    found = _RUN.match(folded, start)
    return found.end() if found else start


def _value(words: str) -> float:
    total, part = 0.0, 0.0
    for word in _SEPARATE.findall(words):
        if word == "hundred":
            part = (part or 1) * 100
        elif word in _TIMES:
            total += (part or 1) * _TIMES[word]
            part = 0
        else:
            part += _WORTHS.get(word, 0)
    return total + part
