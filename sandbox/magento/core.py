"""Core Magento's product document for one store view (modules Elasticsearch and OpenSearch of Magento 2.4). Pure.

Follows `ProductDataMapper`, `PriceFieldsProvider`, `CategoryFieldsProvider` and the MSI plugin, oddities included;
the field table is §1.3 of the design note on the Magento index.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, TypeVar

from sandbox.magento.core_mapping import core_body
from sandbox.magento.enrichment import vitrina_object
from sandbox.magento.product import (
    CUSTOMER_GROUPS,
    ENABLED,
    ROOT_CATEGORY_ID,
    ROOT_CATEGORY_NAME,
    WHOLESALE_GROUPS,
    Locale,
    NativeDocument,
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

T = TypeVar("T")

CoreEra = Literal["current", "2018"]
"""`2018`: how the index looked before store ids left the price fields and MSI came (see `_as_of_2018`)."""

MAX_JOINED_BYTES = 32_766
"""Where Magento cuts a joined name: the longest term Lucene takes."""

_TAG = re.compile(r"<[^>]*>")
_WHITESPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class CoreStore:
    """One store view's native index as core Magento names, maps and fills it.

    version: the N of `_v<N>`. synonyms: groups of search synonyms, each with commas between its phrases.
    """

    view: StoreView
    model: ShopModel
    era: CoreEra = "current"
    prefix: str = "magento2"
    version: int = 1
    synonyms: tuple[str, ...] = ()

    @property
    def alias(self) -> str:
        return f"{self.prefix}_product_{self.view.id}"

    @property
    def index(self) -> str:
        return f"{self.alias}_v{self.version}"

    def body(self, *, shards: int = 1, enriched: bool = False) -> dict[str, Any]:
        """Settings and mappings; `enriched` adds the field an enriching module would declare."""
        return core_body(self.view, self.model, era=self.era, shards=shards, enriched=enriched, synonyms=self.synonyms)

    def document(self, product: ShopProduct) -> NativeDocument:
        """The document of `product`, children merged into it."""
        source = _current(product, self.view)
        if self.era == "2018":
            source = _as_of_2018(source, product, self.view)
        elif Quirk.STRING_NUMBERS in product.quirks:
            source |= _numbers_as_strings(source)
        if product.enriched:
            source["vitrina"] = vitrina_object(product, self.view, attributes=self.model.attributes)
        return NativeDocument(id=str(product.id), source=source)


def _current(product: ShopProduct, view: StoreView) -> dict[str, Any]:
    return {
        "store_id": str(view.id),
        "sku": _sku(product),
        **_texts(product, view.locale),
        **_system_fields(product, view.locale),
        **_option_fields(product, view.locale),
        **_internals(product, view.locale),
        **_category_fields(product, view.locale),
        **_price_fields(product, view.website_id),
        "is_out_of_stock": int(is_salable(product)),  # Magento's name says the opposite of what it holds.
    }


def field_value(values: Iterable[T]) -> T | list[T]:
    """Magento's `retrieveFieldValue`: the value itself when all are the same, else the list of the unique ones."""
    unique = list(dict.fromkeys(values))
    return unique[0] if len(unique) == 1 else unique


def php_lower(text: str) -> str:
    """PHP 8's `strtolower`: ASCII letters only, so Cyrillic keeps its case."""
    return text.encode().lower().decode()


def stripped(text: str) -> str:
    """What core's `filterAttributeValue` leaves: no tags, not even a space in their place; runs of space as one."""
    return _WHITESPACE.sub(" ", _TAG.sub("", text).strip())


def _sku(product: ShopProduct) -> str | list[str]:
    if Quirk.SKU_LIST in product.quirks:
        return field_value([product.sku, *(variant.sku for variant in product.variants)])
    return product.sku


def _joined_name(names: Sequence[str]) -> str:
    if len(names) == 1:
        return php_lower(names[0])
    cut = "\n".join(names).encode()[:MAX_JOINED_BYTES].decode(errors="ignore")
    return php_lower(cut.strip())


def _texts(product: ShopProduct, locale: Locale) -> dict[str, Any]:
    text = product.texts[locale]
    description = field_value([text.description, *child_descriptions(product, locale)])
    short_description = text.short_description
    if Quirk.STRIPPED_TEXT in product.quirks:
        description = stripped(description) if isinstance(description, str) else field_value(map(stripped, description))
        short_description = stripped(short_description)
    fields: dict[str, Any] = {
        "name": _joined_name([text.name, *child_names(product, locale)]),
        "description": description,
        "short_description": short_description,
        **text.free,
    }
    if Quirk.NO_URL_KEY not in product.quirks:
        fields["url_key"] = field_value([product.url_key, *child_url_keys(product)])
    if codes := barcodes(product):
        fields["ean"] = field_value(codes)
    if titles := product.custom_options.get(locale):
        fields["options"] = list(titles)
    return fields


def _system_fields(product: ShopProduct, locale: Locale) -> dict[str, Any]:
    return {
        "status": 1,
        "status_value": ENABLED[locale],
        "visibility": product.visibility,
        "tax_class_id": 2,
        "tax_class_id_value": "Taxable Goods",
    }


def _option_fields(product: ShopProduct, locale: Locale) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for code, options in merged_options(product).items():
        if len(options) == 1:
            fields[code], fields[f"{code}_value"] = options[0].id, options[0].labels[locale]
            continue
        # Ids come in the order of parent and children, labels in the order of the attribute's options: the two
        # lists of one field do not run in parallel.
        fields[code] = [option.id for option in options]
        fields[f"{code}_value"] = field_value([o.labels[locale] for o in sorted(options, key=attrgetter("position"))])
    return fields


def _internals(product: ShopProduct, locale: Locale) -> dict[str, Any]:
    supplier = planted_supplier(product)
    return {
        "cost": planted_cost(product),
        "wholesale_margin": planted_margin(product),
        "supplier_code": supplier.id,
        "supplier_code_value": supplier.labels[locale],
    }


def _category_fields(product: ShopProduct, locale: Locale) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "category_ids": [ROOT_CATEGORY_ID, *(category.id for category in product.categories)],
        f"position_category_{ROOT_CATEGORY_ID}": 10_000 + product.id % 100,
        f"name_category_{ROOT_CATEGORY_ID}": ROOT_CATEGORY_NAME,
    }
    for category in product.categories:
        fields[f"position_category_{category.id}"] = product.id % 100
        fields[f"name_category_{category.id}"] = category.names[locale]
    return fields


def _price_fields(product: ShopProduct, suffix: int) -> dict[str, str]:
    prices = variant_prices(product)
    if not prices:
        return {}
    guest, wholesale = _decimal(min(prices)), _decimal(min(prices) * product.wholesale_factor)
    return {f"price_{group}_{suffix}": wholesale if group in WHOLESALE_GROUPS else guest for group in CUSTOMER_GROUPS}


def _decimal(price: float) -> str:
    """A price rounded to cents, halves up, then printed as PHP's `%F` does."""
    return f"{int(price * 100 + 0.5 + 1e-9) / 100:.6f}"


def _numbers_as_strings(source: dict[str, Any]) -> dict[str, Any]:
    """Every whole number of `source` as the string the database driver gives; lists keep their shape."""
    fields: dict[str, Any] = {}
    for code, value in source.items():
        if isinstance(value, int):
            fields[code] = str(value)
        elif isinstance(value, list):
            fields[code] = [str(one) for one in value]
    return fields


def _as_of_2018(source: dict[str, Any], product: ShopProduct, view: StoreView) -> dict[str, Any]:
    """The document as Magento 2.2 wrote it: every number a string, names neither joined nor lower-cased, category
    ids in one string, the store's id in the price fields, stock under an honest name, dates."""
    old = source | _numbers_as_strings(source)
    prices = [code for code in old if code.startswith("price_")]
    for code in prices:
        del old[code]
    old |= _price_fields(product, view.id)
    del old["is_out_of_stock"]
    names = [product.texts[view.locale].name, *child_names(product, view.locale)]
    return old | {
        "name": field_value(names),
        "category_ids": " ".join(old["category_ids"]),
        "is_in_stock": str(int(is_salable(product))),
        "qty": "100" if is_salable(product) else "0",
        "created_at": "2018-03-14 09:26:53",
    }
