"""One product, found by its id or by one of its codes; whether anything has a code at all."""

from dataclasses import replace

from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter


async def find_product(
    search: ProductSearch, index: str, *, id: str | None = None, sku: str | None = None
) -> CatalogDocument | None:
    """The product of this id, else the one that answers to this code best; None when there is none."""
    if id is not None:
        return (await search.fetch_documents(index, [id], texts=True)).get(id)
    code = sku or ""
    # Codes that differ in case or separators only meet in the index; the one written exactly so comes first.
    return min(
        await search.fetch_by_code(index, code),
        key=lambda document: (document.sku != code, code not in document.variant_skus),
        default=None,
    )


async def knows_code(search: ProductSearch, index: str, question: Question, *, found: Candidates) -> bool:
    """Whether any product has a code of `question`, be it one that its conditions leave out."""
    if any(hit.by_code or hit.mentioned for hit in found.by_words):
        return True
    if question.filter == ProductFilter():
        return False
    found = await search.fetch_candidates(index, replace(question.anything, vector=None))
    return any(hit.by_code or hit.mentioned for hit in found.by_words)
