"""Ten products of the sample shop, found at once whatever is asked: retrieval is not what is measured here."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, cast

from opensearchpy import AsyncOpenSearch

from indexer.extract.fields import plan_store
from indexer.extract.magento import read_document
from indexer.records import Accepted
from indexer.transform.product import transform_batch
from runtime.retrieval.hits import Hit, Retrieval, RetrievalRequest
from runtime.retrieval.live import LiveSearch
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import ProductSearch
from sandbox.magento.load import native_store
from sandbox.magento.product import ENGLISH
from sandbox.magento.sample import read_sample_shop
from shared.catalog import CatalogDocument
from shared.embedding.tokens import estimate_tokens
from shared.indices import SCHEMA_VERSION, IndexMeta
from shared.magento.pricing import pricing_of
from shared.stores import StoreView

PRODUCTS: Final = 10
STORE: Final = StoreView.model_validate(
    {"base_url": "https://shop.example.com/", "media_url": "https://shop.example.com/media/catalog/product/"}
)

_AS_OF: Final = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_MODEL_LIMIT: Final = 8_192


class CannedSearch:
    """As much of a `ProductSearch` as `LiveSearch` asks for: the ten products, and whose they are."""

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        """The one index there is."""
        return _INDEX, _META

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        """All of them, whatever is asked."""
        return _DOCUMENTS


class CannedRetriever(Retriever):
    """Finds the same products for every question. native: the client of an index that their prices are read again from;
    None leaves them as they are.
    """

    def __init__(self, native: AsyncOpenSearch | None = None) -> None:
        self._live: LiveSearch | None = None
        if native is not None:
            self._live = LiveSearch(cast(ProductSearch, CannedSearch()), OpenSearchNative(native), [STORE])
        self._hits = tuple(
            Hit(document=document, score=1 / rank, ranks={"bm25": rank, "knn": rank})
            for rank, document in enumerate(_DOCUMENTS.values(), start=1)
        )

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        hits = self._hits
        if self._live is not None:
            documents = await self._live.fetch_documents(_INDEX, list(_DOCUMENTS))
            hits = tuple(replace(hit, document=documents[hit.document.id]) for hit in hits)
        return Retrieval(store=request.store, as_of=_AS_OF, hits=hits, total=len(hits))

    async def warm_up(self) -> None:
        if self._live is not None:
            await self._live.fetch_live(_INDEX)

    async def problems(self) -> Sequence[str]:
        return ()

    async def aclose(self) -> None:
        return


def native_sources() -> list[tuple[str, dict[str, Any]]]:
    """Id and `_source` of each, as core Magento has them."""
    shop = read_sample_shop()
    native = native_store(ENGLISH, shop.model)
    return [(one.id, one.source) for one in map(native.document, shop.products[:PRODUCTS])]


def _documents() -> dict[str, CatalogDocument]:
    """As the indexer would have written them."""
    native = native_store(ENGLISH, read_sample_shop().model)
    plan = plan_store(native.body()["mappings"]["properties"], STORE, dialect="core")
    records = [read_document(id, source, plan) for id, source in native_sources()]
    outcomes = transform_batch(records, STORE, model_limit=_MODEL_LIMIT, count_tokens=estimate_tokens)
    return {outcome.document.id: outcome.document for outcome in outcomes if isinstance(outcome, Accepted)}


_DOCUMENTS: Final = _documents()
_INDEX: Final = "bench-runtime"
_META: Final = IndexMeta(
    schema_version=SCHEMA_VERSION,
    schema_hash="",
    state="live",
    run_id="bench",
    store=STORE.code,
    locale=STORE.locale,
    currency=STORE.currency,
    provider="bench",
    model="bench",
    dimension=1,
    template_version=1,
    pricing=pricing_of(STORE),
    source_index=STORE.magento_index,
    source_uuid="bench",
    started_at=_AS_OF,
)
