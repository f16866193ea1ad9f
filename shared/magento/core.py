"""Prices, stock and categories as core Magento writes them. Pure.

Sources: `BatchDataMapper/ProductDataMapper`, `PriceFieldsProvider`, `CategoryFieldsProvider`, and the MSI plugin
`InventoryElasticsearch/Plugin/…/ProductDataMapperPlugin`.
"""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from shared.magento.values import decimal, first_text, flag, price

ROOT_IDS: Final = frozenset({1, 2})
ROOT_NAMES: Final = frozenset({"Default Category", "Root Catalog"})
"""The invisible tops of Magento's category tree; every product is in them."""

_NAME = "name_category_"
_PRICE = "price_"


def read_price(source: Mapping[str, Any], *, customer_group: int, website_id: int) -> tuple[Decimal | None, bool]:
    """The lowest final price for the wanted group, and whether a price was there but impossible."""
    value = _price_value(source, customer_group, website_id)
    found = price(value)
    return found, value is not None and found is None


def _price_value(source: Mapping[str, Any], customer_group: int, website_id: int) -> Any:
    """`price_<group>_<suffix>` of the wanted group, else of guests.

    The suffix is the website's id, in older versions the store's. An index holds the prices of one website only,
    so a single other suffix can only be the right one too.
    """
    for suffix in _suffixes(source, website_id):
        for group in (customer_group, 0):
            value = source.get(f"{_PRICE}{group}_{suffix}")
            if value is not None:
                return value
    return None


def _suffixes(source: Mapping[str, Any], website_id: int) -> Iterator[str | None]:
    yield str(website_id)
    yield first_text(source.get("store_id"))
    yield _only_suffix(source)


def _only_suffix(source: Iterable[str]) -> str | None:
    names = (name.removeprefix(_PRICE).split("_") for name in source if name.startswith(_PRICE))
    suffixes = {parts[1] for parts in names if len(parts) == 2 and parts[0].isdecimal()}
    return suffixes.pop() if len(suffixes) == 1 else None


def read_stock(source: Mapping[str, Any]) -> bool | None:
    """Whether the product can be bought, None where the index does not say."""
    # The name lies: Magento's inventory module writes (int) isSalable into it, so 1 means in stock.
    salable = flag(source.get("is_out_of_stock"))
    if salable is None:
        salable = flag(source.get("is_in_stock"))
    if salable is None:
        quantity = decimal(source.get("qty"))
        salable = None if quantity is None else quantity > 0
    return salable


def read_categories(source: Mapping[str, Any]) -> tuple[str, ...]:
    """Names in the order of ids, which is the order the merchant made them in: departments before what is in them."""
    found = [
        (number, text)
        for name, value in source.items()
        if name.startswith(_NAME) and (number := _category_id(name)) is not None and (text := first_text(value))
    ]
    return category_names(tuple(found))


@lru_cache(maxsize=4096)
def _category_id(name: str) -> int | None:
    number = name.removeprefix(_NAME)
    return int(number) if number.isdecimal() else None


@lru_cache(maxsize=4096)  # Thousands of products are in the same few categories.
def category_names(rows: tuple[tuple[int, str], ...]) -> tuple[str, ...]:
    """Unique names of (id, name) rows in the order of ids, the roots left out."""
    kept = sorted([row for row in rows if row[0] not in ROOT_IDS and row[1] not in ROOT_NAMES])
    return tuple(dict.fromkeys([name for _, name in kept]))
