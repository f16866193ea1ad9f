"""Hard conditions on products, as values and as the clauses that both legs carry. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared import catalog

Clauses = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Values of one attribute that a product is not to have.

    unless: its other values, where products come in several of them; one that comes in any of these stays.
    """

    code: str
    values: tuple[str, ...]
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Hard conditions on products; an empty one lets everything through.

    price_min, price_max: bounds on `price_from`, in the store's currency; a product on request is outside
    every price bound. categories: names, any of them. attributes: code -> accepted values, any value of each
    code. not_categories, not_attributes: none of them. exclude_ids: products not wanted again.
    """

    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    not_categories: tuple[str, ...] = ()
    not_attributes: tuple[Unwanted, ...] = ()
    exclude_ids: tuple[str, ...] = ()


def build_filter(wanted: ProductFilter) -> Clauses:
    """Filter clauses, the same for both legs, so that a filter never costs recall."""
    clauses: Clauses = []
    bounds = {"gte": wanted.price_min, "lte": wanted.price_max}
    bounds = {operator: bound for operator, bound in bounds.items() if bound is not None}
    if bounds:
        clauses.append({"range": {catalog.PRICE_FROM: bounds}})
    if wanted.in_stock is not None:
        clauses.append({"term": {catalog.IN_STOCK: wanted.in_stock}})
    if wanted.categories:
        clauses.append({"terms": {f"{catalog.CATEGORIES}.key": list(wanted.categories)}})
    clauses += [_has_value(code, values) for code, values in wanted.attributes.items()]
    if unwanted := list(_unwanted(wanted)):
        clauses.append({"bool": {"must_not": unwanted}})
    return clauses


def _unwanted(wanted: ProductFilter) -> Iterator[dict[str, Any]]:
    if wanted.not_categories:
        yield {"terms": {f"{catalog.CATEGORIES}.key": list(wanted.not_categories)}}
    for unwanted in wanted.not_attributes:
        has = _has_value(unwanted.code, unwanted.values)
        spared = _has_value(unwanted.code, unwanted.unless)
        yield {"bool": {"filter": has, "must_not": spared}} if unwanted.unless else has
    if wanted.exclude_ids:
        yield {"ids": {"values": list(wanted.exclude_ids)}}


def _has_value(code: str, values: Sequence[str]) -> dict[str, Any]:
    return {"terms": {catalog.FACETS: [catalog.facet(code, value) for value in values]}}
