"""Which fields of a native document may leave the source: an allow-list, never a deny-list. Pure.

A field is read when it is part of a product's known structure, when it holds the labels of an option attribute
(`color_value`, `option_text_color`), when it is a text attribute whose code is known to be meant for shoppers, or
when the operator's field map or attributes.toml names it. Whatever looks like an internal figure is not read even then.
The operator's view of this is docs/native-document.md.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from indexer.attributes import NO_RULES, AttributeRules
from indexer.records import Dialect
from shared.errors import ConfigurationError
from shared.magento.enrichment import VITRINA
from shared.magento.internal import is_internal
from shared.stores import StoreView

Target = Literal["sku", "name", "description", "short_description", "image", "url_key"]

STRUCTURE: Final[Mapping[Target, tuple[str, ...]]] = {
    "sku": ("sku",),
    "name": ("name",),
    "description": ("description",),
    "short_description": ("short_description",),
    "image": ("image", "small_image", "thumbnail"),
    "url_key": ("url_key",),
}
"""Native fields of each part of a product, the best first."""

IDENTIFIERS: Final = ("ean", "ean13", "gtin", "gtin13", "gtin14", "upc", "isbn", "barcode", "mpn", "part_number")
"""Codes besides the SKU by which a shopper may ask for a product."""

KNOWN_TEXTS: Final = frozenset({
    "activity", "age", "brand", "capacity", "care", "care_instructions", "collection", "color", "colour",
    "comfort_temperature", "compatibility", "composition", "country_of_manufacture", "dimensions", "features",
    "finish", "fit", "flavor", "gender", "guarantee", "height", "ingredients", "length", "manufacturer", "material",
    "model", "pattern", "power", "product_type", "season", "shape", "size", "size_chart", "style", "voltage",
    "volume", "warranty", "waterproof_rating", "weight_text", "width",
})  # fmt: skip
"""Codes of text attributes that are written for shoppers; read even where they carry no option labels."""

VITRINA_FIELDS: Final = (
    "url", "image", "name", "currency", "price", "regular_price", "description_text", "in_stock", "variants",
    "attributes", "ean", "identifiers",
)  # fmt: skip

_COMMON = ("status", "visibility", VITRINA)
_BY_DIALECT: Final[Mapping[Dialect, tuple[str, ...]]] = {
    "core": ("store_id", "is_out_of_stock", "is_in_stock", "qty", "category_ids", "name_category_*"),
    "elasticsuite": (
        "stock.is_in_stock", "stock.qty", "price.customer_group_id", "price.price", "price.final_price",
        "price.min_price", "price.max_price", "category.category_id", "category.name", "category.is_blacklisted",
    ),
}  # fmt: skip

STEERING: Final = frozenset({
    "status", "visibility", "tax_class_id", "quantity_and_stock_status", "options_container", "page_layout",
    "custom_design", "custom_layout", "gift_message_available", "gift_wrapping_available", "is_recurring",
    "msrp_display_actual_price_type", "price_type", "price_view", "sku_type", "weight_type", "shipment_type",
    "links_purchased_separately", "links_exist", "is_returnable", "giftcard_type", "allow_open_amount",
    "use_config_is_redeemable", "attribute_set_id", "type_id",
})  # fmt: skip
"""Option attributes that steer Magento and tell a shopper nothing."""


@dataclass(frozen=True, slots=True)
class FieldPlan:
    """What is read of each document of one index.

    structure: native fields of each part of a product, the best first. attributes: native field -> attribute code.
    free_texts: those of its keys that hold plain text nobody vouched for. identifiers: native fields with codes.
    mapped: the native fields that the operator named. source: `_source` patterns.
    """

    dialect: Dialect
    customer_group: int
    website_id: int
    structure: Mapping[Target, tuple[str, ...]] = field(default_factory=lambda: STRUCTURE)
    attributes: Mapping[str, str] = field(default_factory=dict)
    free_texts: frozenset[str] = frozenset()
    identifiers: tuple[str, ...] = IDENTIFIERS
    mapped: frozenset[str] = frozenset()

    @property
    def source(self) -> list[str]:
        """The `_source` patterns: the documents arrive without anything else."""
        structure = {native for fields in self.structure.values() for native in fields}
        prices = [f"price_{group}_*" for group in sorted({0, self.customer_group})] if self.dialect == "core" else []
        patterns = {*structure, *self.attributes, *self.identifiers, *_COMMON, *_BY_DIALECT[self.dialect], *prices}
        patterns.remove(VITRINA)
        return sorted(patterns | {f"{VITRINA}.{name}" for name in VITRINA_FIELDS})


def plan_fields(
    properties: Mapping[str, Any],
    *,
    dialect: Dialect,
    customer_group: int = 0,
    website_id: int = 1,
    field_map: Mapping[str, str] | None = None,
    attributes: AttributeRules = NO_RULES,
    needed: Set[str] = frozenset(),
) -> FieldPlan:
    """The plan for an index with these mapping `properties`.

    field_map: our name -> native field. A part of a product (`name`, `image`, …) or an identifier is then read from
    there first; any other name is an attribute of that code. attributes: what has no use is not read, and a text
    attribute that the operator named is. needed: codes that are read even without a use, because a rule asks for
    their values. Raises ConfigurationError for an internal field.
    """
    field_map = field_map or {}
    if problems := refused_fields(field_map):
        raise ConfigurationError(problems)
    known = _known_attributes(properties, dialect, rules=attributes, needed=needed)
    mapped = {name: native for name, native in field_map.items() if name not in STRUCTURE and name not in IDENTIFIERS}
    labels = label_fields(properties, dialect)
    chosen = {
        labels.get(native, native): name for name, native in mapped.items() if attributes.use(name) or name in needed
    }
    usual = {native: code for native, code in known.items() if native not in chosen and code not in mapped}
    return FieldPlan(
        dialect=dialect,
        customer_group=customer_group,
        website_id=website_id,
        structure={target: _first(field_map.get(target), natives) for target, natives in STRUCTURE.items()},
        attributes={**chosen, **usual},
        # A text of digits only may be an option's id; of an attribute that the operator named it is a value.
        free_texts=frozenset(native for native, code in usual.items() if native == code) - attributes.named,
        identifiers=tuple(dict.fromkeys((*(field_map[n] for n in IDENTIFIERS if n in field_map), *IDENTIFIERS))),
        mapped=frozenset(field_map.values()),
    )


def plan_store(
    properties: Mapping[str, Any], store: StoreView, *, dialect: Dialect, attributes: AttributeRules = NO_RULES
) -> FieldPlan:
    """The plan for the index of `store`. Raises ConfigurationError as `plan_fields` does."""
    return plan_fields(
        properties,
        dialect=dialect,
        customer_group=store.customer_group,
        website_id=store.website_id,
        field_map=store.fields,
        attributes=attributes,
        needed=store.include.attributes.keys() | store.exclude.attributes.keys(),
    )


def _known_attributes(
    properties: Mapping[str, Any], dialect: Dialect, *, rules: AttributeRules, needed: Set[str]
) -> dict[str, str]:
    """Native field -> attribute code of everything that may be read without a field map."""
    labels = label_fields(properties, dialect)
    vouched = rules.named | (needed & rules.by_code.keys())
    options = {native: code for code, native in labels.items() if code not in STEERING or code in vouched}
    texts = {code: code for code in sorted(KNOWN_TEXTS | vouched) if code in properties and code not in labels}
    return {
        native: code
        for native, code in {**options, **texts}.items()
        if (rules.use(code) or code in needed) and (code not in IDENTIFIERS or code in vouched)
    }


def refused_fields(field_map: Mapping[str, str]) -> list[str]:
    """What of a field map looks like an internal figure, one message each."""
    return [
        f"STORES_FILE: fields.{name} = {native!r}: a field of this name is taken for an internal figure and is never "
        "read; rename the attribute in Magento if it is meant for shoppers"
        for name, native in field_map.items()
        if is_internal(native) or is_internal(name)
    ]


def label_fields(properties: Iterable[str], dialect: Dialect) -> dict[str, str]:
    """Attribute code -> the native field with its labels, for every option attribute that is not internal."""
    names = set(properties)
    found: dict[str, str] = {}
    for name in sorted(names):
        code = _labelled_code(name, dialect)
        if code in names and not is_internal(code):
            found[code] = name
    return found


def _labelled_code(native: str, dialect: Dialect) -> str | None:
    if dialect == "core":
        return native.removesuffix("_value") if native.endswith("_value") else None
    return native.removeprefix("option_text_") if native.startswith("option_text_") else None


def _first(preferred: str | None, natives: tuple[str, ...]) -> tuple[str, ...]:
    return natives if preferred is None else tuple(dict.fromkeys((preferred, *natives)))
