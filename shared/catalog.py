"""The indexed document: one product of one store view, as the RAG index keeps it. Pure.

The indexer writes it, the runtime reads it back; the field names exist here and nowhere else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

ID: Final = "id"
SKU: Final = "sku"
VARIANT_SKUS: Final = "variant_skus"
IDENTIFIERS: Final = "identifiers"
"""Every code the product answers to (SKU, variant SKUs, EAN), matched without case and separators."""
NAME: Final = "name"
SHORT_TEXT: Final = "short_text"
TEXT: Final = "text"
TEXT_REST: Final = "text_rest"
BODY: Final = "body"
"""What words are looked for in: TEXT and TEXT_REST together, put there by OpenSearch (`copy_to`)."""
TEXT_HASH: Final = "text_hash"
VECTOR: Final = "vector"
CATEGORIES: Final = "categories"
ATTRIBUTES: Final = "attributes"
"""Shown as they are and never searched; the searchable form is FACETS."""
SPECS: Final = "specs"
"""Values of attributes as words, apart from the text: what they say weighs more than what is told around them."""
FACETS: Final = "facets"
"""`code=value` pairs: one keyword field for any number of attributes, matched without case."""
FACET_LABELS: Final = "facet_labels"
"""`code=label` pairs of those attributes: what the shop calls them."""
AXES: Final = "axes"
"""Codes of the attributes in which the variants of the product differ, as far as the source says."""
VARIANTS: Final = "variants"
PRICE_FROM: Final = "price_from"
PRICE_TO: Final = "price_to"
PRICE_TEXT: Final = "price_text"
CURRENCY: Final = "currency"
IN_STOCK: Final = "in_stock"
URL: Final = "url"
IMAGE: Final = "image"
WARNINGS: Final = "warnings"
"""Codes of what the product lacks or lost on its way here, for the next run's report."""
SOURCE_HASH: Final = "source_hash"
"""Of the native document this one was made from: as long as it stays the same, so does this one."""

CARD_FIELDS: Final = (
    ID, SKU, VARIANT_SKUS, NAME, SHORT_TEXT, CATEGORIES, ATTRIBUTES, VARIANTS, PRICE_FROM, PRICE_TO, PRICE_TEXT,
    CURRENCY, IN_STOCK, URL, IMAGE,
)  # fmt: skip
"""What a search reads back: what is shown of a product."""

TEXT_FIELDS: Final = (TEXT, TEXT_REST)
"""What is read back besides by whoever reads everything there is to know of a product."""


@lru_cache(maxsize=8192)  # Thousands of products share a few hundred values.
def facet(code: str, value: str) -> str:
    """The FACETS keyword of an attribute value, or the FACET_LABELS keyword of its label; both sides of a filter build
    it here, and the index makes them alike in case.
    """
    return f"{code.strip().lower()}={value.strip()}"


def split_facet(pair: str) -> tuple[str, str]:
    """Code and value, or label, of such a keyword; no code has a "=" in it."""
    code, _, value = pair.partition("=")
    return code, value


@dataclass(frozen=True, slots=True)
class CatalogAttribute:
    """One attribute as a shopper reads it: `label` ("Colour"), `values` ("Black", "Gray")."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CatalogVariant:
    """A child of a configurable product; what the source did not say is None.

    options: attribute code -> value label. price: in the store view's currency.
    """

    sku: str
    name: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    price: float | None = None
    in_stock: bool | None = None


@dataclass(frozen=True, slots=True)
class CatalogDocument:
    """One product of one store view, ready to be shown, searched and embedded.

    price_from, price_to: in `currency`, after factor and rounding; None is "on request". price_text: the
    price as the store writes it. text: what is embedded. text_rest: what follows it, which is searched by
    its words only. attributes: shown ones, by attribute code. specs: values of those to be found by, as
    words. facets: those to filter by, None when they are the shown ones. identifiers: codes beyond the SKUs (EAN, part
    number). as_of: when price and stock were read, where that was after the index was built.
    """

    id: str
    sku: str
    name: str
    text: str
    currency: str
    price_text: str
    in_stock: bool = True
    short_text: str = ""
    text_rest: str = ""
    variant_skus: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, CatalogAttribute] = field(default_factory=dict)
    specs: tuple[str, ...] = ()
    facets: Mapping[str, CatalogAttribute] | None = None
    variants: tuple[CatalogVariant, ...] = ()
    price_from: float | None = None
    price_to: float | None = None
    url: str | None = None
    image: str | None = None
    as_of: datetime | None = None


def to_source(
    document: CatalogDocument, *, text_hash: str, source_hash: str = "", warnings: Sequence[str] = ()
) -> dict[str, Any]:
    """`_source` of the RAG index without the vector, JSON-ready."""
    facets = document.attributes if document.facets is None else document.facets
    return {
        ID: document.id,
        SKU: document.sku,
        VARIANT_SKUS: list(document.variant_skus),
        IDENTIFIERS: _unique((document.sku, *document.variant_skus, *document.identifiers)),
        NAME: document.name,
        SHORT_TEXT: document.short_text,
        TEXT: document.text,
        TEXT_REST: document.text_rest,
        CATEGORIES: list(document.categories),
        ATTRIBUTES: {
            code: {"label": attribute.label, "values": list(attribute.values)}
            for code, attribute in document.attributes.items()
        },
        SPECS: list(document.specs),
        FACETS: [facet(code, value) for code, found in facets.items() for value in found.values],
        FACET_LABELS: [facet(code, found.label) for code, found in facets.items()],
        AXES: sorted({code for variant in document.variants for code in variant.options}),
        VARIANTS: list(map(_variant, document.variants)),
        PRICE_FROM: document.price_from,
        PRICE_TO: document.price_to,
        PRICE_TEXT: document.price_text,
        CURRENCY: document.currency,
        IN_STOCK: document.in_stock,
        URL: document.url,
        IMAGE: document.image,
        # What a run reads back of an earlier one stands together at the end.
        WARNINGS: list(warnings),
        TEXT_HASH: text_hash,
        SOURCE_HASH: source_hash,
    }


def from_source(source: Mapping[str, Any]) -> CatalogDocument:
    """The document of a hit's `_source`; the inverse of `to_source` over CARD_FIELDS and, where they are there,
    TEXT_FIELDS.
    """
    return CatalogDocument(
        id=source[ID],
        sku=source[SKU],
        name=source[NAME],
        text=source.get(TEXT, ""),
        text_rest=source.get(TEXT_REST, ""),
        currency=source[CURRENCY],
        price_text=source[PRICE_TEXT],
        in_stock=source[IN_STOCK],
        short_text=source.get(SHORT_TEXT, ""),
        variant_skus=tuple(source.get(VARIANT_SKUS, ())),
        categories=tuple(source.get(CATEGORIES, ())),
        attributes={
            code: CatalogAttribute(label=found["label"], values=tuple(found["values"]))
            for code, found in source.get(ATTRIBUTES, {}).items()
        },
        variants=tuple(CatalogVariant(**variant) for variant in source.get(VARIANTS, ())),
        price_from=source.get(PRICE_FROM),
        price_to=source.get(PRICE_TO),
        url=source.get(URL),
        image=source.get(IMAGE),
    )


def _variant(variant: CatalogVariant) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "name": variant.name,
        "options": dict(variant.options),
        "price": variant.price,
        "in_stock": variant.in_stock,
    }


def _unique(codes: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(code for code in codes if code))
