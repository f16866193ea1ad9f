"""Ten products of the sample shop, found at once whatever is asked: retrieval is not what is measured here."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from indexer.extract.fields import plan_store
from indexer.extract.magento import read_document
from indexer.records import Accepted
from indexer.transform.product import transform_batch
from runtime.retrieval.hits import Hit, Retrieval, RetrievalRequest
from runtime.retrieval.retriever import Retriever
from sandbox.magento.load import native_store
from sandbox.magento.product import ENGLISH
from sandbox.magento.sample import read_sample_shop
from shared.catalog import CatalogDocument
from shared.embedding.tokens import estimate_tokens
from shared.stores import StoreView

PRODUCTS: Final = 10
STORE: Final = StoreView.model_validate(
    {"base_url": "https://shop.example.com/", "media_url": "https://shop.example.com/media/catalog/product/"}
)

_AS_OF: Final = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_MODEL_LIMIT: Final = 8_192


class CannedRetriever(Retriever):
    """Finds the same products for every question."""

    def __init__(self) -> None:
        self._hits = tuple(
            Hit(document=document, score=1 / rank, ranks={"bm25": rank, "knn": rank})
            for rank, document in enumerate(_documents(), start=1)
        )

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        return Retrieval(store=request.store, as_of=_AS_OF, hits=self._hits, total=len(self._hits))

    async def warm_up(self) -> None:
        return

    async def problems(self) -> Sequence[str]:
        return ()

    async def aclose(self) -> None:
        return


def _documents() -> list[CatalogDocument]:
    """As the indexer would have written them."""
    shop = read_sample_shop()
    native = native_store(ENGLISH, shop.model)
    plan = plan_store(native.body()["mappings"]["properties"], STORE, dialect="core")
    sold = map(native.document, shop.products[:PRODUCTS])
    records = [read_document(one.id, one.source, plan) for one in sold]
    outcomes = transform_batch(records, STORE, model_limit=_MODEL_LIMIT, count_tokens=estimate_tokens)
    return [outcome.document for outcome in outcomes if isinstance(outcome, Accepted)]
