"""Who wrote an index: core Magento or ElasticSuite, told from its mapping and one document. Pure."""

import re
from collections.abc import Mapping, Set
from typing import Any, Final

from indexer.extract.errors import SourceUnreadable
from indexer.records import Dialect
from shared import catalog
from shared.magento.values import objects

SAMPLE_FIELDS: Final = (
    "entity_id", "indexed_attributes", "price.customer_group_id", "category.category_id", "sku", "name", "store_id",
    "status", "visibility", "category_ids", "url_key", "is_out_of_stock", "price_0_*", "children_ids",
    "stock.is_in_stock",
)  # fmt: skip
"""What the sample document is asked for: enough to tell the dialects apart, nothing internal."""

_CORE_FIELDS: Final = frozenset(
    {"name", "store_id", "status", "visibility", "category_ids", "url_key", "is_out_of_stock", "is_in_stock"}
)
_CORE_NAMES: Final = re.compile(r"(?:price_\d+_\d+|(?:name|position)_category_\d+)")
"""Names that nobody else gives to a field."""

_ELASTICSUITE_FIELDS: Final = frozenset(
    {"indexed_attributes", "children_ids", "price.customer_group_id", "category.category_id", "stock.is_in_stock"}
)
_OBJECTS: Final = ("price", "category", "stock")
_OPTION_TEXT: Final = "option_text_"


def detect_dialect(index: str, properties: Mapping[str, Any], sample: Mapping[str, Any]) -> Dialect:
    """The dialect of `index`; `properties` of its mapping, `sample` the `_source` of one document.

    The sample counts as much as the mapping: an index that is not mapped dynamically may hold unmapped fields.
    Raises SourceUnreadable.
    """
    if _is_elasticsuite(properties) or _is_elasticsuite_document(sample):
        return "elasticsuite"
    if _is_core({*properties, *sample}):
        return "core"
    raise SourceUnreadable(index, seen=sorted({*properties, *sample}))


def _is_core(names: Set[str]) -> bool:
    # Our own index has SKUs and names too; it is a mistake as a source.
    if catalog.TEXT_HASH in names:
        return False
    return any(map(_CORE_NAMES.fullmatch, names)) or ("sku" in names and not names.isdisjoint(_CORE_FIELDS))


def _is_elasticsuite(properties: Mapping[str, Any]) -> bool:
    inner = {f"{name}.{field}" for name in _OBJECTS for field in _inner(properties, name)}
    return _has_elasticsuite_name(properties.keys() | inner)


def _is_elasticsuite_document(sample: Mapping[str, Any]) -> bool:
    inner = {f"{name}.{field}" for name in _OBJECTS for row in objects(sample.get(name)) for field in row}
    return _has_elasticsuite_name(sample.keys() | inner)


def _has_elasticsuite_name(names: Set[str]) -> bool:
    return not names.isdisjoint(_ELASTICSUITE_FIELDS) or any(name.startswith(_OPTION_TEXT) for name in names)


def _inner(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = properties.get(name)
    inner = found.get("properties") if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}
