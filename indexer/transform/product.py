"""A SourceRecord to what is indexed of it. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from indexer.attributes import NO_RULES, AttributeRules
from indexer.records import Accepted, Outcome, Rejected, Skipped, SourceRecord
from indexer.transform.attributes import UsedAttributes, used_attributes
from indexer.transform.chunk import EMBEDDED_TOKENS, build_text, hash_text
from indexer.transform.markup import plain, prose, to_text
from indexer.transform.names import display_name
from indexer.transform.text import clean_line, cut_to_tokens, shorten
from shared.catalog import CatalogDocument, CatalogVariant
from shared.magento.links import image_url, product_url
from shared.magento.presence import can_be_bought, hidden_as
from shared.magento.prices import ShownPrice, shown_price
from shared.stores import StoreView

_NAMELESS: Final = "the native document has neither a name nor a SKU"

SHORT_TEXT: Final = 300
"""Characters of `short_text`."""

MAX_REST: Final = 20_000
"""Characters of `text_rest`: about ten pages, behind which no shopper's words are looked for."""

MAX_VARIANTS: Final = 500
MAX_CODE: Final = 200
"""Characters of a SKU or another code; Magento allows 64."""


class _Words(NamedTuple):
    """What a product is called, in plain text, and what had to be done to get there."""

    skus: tuple[str, ...]
    name: str
    short: str
    description: str
    warnings: tuple[str, ...]


class _Facts(NamedTuple):
    """What a product is and costs, as the store shows it, and what is missing."""

    categories: tuple[str, ...]
    attributes: UsedAttributes
    price: ShownPrice
    url: str | None
    image: str | None
    warnings: tuple[str, ...]


def transform(
    record: SourceRecord,
    store: StoreView,
    *,
    model_limit: int,
    count_tokens: Callable[[str], int],
    attributes: AttributeRules = NO_RULES,
) -> Outcome:
    """What becomes of one product of `store`; as `transform_batch`."""
    (outcome,) = transform_batch(
        [record], store, model_limit=model_limit, count_tokens=count_tokens, attributes=attributes
    )
    return outcome


def transform_batch(
    records: Sequence[SourceRecord],
    store: StoreView,
    *,
    model_limit: int,
    count_tokens: Callable[[str], int],
    attributes: AttributeRules = NO_RULES,
) -> list[Outcome]:
    """What becomes of each of some products of `store`, in order.

    model_limit: tokens the embedding model takes; more than EMBEDDED_TOKENS are never used. attributes: their labels,
    order and uses. Skipped: disabled, or not visible on its own. Rejected: neither name nor SKU, so that nobody could
    tell what was found. Anything less that is missing is a warning.
    """
    skips = [_skip(record) for record in records]
    kept = [record for record, skipped in zip(records, skips, strict=True) if skipped is None]
    # Step by step over all of them, not product by product: a step's code then stays in the processor's caches, and
    # some fifty products take three quarters of the time.
    words = [_read_words(record, language=store.language) for record in kept]
    facts = [_read_facts(record, store, attributes) for record in kept]
    told = list(zip(kept, words, facts, strict=True))
    wholes = [_whole_text(*product, locale=store.locale) for product in told]
    limit = min(model_limit, EMBEDDED_TOKENS)
    texts = [cut_to_tokens(whole, limit, count_tokens)[0] for whole in wholes]
    rests = [whole[len(text) :].strip()[:MAX_REST] for whole, text in zip(wholes, texts, strict=True)]
    documents = [
        _build_document(*product, store, text=text, rest=rest)
        for product, text, rest in zip(told, texts, rests, strict=True)
    ]
    settled = iter([_settle(*product, document) for product, document in zip(told, documents, strict=True)])
    return [skipped or next(settled) for skipped in skips]


def _skip(record: SourceRecord) -> Skipped | None:
    reason = hidden_as(status=record.status, visibility=record.visibility)
    return None if reason is None else Skipped(id=record.id, sku=_own_sku(record), reason=reason)


def _own_sku(record: SourceRecord) -> str | None:
    return next(iter(_codes(record.skus)), None)


def _settle(record: SourceRecord, words: _Words, facts: _Facts, document: CatalogDocument) -> Accepted | Rejected:
    if not words.name:
        return Rejected(id=record.id, sku=None, reason=_NAMELESS, kind="nameless")
    return Accepted(
        document=document,
        text_hash=hash_text(document.text),
        warnings=tuple(sorted({*record.warnings, *words.warnings, *facts.warnings})),
        source_hash=record.source_hash,
    )


def _read_words(record: SourceRecord, *, language: str) -> _Words:
    skus = _codes(record.skus)
    description, bounded = to_text(record.description)
    if record.enriched.description_text:
        description, bounded = prose(record.enriched.description_text), False
    short, _ = to_text(record.short_description)
    name, guessed = display_name(record, (short, description), language=language)
    warnings = {"description_cut": bounded, "name_guessed": guessed, "no_name": not name, "no_sku": not skus}
    name = name or (skus[0] if skus else "")
    return _Words(skus=skus, name=name, short=short, description=description, warnings=_true(warnings))


def _read_facts(record: SourceRecord, store: StoreView, rules: AttributeRules) -> _Facts:
    attributes = used_attributes(record, locale=store.locale, rules=rules)
    price = shown_price(record, store)
    url, url_warnings = product_url(record, store)
    image, image_warnings = image_url(record, store)
    cut = attributes.cut or len(record.enriched.variants) > MAX_VARIANTS
    warnings = (*price.warnings, *url_warnings, *image_warnings)
    return _Facts(
        categories=tuple([name for name in map(plain, record.categories) if name]),
        attributes=attributes,
        price=price,
        url=url,
        image=image,
        warnings=(*warnings, "values_cut") if cut else warnings,
    )


def _whole_text(record: SourceRecord, words: _Words, facts: _Facts, *, locale: str) -> str:
    # Magento calls a child by its parent's name, "-", and its options; what they share is in the text already.
    shared = "" if record.enriched.name or not record.names else f"{record.names[0]}-"
    children = [name.removeprefix(shared) for name in record.names[1:]]
    children += [variant.name for variant in record.enriched.variants if variant.name]
    return build_text(
        name=words.name,
        categories=facts.categories,
        short=words.short,
        attributes=facts.attributes.text,
        variant_names=prose("\n".join(children[:MAX_VARIANTS])) if children else "",
        description=words.description,
        locale=locale,
    )


def _build_document(
    record: SourceRecord, words: _Words, facts: _Facts, store: StoreView, *, text: str, rest: str
) -> CatalogDocument:
    sku, *children = words.skus or (record.id,)
    variants = record.enriched.variants[:MAX_VARIANTS]
    if variants:
        children = list(dict.fromkeys((*children, *_codes([variant.sku for variant in variants]))))
    return CatalogDocument(
        id=record.id,
        sku=sku,
        name=words.name,
        text=text,
        text_rest=rest,
        short_text=shorten(words.short or words.description, SHORT_TEXT),
        variant_skus=tuple([code for code in children[:MAX_VARIANTS] if code != sku]),
        identifiers=_codes((*record.enriched.identifiers, *record.identifiers)),
        categories=facts.categories,
        attributes=facts.attributes.card,
        specs=tuple(dict.fromkeys([value for found in facts.attributes.text.values() for value in found.values])),
        facets=facts.attributes.facets,
        variants=tuple(_variants(record, facts)) if variants else (),
        currency=store.currency,
        price_from=_number(facts.price.lowest),
        price_to=_number(facts.price.highest),
        price_text=facts.price.text,
        in_stock=can_be_bought(record.in_stock, record.enriched),
        url=facts.url,
        image=facts.image,
    )


def _variants(record: SourceRecord, facts: _Facts) -> Iterable[CatalogVariant]:
    for variant in record.enriched.variants[:MAX_VARIANTS]:
        if sku := _code(variant.sku):
            yield CatalogVariant(
                sku=sku,
                name=plain(variant.name) if variant.name else None,
                options={
                    code: plain(label) for code, label in variant.options.items() if code in facts.attributes.card
                },
                price=_number(facts.price.variants.get(variant.sku)),
                in_stock=variant.in_stock,
            )


def _codes(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([code for code in map(_code, codes) if code]))


def _code(code: str) -> str:
    return clean_line(code)[:MAX_CODE]


def _number(price: Decimal | None) -> float | None:
    return None if price is None else float(price)


def _true(warnings: Mapping[str, bool]) -> tuple[str, ...]:
    """Those that are."""
    return tuple([code for code, holds in warnings.items() if holds])
