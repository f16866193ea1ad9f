"""The fake search and OpenSearch itself, by one contract."""

import asyncio
from collections.abc import Iterable, Iterator
from uuid import uuid4

import pytest
from opensearchpy import AsyncOpenSearch
from support.facts_contract import FactsContract
from support.index_meta import a_meta
from support.rag_index import write_index
from support.search import FakeIndex, FakeSearch, a_catalogue
from support.search_contract import BuildShop, ProductSearchContract, Shop

from runtime.retrieval.search import OpenSearchProducts
from shared.catalog import CatalogDocument
from shared.indices import IndexMeta
from shared.opensearch import ClusterAddress, connect

OURS = a_meta()


class TestFakeSearch(ProductSearchContract, FactsContract):
    @pytest.fixture
    def build_shop(self) -> BuildShop:
        async def build(documents: Iterable[CatalogDocument], *, meta: IndexMeta | None = OURS) -> Shop:
            search = FakeSearch()
            search.put("rag-1", documents, alias="rag", meta=OURS)
            search.indices["rag-1"].meta = meta

            async def double() -> None:
                search.indices["rag-2"] = FakeIndex(meta=OURS)
                search.aliases["rag"].append("rag-2")

            return Shop(search, index="rag-1", alias="rag", double=double)

        return build


class OpenSearchContract(ProductSearchContract, FactsContract):
    shards: int

    @pytest.fixture(scope="class")
    @classmethod
    def kept_index(cls, opensearch_url: str) -> Iterator[str]:
        """The catalogue behind an alias `<index>-alias`, once for all tests of the class that only read it."""
        address, index = ClusterAddress(url=opensearch_url), f"t{uuid4().hex[:12]}-rag-1"

        async def create() -> None:
            async with connect(address) as client:
                await write_index(client, index, a_catalogue(), meta=OURS, shards=cls.shards)
                await client.indices.put_alias(index=index, name=f"{index}-alias")

        async def delete() -> None:
            async with connect(address) as client:
                await client.indices.delete(index=index)

        asyncio.run(create())
        yield index
        asyncio.run(delete())

    @pytest.fixture
    async def shop(self, kept_index: str, cluster: AsyncOpenSearch) -> Shop:
        return Shop(OpenSearchProducts(cluster), index=kept_index, alias=f"{kept_index}-alias", double=never)

    @pytest.fixture
    def build_shop(self, cluster: AsyncOpenSearch, namespace: str) -> BuildShop:
        async def build(documents: Iterable[CatalogDocument], *, meta: IndexMeta | None = OURS) -> Shop:
            index, alias = f"{namespace}rag-1", f"{namespace}rag"
            await write_index(cluster, index, documents, meta=meta or OURS, shards=self.shards, ours=meta is not None)
            await cluster.indices.put_alias(index=index, name=alias)

            async def double() -> None:
                await write_index(cluster, f"{namespace}rag-2", [], meta=OURS)
                await cluster.indices.put_alias(index=f"{namespace}rag-2", name=alias)

            return Shop(OpenSearchProducts(cluster), index=index, alias=alias, double=double)

        return build


class TestOpenSearchOfOneShard(OpenSearchContract):
    shards = 1


class TestOpenSearchOfThreeShards(OpenSearchContract):
    shards = 3


async def never() -> None:
    raise AssertionError("this index is shared between tests")
