"""Settings and mapping of ElasticSuite's product index, built from the shop's attribute model. Pure.

Sources: `elasticsuite_indices.xml` of the catalogue module, `Index/Mapping/Field` of the core module.
"""

from typing import Any

from sandbox.magento.analysis import VITRINA_MAPPING, shard_settings, stemmer
from sandbox.magento.product import Attribute, Locale, ShopModel

_INTEGER = {"type": "integer"}
_DOUBLE = {"type": "double"}
_BOOLEAN = {"type": "boolean"}
_KEYWORD = {"type": "keyword"}
_DATE = {"type": "date", "format": "yyyy-MM-dd HH:mm:ss||yyyy-MM-dd"}
_UNTOUCHED = {"type": "keyword", "ignore_above": 256}
_PRICE_FIELDS = ("price", "original_price", "final_price", "min_price", "max_price")


def elasticsuite_body(locale: Locale, model: ShopModel, *, shards: int, enriched: bool) -> dict[str, Any]:
    """The body ElasticSuite creates the index with; `shards` primaries."""
    properties = _static_properties() | _system_attributes()
    for attribute in model.indexed_attributes:
        properties |= _attribute_properties(attribute)
    if enriched:
        properties["vitrina"] = VITRINA_MAPPING
    return {
        "settings": {
            "index": {**shard_settings(shards), "mapping": {"total_fields": {"limit": len(properties) + 1000}}},
            "analysis": _analysis(locale),
        },
        "mappings": {"properties": properties},
    }


def _analysis(locale: Locale) -> dict[str, Any]:
    words = {"type": "custom", "tokenizer": "standard", "char_filter": ["html_strip"]}
    plain = ["lowercase", "asciifolding"]
    return {
        "analyzer": {
            "standard": {**words, "filter": [*plain, "stemmer"]},
            "whitespace": {**words, "filter": plain},
            "shingle": {**words, "filter": [*plain, "shingle"]},
            "reference": {**words, "filter": [*plain, "reference_parts"]},
            "sortable": {"type": "custom", "tokenizer": "keyword", "filter": plain},
        },
        "filter": {
            "stemmer": stemmer(locale),
            "shingle": {"type": "shingle", "min_shingle_size": 2, "max_shingle_size": 2},
            "reference_parts": {"type": "word_delimiter", "catenate_all": True, "split_on_numerics": True},
        },
    }


def _static_properties() -> dict[str, Any]:
    return {
        "entity_id": _INTEGER,
        "attribute_set_id": _INTEGER,
        "has_options": _BOOLEAN,
        "required_options": _BOOLEAN,
        "created_at": _DATE,
        "updated_at": _DATE,
        "type_id": _KEYWORD,
        "sku": _text("reference", sortable=True),
        "visibility": _INTEGER,
        "children_ids": _INTEGER,
        "children_attributes": _KEYWORD,
        "configurable_attributes": _KEYWORD,
        "indexed_attributes": _KEYWORD,
        "price": {"type": "nested", "properties": _price_properties()},
        "stock": {"properties": {"is_in_stock": _BOOLEAN, "qty": _INTEGER}},
        "category": {"type": "nested", "properties": _category_properties()},
        "search": {"type": "text", "analyzer": "standard"},
        "spelling": {"type": "text", "analyzer": "standard"},
    }


def _price_properties() -> dict[str, Any]:
    ids = {"is_discount": _BOOLEAN, "customer_group_id": _INTEGER, "tax_class_id": _INTEGER}
    return {**dict.fromkeys(_PRICE_FIELDS, _DOUBLE), **ids}


def _category_properties() -> dict[str, Any]:
    return {
        "category_id": _INTEGER,
        "category_uid": _UNTOUCHED,
        "is_parent": _BOOLEAN,
        "name": {"type": "text", "analyzer": "standard"},
        "position": _INTEGER,
    }


def _system_attributes() -> dict[str, Any]:
    return {
        "name": _text("standard", sortable=True),
        "description": _text("standard"),
        "short_description": _text("standard"),
        "url_key": _UNTOUCHED,
        "image": _UNTOUCHED,
        "status": _INTEGER,
        "option_text_status": _UNTOUCHED,
        "tax_class_id": _INTEGER,
        "option_text_tax_class_id": _UNTOUCHED,
    }


def _text(analyzer: str, *, sortable: bool = False) -> dict[str, Any]:
    field: dict[str, Any] = {"type": "text", "analyzer": analyzer, "copy_to": ["search", "spelling"]}
    if sortable:
        sort = {"type": "text", "analyzer": "sortable", "fielddata": True}
        field["fields"] = {"untouched": _UNTOUCHED, "sortable": sort}
    return field


def _attribute_properties(attribute: Attribute) -> dict[str, Any]:
    labels = {f"option_text_{attribute.code}": {**_text("standard"), "fields": {"untouched": _UNTOUCHED}}}
    match attribute.input:
        case "select" | "multiselect":
            return {attribute.code: _INTEGER, **labels}
        case "decimal":
            return {attribute.code: _DOUBLE}
        case "text":
            return {attribute.code: _text("standard")}
