"""The variants that a sentence speaks of, where it names their options. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from runtime.chat.truth.folding import fold
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import sentence_start
from shared.catalog import CatalogVariant

_JOINED: Final = re.compile(r"[\s*_]*(?:,|/|and|or|и|или|, and|, or)[\s*_]*")
_ROW_BEFORE: Final = re.compile(r"\b(?:sizes|размерах|размеры)\s[\w\s,/]{1,40}(?:,|and|or|и|или)\s+\Z")
_SIZE_BEFORE: Final = re.compile(r"(?:\b(?:size|sizes|размер\w{0,3})\s+[*_]*|[/,(|]\s*)\Z")


def variants_told(text: str, start: int, owners: Sequence[int], grounds: Grounds) -> tuple[CatalogVariant, ...]:
    """Those variants of the one product spoken of whose options stand before `start` in its sentence; none where none
    is told apart.
    """
    if len(owners) != 1 or len(variants := grounds.products[owners[0]].variants) < 2:
        return ()
    said = fold(text[sentence_start(text, start) : start])
    chosen = variants
    for code in {code: None for variant in variants for code in variant.options}:
        values = {fold(variant.options[code]) for variant in variants if code in variant.options}
        told = _last_told(values, said)
        if told:
            chosen = tuple(variant for variant in chosen if fold(variant.options.get(code, "")) in told)
    return () if len(chosen) == len(variants) else chosen


def prices_told(text: str, start: int, owners: Sequence[int], grounds: Grounds) -> tuple[float, ...]:
    """The prices of those variants."""
    variants = variants_told(text, start, owners, grounds)
    return tuple(sorted({variant.price for variant in variants if variant.price is not None}))


def _last_told(values: Iterable[str], said: str) -> set[str]:
    """The last of the values in what is said, with those it is joined to: "sizes S and M"."""
    places = sorted(place for value in values for place in _places(value, said))
    told: set[str] = set()
    first = None
    for start, end, value in reversed(places):
        if first is not None and not _JOINED.fullmatch(said, end, first):
            break
        told.add(value)
        first = start
    return told


def _places(value: str, said: str) -> Iterator[tuple[int, int, str]]:
    """Where an option's value stands in what is said: a short one or a number only where it can be nothing else."""
    long = len(value) > 2 and not value.replace(".", "").isdigit()
    for match in re.finditer(rf"(?<![\w.,]){re.escape(value)}(?!\w|[.,]\d)", said):
        if long or _SIZE_BEFORE.search(said[: match.start()]) or _ROW_BEFORE.search(said[: match.start()]):
            yield match.start(), match.end(), value
