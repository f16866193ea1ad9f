"""The source on a real node: every document exactly once, whatever happens around it."""

import asyncio
import re
from collections.abc import Sequence

import orjson
import pytest
from opensearchpy import AsyncOpenSearch
from support.records import a_store
from support.retries import AT_ONCE

from indexer.cluster import SEARCH_GROUP
from indexer.extract.errors import (
    SourceAmbiguous,
    SourceEmpty,
    SourceIncomplete,
    SourceUnknown,
    SourceUnreadable,
    SourceVanished,
)
from indexer.extract.fields import plan_fields
from indexer.extract.opensearch import MagentoSource, ReadPlan, open_source
from indexer.extract.pages import cut_page, read_source
from indexer.extract.point_in_time import point_in_time
from indexer.load.neighbours import count_searches, fetch_searches
from indexer.records import Dialect, SourceRecord, SourceSnapshot
from indexer.runs.unchanged import LiveProducts
from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.load import NativeStore, load_store, native_store
from sandbox.magento.product import CANARIES, ENGLISH, RUSSIAN, NativeDocument, ShopProduct
from shared.opensearch import ClusterAddress

PRODUCTS = 600
PAGE = 50


def shop_products(count: int = PRODUCTS) -> list[ShopProduct]:
    return list(generate_catalogue(count, seed=7, enriched_one_in=4))


async def native(
    cluster: AsyncOpenSearch, namespace: str, *, dialect: Dialect = "core", shards: int = 1, count: int = PRODUCTS
) -> NativeStore:
    """A seeded catalogue in an index behind its alias."""
    store = native_store(ENGLISH, seeded_model(), dialect=dialect, prefix=f"{namespace}m2")
    await load_store(cluster, store, shop_products(count), shards=shards, enriched=True)
    return store


def an_address(url: str) -> ClusterAddress:
    return ClusterAddress(url=url, name="SOURCE_OPENSEARCH_URL")


async def read_all(
    cluster: AsyncOpenSearch, url: str, name: str, *, slices: int | None = None, page_size: int = PAGE
) -> tuple[SourceSnapshot, list[SourceRecord]]:
    store = a_store(magento_index=name)
    address = an_address(url)
    async with open_source(cluster, address, store, slices=slices, page_size=page_size, backoff=AT_ONCE) as source:
        return source.snapshot, [source.record(document) async for document in source.read()]


async def open_views(cluster: AsyncOpenSearch, index: str) -> int:
    """Points in time that are open over `index`."""
    stats = await cluster.indices.stats(index=index, metric="search")
    count: int = stats["indices"][index]["total"]["search"]["point_in_time_current"]
    return count


async def until_closed(cluster: AsyncOpenSearch, index: str) -> None:
    """Wait for the last view over `index` to go: a page that was under way when its reader left still holds it."""
    async with asyncio.timeout(30):
        while await open_views(cluster, index):
            await asyncio.sleep(0.05)


def ids_of(found: Sequence[SourceRecord] | Sequence[ShopProduct] | Sequence[NativeDocument]) -> list[str]:
    return sorted(str(one.id) for one in found)


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_every_document_is_read_exactly_once(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, dialect: Dialect, shards: int
) -> None:
    store = await native(cluster, namespace, dialect=dialect, shards=shards)
    snapshot, records = await read_all(cluster, opensearch_url, store.alias)
    settings = await cluster.indices.get_settings(index=store.index)
    uuid = settings[store.index]["settings"]["index"]["uuid"]
    assert snapshot == SourceSnapshot(index=store.index, uuid=uuid, dialect=dialect, total=PRODUCTS)
    assert ids_of(records) == ids_of(shop_products())
    await until_closed(cluster, store.index)


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
@pytest.mark.parametrize("slices", [1, 2, 7])
async def test_any_number_of_slices_over_three_shards_loses_nothing(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, dialect: Dialect, slices: int
) -> None:
    store = await native(cluster, namespace, dialect=dialect, shards=3)
    _, records = await read_all(cluster, opensearch_url, store.alias, slices=slices)
    assert ids_of(records) == ids_of(shop_products())


async def test_doc_order_across_shards_loses_documents_and_the_count_tells(
    cluster: AsyncOpenSearch, namespace: str
) -> None:
    store = await native(cluster, namespace, shards=3)
    snapshot = SourceSnapshot(index=store.index, uuid="u", dialect="core", total=PRODUCTS)
    plan = ReadPlan(slices=1, sort="_doc", page_size=PAGE)
    async with point_in_time(cluster, store.index, backoff=AT_ONCE) as pit:
        source = MagentoSource(pit, snapshot, fields=plan_fields({}, dialect="core"), plan=plan, store="default")
        with pytest.raises(SourceIncomplete) as raised:
            async for _ in source.read():
                pass
    assert raised.value.read < raised.value.expected == PRODUCTS


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_internal_values_stay_in_the_source(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, dialect: Dialect
) -> None:
    store = await native(cluster, namespace, dialect=dialect, count=50)
    mapping = await cluster.indices.get_mapping(index=store.index)
    plan = plan_fields(mapping[store.index]["mappings"]["properties"], dialect=dialect)
    asked = {"size": 50, "_source": {"includes": plan.source}}
    sent = str(await cluster.search(index=store.index, body=asked))
    whole = str(await cluster.search(index=store.index, body={"size": 50}))
    _, records = await read_all(cluster, opensearch_url, store.alias)
    assert all(canary in whole for canary in CANARIES)
    assert not [canary for canary in CANARIES if canary in sent or canary in str(records)]


async def test_a_russian_store_view_is_read_by_the_name_of_its_index(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    store = native_store(RUSSIAN, seeded_model(), prefix=f"{namespace}m2")
    await load_store(cluster, store, shop_products(20))
    snapshot, records = await read_all(cluster, opensearch_url, store.index)
    assert snapshot.index == store.index
    assert ids_of(records) == ids_of(shop_products(20))
    assert all(re.search("[а-я]", record.names[0]) for record in records)


async def test_an_alias_that_moves_on_changes_nothing(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    store = await native(cluster, namespace, count=300)
    address = an_address(opensearch_url)
    async with open_source(cluster, address, a_store(magento_index=store.alias), page_size=50) as source:
        records = source.read()
        read = [await anext(records)]
        await cluster.indices.create(index=f"{namespace}other")
        actions = [
            {"remove": {"index": store.index, "alias": store.alias}},
            {"add": {"index": f"{namespace}other", "alias": store.alias}},
        ]
        await cluster.indices.update_aliases(body={"actions": actions})
        await cluster.delete(index=store.index, id=str(shop_products(1)[0].id), params={"refresh": "true"})
        read += [record async for record in records]
    assert ids_of(read) == ids_of(shop_products(300))


async def read_until_deleted(cluster: AsyncOpenSearch, url: str, store: NativeStore) -> None:
    """Read, and delete the index like Magento's full reindex as soon as the first document is there."""
    async with open_source(cluster, an_address(url), a_store(magento_index=store.alias), page_size=10) as source:
        records = source.read()
        await anext(records)
        await cluster.indices.delete(index=store.index)
        async for _ in records:
            pass


@pytest.mark.parametrize("shards", [1, 3])
async def test_a_source_deleted_while_it_is_read_has_vanished(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, shards: int
) -> None:
    store = await native(cluster, namespace, shards=shards)
    with pytest.raises(SourceVanished, match="start over") as raised:
        await read_until_deleted(cluster, opensearch_url, store)
    assert raised.value.index == store.index


async def test_a_view_that_is_gone_has_vanished_too(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = await native(cluster, namespace, count=3)
    async with point_in_time(cluster, store.index, backoff=AT_ONCE) as pit:
        await cluster.delete_pit(body={"pit_id": [pit.id]})
        with pytest.raises(SourceVanished, match=store.index):
            await pit.search({"size": 1})


async def test_leaving_in_the_middle_closes_the_view(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    store = await native(cluster, namespace, shards=3)
    async with open_source(cluster, an_address(opensearch_url), a_store(magento_index=store.alias)) as source:
        await anext(source.read())
        assert await open_views(cluster, store.index) > 0
    await until_closed(cluster, store.index)


async def test_cancelling_a_read_closes_the_view(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> None:
    store = await native(cluster, namespace, shards=3)
    reading = asyncio.Event()

    async def run() -> None:
        async with open_source(cluster, an_address(opensearch_url), a_store(magento_index=store.alias)) as source:
            async for _ in source.read():
                reading.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(run())
    await asyncio.wait_for(reading.wait(), timeout=30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until_closed(cluster, store.index)


async def test_an_unknown_name_is_refused_with_similar_ones(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    store = await native(cluster, namespace, count=3)
    with pytest.raises(SourceUnknown) as raised:
        await read_all(cluster, opensearch_url, f"{namespace}m2_prodcut_1")
    assert store.alias in raised.value.similar
    assert "MAGENTO_INDEX" in str(raised.value)
    assert "SOURCE_OPENSEARCH_URL" in str(raised.value)


async def test_an_alias_over_two_indices_is_refused_naming_both(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    store = await native(cluster, namespace, count=3)
    await cluster.indices.create(index=f"{namespace}stray", body={"aliases": {store.alias: {}}})
    with pytest.raises(SourceAmbiguous) as raised:
        await read_all(cluster, opensearch_url, store.alias)
    assert set(raised.value.indices) == {store.index, f"{namespace}stray"}


async def test_an_empty_index_is_refused(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> None:
    store = await native(cluster, namespace, count=0)
    with pytest.raises(SourceEmpty, match="nothing to index"):
        await read_all(cluster, opensearch_url, store.alias)
    await until_closed(cluster, store.index)


async def test_an_index_of_something_else_is_refused(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    index = f"{namespace}logs"
    await cluster.index(index=index, body={"message": "hello", "level": 3}, params={"refresh": "true"})
    with pytest.raises(SourceUnreadable, match="level, message"):
        await read_all(cluster, opensearch_url, index)


async def test_documents_anyone_loaded_without_a_mapping_are_read(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    index = f"{namespace}bare"
    document = {
        "sku": "A1", "name": "lamp\nlamp-red", "color": 5, "color_value": "Red", "price_0_1": "9.500000",
        "cost": "1.000000", "cost_value": "PLANTED", "vitrina": {"name": "LAMP", "variants": [{"sku": "A1-R"}]},
    }  # fmt: skip
    await cluster.index(index=index, id="5", body=document, params={"refresh": "true"})
    _, [record] = await read_all(cluster, opensearch_url, index)
    assert (record.id, record.enriched.name, record.attributes["color"].values) == ("5", "LAMP", ("Red",))
    assert [variant.sku for variant in record.enriched.variants] == ["A1-R"]
    assert "PLANTED" not in str(record)


async def test_searches_of_the_indexer_are_told_from_a_shoppers(
    cluster: AsyncOpenSearch, namespace: str, opensearch_url: str
) -> None:
    store = await native(cluster, namespace, shards=3, count=60)
    live = LiveProducts(cluster, store.index, dimension=4)
    opened = open_source(cluster, an_address(opensearch_url), a_store(magento_index=store.index), page_size=PAGE)
    async with opened as source:
        documents = [document async for document in source.read()]
        await source.fetch([documents[0].id])
        await live.split(documents)
    assert await searched(cluster, store.index) == (0, True)
    await cluster.search(index=store.index, body={"query": {"match_all": {}}})
    assert await searched(cluster, store.index) == (3, True)


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_a_page_of_a_real_node_is_cut_without_being_parsed(
    cluster: AsyncOpenSearch, namespace: str, opensearch_url: str, dialect: Dialect
) -> None:
    store = await native(cluster, namespace, dialect=dialect, shards=2, count=40)
    opened = open_source(cluster, an_address(opensearch_url), a_store(magento_index=store.index))
    async with opened as source, point_in_time(cluster, store.index, backoff=AT_ONCE) as pit:
        wanted = {"size": 20, "track_total_hits": False, "_source": {"includes": source.fields.source}}
        for body in ({**wanted, "sort": [{"_doc": "asc"}]}, {**wanted, "sort": [{"_id": "asc"}]}):
            answer = await pit.search_raw(body)
            page = cut_page(answer, index=store.index)
            assert page is not None
            hits = orjson.loads(answer)["hits"]["hits"]
            assert [(one.id, read_source(one)) for one in page.documents] == [
                (hit["_id"], hit["_source"]) for hit in hits
            ]
            assert page.last == hits[-1]["sort"]


async def searched(cluster: AsyncOpenSearch, index: str) -> tuple[int, bool]:
    """Searches of a shard of `index` that others asked for, and whether any are the indexer's."""
    stats = await cluster.indices.stats(index=index, metric="search", params={"groups": SEARCH_GROUP})
    found = stats["indices"][index]["total"]
    return count_searches({"nodes": {"one": {"indices": found}}}).done, SEARCH_GROUP in found["search"]["groups"]


async def test_a_node_tells_how_often_it_was_searched(cluster: AsyncOpenSearch, namespace: str) -> None:
    # Other tests may search the same node meanwhile.
    store = await native(cluster, namespace, shards=3, count=20)
    before = await fetch_searches(cluster)
    for _ in range(2):
        await cluster.search(index=store.index, body={"query": {"match_all": {}}})
    assert (await fetch_searches(cluster)).done >= before.done + 2 * 3
