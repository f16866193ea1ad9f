"""Every oddity of ElasticSuite's document and mapping."""

from datetime import UTC, datetime
from typing import Any

import pytest
from support.shop_products import GRAY, MODEL, TEXTS, a_configurable, a_product, a_variant

from sandbox.magento.elasticsuite import ElasticSuiteStore
from sandbox.magento.product import CANARIES, ENGLISH, RUSSIAN, Category, Quirk, ShopProduct, StoreView


def rendered(product: ShopProduct, view: StoreView = ENGLISH) -> dict[str, Any]:
    return ElasticSuiteStore(view, MODEL).document(product).source


def guest_price(product: ShopProduct) -> dict[str, Any]:
    return next(row for row in rendered(product)["price"] if row["customer_group_id"] == 0)


def test_static_fields_are_plain_values() -> None:
    document = ElasticSuiteStore(ENGLISH, MODEL).document(a_product(visibility=2))
    assert document.id == "62"
    fields = {code: document.source[code] for code in ("entity_id", "attribute_set_id", "type_id", "sku", "visibility")}
    assert fields == {"entity_id": 62, "attribute_set_id": 4, "type_id": "simple", "sku": "MH01", "visibility": 2}


def test_configurable_names_its_children() -> None:
    source = rendered(a_configurable())
    assert source["type_id"] == "configurable"
    assert source["sku"] == ["MH01", "MH01-S-Gray", "MH01-XS-Black"]
    assert source["children_ids"] == [variant.id for variant in a_configurable().variants]
    assert source["configurable_attributes"] == ["size", "color"]
    assert "color" in source["children_attributes"]


def test_every_attribute_value_is_an_array_in_its_own_case() -> None:
    source = rendered(a_product())
    assert source["name"] == ["Chaz Kangeroo Hoodie"]
    assert source["description"] == [TEXTS["en"].description]
    assert (source["material"], source["option_text_material"]) == ([201], ["Cotton"])
    assert (source["status"], source["tax_class_id"]) == ([1], [2])
    assert source["capacity"] == ["20 l"]


def test_option_texts_are_in_the_store_views_language() -> None:
    source = rendered(a_configurable(), RUSSIAN)
    assert (source["color"], source["option_text_color"]) == ([52, 49], ["Серый", "Чёрный"])
    assert source["option_text_status"] == ["Включено"]


def test_image_is_a_media_path_and_missing_when_there_is_none() -> None:
    assert rendered(a_product())["image"] == ["/m/h/mh01.jpg"]
    assert "image" not in rendered(a_product(image=None))


def test_empty_values_are_dropped() -> None:
    source = rendered(a_product(id=100, image=None))
    assert "ean" not in source
    assert all(value != [] for value in source.values())
    assert all("position" not in row for row in source["category"])


def test_url_key_is_missing_where_magento_lost_it() -> None:
    assert rendered(a_product())["url_key"] == ["chaz-kangeroo-hoodie"]
    assert "url_key" not in rendered(a_product(quirks=frozenset({Quirk.NO_URL_KEY})))


def test_prices_are_rows_per_customer_group() -> None:
    rows = rendered(a_product(wholesale_factor=0.9))["price"]
    assert {row["customer_group_id"]: row["price"] for row in rows} == {0: 52.0, 1: 52.0, 2: 46.8, 3: 46.8}


def test_reduced_simple_product_is_a_real_discount() -> None:
    row = guest_price(a_product(special_price=39.0))
    assert (row["price"], row["original_price"], row["is_discount"]) == (39.0, 52.0, True)


def test_configurable_looks_discounted_merely_because_its_children_differ() -> None:
    row = guest_price(a_configurable(variants=(a_variant(price=48.0), a_variant(GRAY, price=60.0))))
    assert (row["price"], row["original_price"], row["is_discount"]) == (48.0, 60.0, True)
    assert (row["min_price"], row["max_price"]) == (48.0, 60.0)


def test_unpriced_product_has_no_price_rows() -> None:
    source = rendered(a_product(price=None))
    assert "price" not in source
    assert "price" not in source["indexed_attributes"]


def test_zero_price_is_kept() -> None:
    assert guest_price(a_product(price=0.0))["price"] == 0.0


@pytest.mark.parametrize(
    ("in_stock", "stock"), [(True, {"is_in_stock": True, "qty": 100}), (False, {"is_in_stock": False, "qty": 0})]
)
def test_stock_says_what_it_means(in_stock: bool, stock: dict[str, Any]) -> None:
    assert rendered(a_product(in_stock=in_stock))["stock"] == stock


def test_categories_are_rows_with_the_leaf_not_a_parent() -> None:
    rows = rendered(a_product())["category"]
    assert [(row["category_id"], row["name"], row.get("is_parent")) for row in rows] == [
        (2, "Default Category", True),
        (11, "Clothes", True),
        (14, "Hoodies & Sweatshirts", None),
    ]
    assert rows[0]["category_uid"] == "Mg=="


def test_two_leaves_are_both_no_parents() -> None:
    lone = Category(id=30, key="gifts", names={"en": "Gifts", "ru": "Подарки"})
    rows = rendered(a_product(categories=(*a_product().categories, lone)))["category"]
    assert [row["category_id"] for row in rows if "is_parent" not in row] == [14, 30]


def test_numbers_are_strings_at_any_depth_in_documents_of_that_quirk() -> None:
    source = rendered(a_configurable(quirks=frozenset({Quirk.STRING_NUMBERS})))
    assert source["entity_id"] == "62"
    assert source["price"][0]["price"] == "52.0000"
    assert source["price"][0]["is_discount"] is False
    assert source["category"][0]["category_id"] == "2"
    assert source["stock"]["qty"] == "100"


def test_indexed_attributes_list_what_is_there() -> None:
    indexed = rendered(a_product())["indexed_attributes"]
    assert {"name", "material", "image", "price"} <= set(indexed)
    assert not any(code.startswith("option_text_") for code in indexed)


def test_internal_attributes_are_planted_with_canaries() -> None:
    source = rendered(a_product())
    internal = ("cost", "wholesale_margin", "option_text_supplier_code")
    assert all(canary in str(source[code]) for canary, code in zip(CANARIES, internal, strict=True))
    clean = {code: value for code, value in source.items() if code not in internal}
    assert not any(canary in str(clean) for canary in CANARIES)


def test_store_view_names_alias_and_dated_index() -> None:
    view = StoreView(id=3, code="Shop_EN", locale="en")
    store = ElasticSuiteStore(view, MODEL, built_at=datetime(2026, 8, 22, 10, 15, 0, tzinfo=UTC))
    assert store.alias == "magento2_shop_en_catalog_product"
    assert store.index == "magento2_shop_en_catalog_product_20260822_101500"


def test_mapping_nests_prices_and_categories() -> None:
    properties = ElasticSuiteStore(ENGLISH, MODEL).body(shards=3)["mappings"]["properties"]
    assert properties["price"]["type"] == "nested"
    assert properties["price"]["properties"]["original_price"] == {"type": "double"}
    assert properties["category"]["type"] == "nested"
    assert properties["stock"]["properties"]["is_in_stock"] == {"type": "boolean"}
    assert properties["entity_id"] == {"type": "integer"}
    assert properties["color"] == {"type": "integer"}
    assert properties["type_id"] == {"type": "keyword"}
    assert properties["option_text_color"]["type"] == "text"


def test_enriching_module_declares_its_field() -> None:
    assert "vitrina" not in ElasticSuiteStore(ENGLISH, MODEL).body()["mappings"]["properties"]
    body = ElasticSuiteStore(ENGLISH, MODEL).body(enriched=True)
    assert body["mappings"]["properties"]["vitrina"]["enabled"] is False
