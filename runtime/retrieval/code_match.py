"""Which of its codes a question named a product by. Pure."""

from collections.abc import Iterator, Sequence
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
    """One for each product among `hits` that was named, by a SKU or another code, in the order of `hits`."""
    return tuple(_conditions(codes, hits, language=language))


def _conditions(codes: Sequence[Code], hits: Sequence[Hit], *, language: Language) -> Iterator[Condition]:
    for hit in hits:
        if not hit.by_code:
            continue
        document = hit.document
        code = _named(codes, document)
        if code is None:
            continue
        if code in document.variant_skus:
            text = _VARIANT[language].format(code=code, options=_options(document, code))
            yield Condition(f"{CODE}:{code_key(code)}", CODE, catalog.VARIANT_SKUS, code, text)
        else:
            field = catalog.SKU if code == document.sku else catalog.IDENTIFIERS
            yield Condition(f"{CODE}:{code_key(code)}", CODE, field, code, _PRODUCT[language].format(code=code))


def _named(codes: Sequence[Code], document: CatalogDocument) -> str | None:
    """The code of `document` that one of `codes` is, as the catalogue writes it where the document tells."""
    asked = {key for code in codes for key in code.keys}
    known = (sku for sku in (*document.variant_skus, document.sku) if code_key(sku) in asked)
    return next(known, None) or next((code.text for code in codes if code.shape == "ean" or code.sure), None)


def _options(document: CatalogDocument, sku: str) -> str:
    variant = next((variant for variant in document.variants if variant.sku == sku), None)
    return f" ({', '.join(variant.options.values())})" if variant is not None and variant.options else ""
