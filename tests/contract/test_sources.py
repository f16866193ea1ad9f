"""What the pipeline relies on of a source: the fake of the unit tests and a native index on a node, by one contract."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.records import a_store
from support.sources import FakeSource, some_records

from indexer.extract.errors import SourceEmpty, SourceIncomplete, SourceVanished
from indexer.extract.opensearch import open_source
from indexer.records import SourceDocument
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.load import NativeStore, load_store, native_store
from sandbox.magento.product import ENGLISH
from shared.opensearch import ClusterAddress

PRODUCTS = 40
"""More pages of one document than are read ahead."""


@dataclass(frozen=True)
class Shelf:
    """A native index: how it is opened, and how it is deleted after its first document was read."""

    open: Callable[[], AbstractAsyncContextManager[Any]]
    delete: Callable[[], Awaitable[object]]


class SourceContract:
    """Each subclass gives four shelves.

    shelf: PRODUCTS documents. doomed: the same, deleted while they are read. short: the same, of which fewer come
    than there are. empty: none.
    """

    async def test_every_document_comes_once_and_the_snapshot_counts_them(self, shelf: Shelf) -> None:
        async with shelf.open() as source:
            ids = [document.id async for document in source.read()]
        assert source.snapshot.total == len(ids) == len(set(ids)) == PRODUCTS

    async def test_every_opening_reads_the_same(self, shelf: Shelf) -> None:
        openings = []
        for _ in range(2):
            async with shelf.open() as source:
                openings.append({document.id: source.record(document) async for document in source.read()})
        assert openings[0] == openings[1]

    async def test_snapshot_names_the_concrete_index(self, shelf: Shelf) -> None:
        async with shelf.open() as source:
            assert source.snapshot.index.endswith("magento2_product_1_v1")
            assert source.snapshot.uuid
            assert source.snapshot.dialect == "core"

    async def test_products_are_fetched_again_as_they_were_read(self, shelf: Shelf) -> None:
        async with shelf.open() as source:
            read = {document.id: source.record(document) async for document in source.read()}
            wanted = sorted(read)[:3]
            fetched = await source.fetch([*wanted, "nobody"])
        assert {record.id: record for record in fetched} == {key: read[key] for key in wanted}

    async def test_products_of_an_index_that_was_deleted_have_vanished(self, doomed: Shelf) -> None:
        async with doomed.open() as source:
            await doomed.delete()
            with pytest.raises(SourceVanished):
                await source.fetch(["1", "2"])

    async def test_index_deleted_while_it_is_read_has_vanished(self, doomed: Shelf) -> None:
        read: list[SourceDocument] = []

        async def read_on() -> None:
            async for document in source.read():
                read.append(document)
                await doomed.delete()

        async with doomed.open() as source:
            with pytest.raises(SourceVanished) as raised:
                await read_on()
        assert raised.value.index == source.snapshot.index
        assert 0 < len(read) < PRODUCTS

    async def test_another_number_of_documents_than_the_snapshot_counts_is_an_error_at_the_end(
        self, short: Shelf
    ) -> None:
        read: list[SourceDocument] = []

        async def read_on() -> None:
            async for document in source.read():
                read.append(document)

        async with short.open() as source:
            with pytest.raises(SourceIncomplete) as raised:
                await read_on()
        assert (raised.value.expected, raised.value.read) == (source.snapshot.total, len(read))
        assert 0 < len(read) < source.snapshot.total

    async def test_index_without_documents_is_refused_when_it_is_opened(self, empty: Shelf) -> None:
        with pytest.raises(SourceEmpty):
            async with empty.open():
                raise AssertionError("an empty source was opened")


class TestFakeSource(SourceContract):
    @pytest.fixture
    def shelf(self) -> Shelf:
        return self.shelf_of(FakeSource(some_records(PRODUCTS)))

    @pytest.fixture
    def doomed(self) -> Shelf:
        source = FakeSource(some_records(PRODUCTS), vanish_at=[1])

        async def delete() -> None:
            source.gone = True

        return Shelf(open=lambda: source.open(a_store()), delete=delete)

    @pytest.fixture
    def short(self) -> Shelf:
        return self.shelf_of(FakeSource(some_records(PRODUCTS - 1), total=PRODUCTS))

    @pytest.fixture
    def empty(self) -> Shelf:
        return self.shelf_of(FakeSource([]))

    def shelf_of(self, source: FakeSource) -> Shelf:
        return Shelf(open=lambda: source.open(a_store()), delete=_nothing)


class TestMagentoSource(SourceContract):
    @pytest.fixture
    def native(self, namespace: str) -> NativeStore:
        return native_store(ENGLISH, seeded_model(), prefix=f"{namespace}magento2")

    @pytest.fixture
    async def shelf(self, cluster: AsyncOpenSearch, opensearch_url: str, native: NativeStore) -> Shelf:
        await load_store(cluster, native, generate_catalogue(PRODUCTS, seed=5))
        return self.shelf_of(native, cluster, opensearch_url)

    @pytest.fixture
    def doomed(self, shelf: Shelf) -> Shelf:
        return shelf

    @pytest.fixture
    async def short(self, cluster: AsyncOpenSearch, opensearch_url: str, native: NativeStore) -> Shelf:
        await load_store(cluster, native, generate_catalogue(PRODUCTS, seed=5), shards=3)
        # One slice over three shards pages by number, and here every product has the same one.
        body = {"script": {"source": "ctx._source.entity_id = 7"}}
        await cluster.update_by_query(index=native.index, body=body, params={"refresh": "true"})
        return self.shelf_of(native, cluster, opensearch_url)

    @pytest.fixture
    async def empty(self, cluster: AsyncOpenSearch, opensearch_url: str, native: NativeStore) -> Shelf:
        await load_store(cluster, native, [])
        return self.shelf_of(native, cluster, opensearch_url)

    def shelf_of(self, native: NativeStore, cluster: AsyncOpenSearch, url: str) -> Shelf:
        address, view = ClusterAddress(url=url), a_store(magento_index=native.alias)
        return Shelf(
            # A page a document: what comes after the deletion has to be asked for.
            open=lambda: open_source(cluster, address, view, slices=1, page_size=1),
            delete=lambda: cluster.indices.delete(index=native.index, ignore_unavailable=True),
        )


async def _nothing() -> None:
    return
