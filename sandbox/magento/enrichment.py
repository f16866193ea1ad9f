"""The object `vitrina` that an enriching Magento module adds to a native document. Pure.

All its fields are optional and documented with the indexer's reader; `ShopProduct.enriched` says which a product
carries. With `currency` its prices are the store view's own, as a shopper sees them; without, in base currency.
"""

import html
import re
from collections.abc import Iterable
from typing import Any

from sandbox.magento.product import (
    Attribute,
    EnrichedField,
    Option,
    ShopProduct,
    ShopVariant,
    StoreView,
    merged_options,
    variant_prices,
)

_TAG_OR_DIRECTIVE = re.compile(r"<[^>]*>|\{\{.*?\}\}", re.DOTALL)


def vitrina_object(product: ShopProduct, view: StoreView, *, attributes: Iterable[Attribute] = ()) -> dict[str, Any]:
    """The fields named in `product.enriched`, as far as the store view and the product can fill them.

    `attributes` gives the labels for the field of that name.
    """
    return {
        field: value
        for field in sorted(product.enriched)
        if (value := _value(field, product, view, attributes)) not in (None, "", [], {})
    }


def rendered_text(markup: str) -> str:
    """Plain text of merchant HTML, directives left out, one space between words."""
    return " ".join(html.unescape(_TAG_OR_DIRECTIVE.sub(" ", markup)).split())


def shown_price(price: float, view: StoreView) -> float:
    """A base-currency price as the store view shows it."""
    return round(round(price * view.price_factor / view.price_step) * view.price_step, 2)


def _value(field: EnrichedField, product: ShopProduct, view: StoreView, attributes: Iterable[Attribute]) -> Any:
    text = product.texts[view.locale]
    match field:
        case "url":
            return f"{view.base_url}/{product.url_key}.html" if view.base_url else None
        case "image":
            return f"{view.media_url}{product.image}" if view.media_url and product.image else product.image
        case "name":
            return text.name
        case "currency":
            return view.currency
        case "price":
            return _price(min(variant_prices(product), default=None), product, view)
        case "regular_price":
            return _price(product.price, product, view)
        case "description_text":
            return rendered_text(text.description)
        case "variants":
            return [_variant(product, variant, view) for variant in product.variants]
        case "attributes":
            return _labelled(product, view, attributes)


def _price(price: float | None, product: ShopProduct, view: StoreView) -> float | None:
    return price if price is None or "currency" not in product.enriched else shown_price(price, view)


def _variant(product: ShopProduct, variant: ShopVariant, view: StoreView) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "sku": variant.sku,
        "options": {code: option.labels[view.locale] for code, option in variant.options.items()},
        "in_stock": variant.in_stock,
    }
    price = product.price if variant.price is None else variant.price
    if "price" in product.enriched and price is not None:
        fields["price"] = _price(price, product, view)
    return fields


def _labelled(product: ShopProduct, view: StoreView, attributes: Iterable[Attribute]) -> dict[str, Any]:
    merged: dict[str, tuple[Option, ...]] = merged_options(product)
    return {
        attribute.code: {
            "label": attribute.labels[view.locale],
            "values": [option.labels[view.locale] for option in merged[attribute.code]],
        }
        for attribute in attributes
        if attribute.code in merged
    }
