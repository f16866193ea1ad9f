"""One product, one place: variants beside the product they are sold under, and the same thing listed twice. Pure."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Final

from runtime.retrieval.hits import Hit
from runtime.retrieval.identifiers import Code, code_key
from shared.catalog import CatalogDocument
from shared.hybrid.query import Sort

WINDOW: Final = 5
"""Places behind a product that are looked at for what stands for it, or what it is a variant of. As that is all, an
answer of ten is the beginning of one of fifty.
"""


def reach(limit: int) -> int:
    """How many products to look at for `limit` places, so that those that fall away have successors at hand."""
    return limit + 2 * WINDOW


def collapsed(
    hits: Sequence[Hit],
    *,
    sort: Sort = "relevance",
    codes: Sequence[Code] = (),
    seen: Sequence[CatalogDocument] = (),
    more: bool = False,
) -> tuple[Hit, ...]:
    """`hits`, best first, with one of each family: a product and its variants, or the same thing twice.

    Of a family the best place is taken, and what the others leave goes to whoever follows. Who stands there can be
    bought if any of them can, and is rather the product than its variant; but in order of price nobody stands where
    another price belongs. What `codes` name stays, each in its own place. seen: products that the shopper has been
    shown; nothing of their families comes again unless it is named. more: others would follow `hits`, so that the last
    few are left out, of which it is open who stands for them.
    """
    settled = len(hits) - WINDOW if more else len(hits)
    documents = [*seen, *(hit.document for hit in hits)]
    if _all_differ(documents):
        return tuple(hits[:settled])
    families = _families(documents, seen=len(seen))
    places: dict[int, Hit] = {}
    for members in families:
        family = {place - len(seen): hits[place - len(seen)] for place in members if place >= len(seen)}
        named = dict(_named(family, codes))
        if named or len(family) == len(members):
            first = min(family)
            near = [hit for place, hit in family.items() if place <= first + WINDOW]
            places |= named or {first: _standing_for(near, sort)}
    return tuple(places[place] for place in sorted(places) if place < settled)


def is_variant(document: CatalogDocument, of: CatalogDocument) -> bool:
    """Whether `document` is one of the variants that are sold under `of`.

    Magento lists the parts of a bundle or a set where it lists variants, and they are products of their own: a variant
    has options there, or the name of the product before its own.
    """
    if document.sku not in of.variant_skus:
        return False
    has_options = any(variant.options for variant in of.variants if variant.sku == document.sku)
    return has_options or _key(document.name).startswith(_key(of.name))


def _all_differ(documents: Sequence[CatalogDocument]) -> bool:
    """Whether no two of them can be of one family, by what is quickly told: mostly so."""
    names = {_key(document.name) for document in documents}
    skus = {document.sku for document in documents}
    return len(names) == len(documents) and all(skus.isdisjoint(document.variant_skus) for document in documents)


def _families(documents: Sequence[CatalogDocument], *, seen: int) -> Sequence[Sequence[int]]:
    """Places of `documents` that belong together; every place is in one family. seen: how many have been shown."""
    skus = {document.sku for document in documents}
    parents: dict[str, list[int]] = {}
    for place, document in enumerate(documents):
        for sku in skus.intersection(document.variant_skus):
            parents.setdefault(sku, []).append(place)
    families: dict[Hashable, list[int]] = {}
    for place, document in enumerate(documents):
        of = (
            documents[parent]
            for parent in parents.get(document.sku, ())
            if (min(parent, place) < seen or abs(parent - place) <= WINDOW) and is_variant(document, documents[parent])
        )
        families.setdefault(_looks(next(of, document)), []).append(place)
    return list(families.values())


def _looks(document: CatalogDocument) -> Hashable:
    """What two products have in common that are the same thing: all that is shown of them but codes, link and stock.

    Without a picture and a price too little is known of a product to call it the same as another.
    """
    if document.image is None or document.price_from is None:
        return document.id
    return (
        _key(document.name),
        document.short_text,
        document.image,
        (document.price_from, document.price_to, document.price_text, document.currency),
        document.categories,
        tuple((code, shown.label, shown.values) for code, shown in sorted(document.attributes.items())),
        len(document.variant_skus),
        tuple((tuple(variant.options.items()), variant.price) for variant in document.variants),
    )


def _named(family: dict[int, Hit], codes: Sequence[Code]) -> Iterator[tuple[int, Hit]]:
    """Those of `family` that are asked for by a code of their own: a variant's is not the product's, where it is there
    itself.
    """
    asked = {key for code in codes for key in code.keys}
    found = {place: hit for place, hit in family.items() if hit.by_code}
    for place, hit in found.items():
        document = hit.document
        by_variant = any(is_variant(other.document, document) for other in found.values() if other is not hit)
        if not by_variant or code_key(document.sku) in asked:
            yield place, hit


def _standing_for(family: Sequence[Hit], sort: Sort) -> Hit:
    best = family[0]
    sold = [hit for hit in family if hit.document.in_stock] or family
    chosen = next((hit for hit in sold if hit.document.variant_skus), sold[0])
    if sort != "relevance" and chosen.document.price_from != best.document.price_from:
        return best
    return best if chosen is best else replace(chosen, score=best.score, in_place_of=best)


def _key(name: str) -> str:
    return " ".join(name.lower().split())
