"""Values of a native document, where a field may hold a scalar or an array, a number or its string. Pure.

Nothing here raises: what cannot be understood counts as absent.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

MAX_VALUES = 1000
"""Values of one field that are looked at; a field with more is junk or an attack."""

MAX_PRICE = 10**12
"""No product costs as much in any currency; a greater number is a mistake."""

_MAX_DIGITS = 18
_MAX_NUMBER = 64


def texts(value: Any) -> list[str]:
    """Every non-blank string or number of a scalar-or-array field, stripped, first occurrences in order."""
    if not isinstance(value, list):
        text = _text(value)
        return [text] if text else []
    return list(dict.fromkeys([text for text in map(_text, value[:MAX_VALUES]) if text]))


def first_text(value: Any) -> str | None:
    """The first of `texts`: the parent's value of a merged field."""
    if isinstance(value, str):
        return value.strip() or None
    found = texts(value)
    return found[0] if found else None


def lines(value: Any) -> list[str]:
    """`texts` with newline-joined values taken apart, as Magento joins the names of parent and children."""
    found = texts(value)
    if "\n" not in "".join(found):
        return found
    parts = (part.strip() for text in found for part in text.split("\n", MAX_VALUES))
    return list(dict.fromkeys(part for part in parts if part))


def integer(value: Any) -> int | None:
    """A whole number, given as such, as its string, or as the first of an array."""
    if isinstance(value, int):
        return int(value)
    text = first_text(value)
    if text is None or len(text) > _MAX_DIGITS:
        return None
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdecimal() else None


def flag(value: Any) -> bool | None:
    """A yes or no, given as bool, 0/1, or their strings; of an array, yes when any of it says yes."""
    if isinstance(value, list):
        found = [answer for answer in map(flag, value[:MAX_VALUES]) if answer is not None]
        return any(found) if found else None
    if isinstance(value, int):
        return value > 0 if abs(value) < MAX_PRICE else None
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    number = decimal(value)
    return None if number is None else number > 0


def decimal(value: Any) -> Decimal | None:
    """A finite number, given as such, as its string, or as the first of an array."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, int) and abs(value) >= MAX_PRICE:
        return None
    text = str(value).strip()
    return _decimal(text) if len(text) <= _MAX_NUMBER else None


@lru_cache(maxsize=8192)  # A catalogue has far fewer prices than products.
def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def price(value: Any) -> Decimal | None:
    """A possible price: a number from 0 up to MAX_PRICE."""
    number = decimal(value)
    return number if number is not None and 0 <= number < MAX_PRICE else None


def objects(value: Any) -> list[Mapping[str, Any]]:
    """The objects of an object-or-array-of-objects field."""
    candidates = value[:MAX_VALUES] if isinstance(value, list) else [value]
    return [candidate for candidate in candidates if isinstance(candidate, dict)]


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = decimal(value)
    return None if number is None else format(number.normalize(), "f")
