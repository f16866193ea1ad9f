"""Which products a store view's assistant knows: `include` and `exclude` of the store view. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from fnmatch import translate
from typing import Final

from indexer.records import Skipped, SourceRecord
from indexer.transform.markup import plain
from shared.stores import ProductRules, StoreView

NOT_INCLUDED: Final = "not included"
"""Why a product is skipped that no rule of `include` names."""

_Test = Callable[[SourceRecord], bool]


class Selection:
    """The rules of a store view, made ready to be asked for every product."""

    def __init__(self, store: StoreView) -> None:
        self._exclude = dict(_tests(store.exclude))
        self._include = dict(_tests(store.include))

    def skip(self, record: SourceRecord) -> Skipped | None:
        """What leaves `record` out, or None when it stays; the reason is the text of the rule."""
        for text, test in self._exclude.items():
            if test(record):
                return Skipped(id=record.id, sku=record.sku, reason=f"excluded by {text}")
        if self._include and not any(test(record) for test in self._include.values()):
            return Skipped(id=record.id, sku=record.sku, reason=NOT_INCLUDED)
        return None

    def idle(self, skips: Counter[str]) -> list[str]:
        """A note for each rule of `exclude` that left nothing out: most often a word that is spelt otherwise."""
        return [f"exclude {text} left no product out" for text in self._exclude if not skips[f"excluded by {text}"]]


def _tests(rules: ProductRules) -> Iterator[tuple[str, _Test]]:
    """Text of a rule -> whether it names a product."""
    for category in rules.categories:
        yield f"category {category!r}", _in_category(category)
    for pattern in rules.skus:
        yield f"SKU {pattern}", _has_sku(pattern)
    for code, labels in rules.attributes.items():
        for label in labels:
            yield f"{code} {label!r}", _has_value(code, label)


def _in_category(category: str) -> _Test:
    wanted = _folded(category)
    return lambda record: wanted in map(_folded, record.categories)


def _has_sku(pattern: str) -> _Test:
    matches = re.compile(translate(_folded(pattern))).match
    return lambda record: record.sku is not None and matches(_folded(record.sku)) is not None


def _has_value(code: str, label: str) -> _Test:
    wanted = _folded(label)
    return lambda record: wanted in map(_folded, _values(record, code))


def _values(record: SourceRecord, code: str) -> Iterator[str]:
    """The values that the product will be shown with: those of its variants are among them."""
    if attribute := record.enriched.attributes.get(code) or record.attributes.get(code):
        yield from attribute.values
    for variant in record.enriched.variants:
        if code in variant.options:
            yield variant.options[code]


def _folded(text: str) -> str:
    return plain(text).casefold()
