"""Attributes as a shopper reads them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Final

from indexer.records import SourceAttribute, SourceRecord, SourceVariant
from indexer.transform.labels import attribute_label, spec_order
from indexer.transform.markup import plain
from indexer.transform.text import shorten
from shared.catalog import CatalogAttribute

MAX_ATTRIBUTES: Final = 100
MAX_VALUES: Final = 100
MAX_VALUE: Final = 300
"""What a card can bear; the rest of ten thousand options is junk."""


def shown_attributes(record: SourceRecord, *, locale: str) -> tuple[dict[str, CatalogAttribute], bool]:
    """Attributes by code, in the order of specifications, and whether some were left out for their number.

    What `vitrina` says of an attribute wins, label and values; options that only its variants have are added.
    """
    merged = _with_variant_options({**record.attributes, **record.enriched.attributes}, record.enriched.variants)
    codes = sorted(merged, key=spec_order)
    shown = {code: _shown(code, merged[code], locale=locale) for code in codes[:MAX_ATTRIBUTES]}
    cut = len(codes) > MAX_ATTRIBUTES or any(len(merged[code].values) > MAX_VALUES for code in codes)
    return {code: attribute for code, attribute in shown.items() if attribute.values}, cut


def _with_variant_options(
    attributes: Mapping[str, SourceAttribute], variants: Iterable[SourceVariant]
) -> dict[str, SourceAttribute]:
    options: dict[str, dict[str, None]] = {}
    for variant in variants:
        for code, label in variant.options.items():
            options.setdefault(code, {})[label] = None
    merged = dict(attributes)
    for code, labels in options.items():
        known = merged.get(code, _NO_VALUES)
        merged[code] = replace(known, values=tuple(dict.fromkeys((*known.values, *labels))))
    return merged


_NO_VALUES: Final = SourceAttribute(values=())


@lru_cache(maxsize=8192)  # Thousands of products share a few hundred values.
def _shown(code: str, attribute: SourceAttribute, *, locale: str) -> CatalogAttribute:
    values = (shorten(plain(value), MAX_VALUE) for value in attribute.values[:MAX_VALUES])
    label = plain(attribute.label)[:MAX_VALUE] if attribute.label else ""
    return CatalogAttribute(
        label=label or attribute_label(code, locale=locale),
        values=tuple(dict.fromkeys(value for value in values if value)),
    )
