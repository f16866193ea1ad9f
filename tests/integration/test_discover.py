"""discover on a real node: what Magento left there, and nothing else, is found, and nothing is changed."""

from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.records import count_words
from support.retries import AT_ONCE
from support.scripted_cluster import scripted_cluster

from indexer.attributes import NO_RULES, AttributeRules, load_attributes
from indexer.discover.files import write_files
from indexer.discover.findings import Findings, FoundIndex, Unreadable
from indexer.discover.survey import discover
from indexer.extract.opensearch import open_source
from indexer.records import Dialect, Outcome
from indexer.transform.product import transform
from sandbox.magento.load import load_sample_shop
from shared.opensearch import ClusterAddress, connect
from shared.stores import StoreView, load_stores

PRODUCT = {"sku": "A-1", "name": "a thing", "store_id": "1", "status": 1, "visibility": 4, "price_0_1": "5.000000"}
MAPPED = {"sku": {"type": "text"}, "name": {"type": "text"}, "status": {"type": "integer"}}


def an_address(url: str) -> ClusterAddress:
    return ClusterAddress(url=url, name="SOURCE_OPENSEARCH_URL")


async def put(cluster: AsyncOpenSearch, index: str, *documents: dict[str, Any], **body: Any) -> None:
    """A small index of one's own."""
    await cluster.indices.create(index=index, body=body or {"mappings": {"properties": MAPPED}})
    for number, document in enumerate(documents, start=1):
        await cluster.index(index=index, id=str(number), body=document)
    await cluster.indices.refresh(index=index)


async def found_in(cluster: AsyncOpenSearch, url: str, namespace: str) -> Findings:
    """The findings, as far as they are this test's."""
    found = await discover(cluster, an_address(url), near=f"{namespace}m2_product_1", backoff=AT_ONCE)
    return Findings(
        where=found.where,
        stores=tuple(store for store in found.stores if store.name.startswith(namespace)),
        unreadable=tuple(one for one in found.unreadable if one.name.startswith(namespace)),
        notes=found.notes,
    )


async def only_store(cluster: AsyncOpenSearch, url: str, namespace: str) -> FoundIndex:
    (store,) = (await found_in(cluster, url, namespace)).stores
    return store


async def only_unreadable(cluster: AsyncOpenSearch, url: str, namespace: str) -> Unreadable:
    found = await found_in(cluster, url, namespace)
    assert found.stores == ()
    (one,) = found.unreadable
    return one


async def outcomes(cluster: AsyncOpenSearch, url: str, store: StoreView, rules: AttributeRules) -> dict[str, Outcome]:
    """What a run makes of every product, by id."""
    async with open_source(cluster, an_address(url), store, attributes=rules, backoff=AT_ONCE) as source:
        return {
            document.id: transform(
                source.record(document), store, model_limit=8192, count_tokens=count_words, attributes=rules
            )
            async for document in source.read()
        }


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_store_views_are_found_with_their_language_prices_and_attributes(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, dialect: Dialect
) -> None:
    for locale in ("en", "ru"):
        await load_sample_shop(cluster, store=locale, dialect=dialect, prefix=f"{namespace}m2", shards=2)
    english, russian = (await found_in(cluster, opensearch_url, namespace)).stores
    assert (english.dialect, english.locale.locale, russian.locale.locale) == (dialect, "en_US", "ru_RU")
    assert english.documents == russian.documents > 50
    assert english.groups == (0, 1, 2, 3)
    color = next(attribute for attribute in russian.attributes if attribute.code == "color")
    assert color.state == "read"
    assert color.values
    assert 0 < color.products <= russian.documents
    assert {"cost", "supplier_code", "wholesale_margin"} <= set(english.refused)
    assert not {attribute.code for attribute in english.attributes} & set(english.refused)
    if dialect == "core":
        assert (english.name, english.index) == (f"{namespace}m2_product_1", f"{namespace}m2_product_1_v1")
        assert (english.store_id, russian.store_id, english.websites) == (1, 2, (1,))


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
@pytest.mark.parametrize("enriched", [False, True])
async def test_files_load_back_and_a_run_with_them_makes_the_same_documents(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, tmp_path: Path, dialect: Dialect, enriched: bool
) -> None:
    await load_sample_shop(cluster, store="ru", dialect=dialect, prefix=f"{namespace}m2", enriched=enriched)
    found = await found_in(cluster, opensearch_url, namespace)
    stores, attributes = write_files(found, tmp_path, force=False)
    (store,) = load_stores(stores)
    rules = load_attributes(attributes)
    assert rules.places
    with_file = await outcomes(cluster, opensearch_url, store, rules)
    assert with_file == await outcomes(cluster, opensearch_url, store, NO_RULES)
    assert len(with_file) == found.stores[0].documents


async def test_nothing_on_the_cluster_changes(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> None:
    await load_sample_shop(cluster, store="en", prefix=f"{namespace}m2")
    before = await cluster.indices.get(index=f"{namespace}*")
    await found_in(cluster, opensearch_url, namespace)
    assert await cluster.indices.get(index=f"{namespace}*") == before
    stats = (await cluster.indices.stats(index=f"{namespace}*", metric="search"))["_all"]["total"]["search"]
    assert (stats["point_in_time_current"], stats["open_contexts"]) == (0, 0)


async def test_alias_is_preferred_and_other_generations_are_passed_over(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    alias = f"{namespace}m2_product_1"
    for version in (9, 10, 11):
        await put(cluster, f"{alias}_v{version}", PRODUCT)
    await cluster.indices.put_alias(index=f"{alias}_v10", name=alias)
    await cluster.indices.put_alias(index=f"{alias}_v10", name=f"{namespace}a_nickname")
    found = await found_in(cluster, opensearch_url, namespace)
    assert [(store.name, store.index) for store in found.stores] == [(alias, f"{alias}_v10")]
    assert [one.name for one in found.unreadable] == [f"{alias}_v11", f"{alias}_v9"]
    assert all(f"{alias}_v10 is the one" in one.reason for one in found.unreadable)


async def test_without_any_alias_the_newest_generation_counts(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    for version in (9, 10):
        await put(cluster, f"{namespace}m2_product_1_v{version}", PRODUCT)
    store = await only_store(cluster, opensearch_url, namespace)
    assert store.name == store.index == f"{namespace}m2_product_1_v10"


async def test_alias_of_two_indices_names_neither(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    for view in (1, 2):
        await put(cluster, f"{namespace}m2_product_{view}_v1", PRODUCT)
        await cluster.indices.put_alias(index=f"{namespace}m2_product_{view}_v1", name=f"{namespace}both")
    found = await found_in(cluster, opensearch_url, namespace)
    assert [store.name for store in found.stores] == [f"{namespace}m2_product_{view}_v1" for view in (1, 2)]


async def test_our_own_index_is_no_source(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> None:
    own = {"properties": MAPPED, "_meta": {"vitrina": {"schema_version": 1}}}
    await put(cluster, f"{namespace}products-rag-20260101-000000", PRODUCT, mappings=own)
    found = await found_in(cluster, opensearch_url, namespace)
    assert (found.stores, found.unreadable) == ((), ())


async def test_unknown_dialect_shows_what_was_seen_and_what_was_expected(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    await put(cluster, f"{namespace}m2_product_1", {"title": "a thing", "price_eur": 5}, mappings={"dynamic": True})
    one = await only_unreadable(cluster, opensearch_url, namespace)
    for words in ("price_eur", "title", "Expected `sku` beside", "ElasticSuite"):
        assert words in one.reason


async def test_half_mapped_index_is_told_from_its_documents(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    half = {"dynamic": False, "properties": {"sku": {"type": "text"}}}
    await put(cluster, f"{namespace}m2_product_1", PRODUCT, mappings=half)
    assert (await only_store(cluster, opensearch_url, namespace)).dialect == "core"
    await cluster.indices.delete(index=f"{namespace}m2_product_1")
    await put(cluster, f"{namespace}m2_product_1", {"sku": "A-1"}, mappings=half)
    assert "Seen: sku." in (await only_unreadable(cluster, opensearch_url, namespace)).reason


async def test_empty_and_closed_indices_say_so(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> None:
    await put(cluster, f"{namespace}m2_product_1")
    assert "is empty" in (await only_unreadable(cluster, opensearch_url, namespace)).reason
    await cluster.indices.close(index=f"{namespace}m2_product_1")
    assert "index_closed_exception" in (await only_unreadable(cluster, opensearch_url, namespace)).reason


async def test_text_attribute_that_nobody_vouched_for_is_counted_and_not_read(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    remarks = {"sizing_remark": "REMARK-CANARY", "cost_note": "COST-CANARY", "capacity": "28"}
    await put(cluster, f"{namespace}m2_product_1", PRODUCT | remarks, PRODUCT, mappings={"dynamic": True})
    store = await only_store(cluster, opensearch_url, namespace)
    found = {one.code: (one.state, one.products) for one in store.attributes}
    assert found == {"sizing_remark": ("unvouched", 1), "capacity": ("numbers", 1)}
    assert store.refused == ("cost_note",)
    assert "CANARY" not in str(store)


async def test_enriching_module_tells_currency_address_and_labels(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str
) -> None:
    vitrina = {
        "url": "https://shop.example.com/ru/a-thing.html",
        "currency": "RUB",
        "attributes": {"fit": {"label": "Посадка", "values": ["Узкая"]}, "cost": {"label": "x", "values": ["1"]}},
    }
    body = {"properties": {**MAPPED, "vitrina": {"type": "object", "enabled": False}}}
    await put(cluster, f"{namespace}m2_product_1", PRODUCT | {"vitrina": vitrina}, PRODUCT, mappings=body)
    store = await only_store(cluster, opensearch_url, namespace)
    assert (store.currency, store.base_url) == ("RUB", "https://shop.example.com/")
    assert [(one.code, one.label, one.products) for one in store.attributes] == [("fit", "Посадка", 1)]


async def test_role_for_magento_alone_still_finds_what_it_may_see(
    cluster: AsyncOpenSearch, opensearch_url: str
) -> None:
    refused = (403, {"error": {"type": "security_exception", "reason": "no permissions"}, "status": 403})
    listed = {"aliases": {"m2_product_1": {}}, "mappings": {"properties": {"sku": {}}}}
    body = {"settings": {"index": {}}, "mappings": {"properties": MAPPED}}
    hits = {"total": {"value": 1}, "hits": [{"_id": "1", "_source": PRODUCT}]}
    script = {
        "GET /": [(200, {"version": {"number": "2.19.1", "distribution": "opensearch"}})],
        "GET /*": [refused],
        "GET /m2_*": [(200, {"m2_product_1_v3": listed})],
        "GET /m2_product_1_v3": [(200, {"m2_product_1_v3": body})],
        "POST /m2_product_1_v3/_search": [(200, {"hits": hits})],
    }
    async with scripted_cluster(script) as magento, connect(an_address(magento.url)) as client:
        found = await discover(client, an_address(magento.url), near="m2_product_1", backoff=AT_ONCE)
    assert [store.name for store in found.stores] == ["m2_product_1"]
    assert "only 'm2_*'" in found.notes[0]
