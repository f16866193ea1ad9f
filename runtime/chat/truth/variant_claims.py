"""A colour together with a size: whether the product spoken of has such a variant that can be bought. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from runtime.chat.truth.correction import Span
from runtime.chat.truth.denial import denied, denied_behind
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import fold, sentence_start
from shared.catalog import CatalogVariant

_SIZE: Final = re.compile(
    r"\b(?:(?:in )?sizes? (?P<en>\d{1,3}(?:[.,]5)?|X{0,4}[SML]|XS|one size)(?!\w)|(?P<ru>\d{2}(?:[.,]5)?"
    r"|X{0,4}[SML]|XS)(?:-й|-го)? размер\w{0,2}"
    r"|(?:в )?размер\w{0,2} (?P<after>\d{2}(?:[.,]5)?|X{0,4}[SML]|XS)(?!\w))",
    re.IGNORECASE,
)
_COLORS: Final = [
    "black",
    "white",
    "red",
    "blue",
    "green",
    "brown",
    "gray",
    "grey",
    "pink",
    "purple",
    "orange",
    "yellow",
    "beige",
    "navy",
    "olive",
    "silver",
    "gold",
    "черн",
    "бел",
    "красн",
    "син",
    "зелен",
    "коричнев",
    "сер",
    "розов",
    "фиолетов",
    "оранжев",
    "желт",
    "бежев",
    "голуб",
    "серебрист",
    "золот",
]
_SERIES: Final = re.compile(r"\s*(?:,|and|or|to|и|или|до|по|-|–|/)\s*\d", re.IGNORECASE)
_SAID_SO: Final = re.compile(r"\b(?:asked|looking|want|need|вы ищете|искали|просили|хотели|нужн\w+)\b", re.IGNORECASE)
_OPENS: Final = re.compile(r"(?:in )?size|(?:в )?размер", re.IGNORECASE)
_NEAR: Final = 24
_REACH: Final = 60


def variant_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every size of `text` between `start` and `end` that is told together with a colour."""
    for match in _SIZE.finditer(text, start, end):
        owners = grounds.namings.owners(text, match.start(), match.end()).products
        if len(owners) != 1 or _SERIES.match(text, match.end()):
            continue
        size = next(filter(None, (match["en"], match["ru"], match["after"])))
        first = sentence_start(text, match.start())
        around = fold(text[max(first, match.start() - _REACH) : min(end, match.end() + _REACH)])
        color = next((word for word in _COLORS if re.search(rf"(?<!\w){word}", around)), None)
        if color is None or _SAID_SO.search(text, first, match.start()):
            continue
        if denied(text, match.start()) or denied_behind(text, match.end(), min(end, match.end() + _NEAR)):
            continue
        if _can_be_bought(grounds.products[owners[0]].variants, color, size) is not True and not _says_out(around):
            words = "in a size listed in its card" if grounds.language == "en" else "размеры — в карточке товара"
            yield Span(match.start(), match.end(), "variant", words)
        else:
            yield Span(match.start(), match.end(), "variant")


def begins_size(text: str, start: int) -> bool:
    """Whether a size is told at `start`: whether it can be bought is told behind it."""
    return _OPENS.match(text, start) is not None


def _can_be_bought(variants: Sequence[CatalogVariant], color: str, size: str) -> bool | None:
    """None where nothing says that there is such a variant, or whether it is in stock."""
    for variant in variants:
        values = [fold(value) for value in variant.options.values()]
        colored = any(value.startswith(color) or color in value.split() for value in values)
        if colored and fold(size) in values:
            return variant.in_stock is not False
    return None


def _says_out(around: str) -> bool:
    return bool(re.search(r"out of stock|sold out|not available|unavailable|нет в наличии|не в наличии|законч", around))
