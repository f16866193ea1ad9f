"""Prices, stock and categories as ElasticSuite writes them. Pure.

Sources: the datasources `PriceData`, `InventoryData` and `CategoryData` of its catalogue module.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from shared.magento.core import category_names
from shared.magento.values import decimal, first_text, flag, integer, objects, price

_LOWEST = ("price", "final_price", "min_price")


def read_price(source: Mapping[str, Any], *, customer_group: int) -> tuple[Decimal | None, Decimal | None, bool]:
    """Lowest and highest final price for the wanted group, and whether a price was there but impossible.

    `original_price` and `is_discount` are not looked at: for a configurable product the former is its dearest
    variant, so the latter says no more than that variants differ.
    """
    row = _row(source, customer_group)
    value = next((row[name] for name in _LOWEST if row.get(name) is not None), None)
    lowest, highest = price(value), price(row.get("max_price"))
    above = lowest is not None and highest is not None and highest > lowest
    return lowest, highest if above else None, value is not None and lowest is None


def _row(source: Mapping[str, Any], customer_group: int) -> Mapping[str, Any]:
    rows = objects(source.get("price"))
    for group in (customer_group, 0):
        for row in rows:
            if integer(row.get("customer_group_id")) == group:
                return row
    return {}


def read_stock(source: Mapping[str, Any]) -> bool | None:
    """Whether the product can be bought, None where the index does not say."""
    for stock in objects(source.get("stock")):
        salable = flag(stock.get("is_in_stock"))
        if salable is not None:
            return salable
        quantity = decimal(stock.get("qty"))
        if quantity is not None:
            return quantity > 0
    return None


def read_categories(source: Mapping[str, Any]) -> tuple[str, ...]:
    """Names as in `core.read_categories`; blacklisted rows hide the product from that category, virtual ones do not."""
    found = [
        (number, text)
        for row in objects(source.get("category"))
        if not flag(row.get("is_blacklisted"))
        and (number := integer(row.get("category_id"))) is not None
        and (text := first_text(row.get("name")))
    ]
    return category_names(tuple(found))
