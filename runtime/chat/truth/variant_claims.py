"""Sizes that an answer tells with a colour: whether there are such variants, and whether they can be bought. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.chat.truth.correction import Span
from runtime.chat.truth.denial import denied, denied_behind
from runtime.chat.truth.folding import fold
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import sentence_start
from shared.catalog import CatalogVariant

_VALUE: Final = (
    r"(?:\d{1,3}(?:[.,]5)?|x{0,4}[sml]|xs|one size)"
    r"(?![\w%]|[.,]\d|\s?(?:\d{3}(?!\d)|[×*₽$€]|[xх] ?\d|(?:cm|mm|in|см|мм|руб)\b))"
)
_SERIES: Final = rf"{_VALUE}(?:(?:\s*,\s*(?:and\s+|or\s+|и\s+|или\s+)?|\s*/\s*|\s+(?:and|or|и|или)\s+){_VALUE})*"
_SIZES: Final = re.compile(
    rf"\b(?:(?P<lead>in )?sizes?|(?:в )?размер\w{{0,3}})[\s:*_]+(?P<one>{_SERIES})"
    rf"|(?<![\w.,])(?P<two>{_VALUE})(?:-?(?:й|го|м))? размер\w{{0,2}}"
    rf"|(?<=[/(,—–:|-] )(?P<three>{_SERIES})|(?<=[/(])(?P<four>{_SERIES})"
)
_RANGE: Final = re.compile(r"\s*(?:to|до|по|-|–|—|through)\s*(?:\d|x*[sml]\b)")
_TOLD: Final = re.compile(_VALUE)
_ONLY: Final = re.compile(rf"(?:{_VALUE})\Z")
_COLORS: Final = re.compile(
    r"(?<!\w)(?:black|white|red|blue|green|brown|gr[ae]y|pink|purple|orange|yellow|beige|navy|olive|silver|gold"
    r"|(?:черн|бел|красн|син|зелен|коричнев|сер|розов|фиолетов|оранжев|желт|бежев|голуб|серебрист|золот)"
    r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ом|ем|ую|юю|ых|их|ым|им|истый|истая)?)(?!\w)"
)
"""Colours in whose names no shop differs; a catalogue's own values come besides."""
_JOINED: Final = re.compile(r"[\s*_]*(?:,|/|and|or|и|или)[\s*_]*")
_BESIDE: Final = re.compile(r"[\s*_»\"”:(—–-]*[/(,:—–|-]\s?\Z")
_SAID_SO: Final = re.compile(
    r"\b(?:asked|looking|want|need|prefer|which|what|вы ищете|искали|просили|хотели|нужн\w+|как(?:ой|ая|ие)"
    r"|(?:вам )?ближе)\b",
    re.IGNORECASE,
)
_SAYS_OUT: Final = re.compile(
    r"out of stock|sold out|not available|unavailable|isn['’]t available|no longer|нет в наличии|не в наличии"
    r"|законч|распродан|недоступ|отсутству"
)
_OPENS: Final = re.compile(
    r"(?:in )?sizes?\b|(?:в )?размер|(?<=[/(,—–:|-] )(?:x{0,4}[sml]|xs)(?!\w)|(?<=[/(])(?:x{0,4}[sml]|xs)(?!\w)",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"\b(?:sizes?|размер\w{0,3})\s+\d", re.IGNORECASE)
_SAYS_IN: Final = re.compile(r"in stock|в наличии", re.IGNORECASE)
_NEAR: Final = 24
_REACH: Final = 60


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Sizes told together from `start` to `end`, their names from `first` to `last`. alone: without the word size."""

    start: int
    end: int
    first: int
    last: int
    alone: bool


def variant_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every size of `text` between `start` and `end`."""
    # From two letters before, for what stands before a size alone.
    shift = max(0, start - 2)
    folded = fold(text[shift:end])
    for match in _SIZES.finditer(folded, start - shift):
        group = next(name for name in ("one", "two", "three", "four") if match[name] is not None)
        sizes = _Sizes(
            match.start() + shift,
            match.end() + shift,
            match.start(group) + shift,
            match.end(group) + shift,
            group in ("three", "four"),
        )
        if (span := _judge(text, sizes, end, grounds)) is not None:
            yield span


def begins_size(text: str, start: int, end: int) -> bool:
    """Whether a size is told at `start` or before `end`: whether it can be bought may be told behind it."""
    return _OPENS.match(text, start) is not None or _WORD.search(text, start, end) is not None


def _judge(text: str, sizes: _Sizes, end: int, grounds: Grounds) -> Span | None:
    owners = grounds.namings.owners(text[:end], sizes.start, sizes.end).products
    if len(owners) != 1 or _RANGE.match(text, sizes.end):
        return None
    variants = grounds.products[owners[0]].variants
    first = sentence_start(text, sizes.start)
    colors = _colors(text, first, sizes, end, variants)
    if sizes.alone and not (
        colors and _BESIDE.search(text[colors[-1][1] : sizes.first]) and colors[-1][0] < sizes.first
    ):
        return None
    if not colors or _SAID_SO.search(text, first, sizes.start):
        return None
    if denied(text, sizes.start) or denied_behind(text, sizes.end, min(end, sizes.end + _NEAR)):
        return None
    told = _TOLD.findall(fold(text[sizes.first : sizes.last]))
    there = _buyable(variants, [color for _, _, color in colors])
    if all(size.replace(",", ".") in there for size in told) or _SAYS_OUT.search(_around(text, first, sizes, end)):
        return Span(sizes.start, sizes.end, "variant")
    if len(told) == 1 and _SAYS_IN.search(text, sizes.end, min(end, sizes.end + _REACH)):
        named = [color for _, _, color in colors]
        if told[0] in _buyable([replace(one, in_stock=None) for one in variants], named):
            # That it is there is the claim, and not that there is such a one.
            return None
    return _instead(text, sizes, told, there, grounds)


def _around(text: str, first: int, sizes: _Sizes, end: int) -> str:
    return fold(text[max(first, sizes.start - _REACH) : min(end, sizes.end + _REACH)])


def _instead(text: str, sizes: _Sizes, told: Sequence[str], there: Sequence[str], grounds: Grounds) -> Span:
    """The sizes there are in the place of those that are not; words where there are none."""
    english = grounds.language == "en"
    kept = [size for size in told if size in there] if len(told) > 1 else list(there)
    kept = kept or list(there)
    if kept:
        word = {True: " or ", False: " или "}[english] if len(told) == 1 else {True: " and ", False: " и "}[english]
        return Span(sizes.first, sizes.last, "variant", _row([size.upper() for size in kept], word))
    words = "in a size listed in its card" if english else "размеры — в карточке товара"
    return Span(
        sizes.start, sizes.end, "variant", words[0].upper() + words[1:] if text[sizes.start].isupper() else words
    )


def _row(words: Sequence[str], last: str) -> str:
    return last.join((", ".join(words[:-1]), words[-1])) if len(words) > 1 else words[0]


def _colors(
    text: str, first: int, sizes: _Sizes, end: int, variants: Sequence[CatalogVariant]
) -> list[tuple[int, int, str]]:
    """The colours the sizes are told with: the nearest before with those joined to it, else the nearest behind."""
    found = _colors_in(fold(text[first:end]), variants)
    found = [(start + first, stop + first, color) for start, stop, color in found]
    before = [color for color in found if color[1] <= sizes.first]
    if not before:
        return [color for color in found if color[0] >= sizes.last][:1]
    group = [before[-1]]
    for color in reversed(before[:-1]):
        if not _JOINED.fullmatch(text, color[1], group[0][0]):
            break
        group.insert(0, color)
    return group


def _colors_in(folded: str, variants: Sequence[CatalogVariant]) -> list[tuple[int, int, str]]:
    values = {fold(value) for variant in variants for value in variant.options.values() if not _is_size(value)}
    found = [
        (match.start(), match.end(), value)
        for value in values
        for match in re.finditer(rf"(?<!\w){re.escape(_stem(value))}\w{{0,3}}(?!\w)", folded)
    ]
    plain = [(match.start(), match.end(), match.group()) for match in _COLORS.finditer(folded)]
    found.extend(one for one in plain if not any(one[0] < other[1] and other[0] < one[1] for other in found))
    return sorted(found)


def _stem(value: str) -> str:
    """A Russian colour without its ending."""
    return (
        value[:-2] if value[-1:] >= "а" and len(value) > 4 and value.endswith(("ый", "ий", "ой", "ая", "ое")) else value
    )


def _is_size(value: str) -> bool:
    return _ONLY.match(fold(value).strip()) is not None


def _buyable(variants: Sequence[CatalogVariant], colors: Sequence[str]) -> list[str]:
    """Sizes that can be bought in any of `colors`; in any at all, where none is told."""
    sizes: dict[str, None] = {}
    for variant in variants:
        values = [fold(value).strip() for value in variant.options.values()]
        colored = not colors or any(color in values or _is_part(color, values) for color in colors)
        if colored and variant.in_stock is not False:
            sizes.update((value, None) for value in values if _is_size(value))
    return list(sizes)


def _is_part(color: str, values: Sequence[str]) -> bool:
    """Whether a plain colour is one of a value's words: "red" of "Dark Red"."""
    stem = color[:4] if color[:1] >= "а" else color
    return any(word.startswith(stem) for value in values for word in value.split())
