"""Phones, e-mail addresses and card numbers in what a shopper types: masked, so that no model gets to see them. Pure.

What a shop sells by number is left alone: prices, sizes, SKUs, bar codes (8, 12, 13 and 14 digits).
"""

import re
from typing import Final

PHONE: Final = "[phone]"
EMAIL: Final = "[e-mail]"
CARD: Final = "[card]"

_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}+@[\w-]{1,63}+(?:\.[\w-]{1,63}+)+")

_CARD: Final = re.compile(
    r"(?<![\d-])(?:\d{4}([ -]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?|\d{4}([ -]?)\d{6}\2\d{5})(?![\d-])"
)
"""Sixteen digits and more in groups of four, or fifteen as American Express writes them."""

_PHONE: Final = re.compile(
    r"(?<![\w+])(?:"
    # With a country's code.
    r"\+\d[\d ().-]{8,18}\d"
    # Russian: 8 or 7, and ten digits in groups; in one piece only those of mobiles, for other numbers are as long.
    r"|[78][ -]?\(\d{3,5}\)[ -]?\d{1,3}[ -]?\d{2}[ -]?\d{2}|[78][ -]\d{3}[ -]\d{3}[ -]?\d{2}[ -]?\d{2}|[78][ -]?9\d{9}"
    r"|9\d{2}[ -]\d{3}[ -]\d{2}[ -]\d{2}|\(\d{3,5}\) ?\d{1,3}-\d{2}-\d{2}"
    # North American.
    r"|\(\d{3}\) ?\d{3}[-. ]\d{4}|\d{3}([-.])\d{3}\1\d{4}"
    r")(?![\w])(?! ?(?:мм|см|mm|cm|₽|руб))"
)

_SHORTEST: Final = 9
"""No text that is shorter holds any of them, but for an e-mail address."""


def masked(text: str) -> str:
    """`text` with PHONE, EMAIL and CARD where they stood."""
    if "@" in text:
        text = _EMAIL.sub(EMAIL, text)
    if sum(map(str.isdecimal, text)) < _SHORTEST:
        return text
    text = _CARD.sub(lambda found: CARD if _adds_up(found[0]) else found[0], text)
    return _PHONE.sub(lambda found: PHONE if 10 <= _digits(found[0]) <= 15 else found[0], text)


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
