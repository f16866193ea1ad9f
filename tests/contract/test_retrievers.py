"""What the chat relies on of a retriever: the fake of its tests and the real one pass the same suite."""

import pytest
from support.chat import FakeCatalogue
from support.runtime import Shop
from support.search import a_catalogue

from runtime.retrieval.hits import RetrievalRequest
from runtime.retrieval.retriever import Retriever


class RetrieverContract:
    """Each subclass gives `retriever`, with the products of `a_catalogue` in store `default`."""

    async def test_no_more_hits_than_wanted_best_first_and_all_counted(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(RetrievalRequest(text="jacket", store="default", limit=2))
        assert (found.store, found.degraded, len(found.hits)) == ("default", None, 2)
        assert found.total >= 2
        assert found.hits[0].score >= found.hits[1].score

    async def test_hits_are_different_products_of_the_store(self, retriever: Retriever) -> None:
        found = await retriever.retrieve(RetrievalRequest(text="jacket", store="default", limit=50))
        ids = [hit.document.id for hit in found.hits]
        assert len(set(ids)) == len(ids)
        assert {hit.document.name for hit in found.hits} <= {document.name for document in a_catalogue()}

    @pytest.mark.parametrize("code", ["id", "sku"])
    async def test_product_is_fetched_by_id_or_sku_as_of_the_same_moment(self, retriever: Retriever, code: str) -> None:
        wanted = a_catalogue()[3]
        fetched = await retriever.fetch_product("default", **{code: getattr(wanted, code)})
        found = await retriever.retrieve(RetrievalRequest(text="boots", store="default"))
        assert fetched is not None
        hit, as_of = fetched
        assert (hit.document.id, hit.document.name, as_of) == (wanted.id, wanted.name, found.as_of)

    async def test_unknown_product_is_none(self, retriever: Retriever) -> None:
        assert await retriever.fetch_product("default", id="no-such-id") is None
        assert await retriever.fetch_product("default", sku="no-such-sku") is None


class TestFakeCatalogue(RetrieverContract):
    @pytest.fixture
    def retriever(self) -> Retriever:
        return FakeCatalogue(*a_catalogue())


class TestRetriever(RetrieverContract):
    @pytest.fixture
    def retriever(self) -> Retriever:
        return Shop().retriever
