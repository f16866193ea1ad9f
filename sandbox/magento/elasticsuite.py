"""ElasticSuite's product document for one store view (Smile ElasticSuite 2.11). Pure.

Follows the datasources `AttributeData`, `PriceData`, `InventoryData` and `CategoryData`, oddities included; the
facts are §1.4 of the design note on the Magento index.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sandbox.magento.elasticsuite_mapping import elasticsuite_body
from sandbox.magento.enrichment import vitrina_object
from sandbox.magento.product import (
    CUSTOMER_GROUPS,
    ENABLED,
    ROOT_CATEGORY_ID,
    ROOT_CATEGORY_NAME,
    WHOLESALE_GROUPS,
    Locale,
    NativeDocument,
    Option,
    Quirk,
    ShopModel,
    ShopProduct,
    StoreView,
    barcodes,
    child_descriptions,
    child_names,
    child_url_keys,
    is_salable,
    merged_options,
    planted_cost,
    planted_margin,
    planted_supplier,
    variant_prices,
)

BUILT_AT = datetime(2026, 8, 22, 10, 15, 0, tzinfo=UTC)
"""When the fixture index says it was built; fixed, so that names repeat."""

_ATTRIBUTE_SET_ID = 4
_TAX_CLASS_ID = 2


@dataclass(frozen=True, slots=True)
class ElasticSuiteStore:
    """One store view's native index as ElasticSuite names, maps and fills it."""

    view: StoreView
    model: ShopModel
    built_at: datetime = BUILT_AT
    prefix: str = "magento2"

    @property
    def alias(self) -> str:
        return f"{self.prefix}_{self.view.code.lower()}_catalog_product"

    @property
    def index(self) -> str:
        return f"{self.alias}_{self.built_at:%Y%m%d_%H%M%S}"

    def body(self, *, shards: int = 1, enriched: bool = False) -> dict[str, Any]:
        """Settings and mappings; `enriched` adds the field an enriching module would declare."""
        return elasticsuite_body(self.view.locale, self.model, shards=shards, enriched=enriched)

    def document(self, product: ShopProduct) -> NativeDocument:
        """The document of `product`, children merged into it."""
        locale = self.view.locale
        values = _eav_values(product, locale)
        source = _static_fields(product)
        source |= {code: value for code, value in values.items() if value}  # Empty, 0 and false are dropped.
        source |= _relation_fields(product, values)
        source["category"] = _category_rows(product, locale)
        if prices := _price_rows(product):
            source["price"] = prices
        source["indexed_attributes"] = [c for c in source if c in values and not c.startswith("option_text_")]
        if prices:
            source["indexed_attributes"].append("price")
        source["stock"] = {"is_in_stock": is_salable(product), "qty": 100 if is_salable(product) else 0}
        if Quirk.STRING_NUMBERS in product.quirks:
            source = _numbers_as_strings(source)
        if product.enriched:
            source["vitrina"] = vitrina_object(product, self.view, attributes=self.model.attributes)
        return NativeDocument(id=str(product.id), source=source)


def _static_fields(product: ShopProduct) -> dict[str, Any]:
    skus = [product.sku, *(variant.sku for variant in product.variants)]
    return {
        "entity_id": product.id,
        "attribute_set_id": _ATTRIBUTE_SET_ID,
        "type_id": "configurable" if product.variants else "simple",
        "sku": skus if product.variants else product.sku,
        "has_options": bool(product.custom_options or product.variants),
        "required_options": bool(product.variants),
        "created_at": "2025-02-03 08:00:00",
        "updated_at": "2026-07-01 12:30:00",
        "visibility": product.visibility,
    }


def _unique(values: Iterable[str | None]) -> list[str]:
    return list(dict.fromkeys(value for value in values if value))


def _eav_values(product: ShopProduct, locale: Locale) -> dict[str, list[Any]]:
    """Every attribute value as an array, the labels of options under `option_text_<code>`."""
    text = product.texts[locale]
    supplier = planted_supplier(product)
    values: dict[str, list[Any]] = {
        "name": _unique([text.name, *child_names(product, locale)]),
        "description": _unique([text.description, *child_descriptions(product, locale)]),
        "short_description": _unique([text.short_description]),
        "status": [1],
        "option_text_status": [ENABLED[locale]],
        "tax_class_id": [_TAX_CLASS_ID],
        "option_text_tax_class_id": ["Taxable Goods"],
        "image": _unique([product.image]),
        "ean": barcodes(product),
        "cost": [float(planted_cost(product))],
        "wholesale_margin": [planted_margin(product)],
    }
    if Quirk.NO_URL_KEY not in product.quirks:
        values["url_key"] = _unique([product.url_key, *child_url_keys(product)])
    for code, value in text.free.items():
        values[code] = _unique([value])
    for code, options in merged_options(product).items():
        values |= _option_values(code, options, locale)
    return values | _option_values("supplier_code", [supplier], locale)


def _option_values(code: str, options: Sequence[Option], locale: Locale) -> dict[str, list[Any]]:
    return {
        code: [option.id for option in options],
        f"option_text_{code}": _unique(option.labels[locale] for option in options),
    }


def _relation_fields(product: ShopProduct, values: dict[str, list[Any]]) -> dict[str, Any]:
    if not product.variants:
        return {}
    axes = list(dict.fromkeys(code for variant in product.variants for code in variant.options))
    labels = [f"option_text_{code}" for code in axes]
    merged = [code for code in ("name", "url_key", "ean", *axes, *labels) if values.get(code)]
    return {
        "children_ids": [variant.id for variant in product.variants],
        "configurable_attributes": axes,
        "children_attributes": ["indexed_attributes", *merged],
    }


def _category_rows(product: ShopProduct, locale: Locale) -> list[dict[str, Any]]:
    parents = {category.parent for category in product.categories}
    rows = [
        _category_row(ROOT_CATEGORY_ID, ROOT_CATEGORY_NAME, is_parent=True),
        *[_category_row(c.id, c.names[locale], is_parent=c.key in parents) for c in product.categories],
    ]
    position = product.id % 100
    return [{**row, "position": position} for row in rows] if position else rows


def _category_row(category_id: int, name: str, *, is_parent: bool) -> dict[str, Any]:
    row = {"category_id": category_id, "category_uid": _category_uid(category_id), "name": name}
    # A false `is_parent`, like a position 0, is dropped as every empty value is.
    return {**row, "is_parent": True} if is_parent else row


@cache
def _category_uid(category_id: int) -> str:
    return base64.b64encode(str(category_id).encode()).decode()


def _price_rows(product: ShopProduct) -> list[dict[str, Any]]:
    prices = variant_prices(product)
    if not prices:
        return []
    guest, wholesale = _price_row(product, prices, 1.0), _price_row(product, prices, product.wholesale_factor)
    return [
        {**(wholesale if group in WHOLESALE_GROUPS else guest), "customer_group_id": group} for group in CUSTOMER_GROUPS
    ]


def _price_row(product: ShopProduct, prices: Sequence[float], factor: float) -> dict[str, Any]:
    lowest, highest = round(min(prices) * factor, 4), round(max(prices) * factor, 4)
    # A configurable's original price is its dearest child, so `is_discount` holds as soon as its children differ.
    original = highest if product.variants else round((product.price or 0.0) * factor, 4)
    return {
        "price": lowest,
        "original_price": original,
        "is_discount": lowest < original,
        "tax_class_id": _TAX_CLASS_ID,
        "final_price": lowest,
        "min_price": lowest,
        "max_price": highest,
    }


def _numbers_as_strings(value: Any) -> Any:
    """Numbers at any depth as old versions wrote them: whole ones plain, prices with four decimals."""
    match value:
        case bool():
            return value
        case int():
            return str(value)
        case float():
            return f"{value:.4f}"
        case list():
            return [_numbers_as_strings(one) for one in value]
        case dict():
            return {key: _numbers_as_strings(one) for key, one in value.items()}
        case _:
            return value
