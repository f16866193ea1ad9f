"""Attributes as a shopper reads them. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from indexer.attributes import NO_RULES, AttributeRules, Use
from indexer.records import SourceRecord
from indexer.transform.labels import attribute_label, spec_order
from indexer.transform.markup import plain
from indexer.transform.text import shorten
from shared.catalog import CatalogAttribute
from shared.magento.enrichment import SourceAttribute, SourceVariant

MAX_ATTRIBUTES: Final = 100
MAX_VALUES: Final = 100
MAX_VALUE: Final = 300
"""What a card can bear; the rest of ten thousand options is junk."""


@dataclass(frozen=True, slots=True)
class UsedAttributes:
    """A product's attributes by code, in the order of specifications, by where they are used.

    facets: those to filter by, None when they are those of the card. cut: some were left out for their number.
    """

    text: Mapping[str, CatalogAttribute]
    card: Mapping[str, CatalogAttribute]
    facets: Mapping[str, CatalogAttribute] | None = None
    cut: bool = False


def used_attributes(record: SourceRecord, *, locale: str, rules: AttributeRules = NO_RULES) -> UsedAttributes:
    """What `vitrina` says of an attribute wins, its label only where `rules` has none; options that only its variants
    have are added."""
    merged = _with_variant_options({**record.attributes, **record.enriched.attributes}, record.enriched.variants)
    codes = _in_order(tuple(merged), rules)
    shown = {code: _shown(code, merged[code], rules, locale=locale) for code in codes[:MAX_ATTRIBUTES]}
    attributes = {code: attribute for code, attribute in shown.items() if attribute.values}
    cut = len(codes) > MAX_ATTRIBUTES or any([len(merged[code].values) > MAX_VALUES for code in codes])
    if rules.hide_nothing:
        return UsedAttributes(text=attributes, card=attributes, cut=cut)
    return UsedAttributes(
        text=_used("text", attributes, rules),
        card=_used("card", attributes, rules),
        facets=_used("filter", attributes, rules),
        cut=cut,
    )


@lru_cache(maxsize=4096)  # Thousands of products have the same few sets of attributes.
def _in_order(codes: tuple[str, ...], rules: AttributeRules) -> tuple[str, ...]:
    """Those that have a use, as the operator ordered them; the others behind, in the order of our own table."""
    last = len(rules.places)
    used = (code for code in codes if rules.use(code))
    return tuple(sorted(used, key=lambda code: (rules.places.get(code, last), *spec_order(code))))


def _used(use: Use, attributes: Mapping[str, CatalogAttribute], rules: AttributeRules) -> dict[str, CatalogAttribute]:
    return {code: attribute for code, attribute in attributes.items() if use in rules.use(code)}


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
def _shown(code: str, attribute: SourceAttribute, rules: AttributeRules, *, locale: str) -> CatalogAttribute:
    values = (shorten(plain(value), MAX_VALUE) for value in attribute.values[:MAX_VALUES])
    label = rules.label(code, locale=locale) or (plain(attribute.label)[:MAX_VALUE] if attribute.label else "")
    return CatalogAttribute(
        label=label or attribute_label(code, locale=locale),
        values=tuple(dict.fromkeys(value for value in values if value)),
    )
