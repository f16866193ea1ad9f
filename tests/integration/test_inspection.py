"""inspect on a real node: a product is found by whatever it is called, and its way is told truly."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.index_meta import a_meta
from support.rag_index import write_index
from support.records import a_store, count_words

from indexer.extract.find import find_product
from indexer.inspection.findings import Inspection
from indexer.inspection.product import Desk, inspect
from indexer.records import Accepted, Dialect, Outcome, SourceRecord
from indexer.transform.product import transform
from sandbox.magento.load import load_store, native_store
from sandbox.magento.product import CANARIES, ENGLISH, ShopProduct
from sandbox.magento.sample import read_sample_shop
from shared.indices import RagNames
from shared.opensearch import ClusterAddress

STARTED = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)


class Shop:
    """The sample shop's English store view in one dialect, and a live index of some of its products."""

    def __init__(self, cluster: AsyncOpenSearch, url: str, namespace: str) -> None:
        self.cluster = cluster
        self.address = ClusterAddress(url=url, name="SOURCE_OPENSEARCH_URL")
        self.names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
        self.prefix = f"{namespace}m2"
        self.store = a_store()
        self.products: dict[str, ShopProduct] = {}

    async def load(self, dialect: Dialect = "core", *, enriched: bool = False, **store: Any) -> None:
        shop = read_sample_shop(enriched=enriched)
        native = native_store(ENGLISH, shop.model, dialect=dialect, prefix=self.prefix)
        await load_store(self.cluster, native, shop.products, enriched=enriched)
        self.store = a_store(magento_index=native.alias, **store)
        self.products = {product.sku: product for product in shop.products}

    async def make_live(self, sku: str, **changes: Any) -> None:
        """A live index of this product, as a run makes it but for the `changes`."""
        outcome = self.judge(await self.record(sku))
        assert isinstance(outcome, Accepted)
        index = f"{self.names.base}-20261119-030000"
        document = replace(outcome.document, **changes)
        await write_index(self.cluster, index, [document], meta=a_meta(started_at=STARTED))
        await self.cluster.indices.put_alias(index=index, name=self.names.alias)

    async def record(self, sku: str) -> SourceRecord:
        search = await find_product(self.cluster, self.address, self.store, sku)
        assert search.product is not None
        return search.product.record

    def judge(self, record: SourceRecord) -> Outcome:
        return transform(record, self.store, model_limit=8192, count_tokens=count_words)

    async def inspect(self, word: str) -> Inspection:
        desk = Desk(
            source=self.cluster,
            address=self.address,
            target=self.cluster,
            judge=self.judge,
            count_tokens=count_words,
        )
        return await inspect(word, self.store, self.names, desk)


@pytest.fixture
def shop(cluster: AsyncOpenSearch, opensearch_url: str, namespace: str) -> Shop:
    return Shop(cluster, opensearch_url, namespace)


def with_variants(shop: Shop) -> ShopProduct:
    return next(product for product in shop.products.values() if product.variants)


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_product_is_found_by_sku_in_any_case_by_barcode_and_by_id(shop: Shop, dialect: Dialect) -> None:
    await shop.load(dialect)
    product = next(one for one in shop.products.values() if one.ean and not one.variants)
    assert product.ean is not None
    for word, match in [
        (product.sku, "sku"),
        (product.sku.lower(), "sku"),
        (f" {product.sku.upper()} ", "sku"),
        (product.ean, "code"),
        (str(product.id), "id"),
    ]:
        found = (await shop.inspect(word)).product
        assert found is not None, word
        assert (found.record.id, found.match, found.others) == (str(product.id), match, ())


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_every_sku_of_the_shop_is_found(shop: Shop, dialect: Dialect) -> None:
    await shop.load(dialect)
    for sku, product in shop.products.items():
        search = await find_product(shop.cluster, shop.address, shop.store, sku)
        assert search.product is not None
        assert search.product.record.id == str(product.id)


async def test_variant_leads_to_its_parent_where_the_index_lists_it(shop: Shop) -> None:
    await shop.load("elasticsuite")
    parent = with_variants(shop)
    found = await shop.inspect(parent.variants[-1].sku)
    assert found.product is not None
    assert (found.product.record.id, found.product.match) == (str(parent.id), "variant")
    assert f"is a variant of {parent.sku}" in "\n".join(found.lines())


async def test_variant_of_an_enriched_product_leads_to_its_parent_by_the_beginning_of_its_sku(shop: Shop) -> None:
    await shop.load(enriched=True)
    parent = with_variants(shop)
    found = (await shop.inspect(parent.variants[0].sku)).product
    assert found is not None
    assert (found.record.id, found.match) == (str(parent.id), "variant")


async def test_variant_of_another_name_is_known_to_the_live_index(shop: Shop) -> None:
    await shop.load(enriched=True)
    parent = with_variants(shop)
    renamed = {"doc": {"vitrina": {"variants": [{"sku": "ODD77"}]}}}
    await shop.cluster.update(index=shop.store.magento_index, id=str(parent.id), body=renamed, refresh=True)
    assert (await shop.inspect("odd77")).product is None
    await shop.make_live(parent.sku)
    found = await shop.inspect("odd77")
    assert found.product is not None
    assert (found.product.record.id, found.product.match) == (str(parent.id), "variant")
    assert found.verdict == "live; the next run changes text_hash", "the index of tests/support has another one"


async def test_variant_that_nobody_knows_is_answered_with_its_likely_parent(shop: Shop) -> None:
    await shop.load()
    parent = with_variants(shop)
    found = await shop.inspect(f"{parent.sku}-UNHEARD")
    assert not found.known
    assert parent.sku in found.similar
    assert "a variant is part of its configurable product" in found.verdict


async def test_misspelt_sku_is_answered_with_the_likely_one(shop: Shop) -> None:
    await shop.load()
    sku = next(one for one in shop.products if len(one) > 8)
    found = await shop.inspect(f"{sku[:-1]}#")
    assert not found.known
    assert sku in found.similar


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_figures_of_the_merchants_own_are_not_shown(shop: Shop, dialect: Dialect) -> None:
    await shop.load(dialect, enriched=True)
    sku = with_variants(shop).sku
    found = await shop.inspect(sku)
    assert found.product is not None
    told = str(found.as_json()) + "\n".join(found.lines())
    assert not [canary for canary in CANARIES if canary in told]
    assert not [field for field in found.product.source if "cost" in field or "supplier" in field]


async def test_only_prices_of_the_stores_own_group_and_of_guests_are_shown(shop: Shop) -> None:
    await shop.load("elasticsuite")
    found = await shop.inspect(next(iter(shop.products)))
    assert found.product is not None
    assert [row["customer_group_id"] for row in found.product.source["price"]] == [0]


async def test_what_a_run_would_index_is_shown_with_text_and_tokens(shop: Shop) -> None:
    await shop.load()
    found = await shop.inspect(next(iter(shop.products)))
    shown = found.as_json()
    assert shown["outcome"] == "accepted"
    assert shown["tokens"] == count_words(shown["text"]) > 10
    assert shown["document"]["text"] == shown["text"]
    assert "will be indexed by the next run; nothing is live yet" in found.verdict
    assert f"embedded text, {found.tokens} tokens" in "\n".join(found.lines())


async def test_differences_from_the_live_copy_are_named(shop: Shop) -> None:
    await shop.load()
    sku = next(iter(shop.products))
    await shop.make_live(sku, price_from=1.0, name="Old name")
    found = await shop.inspect(sku)
    assert {one.field for one in found.differences} == {"name", "price_from", "text_hash"}
    told = list(found.lines())
    assert '  name: "Old name"' in told
    assert next(one for one in found.differences if one.field == "price_from").live == 1.0


async def test_product_that_came_after_the_live_index_says_so(shop: Shop) -> None:
    await shop.load()
    first, second, *_ = shop.products
    await shop.make_live(first)
    found = await shop.inspect(second)
    assert found.known
    assert "not live, though nothing is wrong with it" in found.verdict
    assert "built at 2026-11-19 03:00 UTC from magento2_product_1_v1, before" in found.verdict


async def test_product_that_left_the_source_is_still_live(shop: Shop) -> None:
    await shop.load()
    first, *_ = shop.products
    product = shop.products[first]
    await shop.make_live(first)
    await shop.cluster.delete(index=shop.store.magento_index, id=str(product.id), refresh=True)
    found = await shop.inspect(first)
    assert found.known
    assert found.verdict.startswith(f"gone from {shop.prefix}_product_1_v1")
    assert found.as_json()["live"]["sku"] == first


async def test_disabled_product_is_left_out_on_purpose(shop: Shop) -> None:
    await shop.load()
    first, *_ = shop.products
    await shop.make_live(first)
    body = {"doc": {"status": 2}}
    await shop.cluster.update(index=shop.store.magento_index, id=str(shop.products[first].id), body=body, refresh=True)
    found = await shop.inspect(first)
    assert found.verdict == "left out on purpose: disabled; the copy that is still live goes with the next run"
    assert (found.as_json()["outcome"], found.as_json()["reason"]) == ("skipped", "disabled")


async def test_word_of_two_products_shows_the_one_whose_sku_it_is_and_names_the_other(shop: Shop) -> None:
    await shop.load()
    first, second, *_ = shop.products
    ids = [str(shop.products[sku].id) for sku in (first, second)]
    await shop.cluster.update(index=shop.store.magento_index, id=ids[0], body={"doc": {"sku": ids[1]}}, refresh=True)
    found = (await shop.inspect(ids[1])).product
    assert found is not None
    assert (found.record.id, found.match, found.others) == (ids[0], "sku", (ids[1],))
