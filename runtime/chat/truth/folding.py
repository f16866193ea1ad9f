"""Texts as they are compared: without case, every space a plain one, and as long as they were. Pure."""

from typing import Final

_ALIKE: Final = (("\u00a0", " "), ("\u2007", " "), ("\u2009", " "), ("\u202f", " "), ("ё", "е"))


def fold(text: str) -> str:
    """`text` without case, as long as it was, every space a plain one, without the dots of ё."""
    lower = text.lower()
    if lower.isascii() and len(lower) == len(text):
        return lower
    if len(lower) != len(text):
        lower = "".join(low if len(low := letter.lower()) == 1 else letter for letter in text)
    # Every token of an answer comes by here, and one table for all of them takes five times as long.
    for letter, other in _ALIKE:
        lower = lower.replace(letter, other)
    return lower
