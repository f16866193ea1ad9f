"""Every oddity of core Magento's document and mapping."""

from typing import Any

import pytest
from support.shop_products import (
    BLACK,
    CLOTHES,
    GRAY,
    MODEL,
    SIZE_S,
    SIZE_XS,
    TEXTS,
    a_configurable,
    a_product,
    a_variant,
)

from sandbox.magento.core import MAX_JOINED_BYTES, CoreEra, CoreStore, field_value, php_lower
from sandbox.magento.product import CANARIES, ENGLISH, RUSSIAN, ProductText, Quirk, ShopProduct, StoreView


def rendered(product: ShopProduct, view: StoreView = ENGLISH, era: CoreEra = "current") -> dict[str, Any]:
    return CoreStore(view, MODEL, era=era).document(product).source


def test_id_is_the_entity_id_as_text_and_no_field_repeats_it() -> None:
    document = CoreStore(ENGLISH, MODEL).document(a_product())
    assert document.id == "62"
    assert "entity_id" not in document.source


def test_name_is_lowercased_and_joined_with_the_childrens() -> None:
    expected = "chaz kangeroo hoodie\nchaz kangeroo hoodie-s-gray\nchaz kangeroo hoodie-xs-black"
    assert rendered(a_configurable())["name"] == expected


def test_cyrillic_keeps_its_case_as_php_eight_leaves_it() -> None:
    assert php_lower("Худи Chaz ÀÉ") == "Худи chaz ÀÉ"
    assert rendered(a_product(), RUSSIAN)["name"] == "Худи chaz kangeroo"


def test_joined_name_is_cut_at_the_longest_term_and_stays_text() -> None:
    long = ProductText(name="ж" * 20_000, short_description="<p>x</p>", description="<p>x</p>")
    name = rendered(a_configurable(texts={"en": long, "ru": long}), RUSSIAN)["name"]
    assert MAX_JOINED_BYTES - 4 <= len(name.encode()) <= MAX_JOINED_BYTES


def test_untranslated_children_keep_the_admin_name_in_the_russian_view() -> None:
    name = rendered(a_configurable(quirks=frozenset({Quirk.UNTRANSLATED_CHILDREN})), RUSSIAN)["name"]
    assert name.split("\n")[:2] == ["Худи chaz kangeroo", "chaz kangeroo hoodie-s-gray"]


def test_one_unique_value_is_a_scalar_and_several_are_a_list() -> None:
    assert field_value(["a", "a"]) == "a"
    assert field_value(["b", "a", "b"]) == ["b", "a"]
    assert rendered(a_product())["material"] == 201
    assert rendered(a_configurable())["color"] == [52, 49]


def test_labels_follow_the_option_order_while_ids_follow_the_children() -> None:
    source = rendered(a_configurable())
    assert (source["color"], source["color_value"]) == ([52, 49], ["Black", "Gray"])


def test_one_colour_in_two_sizes_is_a_scalar_colour() -> None:
    source = rendered(a_product(variants=(a_variant(BLACK, SIZE_S), a_variant(BLACK, SIZE_XS))))
    assert (source["color"], source["color_value"]) == (49, "Black")
    assert source["size"] == [167, 166]


def test_option_labels_are_in_the_store_views_language() -> None:
    assert rendered(a_configurable(), RUSSIAN)["color_value"] == ["Чёрный", "Серый"]


def test_descriptions_are_raw_html_with_entities_and_directives() -> None:
    assert rendered(a_product())["description"] == TEXTS["en"].description


def test_descriptions_of_children_make_the_field_a_list() -> None:
    descriptions = rendered(a_configurable(quirks=frozenset({Quirk.CHILD_TEXTS})))["description"]
    assert descriptions[0] == TEXTS["en"].description
    assert len(descriptions) == 3


def test_stripped_texts_lose_tags_without_a_space_but_keep_entities_and_directives() -> None:
    source = rendered(a_product(quirks=frozenset({Quirk.STRIPPED_TEXT})))
    assert source["description"] == 'Ideal&trade; for cold days.Soft.{{widget type="x"}}'
    assert source["short_description"] == "Warm"


def test_url_key_is_scalar_list_or_missing() -> None:
    assert rendered(a_product())["url_key"] == "chaz-kangeroo-hoodie"
    assert rendered(a_configurable())["url_key"] == [
        "chaz-kangeroo-hoodie",
        "chaz-kangeroo-hoodie-s-gray",
        "chaz-kangeroo-hoodie-xs-black",
    ]
    assert "url_key" not in rendered(a_product(quirks=frozenset({Quirk.NO_URL_KEY})))


def test_sku_is_a_list_only_on_some_composites() -> None:
    assert rendered(a_configurable())["sku"] == "MH01"
    assert rendered(a_configurable(quirks=frozenset({Quirk.SKU_LIST})))["sku"] == [
        "MH01",
        "MH01-S-Gray",
        "MH01-XS-Black",
    ]


def test_prices_are_strings_per_group_and_website() -> None:
    source = rendered(a_product(wholesale_factor=0.865), StoreView(id=1, code="en", locale="en", website_id=3))
    prices = {code: value for code, value in source.items() if code.startswith("price_")}
    assert prices == {
        "price_0_3": "52.000000",
        "price_1_3": "52.000000",
        "price_2_3": "44.980000",
        "price_3_3": "44.980000",
    }


@pytest.mark.parametrize(
    ("product", "guest"),
    [
        (a_product(price=0.0), "0.000000"),
        (a_product(special_price=39.9), "39.900000"),
        (a_configurable(variants=(a_variant(price=60.0), a_variant(SIZE_S, price=48.5))), "48.500000"),
        (a_configurable(variants=(a_variant(), a_variant(GRAY, price=48.5))), "48.500000"),
    ],
    ids=["zero", "special", "cheapest child", "child without its own price"],
)
def test_price_is_the_lowest_final_one(product: ShopProduct, guest: str) -> None:
    assert rendered(product)["price_0_1"] == guest


def test_half_a_cent_rounds_up_as_in_php() -> None:
    assert rendered(a_product(price=24.5, wholesale_factor=0.85))["price_2_1"] == "20.830000"


def test_unpriced_product_has_no_price_field() -> None:
    assert [code for code in rendered(a_product(price=None)) if code.startswith("price_")] == []


@pytest.mark.parametrize(
    ("product", "flag"),
    [
        (a_product(in_stock=True), 1),
        (a_product(in_stock=False), 0),
        (a_configurable(variants=(a_variant(in_stock=False), a_variant(GRAY))), 1),
        (a_configurable(variants=(a_variant(in_stock=False),)), 0),
    ],
    ids=["in stock", "out", "one child in stock", "no child in stock"],
)
def test_is_out_of_stock_says_one_for_salable(product: ShopProduct, flag: int) -> None:
    assert rendered(product)["is_out_of_stock"] == flag


def test_categories_hold_the_root_the_anchor_and_the_leaf() -> None:
    source = rendered(a_product(), RUSSIAN)
    assert source["category_ids"] == [2, 11, 14]
    assert source["name_category_2"] == "Default Category"
    assert source["name_category_14"] == "Худи"
    assert {"position_category_2", "position_category_11", "position_category_14"} <= source.keys()


def test_status_and_tax_class_carry_labels_and_visibility_none() -> None:
    source = rendered(a_product(visibility=3), RUSSIAN)
    assert (source["status"], source["status_value"], source["visibility"]) == (1, "Включено", 3)
    assert (source["tax_class_id"], source["tax_class_id_value"]) == (2, "Taxable Goods")
    assert "visibility_value" not in source


def test_custom_option_titles_are_there_only_when_there_are_options() -> None:
    assert "options" not in rendered(a_product())
    assert rendered(a_product(custom_options={"en": ("Engraving",)}))["options"] == ["Engraving"]


def test_barcodes_of_children_are_merged() -> None:
    product = a_configurable(variants=(a_variant(ean="4006381333931"), a_variant(GRAY, ean="9780201379624")))
    assert rendered(product)["ean"] == ["4006381333931", "9780201379624"]
    assert rendered(a_product(ean="4006381333931"))["ean"] == "4006381333931"


def test_numbers_are_strings_in_documents_of_that_quirk() -> None:
    source = rendered(a_configurable(quirks=frozenset({Quirk.STRING_NUMBERS})))
    assert (source["color"], source["material"], source["status"]) == (["52", "49"], "201", "1")
    assert source["category_ids"] == ["2", "11", "14"]
    assert source["is_out_of_stock"] == "1"


def test_internal_attributes_are_planted_with_canaries() -> None:
    source = rendered(a_product())
    planted = [str(source[code]) for code in ("cost", "wholesale_margin", "supplier_code_value")]
    assert all(canary in value for canary, value in zip(CANARIES, planted, strict=True))
    clean = {
        code: value for code, value in source.items() if code not in ("cost", "wholesale_margin", "supplier_code_value")
    }
    assert not any(canary in str(clean) for canary in CANARIES)


def test_document_of_2018_has_the_old_shapes() -> None:
    source = rendered(a_configurable(), StoreView(id=5, code="fr", locale="en", website_id=1), era="2018")
    assert source["category_ids"] == "2 11 14"
    assert (source["is_in_stock"], source["qty"]) == ("1", "100")
    assert "is_out_of_stock" not in source
    assert source["price_0_5"] == "52.000000"
    assert "price_0_1" not in source
    assert source["name"][0] == "Chaz Kangeroo Hoodie"


def test_store_view_names_alias_and_index() -> None:
    store = CoreStore(RUSSIAN, MODEL, version=7)
    assert (store.alias, store.index) == ("magento2_product_2", "magento2_product_2_v7")
    assert rendered(a_product(), RUSSIAN)["store_id"] == "2"


def test_mapping_types_are_magentos() -> None:
    properties = CoreStore(ENGLISH, MODEL).body()["mappings"]["properties"]
    assert properties["color"] == {"type": "integer"}
    assert properties["material"]["type"] == "keyword"
    assert properties["price_0_1"]["type"] == "double"
    assert properties["category_ids"]["type"] == "integer"
    assert properties[f"position_category_{CLOTHES.id}"]["type"] == "integer"
    assert properties["sku"]["analyzer"] == "sku"
    assert set(properties["name"]["fields"]) == {"keyword", "sort_name"}
    assert properties["cost"]["type"] == "double"
    assert properties["capacity"]["copy_to"] == ["_search"]


def test_mapping_has_the_dynamic_templates_in_magentos_order() -> None:
    templates = CoreStore(ENGLISH, MODEL).body()["mappings"]["dynamic_templates"]
    assert [name for template in templates for name in template] == [
        "price_mapping",
        "position_mapping",
        "string_mapping",
        "integer_mapping",
    ]


def test_settings_follow_locale_shards_and_size() -> None:
    body = CoreStore(RUSSIAN, MODEL).body(shards=3)
    assert body["settings"]["index"]["number_of_shards"] == 3
    assert body["settings"]["index"]["mapping"]["total_fields"]["limit"] > 1000
    assert body["settings"]["analysis"]["filter"]["default_stemmer"]["language"] == "russian"
    assert {"default", "prefix_search", "sku"} <= body["settings"]["analysis"]["analyzer"].keys()


def test_synonyms_are_a_filter_of_the_searching_analysers_alone() -> None:
    analysis = CoreStore(ENGLISH, MODEL, synonyms=("sofa,couch",)).body()["settings"]["analysis"]
    assert analysis["filter"]["synonyms"] == {"type": "synonym_graph", "synonyms": ["sofa,couch"]}
    having = {name for name, analyser in analysis["analyzer"].items() if "synonyms" in analyser["filter"]}
    assert having == {"prefix_search", "sku_prefix_search"}


def test_store_view_without_synonyms_has_no_filter_for_them() -> None:
    assert "synonyms" not in CoreStore(ENGLISH, MODEL).body()["settings"]["analysis"]["filter"]


def test_enriching_module_keeps_its_field_out_of_the_shops_search() -> None:
    assert "vitrina" not in CoreStore(ENGLISH, MODEL).body()["mappings"]["properties"]
    enriched = CoreStore(ENGLISH, MODEL).body(enriched=True)["mappings"]["properties"]
    assert enriched["vitrina"] == {"type": "object", "enabled": False}
