"""Texts as they are compared: without case, every space a plain one, and as long as they were. Pure."""

from typing import Final

_WHITE: Final = str.maketrans("\u00a0\u2007\u2009\u202fё", "    е")


def fold(text: str) -> str:
    """`text` without case, as long as it was, every space a plain one, without the dots of ё."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    return lower.translate(_WHITE)
