"""What in a question may be a code: SKU, EAN, part or model number. Pure.

Whether a code exists only the index can say, so everything that may be one is named, several spellings each. What the
question says by itself is whether it asks for a code and nothing else: then an unknown one is answered with "there is
no such product" instead of its neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from runtime.retrieval.code_words import ANNOUNCING, ASKING, ORDINARY, PRICE, VARIANT
from runtime.retrieval.spelling.layout import switched
from shared.codes import CODE_SEPARATORS, DASHES

Shape = Literal["ean", "mixed", "number", "letters"]

MAX_WORDS: Final = 64
"""Words of a question that are looked at, as many as the lexical leg takes."""

MAX_PARTS: Final = 5
"""Neighbouring words that are joined into one code: "460 000 000 017 1". So a question has at most
MAX_WORDS * MAX_PARTS codes."""

MAX_LENGTH: Final = 40
"""Characters of the longest key that is looked up."""

_EAN_LENGTHS: Final = (8, 12, 13, 14)
"""GTIN-8, UPC-A, EAN-13 and GTIN-14 of the GS1 General Specifications."""
_LONG_NUMBER: Final = 7
"""Digits in one run from which a number alone is no price, size or quantity any more, unless it is round."""
_LONGEST_SERIES: Final = 4
"""Letters of the series that may stand before a serial number as a word of its own."""

_TO_HYPHEN: Final = dict.fromkeys(map(ord, DASHES), "-")
_WORD: Final = re.compile(r"\w+(?:[-./']+\w+)*")
_SEPARATORS: Final = re.compile(CODE_SEPARATORS)
_DIGIT: Final = re.compile(r"\d")
_CURRENCY: Final = re.compile("[$€£₽]")

_LOOKS_CYRILLIC: Final = "авекмнорстухіјѕ"
_LOOKS_LATIN: Final = "abekmhopctyxijs"
_TO_LATIN: Final = str.maketrans(_LOOKS_CYRILLIC, _LOOKS_LATIN)
_TO_CYRILLIC: Final = str.maketrans(_LOOKS_LATIN[:12], _LOOKS_CYRILLIC[:12])
_HAS_CYRILLIC: Final = re.compile(r"[а-яёіјѕ]")
_HAS_LATIN: Final = re.compile(r"[a-z]")


@dataclass(frozen=True, slots=True)
class Code:
    """A part of a question that may be a code.

    text: as typed. key: as the index's normaliser `vitrina_code` writes it, without case and separators. others: keys
    of the same code typed otherwise: letters of the other alphabet that look alike, the other keyboard layout, an EAN
    with or without the zeros before it. fits: an EAN's check digit fits. sure: the question asks for this code and
    nothing else; where the index has no key of any of its codes, there is no such product.
    """

    text: str
    key: str
    shape: Shape
    others: tuple[str, ...] = ()
    fits: bool = False
    sure: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys to look for, the one as typed first."""
        return (self.key, *self.others)


def find_codes(text: str) -> tuple[Code, ...]:
    """What in `text` may be a code, in the order of the question, the longest first where several begin together.

    A word with a digit, or with a separator inside, or in capitals; such words joined with their neighbours; and the
    whole of a short question.
    """
    words = _words(text)
    sure = _sure_spans(words) if _DIGIT.search(text) and not _CURRENCY.search(text) else frozenset()
    found: dict[str, Code] = {}
    for first in range(len(words)):
        for last in range(min(first + MAX_PARTS, len(words)), first, -1):
            parts = words[first:last]
            if _may_be(parts, whole=len(parts) == len(words)) and (code := _code(parts, (first, last) in sure)):
                found[code.key] = code if code.sure else found.get(code.key, code)
    return tuple(found.values())


def code_key(code: str) -> str:
    """`code` without case and separators, whichever dash or space they are: what `vitrina_code` makes of it."""
    return _SEPARATORS.sub("", code).lower()


def check_digit_fits(digits: str) -> bool:
    """Whether the last of `digits` is the check digit of a GTIN: weights 3 and 1 from the right (GS1)."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return total % 10 == 0


def _words(text: str) -> list[str]:
    return [
        match.group() for match, _ in zip(_WORD.finditer(text.translate(_TO_HYPHEN)), range(MAX_WORDS), strict=False)
    ]


def _code(parts: Sequence[str], sure: bool) -> Code | None:
    key = code_key("".join(parts))
    if not 2 <= len(key) <= MAX_LENGTH:
        return None
    fits = _is_number(key) and len(key) in _EAN_LENGTHS and check_digit_fits(key)
    return Code(" ".join(parts), key, _shape(key), others=_others(key), fits=fits, sure=sure)


def _shape(key: str) -> Shape:
    if _is_number(key):
        return "ean" if len(key) in _EAN_LENGTHS else "number"
    return "mixed" if any(sign.isdigit() for sign in key) else "letters"


def _others(key: str) -> tuple[str, ...]:
    if _is_number(key):
        spelt = [key.lstrip("0"), key.zfill(13), key.zfill(14)] if len(key) in _EAN_LENGTHS[1:] else []
        spelt = [other for other in spelt if len(other) in _EAN_LENGTHS]
    else:
        spelt = [key.translate(_TO_LATIN), key.translate(_TO_CYRILLIC)]
        # A half-translated key is in two alphabets, and so is no code.
        spelt = [other for other in spelt if not (_HAS_CYRILLIC.search(other) and _HAS_LATIN.search(other))]
        spelt.append(code_key(switched(key)))
    return tuple(other for other in dict.fromkeys(spelt) if other.isalnum() and other != key)


def _may_be(parts: Sequence[str], *, whole: bool) -> bool:
    """Whether `parts` are worth looking up together; whole: they are all of the question."""
    if len(parts) > 1:
        return whole or (any(map(_has_digit, parts)) and not any(map(_is_beside, parts)))
    word = parts[0]
    return whole or _has_digit(word) or _SEPARATORS.search(word) is not None or (word.isupper() and len(word) > 2)


def _sure_spans(words: Sequence[str]) -> frozenset[tuple[int, int]]:
    """Where the words begin and end that can only be codes: announced ones, and all that a question asks for."""
    announced = frozenset(_announced(words))
    if announced:
        return announced
    spans = list(_asked_for(words))
    if spans and all(_asks_for_code(words[first:last]) for first, last in spans):
        return frozenset(spans)
    # An EAN is nothing else, whatever is said beside it.
    return frozenset(
        (first, last)
        for first, last in _windows(len(words))
        if _is_ean(words[first:last]) and not _beside_number(words, first, last)
    )


def _windows(count: int) -> Iterator[tuple[int, int]]:
    for first in range(count):
        for last in range(first + 1, min(first + MAX_PARTS, count) + 1):
            yield first, last


def _announced(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The code behind each "SKU" or «артикул»: the words up to the first that is neither part nor variant."""
    for place, word in enumerate(words):
        if word.lower() in ANNOUNCING:
            first = last = place + 1
            while last < len(words) and last - first < MAX_PARTS and _is_part(words[last]):
                last += 1
            if (
                first < last
                and len(code_key("".join(words[first:last]))) > 2
                and any(map(_has_digit, words[first:last]))
            ):
                yield first, last


def _asked_for(words: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Runs of words between those that only ask."""
    first = 0
    for place in range(len(words) + 1):
        if place == len(words) or words[place].lower() in ASKING:
            if first < place:
                yield first, place
            first = place + 1


def _asks_for_code(parts: Sequence[str]) -> bool:
    """Whether `parts`, all that is asked for, are a code: an EAN, a long number, or a word like one with its parts."""
    if len(parts) > MAX_PARTS:
        return False
    key = code_key("".join(parts))
    if _is_number(key):
        return (
            len(key) in _EAN_LENGTHS[1:]
            or _is_ean(parts)
            or (len(parts) == 1 and _is_serial(parts[0]) and not parts[0].endswith("000"))
        )
    # A serial number behind its series is one whatever follows: "JKT 0000017 olive".
    if len(parts) > 1 and parts[0].isalpha() and len(parts[0]) <= _LONGEST_SERIES and _is_serial(parts[1]):
        return not any(map(_is_beside, parts))
    return all(map(_is_part, parts)) and any(_is_codelike(part) or _is_serial(part) or _is_run(part) for part in parts)


def _is_part(word: str) -> bool:
    """Whether `word` may stand in a code of several words: digits, a code by itself, a size, a colour, two letters."""
    return not _is_beside(word) and (_has_digit(word) or len(word) <= 2 or word.lower() in VARIANT)


def _is_beside(word: str) -> bool:
    """Whether `word` stands beside codes and in none."""
    return word.lower() in ASKING or word.lower() in PRICE


def _is_codelike(word: str) -> bool:
    """Whether `word` alone reads as a code: letters with two digits or more, and nothing ordinary ("500ml")."""
    lower = word.lower()
    if len(word) > MAX_LENGTH or ORDINARY.fullmatch(lower) or ORDINARY.fullmatch(lower.translate(_TO_LATIN)):
        return False
    digits = sum(sign.isdigit() for sign in word)
    letters = sum(sign.isalpha() for sign in word)
    return digits >= 2 and (letters >= 2 or (letters == 1 and digits >= 4))


def _is_serial(word: str) -> bool:
    """Digits in one run, too long for a price, a size or a quantity, or with a zero before them."""
    return word.isdigit() and (len(word) >= _LONG_NUMBER or (word[0] == "0" and len(word) > 2))


def _is_run(word: str) -> bool:
    """Digits in one run that are hardly a price, where letters stand beside: "KE 497672 E"."""
    return word.isdigit() and len(word) == _LONG_NUMBER - 1 and not word.endswith("000")


def _is_ean(parts: Sequence[str]) -> bool:
    """Whether `parts` are a number of a GTIN's length that can be nothing else.

    Eight digits must fit and be in one piece, for dates and prices have as many; more must fit or be in one piece.
    """
    key = code_key("".join(parts)) if all(part[0].isdigit() for part in parts) else ""
    if not _is_number(key) or len(key) not in _EAN_LENGTHS:
        return False
    fits, in_one = check_digit_fits(key), parts[0] == key
    return fits and in_one if len(key) == min(_EAN_LENGTHS) else fits or in_one


def _beside_number(words: Sequence[str], first: int, last: int) -> bool:
    """Whether digits go on on either side, or a word of price stands there: then it is a part of something else."""
    beside = [*words[max(0, first - 1) : first], *words[last : last + 1]]
    return any(word.isdigit() or word.lower() in PRICE for word in beside)


def _has_digit(word: str) -> bool:
    return _DIGIT.search(word) is not None


def _is_number(key: str) -> bool:
    return key.isascii() and key.isdigit()
