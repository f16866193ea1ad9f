"""Numbers in words: "one hundred and fifty", "twenty-five", «двух с половиной», «две тысячи пятьсот». Pure."""

from collections.abc import Mapping
from typing import Final

from runtime.retrieval.understanding.money_words import THOUSANDS
from runtime.retrieval.understanding.phrases import Phrases
from runtime.retrieval.understanding.tokens import DASHES, Tokens, at
from runtime.retrieval.understanding.words import NUMBERS

_ONES: Final[Mapping[str, int]] = {
    **NUMBERS,
    "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17,
    "eighteen": 18, "nineteen": 19, "одиннадцать": 11, "одиннадцати": 11, "двенадцать": 12, "двенадцати": 12,
    "тринадцать": 13, "тринадцати": 13, "четырнадцать": 14, "четырнадцати": 14, "пятнадцать": 15, "пятнадцати": 15,
    "шестнадцать": 16, "шестнадцати": 16, "семнадцать": 17, "семнадцати": 17, "восемнадцать": 18, "восемнадцати": 18,
    "девятнадцать": 19, "девятнадцати": 19,
}  # fmt: skip
_TENS: Final[Mapping[str, int]] = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "двадцать": 20, "двадцати": 20, "тридцать": 30, "тридцати": 30, "сорок": 40, "сорока": 40, "пятьдесят": 50,
    "пятидесяти": 50, "шестьдесят": 60, "шестидесяти": 60, "семьдесят": 70, "семидесяти": 70, "восемьдесят": 80,
    "восьмидесяти": 80, "девяносто": 90, "девяноста": 90,
}  # fmt: skip
_HUNDREDS: Final[Mapping[str, int]] = {
    "hundred": 100, "сто": 100, "ста": 100, "сотни": 100, "сотню": 100, "сотня": 100, "двести": 200, "двухсот": 200,
    "триста": 300, "трехсот": 300, "четыреста": 400, "четырехсот": 400, "пятьсот": 500, "пятисот": 500,
    "шестьсот": 600, "шестисот": 600, "семьсот": 700, "семисот": 700, "восемьсот": 800, "восьмисот": 800,
    "девятьсот": 900, "девятисот": 900,
}  # fmt: skip
_WHOLE: Final[Mapping[str, float]] = {"полторы": 1.5, "полтора": 1.5, "полутора": 1.5, "полтысячи": 500}
"""Numbers that no other is added to."""
_MANY_HUNDREDS: Final = frozenset({"hundred", "сотен", "сотни"})
_HALF: Final = Phrases({True: "с половиной|and a half"})
WORTHS: Final[Mapping[str, float]] = {**_ONES, **_TENS, **_HUNDREDS, **_WHOLE}
"""What each word adds to a number."""
_WORDS: Final = WORTHS.keys()

Spelt = tuple[float, int]
"""A number, and the index behind it."""


def read_spelt(tokens: Tokens, start: int, *, apart: bool = False) -> Spelt | None:
    """The number below a thousand that begins at `start`, "hundred" behind digits included; nothing where words stand
    side by side that make no number together. apart: an "and" parts two numbers.
    """
    first = start + 1 if at(tokens, start).key in ("a", "an") and at(tokens, start + 1).key == "hundred" else start
    found = _whole(tokens, first) or _hundreds(tokens, first, apart=apart) or _below_hundred(tokens, first)
    if found is None:
        return None
    value, end = found
    half = _HALF.skip(tokens, end)
    if half > end and not apart:
        value, end = value + 0.5, half
    return None if at(tokens, end).key in _WORDS else (value, end)


def read_rest(tokens: Tokens, start: int, *, below: int) -> Spelt | None:
    """What is added behind thousands: the "five hundred" of "two thousand five hundred", the 500 of «2 тысячи 500»;
    `start` with nothing where no number follows, nothing where one follows that cannot be added. below: the scale.
    """
    token = at(tokens, start)
    if token.kind == "number" and len(token.key) == len("500") and token.key.isdecimal():
        return float(token.key), start + 1
    found = _hundreds(tokens, start, apart=True) or _below_hundred(tokens, start)
    if found is None:
        return 0.0, start
    value, end = found
    scale = THOUSANDS.get(at(tokens, end).key, 0)
    if 0 < scale < below:
        rest = read_rest(tokens, end + 1, below=scale)
        return rest and (value * scale + rest[0], rest[1])
    return None if scale or at(tokens, end).key in _WORDS else (value, end)


def hundred_times(tokens: Tokens, value: float, end: int) -> Spelt:
    """`value` in digits with the "hundred" behind it."""
    return (value * 100, end + 1) if at(tokens, end).key in _MANY_HUNDREDS else (value, end)


def follows_number(tokens: Tokens, start: int) -> bool:
    """Whether a number in words stands right before `start`, so that what begins there is only a part of one."""
    before = at(tokens, start - 2 if at(tokens, start - 1).key in DASHES else start - 1)
    return before.key in _WORDS or (before.key in THOUSANDS and len(before.key) > 1)


def _whole(tokens: Tokens, start: int) -> Spelt | None:
    value = _WHOLE.get(at(tokens, start).key)
    return None if value is None else (value, start + 1)


def _hundreds(tokens: Tokens, start: int, *, apart: bool) -> Spelt | None:
    key, end = at(tokens, start).key, start + 1
    if key in _ONES and at(tokens, end).key in _MANY_HUNDREDS:
        value, end = _ONES[key] * 100, end + 1
    elif key in _HUNDREDS:
        value = _HUNDREDS[key]
    else:
        return None
    rest = _below_hundred(tokens, end + (at(tokens, end).key == "and" and not apart))
    # "One hundred and two hundred" are two numbers.
    return (float(value), end) if rest is None or at(tokens, rest[1]).key in _WORDS else (value + rest[0], rest[1])


def _below_hundred(tokens: Tokens, start: int) -> Spelt | None:
    key, end = at(tokens, start).key, start + 1
    if key in _ONES:
        return float(_ONES[key]), end
    if key not in _TENS:
        return None
    place = end + 1 if at(tokens, end).key in DASHES else end
    one = _ONES.get(at(tokens, place).key, 10)
    return (float(_TENS[key] + one), place + 1) if one < 10 else (float(_TENS[key]), end)
