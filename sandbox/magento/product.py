"""The merchant's truth about a catalogue, before Magento makes index documents of it. Pure.

Both renderers (`core`, `elasticsuite`) take these values; whatever differs between the dialects, and every trap,
is theirs. Prices are in the website's base currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

Locale = Literal["en", "ru"]
LOCALES: tuple[Locale, ...] = ("en", "ru")
DEFAULT_SCOPE: Locale = "en"
"""The language of Magento's admin scope, which a store view falls back to where nobody translated."""

ROOT_CATEGORY_ID = 2
ROOT_CATEGORY_NAME = "Default Category"
CUSTOMER_GROUPS = (0, 1, 2, 3)
"""Not logged in, General, Wholesale, Retailer: the groups of a fresh Magento."""
WHOLESALE_GROUPS = frozenset({2, 3})

ENABLED: Mapping[Locale, str] = {"en": "Enabled", "ru": "Включено"}
"""The label of status 1 in a store view's language."""

AttributeInput = Literal["select", "multiselect", "text", "decimal"]
EnrichedField = Literal[
    "url", "image", "name", "currency", "regular_price", "price", "description_text", "variants", "attributes"
]


class Quirk(StrEnum):
    """How one product came to look odd in the index; each is something real shops show."""

    NO_URL_KEY = "no_url_key"
    """url_key is unset or not searchable."""
    SKU_LIST = "sku_list"
    """A composite whose sku holds the children's as well."""
    STRING_NUMBERS = "string_numbers"
    """Numbers kept as the strings the database driver gave."""
    STRIPPED_TEXT = "stripped_text"
    """Texts as core's own filter leaves them: tags gone without a trace, entities and directives kept."""
    CHILD_TEXTS = "child_texts"
    """Every child has a description of its own, so the merged field is an array."""
    UNTRANSLATED_CHILDREN = "untranslated_children"
    """Children carry the admin scope's name in every store view."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a select attribute. position: its place in the attribute's own order, from 0."""

    id: int
    key: str
    labels: Mapping[Locale, str]
    position: int = 0


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the product model; `options` is empty unless it is a select or multiselect."""

    code: str
    labels: Mapping[Locale, str]
    input: AttributeInput = "text"
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Category:
    """A category below the root; parent: the key of the category above it, None for a department."""

    id: int
    key: str
    names: Mapping[Locale, str]
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class ProductText:
    """One store view's texts. Descriptions are HTML; `free` holds the free-text attributes by code."""

    name: str
    short_description: str
    description: str
    free: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShopVariant:
    """A simple child of a configurable. options: axis code -> option; price: None takes the parent's."""

    id: int
    sku: str
    options: Mapping[str, Option]
    price: float | None = None
    in_stock: bool = True
    ean: str | None = None


@dataclass(frozen=True, slots=True)
class ShopProduct:
    """A product as its merchant knows it; configurable when it has variants.

    categories: the leaf and its anchor parents, root excluded. price: None has no price row at all, 0 is on
    request. special_price: the final price when reduced (simple products). wholesale_factor: what the groups
    2 and 3 pay, as a share of the guest's price. enriched: the `vitrina` fields a module writes for it.
    """

    id: int
    sku: str
    categories: tuple[Category, ...]
    texts: Mapping[Locale, ProductText]
    options: Mapping[str, tuple[Option, ...]]
    url_key: str
    price: float | None
    in_stock: bool = True
    image: str | None = None
    ean: str | None = None
    special_price: float | None = None
    wholesale_factor: float = 1.0
    visibility: Literal[2, 3, 4] = 4
    custom_options: Mapping[Locale, tuple[str, ...]] = field(default_factory=dict)
    variants: tuple[ShopVariant, ...] = ()
    quirks: frozenset[Quirk] = frozenset()
    enriched: frozenset[EnrichedField] = frozenset()


@dataclass(frozen=True, slots=True)
class ShopModel:
    """What all products of a shop share; the mappings are built from it."""

    attributes: tuple[Attribute, ...]
    categories: tuple[Category, ...]

    @property
    def indexed_attributes(self) -> tuple[Attribute, ...]:
        """The shop's attributes, the barcode, and the internal ones that should never have been searchable."""
        return (*self.attributes, EAN, *INTERNAL_ATTRIBUTES)


@dataclass(frozen=True, slots=True)
class StoreView:
    """A store view, and what an enriching module would know about it (the native index does not).

    website_id: the suffix of the price fields. price_factor, price_step: base currency to the shown one, and the
    step the shown price is rounded to.
    """

    id: int
    code: str
    locale: Locale
    website_id: int = 1
    base_url: str | None = None
    media_url: str | None = None
    currency: str = "USD"
    price_factor: float = 1.0
    price_step: float = 0.01


@dataclass(frozen=True, slots=True)
class NativeDocument:
    """`_id` and `_source` of one document of a native index."""

    id: str
    source: dict[str, Any]


ENGLISH = StoreView(id=1, code="en", locale="en")
RUSSIAN = StoreView(id=2, code="ru", locale="ru", currency="RUB", price_factor=92.5, price_step=10)

EAN = Attribute(code="ean", labels={"en": "EAN", "ru": "Штрихкод"})

_SUPPLIERS = tuple(
    Option(id=9001 + n, key=f"supplier-{n}", labels=dict.fromkeys(LOCALES, f"SUPPLIER-CANARY-{n}"), position=n)
    for n in range(3)
)
INTERNAL_ATTRIBUTES = (
    Attribute(code="cost", labels={"en": "Cost", "ru": "Себестоимость"}, input="decimal"),
    Attribute(code="wholesale_margin", labels={"en": "Wholesale margin", "ru": "Оптовая наценка"}),
    Attribute(code="supplier_code", labels={"en": "Supplier", "ru": "Поставщик"}, input="select", options=_SUPPLIERS),
)
"""Internals a careless merchant made searchable. None of their values may ever leave the native index."""

CANARIES = ("424242", "MARGIN-CANARY", "SUPPLIER-CANARY")
"""Strings found in every planted internal value and nowhere else in a catalogue of this package."""


def planted_cost(product: ShopProduct) -> str:
    """The planted `cost` as the database gives a decimal; its fraction is a canary."""
    return f"{int((product.price or 0) * 0.4)}.424242"


def planted_margin(product: ShopProduct) -> str:
    """The planted `wholesale_margin`."""
    return f"MARGIN-CANARY-{product.id} 41%"


def planted_supplier(product: ShopProduct) -> Option:
    """The planted `supplier_code`: a select, so that its label is in the index too."""
    return _SUPPLIERS[product.id % len(_SUPPLIERS)]


def variant_prices(product: ShopProduct) -> list[float]:
    """Final prices of everything that can be bought of a product; empty when it has no price row."""
    if not product.variants:
        final = product.price if product.special_price is None else product.special_price
        return [] if final is None else [final]
    own = (product.price if variant.price is None else variant.price for variant in product.variants)
    return [price for price in own if price is not None]


def merged_options(product: ShopProduct) -> dict[str, tuple[Option, ...]]:
    """Option values of parent and children by attribute code: the parent's first, then as the children come.

    All children of a product differ in the same attributes.
    """
    merged = dict(product.options)
    for code in product.variants[0].options if product.variants else ():
        unique = {variant.options[code].id: variant.options[code] for variant in product.variants}
        merged[code] = (*merged.get(code, ()), *(o for o in unique.values() if o not in merged.get(code, ())))
    return merged


def child_names(product: ShopProduct, locale: Locale) -> list[str]:
    """Names of the children as Magento's configuration wizard makes them: `Hoodie-XS-Black`."""
    language = DEFAULT_SCOPE if Quirk.UNTRANSLATED_CHILDREN in product.quirks else locale
    name = product.texts[language].name
    return ["-".join([name, *[o.labels[language] for o in v.options.values()]]) for v in product.variants]


def child_url_keys(product: ShopProduct) -> list[str]:
    """URL keys of the children: the parent's, with the option keys behind it."""
    return ["-".join([product.url_key, *[o.key for o in v.options.values()]]) for v in product.variants]


def child_descriptions(product: ShopProduct, locale: Locale) -> list[str]:
    """Descriptions the children have of their own; empty when they have none."""
    if Quirk.CHILD_TEXTS not in product.quirks:
        return []
    text = product.texts[locale].description
    return [f"{text}<p>{', '.join(o.labels[locale] for o in v.options.values())}</p>" for v in product.variants]


def barcodes(product: ShopProduct) -> list[str]:
    """EANs of the product and its variants."""
    own = [product.ean] if product.ean else []
    return own + [variant.ean for variant in product.variants if variant.ean]


def is_salable(product: ShopProduct) -> bool:
    """Whether anything of the product can be bought now."""
    if not product.variants:
        return product.in_stock
    return product.in_stock and any(variant.in_stock for variant in product.variants)


_ZERO = ord("0")


def ean13(first_twelve: int) -> str:
    """The EAN-13 of twelve digits, its check digit added (GS1 General Specifications, 7.9)."""
    digits = b"%012d" % first_twelve
    zeros = _ZERO * (6 + 3 * 6)
    weighted = sum(digits[::2]) + 3 * sum(digits[1::2]) - zeros
    return f"{digits.decode()}{-weighted % 10}"


def has_valid_check_digit(code: str) -> bool:
    """Whether `code` is thirteen digits of which the last is the check digit of the others."""
    return len(code) == 13 and code.isascii() and code.isdigit() and ean13(int(code[:12])) == code
