"""Phones, e-mail addresses and card numbers in what a shopper types: masked, so that no model gets to see them. Pure.

What a shop sells by number is left alone: prices, sizes, SKUs, bar codes (8, 12, 13 and 14 digits).
"""

import re
from collections.abc import Callable
from typing import Final

PHONE: Final = "[phone]"
EMAIL: Final = "[e-mail]"
CARD: Final = "[card]"

_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+)+")

_FOLDED: Final = str.maketrans(
    dict.fromkeys("\u00a0\u2007\u2009\u202f", " ") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
)
"""Spaces and dashes as they come out of phones and word processors, each for the one on a keyboard."""

_CARD: Final = re.compile(
    r"(?<![\d-])(?:[2-9]\d{3}([ .-]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|3[47]\d{2}([ .-]?)\d{6}\2\d{5}"
    r"|3[0689]\d{2}([ .-])\d{6}\3\d{4})(?![\d-])"
)
"""Sixteen digits and more in groups of four, fifteen as American Express writes them, or fourteen as Diners Club does;
in one piece fourteen are a bar code.
"""

_PHONE: Final = re.compile(
    r"(?<![\w+])(?:"
    # With a country's code, behind a plus or what is dialled for it; apart from that, 00 begins a list of sizes, too.
    r"\+\d(?:[ ().-]{0,3}\d){9,14}|(?<!\d[ .,-])00[1-9]\d{0,2}(?=[ (.-])(?:[ ().-]{0,3}\d){8,13}"
    r"|(?<!\d[ .,-])00[ -][1-9]\d{0,2}[ -]\(?\d{2,5}\)?[ -]?\d{3,4}[ -]?\d{2,4}(?:[ -]?\d{2})?"
    # Russian: 8 or 7, and ten digits in groups; in one piece only those of mobiles, for other numbers are as long.
    r"|[78][ -]?\(\d{3,5}\)[ -]?\d{1,3}[ -]?\d{2}[ -]?\d{2}|[78][ -][34789]\d{2}[ -]\d{3}[ -]?\d{2}[ -]?\d{2}"
    r"|[78][ -]?9\d{9}|[78]\.[34789]\d{2}\.\d{3}\.\d{2}\.\d{2}"
    r"|9\d{2}[ -]\d{3}[ -]\d{2}[ -]\d{2}|\(\d{3,5}\) ?\d{1,3}-\d{2}-\d{2}"
    # North American; with spaces alone only behind a 1, else they are three numbers.
    r"|(?:1[ .-]?)?\([2-9]\d{2}\) ?\d{3}[-. ]\d{4}|(?:1[ .-])?[2-9]\d{2}([-.])\d{3}\1\d{4}"
    r"|1 [2-9]\d{2} \d{3}[ -]\d{4}"
    r")(?!\w)(?! ?(?:мм|см|mm|cm|₽|руб))"
)

_ROUND: Final = re.compile(r"\d*0(?:[ .-]\d*0){2,}")
"""Round numbers, one after the other, are measures: 240-320-1200."""

_SHORTEST: Final = 9
"""No text that is shorter holds any of them, but for an e-mail address."""


def masked(text: str) -> str:
    """`text` with PHONE, EMAIL and CARD where they stood."""
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    if sum(map(str.isdecimal, text)) < _SHORTEST:
        return text
    text = _put(CARD, text, _CARD, _adds_up)
    return _put(PHONE, text, _PHONE, _may_be_dialled)


def _put(sign: str, text: str, pattern: re.Pattern[str], accepts: Callable[[str], bool]) -> str:
    """`text` with `sign` for what `pattern` finds, whatever its spaces and dashes, and `accepts`."""
    parts: list[str] = []
    rest = 0
    for found in pattern.finditer(text.translate(_FOLDED)):
        if accepts(found[0]):
            parts += (text[rest : found.start()], sign)
            rest = found.end()
    return "".join((*parts, text[rest:]))


def _may_be_dialled(text: str) -> bool:
    return 10 <= _digits(text) <= 17 and not _ROUND.fullmatch(text)


def unmasked(text: str) -> str:
    """`text` as it is: for a shop that has it otherwise."""
    return text


def _digits(text: str) -> int:
    return sum(map(str.isdecimal, text))


def _adds_up(text: str) -> bool:
    """Luhn's check digit (ISO/IEC 7812-1)."""
    digits = [int(char) for char in reversed(text) if char.isdecimal()]
    doubled = (digit * 2 for digit in digits[1::2])
    return (sum(digits[::2]) + sum(digit - 9 if digit > 9 else digit for digit in doubled)) % 10 == 0
