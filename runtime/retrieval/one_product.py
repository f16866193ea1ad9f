"""One product, found by its id or by one of its codes."""

from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument


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
