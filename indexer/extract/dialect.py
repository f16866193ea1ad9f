"""Who wrote an index: core Magento or ElasticSuite, told from its mapping and one document. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from indexer.extract.errors import SourceUnreadable
from indexer.records import Dialect

SAMPLE_FIELDS: Final = (
    "entity_id", "indexed_attributes", "price.customer_group_id", "category.category_id", "sku", "name", "store_id",
    "status", "visibility", "category_ids", "url_key", "is_out_of_stock", "price_0_*",
)  # fmt: skip
"""What the sample document is asked for: enough to tell the dialects apart, nothing internal."""

_CORE_FIELDS: Final = frozenset(
    {"store_id", "status", "visibility", "category_ids", "url_key", "is_out_of_stock", "is_in_stock"}
)
_CORE_NAMES: Final = re.compile(r"(?:price_\d+_\d+|(?:name|position)_category_\d+)")


def detect_dialect(index: str, properties: Mapping[str, Any], sample: Mapping[str, Any]) -> Dialect:
    """The dialect of `index`; `properties` of its mapping, `sample` the `_source` of one document.

    The sample counts as much as the mapping: an index that is not mapped dynamically may hold unmapped fields.
    Raises SourceUnreadable.
    """
    if _is_elasticsuite(properties) or _is_elasticsuite_document(sample):
        return "elasticsuite"
    names = {*properties, *sample}
    if "sku" in names and any(name in _CORE_FIELDS or _CORE_NAMES.fullmatch(name) for name in names):
        return "core"
    raise SourceUnreadable(index, seen=sorted(names))


def _is_elasticsuite(properties: Mapping[str, Any]) -> bool:
    if "indexed_attributes" in properties:
        return True
    price, category = (_inner(properties, name) for name in ("price", "category"))
    return "customer_group_id" in price or "category_id" in category


def _is_elasticsuite_document(sample: Mapping[str, Any]) -> bool:
    rows = [row for name in ("price", "category") for row in _rows(sample.get(name))]
    return "indexed_attributes" in sample or any("customer_group_id" in row or "category_id" in row for row in rows)


def _inner(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = properties.get(name)
    inner = found.get("properties") if isinstance(found, dict) else None
    return inner if isinstance(inner, dict) else {}


def _rows(value: Any) -> list[Mapping[str, Any]]:
    rows = value if isinstance(value, list) else [value]
    return [row for row in rows if isinstance(row, dict)]
