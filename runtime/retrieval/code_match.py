"""Which of its codes a question named a product by. Pure."""

from collections.abc import Sequence
from typing import Final

from runtime.retrieval.hits import Condition, Hit
from runtime.retrieval.identifiers import Code, code_key
from runtime.retrieval.language import Language
from runtime.retrieval.reading import CODE
from shared import catalog
from shared.catalog import CatalogDocument

_PRODUCT: Final = {"en": "product {code}", "ru": "товар {code}"}
_VARIANT: Final = {"en": "variant {code}{options}", "ru": "вариант {code}{options}"}


def code_conditions(codes: Sequence[Code], hits: Sequence[Hit], *, language: Language) -> tuple[Condition, ...]:
    """One for each product among `hits` that was named, by a SKU or another code, in the order of `hits`.

    Hits bring their SKUs along and no other codes. Which EAN a product has is certain only where one is left that no
    SKU explains; of several, the product is named by its own SKU.
    """
    named = [hit.document for hit in hits if hit.by_code]
    known = {document.id: _by_sku(codes, document) for document in named}
    explained = {found[0].key for found in known.values() if found}
    left = _telling([code for code in codes if code.key not in explained])
    conditions: list[Condition] = []
    for document in named:
        found = known[document.id]
        if found:
            conditions.append(_of_sku(document, *found, language=language))
        elif len(left) == 1:
            conditions.append(_condition(left[0].key, catalog.IDENTIFIERS, left[0].text, _PRODUCT[language]))
        elif left:
            conditions.append(_condition(code_key(document.sku), catalog.SKU, document.sku, _PRODUCT[language]))
    return tuple(conditions)


def _by_sku(codes: Sequence[Code], document: CatalogDocument) -> tuple[Code, str] | None:
    """The first SKU of `document`, of a variant or its own, that is asked for, and by which of `codes`."""
    asked = {key: code for code in reversed(codes) for key in code.keys}
    skus = (*document.variant_skus, document.sku)
    return next(((asked[key], sku) for sku in skus if (key := code_key(sku)) in asked), None)


def _telling(codes: Sequence[Code]) -> Sequence[Code]:
    """Those of `codes` that a product may well be named by: what can only be a code, else EANs; parts of one aside."""
    telling = [code for code in codes if code.sure] or [code for code in codes if code.shape == "ean" and code.fits]
    telling = telling or [code for code in codes if code.shape == "ean"]
    return [one for one in telling if not any(one.key != other.key and one.key in other.key for other in telling)]


def _of_sku(document: CatalogDocument, code: Code, sku: str, *, language: Language) -> Condition:
    if sku not in document.variant_skus:
        return _condition(code.key, catalog.SKU, sku, _PRODUCT[language])
    text = _VARIANT[language].format(code=sku, options=_options(document, sku))
    return Condition(f"{CODE}:{code.key}", CODE, catalog.VARIANT_SKUS, sku, text)


def _condition(key: str, field: str, code: str, text: str) -> Condition:
    return Condition(f"{CODE}:{key}", CODE, field, code, text.format(code=code))


def _options(document: CatalogDocument, sku: str) -> str:
    variant = next((variant for variant in document.variants if variant.sku == sku), None)
    return f" ({', '.join(variant.options.values())})" if variant is not None and variant.options else ""
