"""A SourceRecord to what is indexed of it. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from indexer.records import Accepted, Outcome, Rejected, Skipped, SourceRecord
from indexer.transform.attributes import shown_attributes
from indexer.transform.chunk import build_text, hash_text
from indexer.transform.links import image_url, product_url
from indexer.transform.markup import plain, prose, to_text
from indexer.transform.names import display_name
from indexer.transform.prices import ShownPrice, shown_price
from indexer.transform.text import clean_line, cut_to_tokens, shorten
from shared.catalog import CatalogAttribute, CatalogDocument, CatalogVariant
from shared.stores import StoreView

SHORT_TEXT: Final = 300
"""Characters of `short_text`."""

MAX_VARIANTS: Final = 500
MAX_CODE: Final = 200
"""Characters of a SKU or another code; Magento allows 64."""

_DISABLED: Final = 2
_NOT_VISIBLE: Final = 1


@dataclass(frozen=True, slots=True)
class _Words:
    """The texts of a product, plain, and what had to be done to get them."""

    name: str
    short: str
    description: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a product is and costs, as the store shows it, and what is missing."""

    categories: tuple[str, ...]
    attributes: dict[str, CatalogAttribute]
    price: ShownPrice
    url: str | None
    image: str | None
    warnings: tuple[str, ...]


def transform(
    record: SourceRecord, store: StoreView, *, model_limit: int, count_tokens: Callable[[str], int]
) -> Outcome:
    """What becomes of one product of `store`.

    model_limit: tokens the embedding model takes. Skipped: disabled, or not visible on its own. Rejected: neither
    name nor SKU, so that nobody could tell what was found. Anything less that is missing is a warning.
    """
    skus = _codes(record.skus)
    sku = skus[0] if skus else None
    if record.status == _DISABLED:
        return Skipped(id=record.id, sku=sku, reason="disabled")
    if record.visibility == _NOT_VISIBLE:
        return Skipped(id=record.id, sku=sku, reason="not_visible")
    words = _read_words(record, sku, language=store.language)
    if not words.name:
        return Rejected(id=record.id, sku=None, reason="the native document has neither a name nor a SKU")
    facts = _read_facts(record, store)
    whole = _whole_text(record, words, facts, locale=store.locale)
    text, tokens, cut = cut_to_tokens(whole, model_limit, count_tokens)
    return Accepted(
        document=_build_document(record, store, skus=skus, words=words, facts=facts, text=text),
        text_hash=hash_text(text),
        tokens=tokens,
        warnings=tuple(sorted({*record.warnings, *words.warnings, *facts.warnings, *_if(cut, "text_cut")})),
    )


def _read_words(record: SourceRecord, sku: str | None, *, language: str) -> _Words:
    description, bounded = to_text(record.description)
    if record.enriched.description_text:
        description, bounded = prose(record.enriched.description_text), False
    short, _ = to_text(record.short_description)
    name, guessed = display_name(record, (short, description), language=language)
    warnings = [
        *_if(bounded, "description_cut"),
        *_if(guessed, "name_guessed"),
        *_if(not name, "no_name"),
        *_if(sku is None, "no_sku"),
    ]
    return _Words(name=name or sku or "", short=short, description=description, warnings=tuple(warnings))


def _read_facts(record: SourceRecord, store: StoreView) -> _Facts:
    attributes, cut = shown_attributes(record, locale=store.locale)
    price = shown_price(record, store)
    url, url_warnings = product_url(record, store)
    image, image_warnings = image_url(record, store)
    cut = cut or len(record.enriched.variants) > MAX_VARIANTS
    return _Facts(
        categories=tuple(name for name in map(plain, record.categories) if name),
        attributes=attributes,
        price=price,
        url=url,
        image=image,
        warnings=(*price.warnings, *url_warnings, *image_warnings, *_if(cut, "values_cut")),
    )


def _whole_text(record: SourceRecord, words: _Words, facts: _Facts, *, locale: str) -> str:
    children = [*record.names[1:], *(variant.name for variant in record.enriched.variants if variant.name)]
    return build_text(
        name=words.name,
        categories=facts.categories,
        short=words.short,
        attributes=facts.attributes,
        variant_names=map(plain, children[:MAX_VARIANTS]),
        description=words.description,
        locale=locale,
    )


def _build_document(
    record: SourceRecord, store: StoreView, *, skus: tuple[str, ...], words: _Words, facts: _Facts, text: str
) -> CatalogDocument:
    sku, *children = skus or (record.id,)
    variants = record.enriched.variants[:MAX_VARIANTS]
    variant_skus = _codes((*children, *(variant.sku for variant in variants)))[:MAX_VARIANTS]
    return CatalogDocument(
        id=record.id,
        sku=sku,
        name=words.name,
        text=text,
        short_text=shorten(words.short or words.description, SHORT_TEXT),
        variant_skus=tuple(code for code in variant_skus if code != sku),
        identifiers=_codes((*record.enriched.identifiers, *record.identifiers)),
        categories=facts.categories,
        attributes=facts.attributes,
        variants=tuple(_variants(record, facts.price)),
        currency=store.currency,
        price_from=_number(facts.price.lowest),
        price_to=_number(facts.price.highest),
        price_text=facts.price.text,
        in_stock=_in_stock(record),
        url=facts.url,
        image=facts.image,
    )


def _variants(record: SourceRecord, price: ShownPrice) -> Iterable[CatalogVariant]:
    for variant in record.enriched.variants[:MAX_VARIANTS]:
        if sku := _code(variant.sku):
            yield CatalogVariant(
                sku=sku,
                name=plain(variant.name) if variant.name else None,
                options={code: plain(label) for code, label in variant.options.items()},
                price=_number(price.variants.get(variant.sku)),
                in_stock=variant.in_stock,
            )


def _in_stock(record: SourceRecord) -> bool:
    """Whether the product can be bought. What nobody calls out of stock can: Magento leaves the others out."""
    if record.enriched.in_stock is not None:
        return record.enriched.in_stock
    variants = [variant.in_stock for variant in record.enriched.variants]
    all_gone = bool(variants) and all(answer is False for answer in variants)
    return record.in_stock is not False and not all_gone


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for code in map(_code, codes) if code))


def _code(code: str) -> str:
    return clean_line(code)[:MAX_CODE]


def _number(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _if(condition: bool, warning: str) -> list[str]:
    return [warning] if condition else []
