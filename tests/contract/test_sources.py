"""What the pipeline relies on of a source: the fake of the unit tests and a native index on a node, by one contract."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.records import a_store
from support.sources import FakeSource, some_records

from indexer.extract.errors import SourceVanished
from indexer.extract.opensearch import open_source
from indexer.records import SourceRecord
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.load import load_store, native_store
from sandbox.magento.product import ENGLISH
from shared.opensearch import ClusterAddress

PRODUCTS = 40
"""More pages of one document than are read ahead."""


@dataclass(frozen=True)
class Shelf:
    """PRODUCTS documents: how they are opened, and how their index is deleted after the first one was read."""

    open: Callable[[], AbstractAsyncContextManager[Any]]
    delete: Callable[[], Awaitable[object]]


class SourceContract:
    """Each subclass gives `shelf`, and `doomed`, whose index is deleted while it is read."""

    async def test_every_document_comes_once_and_the_snapshot_counts_them(self, shelf: Shelf) -> None:
        async with shelf.open() as source:
            ids = [record.id async for record in source.read()]
        assert source.snapshot.total == len(ids) == len(set(ids)) == PRODUCTS

    async def test_every_opening_reads_the_same(self, shelf: Shelf) -> None:
        openings = []
        for _ in range(2):
            async with shelf.open() as source:
                openings.append({record.id: record async for record in source.read()})
        assert openings[0] == openings[1]

    async def test_snapshot_names_the_concrete_index(self, shelf: Shelf) -> None:
        async with shelf.open() as source:
            assert source.snapshot.index.endswith("magento2_product_1_v1")
            assert source.snapshot.uuid
            assert source.snapshot.dialect == "core"

    async def test_index_deleted_while_it_is_read_has_vanished(self, doomed: Shelf) -> None:
        read: list[SourceRecord] = []

        async def read_on() -> None:
            async for record in source.read():
                read.append(record)
                await doomed.delete()

        async with doomed.open() as source:
            with pytest.raises(SourceVanished) as raised:
                await read_on()
        assert raised.value.index == source.snapshot.index
        assert 0 < len(read) < PRODUCTS


class TestFakeSource(SourceContract):
    @pytest.fixture
    def shelf(self) -> Shelf:
        source = FakeSource(some_records(PRODUCTS))
        return Shelf(open=lambda: source.open(a_store()), delete=_nothing)

    @pytest.fixture
    def doomed(self) -> Shelf:
        source = FakeSource(some_records(PRODUCTS), vanish_at=[1])
        return Shelf(open=lambda: source.open(a_store()), delete=_nothing)


class TestMagentoSource(SourceContract):
    @pytest.fixture
    async def shelf(self, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> Shelf:
        native = native_store(ENGLISH, seeded_model(), prefix=f"{namespace}magento2")
        await load_store(cluster, native, generate_catalogue(PRODUCTS, seed=5))
        address, view = ClusterAddress(url=opensearch_url), a_store(magento_index=native.alias)
        return Shelf(
            # A page a document: what comes after the deletion has to be asked for.
            open=lambda: open_source(cluster, address, view, slices=1, page_size=1),
            delete=lambda: cluster.indices.delete(index=native.index, ignore_unavailable=True),
        )

    @pytest.fixture
    def doomed(self, shelf: Shelf) -> Shelf:
        return shelf


async def _nothing() -> None:
    return
