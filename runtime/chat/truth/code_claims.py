"""Codes that an answer says a product has: those of the product it speaks of, and no others. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from runtime.chat.truth.correction import Span
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import ANNOUNCED

_LABEL: Final = re.compile(ANNOUNCED, re.IGNORECASE)
_SAID: Final = re.compile(
    rf"{ANNOUNCED}(?:[^.!?:;\n|—–(]{{0,60}}?(?:[:#№—–(=]|\bis\b))??\s*[#№:(]?\s*[*_`]*"
    r"(?P<code>(?=[\w./-]*\d)[A-ZА-Я0-9][\w./-]*\w|(?-i:[A-ZА-Я]{3,})[\w./-]*)",
    re.IGNORECASE,
)
_SHORTEST: Final = 3
_CODELIKE: Final = re.compile(r"(?=.*\d)[\w./-]+|[A-ZА-Я]{2,}[\w./-]*")


def begins_code(text: str, start: int) -> bool:
    """Whether a code is announced at `start`."""
    return _LABEL.match(text, start) is not None


def code_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every announced code of `text` between `start` and `end`."""
    for match in _SAID.finditer(text, start, end):
        code = match["code"]
        if len(code) < _SHORTEST or not _CODELIKE.fullmatch(code):
            continue
        first, stop = match.span("code")
        # What is named by the code itself is not what it is said of.
        owners = grounds.namings.owners(text[:first] + " " * len(code) + text[stop:end], first, stop)
        known = grounds.known_code(code)
        right = not owners.products or bool(set(known) & set(owners.products)) if known else grounds.knows_code(code)
        if right:
            yield Span(first, stop, "sku")
        elif len(owners.products) == 1:
            yield Span(first, stop, "sku", grounds.products[owners.products[0]].sku)
        else:
            yield Span(first, stop, "sku", "as in its card" if grounds.language == "en" else "из карточки товара")
