"""Settings and mapping of core Magento's product index, built from the shop's attribute model. Pure.

Sources: `Adapter/Index/Builder`, `FieldProvider/StaticField` and `DynamicField`, `DynamicTemplates/*`,
`CopySearchableFieldsToSearchField` of Magento 2.4.
"""

from collections.abc import Sequence
from typing import Any, Literal

from sandbox.magento.analysis import VITRINA_MAPPING, shard_settings, stemmer
from sandbox.magento.product import CUSTOMER_GROUPS, ROOT_CATEGORY_ID, Attribute, Locale, ShopModel, StoreView

CATCH_ALL = "_search"
_FIELDS_BEYOND_ATTRIBUTES = 1000
_KEYWORD = {"type": "keyword"}
_SEARCHED_TEXT = {"type": "text", "copy_to": [CATCH_ALL]}
_UNINDEXED_TEXT = {"type": "text", "index": False}
_INTEGER = {"type": "integer"}


def core_body(
    view: StoreView,
    model: ShopModel,
    *,
    era: Literal["current", "2018"],
    shards: int,
    enriched: bool,
    synonyms: Sequence[str] = (),
) -> dict[str, Any]:
    """The body Magento creates the index with; `shards` primaries, and the store view's groups of `synonyms`."""
    properties = _system_properties(era) | _category_properties(model) | _price_properties(view, era)
    for attribute in model.indexed_attributes:
        properties |= _attribute_properties(attribute)
    if enriched:
        properties["vitrina"] = VITRINA_MAPPING
    # Magento raises the limit by its attributes; categories and customer groups then eat the reserve.
    limit = len(properties) + _FIELDS_BEYOND_ATTRIBUTES
    return {
        "settings": {
            "index": {**shard_settings(shards), "mapping": {"total_fields": {"limit": limit}}},
            "analysis": _analysis(view.locale, synonyms),
        },
        "mappings": {"dynamic_templates": _dynamic_templates(), "properties": properties},
    }


def _analysis(locale: Locale, synonyms: Sequence[str]) -> dict[str, Any]:
    # A store view without synonyms has no such filter.
    own = {"synonyms": {"type": "synonym_graph", "synonyms": list(synonyms)}} if synonyms else {}
    stemmed = ["lowercase", "keyword_repeat", "asciifolding", "default_stemmer", "unique_stem"]
    plain = ["lowercase", "asciifolding", *own]
    words = {"type": "custom", "tokenizer": "default_tokenizer", "char_filter": ["default_char_filter"]}
    whole = {"type": "custom", "tokenizer": "keyword"}
    return {
        "analyzer": {
            "default": {**words, "filter": stemmed},
            "prefix_search": {**words, "filter": plain},
            "sku": {**whole, "filter": stemmed},
            "sku_prefix_search": {**whole, "filter": plain},
        },
        "tokenizer": {"default_tokenizer": {"type": "standard"}},
        "filter": {
            "default_stemmer": stemmer(locale),
            "unique_stem": {"type": "unique", "only_on_same_position": True},
            **own,
        },
        "char_filter": {"default_char_filter": {"type": "html_strip"}},
    }


def _dynamic_templates() -> list[dict[str, Any]]:
    price = {"match": "price_*", "match_mapping_type": "string", "mapping": {"type": "double", "store": True}}
    position = {"match": "position_*", "match_mapping_type": "string", "mapping": {"type": "integer", "index": True}}
    text = {"match": "*", "match_mapping_type": "string", "mapping": {**_SEARCHED_TEXT, "index": True}}
    return [
        {"price_mapping": price},
        {"position_mapping": position},
        {"string_mapping": text},
        {"integer_mapping": {"match_mapping_type": "long", "mapping": _INTEGER}},
    ]


def _system_properties(era: Literal["current", "2018"]) -> dict[str, Any]:
    return {
        CATCH_ALL: {"type": "text"},
        "store_id": _UNINDEXED_TEXT,
        "name": {**_SEARCHED_TEXT, "fields": {"keyword": _KEYWORD, "sort_name": _KEYWORD}},
        "sku": {**_SEARCHED_TEXT, "analyzer": "sku", "fields": {"keyword": _KEYWORD, "sort_sku": _KEYWORD}},
        "description": _SEARCHED_TEXT,
        "short_description": _SEARCHED_TEXT,
        "url_key": {**_SEARCHED_TEXT, "fields": {"keyword": _KEYWORD}},
        "status": _INTEGER,
        "status_value": _SEARCHED_TEXT,
        "visibility": _INTEGER,
        "tax_class_id": _INTEGER,
        "tax_class_id_value": _SEARCHED_TEXT,
        # Before the field was an integer it was one string of ids.
        "category_ids": _INTEGER if era == "current" else {"type": "text"},
        "is_out_of_stock": _INTEGER,
    }


def _category_properties(model: ShopModel) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    for category_id in (ROOT_CATEGORY_ID, *(category.id for category in model.categories)):
        properties[f"position_category_{category_id}"] = {"type": "integer", "index": False}
        properties[f"name_category_{category_id}"] = _UNINDEXED_TEXT
    return properties


def _price_properties(view: StoreView, era: Literal["current", "2018"]) -> dict[str, Any]:
    suffix = view.website_id if era == "current" else view.id
    return {f"price_{group}_{suffix}": {"type": "double", "store": True} for group in CUSTOMER_GROUPS}


def _attribute_properties(attribute: Attribute) -> dict[str, Any]:
    labels = {f"{attribute.code}_value": _SEARCHED_TEXT}
    match attribute.input:
        case "select":
            return {attribute.code: _INTEGER, **labels}
        case "multiselect":
            return {attribute.code: {**_KEYWORD, "copy_to": [CATCH_ALL]}, **labels}
        case "decimal":
            return {attribute.code: {"type": "double"}}
        case "text":
            return {attribute.code: {**_SEARCHED_TEXT, "fields": {"keyword": _KEYWORD}}}
