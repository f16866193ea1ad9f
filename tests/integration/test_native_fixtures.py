"""Native indices of both dialects in a real node: what Magento would have left there."""

from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.processes import Finished, IndexerProgram, finished
from support.shop_products import MODEL, a_product

from sandbox.magento.catalogue import generate_catalogue, seeded_model
from sandbox.magento.core import CoreStore
from sandbox.magento.load import (
    Dialect,
    NativeLoadFailed,
    load_native_index,
    load_sample_shop,
    load_store,
    native_store,
)
from sandbox.magento.product import ENGLISH, RUSSIAN, NativeDocument, variant_prices
from sandbox.magento.sample import read_sample_shop
from shared.opensearch import RequestRefused

PRODUCTS = 1500
"""More than one bulk holds."""

CHEAP_JACKETS = {
    "core": {"bool": {"must": [{"match": {"_search": "jacket"}}], "filter": [{"range": {"price_0_1": {"lte": 120}}}]}},
    "elasticsuite": {
        "bool": {
            "must": [{"match": {"search": "jacket"}}],
            "filter": [
                {
                    "nested": {
                        "path": "price",
                        "query": {
                            "bool": {
                                "filter": [
                                    {"term": {"price.customer_group_id": 0}},
                                    {"range": {"price.price": {"lte": 120}}},
                                ]
                            }
                        },
                    }
                }
            ],
        }
    },
}
"""What the shop's own search would ask: jackets for at most 120."""


async def properties_of(cluster: AsyncOpenSearch, index: str) -> dict[str, Any]:
    mappings = (await cluster.indices.get_mapping(index=index))[index]["mappings"]
    found: dict[str, Any] = mappings["properties"]
    return found


@pytest.mark.parametrize("shards", [1, 3])
@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_seeded_catalogue_is_complete_mapped_and_searchable(
    cluster: AsyncOpenSearch, namespace: str, dialect: Dialect, shards: int
) -> None:
    store = native_store(ENGLISH, seeded_model(), dialect=dialect, prefix=f"{namespace}magento2")
    declared = store.body()["mappings"]["properties"].keys()
    loaded = await load_store(cluster, store, generate_catalogue(PRODUCTS, seed=11), shards=shards)

    assert loaded == PRODUCTS
    assert (await cluster.count(index=store.alias))["count"] == PRODUCTS
    assert list(await cluster.indices.get_alias(name=store.alias)) == [store.index]
    settings = (await cluster.indices.get_settings(index=store.index))[store.index]["settings"]["index"]
    assert settings["number_of_shards"] == str(shards)
    assert not {"refresh_interval", "translog"} & settings.keys()

    properties = await properties_of(cluster, store.index)
    assert properties["color"]["type"] == "integer"
    price = properties["price_0_1"] if dialect == "core" else properties["price"]["properties"]["price"]
    assert price["type"] == "double"
    # Only what Magento itself leaves to its dynamic templates may have come in undeclared.
    assert properties.keys() - declared <= {"options", "status_value"}

    jackets = await cluster.search(index=store.alias, body={"query": CHEAP_JACKETS[dialect], "size": 1000})
    asked = [p for p in generate_catalogue(PRODUCTS, seed=11) if "Jacket" in p.texts["en"].name]
    cheap = {str(p.id) for p in asked if variant_prices(p) and min(variant_prices(p)) <= 120}
    assert {hit["_id"] for hit in jackets["hits"]["hits"]} == cheap


async def test_prices_and_categories_are_nested_in_elasticsuite(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = native_store(RUSSIAN, seeded_model(), dialect="elasticsuite", prefix=f"{namespace}magento2")
    await load_store(cluster, store, generate_catalogue(50, seed=2))
    properties = await properties_of(cluster, store.index)
    assert (properties["price"]["type"], properties["category"]["type"]) == ("nested", "nested")


async def test_index_of_2018_is_accepted_with_its_string_of_category_ids(
    cluster: AsyncOpenSearch, namespace: str
) -> None:
    store = CoreStore(ENGLISH, seeded_model(), era="2018", prefix=f"{namespace}magento2")
    assert await load_store(cluster, store, generate_catalogue(300, seed=4)) == 300
    answer = await cluster.search(index=store.alias, body={"query": {"match": {"category_ids": "3"}}, "size": 1})
    assert isinstance(answer["hits"]["hits"][0]["_source"]["category_ids"], str)


async def test_dynamic_templates_type_what_was_not_declared(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = CoreStore(ENGLISH, MODEL, prefix=f"{namespace}magento2")
    document = NativeDocument(
        id="1", source={"price_7_9": "12.500000", "position_category_99": "4", "fabric": "Loden", "rank": 3}
    )
    await load_native_index(cluster, index=store.index, alias=store.alias, body=store.body(), documents=[document])
    properties = await properties_of(cluster, store.index)
    types = {field: properties[field]["type"] for field in document.source}
    assert types == {"price_7_9": "double", "position_category_99": "integer", "fabric": "text", "rank": "integer"}
    assert (await cluster.count(index=store.alias, body={"query": {"match": {"_search": "loden"}}}))["count"] == 1


async def test_enrichment_stays_out_of_the_shops_own_search(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = CoreStore(ENGLISH, MODEL, prefix=f"{namespace}magento2")
    product = a_product(enriched=frozenset({"name", "variants", "description_text"}))
    await load_store(cluster, store, [product], enriched=True)
    assert (await properties_of(cluster, store.index))["vitrina"] == {"type": "object", "enabled": False}
    hit = await cluster.get(index=store.index, id=str(product.id))
    assert hit["_source"]["vitrina"]["name"] == "Chaz Kangeroo Hoodie"


@pytest.mark.parametrize("store", ["en", "ru"])
@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
async def test_sample_shop_stands_behind_magentos_own_names(
    cluster: AsyncOpenSearch, namespace: str, dialect: Dialect, store: str
) -> None:
    locale = "en" if store == "en" else "ru"
    loaded = await load_sample_shop(
        cluster, store=locale, dialect=dialect, prefix=f"{namespace}magento2", enriched=True
    )
    number = 1 if store == "en" else 2
    names = {"core": f"magento2_product_{number}", "elasticsuite": f"magento2_{store}_catalog_product"}
    alias = namespace + names[dialect]
    assert loaded == len(read_sample_shop().products) == (await cluster.count(index=alias))["count"]
    if dialect == "core":
        assert list(await cluster.indices.get_alias(name=alias)) == [f"{alias}_v1"]


async def test_russian_index_stems_russian(cluster: AsyncOpenSearch, namespace: str) -> None:
    await load_sample_shop(cluster, store="ru", prefix=f"{namespace}magento2")
    query = {"query": {"match": {"_search": "куртками"}}}
    assert (await cluster.count(index=f"{namespace}magento2_product_2", body=query))["count"] > 0


async def test_reindex_moves_the_alias_and_leaves_the_old_index(cluster: AsyncOpenSearch, namespace: str) -> None:
    first, second = (CoreStore(ENGLISH, MODEL, prefix=f"{namespace}magento2", version=n) for n in (1, 2))
    for store in (first, second):
        await load_store(cluster, store, [a_product()])
    assert list(await cluster.indices.get_alias(name=second.alias)) == [second.index]
    assert await cluster.indices.exists(index=first.index)


async def load_from_the_command_line(folder: Path, url: str, namespace: str, *arguments: str) -> Finished:
    program = IndexerProgram(folder, {})
    entry = ("-m", "sandbox.magento")
    return await finished(await program.start("--url", url, "--prefix", namespace, *arguments, entry=entry))


@pytest.mark.parametrize(
    ("arguments", "alias", "documents"),
    [
        ([], "_product_1", len(read_sample_shop().products)),
        (["--locale", "ru", "--dialect", "elasticsuite"], "_ru_catalog_product", len(read_sample_shop().products)),
        (["--documents", "25"], "_product_1", 25),
    ],
    ids=["sample shop", "elasticsuite", "made up"],
)
async def test_shop_is_loaded_from_the_command_line(
    cluster: AsyncOpenSearch,
    opensearch_url: str,
    namespace: str,
    tmp_path: Path,
    arguments: list[str],
    alias: str,
    documents: int,
) -> None:
    done = await load_from_the_command_line(tmp_path, opensearch_url, namespace, *arguments)
    assert (done.code, done.errors) == (0, "")
    assert f"MAGENTO_INDEX={namespace}{alias}" in done.output
    assert (await cluster.count(index=f"{namespace}{alias}"))["count"] == documents


async def test_command_line_never_moves_an_alias_that_is_there(
    cluster: AsyncOpenSearch, opensearch_url: str, namespace: str, tmp_path: Path
) -> None:
    await cluster.indices.create(index=f"{namespace}_a_shops_own", body={"aliases": {f"{namespace}_product_1": {}}})
    done = await load_from_the_command_line(tmp_path, opensearch_url, namespace)
    assert (done.code, done.output) == (1, "")
    assert "is there already" in done.errors
    assert list(await cluster.indices.get_alias(name=f"{namespace}_product_1")) == [f"{namespace}_a_shops_own"]


async def test_command_line_says_that_nobody_answers(tmp_path: Path) -> None:
    done = await load_from_the_command_line(tmp_path, "http://127.0.0.1:9", "nobody")
    assert done.code == 1
    assert "--url=http://127.0.0.1:9" in done.errors
    assert "Traceback" not in done.errors


async def test_refused_document_is_named(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = CoreStore(ENGLISH, MODEL, prefix=f"{namespace}magento2")
    documents = [NativeDocument(id="1", source={"status": 1}), NativeDocument(id="2", source={"status": "on"})]
    with pytest.raises(NativeLoadFailed, match=r"refused 1 of a bulk, first document '2': mapper_parsing_exception"):
        await load_native_index(cluster, index=store.index, alias=store.alias, body=store.body(), documents=documents)
    assert not await cluster.indices.exists_alias(name=store.alias)


async def test_index_that_is_already_there_is_not_touched(cluster: AsyncOpenSearch, namespace: str) -> None:
    store = CoreStore(ENGLISH, MODEL, prefix=f"{namespace}magento2")
    await load_store(cluster, store, [a_product()])
    with pytest.raises(RequestRefused, match="resource_already_exists_exception"):
        await load_store(cluster, store, [])
    assert (await cluster.count(index=store.alias))["count"] == 1
