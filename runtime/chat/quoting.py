"""Texts of others as data in a prompt: they open and close no mark, leave no line, and hide nothing. Pure."""

import re
from typing import Final

_HIDDEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufe00-\ufe0e\U000e0000-\U000e007f\U000e0100-\U000e01ef]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
)
"""What is read by a model and seen by nobody: zero-width and tag characters, marks of direction, controls."""

_COMMENT: Final = re.compile(r"<!--[^\n]*?-->")
"""That is closed on its line: one without an end would take what others say behind it along."""

_MARKS: Final = tuple(zip("<>＜＞﹤﹥", "‹›‹›‹›", strict=True))
"""Of whatever width, each with what stands for it."""


def without_marks(text: str) -> str:
    """`text` that cannot open or close a mark, as nobody but us says which products there are, and with nothing hidden
    in it.
    """
    if text.isascii() and text.isprintable() and "<" not in text and ">" not in text:
        return text
    text = _HIDDEN.sub("", _COMMENT.sub("", text))
    # One table for all of them takes forty times as long, in the way of the first word.
    for mark, other in _MARKS:
        text = text.replace(mark, other)
    return text


def on_one_line(text: str) -> str:
    """`text` without a line's end in it."""
    # Whatever ends a line is not printable, and most texts have nothing of the kind.
    return text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())


def as_data(text: str) -> str:
    """`text` on one line, which it cannot leave, and without marks."""
    return without_marks(on_one_line(text))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters of `text`, ending at a word."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0] + " …"
