"""Figures of the sample shop, counted product by product in the merchant's own data."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from sandbox.magento.product import Locale, ShopProduct
from sandbox.magento.sample import read_sample_shop

_FACTOR = {"en": Decimal(1), "ru": Decimal("92.5")}
_STEP = {"en": Decimal("0.01"), "ru": Decimal(10)}
"""As the store views of support.whole_path say."""


def figures(category: str, locale: Locale, *, price_max: float | None = None) -> dict[str, Any]:
    """count, in_stock, on_request, price_min and price_max of a category; only up to a price, where there is one."""
    inside = [product for product in _products() if category in {found.names[locale] for found in product.categories}]
    prices = {product.id: price_of(product, locale) for product in inside}
    if price_max is not None:
        inside = [product for product in inside if (price := prices[product.id]) is not None and price <= price_max]
    asked = [price for product in inside if (price := prices[product.id]) is not None]
    return {
        "count": len(inside),
        "in_stock": sum(_in_stock(product) for product in inside),
        "on_request": len(inside) - len(asked),
        "price_min": min(asked, default=None),
        "price_max": max(asked, default=None),
    }


def price_of(product: ShopProduct, locale: Locale) -> float | None:
    """What the cheapest variant costs in the store view's currency; None is on request, and so is zero."""
    own = product.price if product.special_price is None else product.special_price
    prices = [variant.price if variant.price is not None else own for variant in product.variants] or [own]
    asked = [Decimal(str(price)) for price in prices if price]
    if not asked:
        return None
    return float((min(asked) * _FACTOR[locale] / _STEP[locale]).quantize(Decimal(1), ROUND_HALF_UP) * _STEP[locale])


def _in_stock(product: ShopProduct) -> bool:
    return product.in_stock and (not product.variants or any(variant.in_stock for variant in product.variants))


@cache
def _products() -> Sequence[ShopProduct]:
    return read_sample_shop(enriched=True).products
