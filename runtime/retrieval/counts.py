"""What a catalogue was counted to hold. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shared.catalog import split_facet

MAX_VALUES: Final = 10_000
"""Values of attributes that are counted, the most frequent ones; where there are as many, others may be left out."""


@dataclass(frozen=True, slots=True)
class CatalogueCounts:
    """products: how many. categories: name -> products. values: attribute code -> value -> products, each as shown and
    the most frequent first. labels: attribute code -> what the shop calls it. axes: codes of the attributes in which
    variants differ, as far as the source says.
    """

    products: int = 0
    categories: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    axes: frozenset[str] = frozenset()


def build_counts(
    products: int,
    *,
    categories: Mapping[str, int],
    labels: Mapping[str, int],
    values: Mapping[str, int],
    axes: Mapping[str, int],
) -> CatalogueCounts:
    """Of the values of each indexed field (shared.catalog) with their numbers of products, the most frequent first."""
    by_code: dict[str, dict[str, int]] = {}
    for pair, count in values.items():
        code, value = split_facet(pair)
        by_code.setdefault(code, {})[value] = count
    called: dict[str, str] = {}
    for pair in labels:
        code, label = split_facet(pair)
        # Of several, as products of different builds of a catalogue may have, the most frequent one.
        called.setdefault(code, label)
    return CatalogueCounts(products, categories=categories, values=by_code, labels=called, axes=frozenset(axes))
