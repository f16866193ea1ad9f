"""Telling core Magento from ElasticSuite, and both from anything else."""

from typing import Any

import pytest
from support.records import native_source

from indexer.extract.dialect import detect_dialect
from indexer.extract.errors import SourceUnreadable
from indexer.load.mapping import build_properties
from indexer.records import Dialect

STOCK = {"properties": {"is_in_stock": {"type": "boolean"}, "qty": {"type": "float"}}}
NESTED_PRICE = {"price": {"type": "nested", "properties": {"customer_group_id": {"type": "integer"}}}}


@pytest.mark.parametrize("dialect", ["core", "elasticsuite"])
def test_a_document_alone_tells_the_dialect(dialect: Dialect) -> None:
    assert detect_dialect("native", {}, native_source(dialect)) == dialect


@pytest.mark.parametrize(
    ("properties", "dialect"),
    [
        pytest.param({"sku": {}, "price_0_1": {}}, "core", id="price per group and website"),
        pytest.param({"sku": {}, "name_category_14": {}}, "core", id="category names"),
        pytest.param({"sku": {}, "visibility": {}}, "core", id="visibility"),
        pytest.param({"sku": {}, "name": {}}, "core", id="no more than sku and name"),
        pytest.param({"price_0_1": {}, "store_id": {}}, "core", id="prices of documents that all lack a sku"),
        pytest.param({"sku": {}, **NESTED_PRICE}, "elasticsuite", id="nested price"),
        pytest.param({"indexed_attributes": {}, "sku": {}, "visibility": {}}, "elasticsuite", id="attribute list"),
        pytest.param({"sku": {}, "name": {}, "option_text_color": {}}, "elasticsuite", id="option labels"),
        pytest.param({"sku": {}, "name": {}, "stock": STOCK}, "elasticsuite", id="stock"),
    ],
)
def test_a_mapping_alone_tells_the_dialect(properties: dict[str, Any], dialect: Dialect) -> None:
    assert detect_dialect("native", properties, {}) == dialect


@pytest.mark.parametrize(
    "properties",
    [
        pytest.param({"title": {}, "body": {}}, id="something else"),
        pytest.param({"name": {}, "url_key": {}, "path": {}}, id="categories"),
        pytest.param(build_properties("en_US", dimension=8), id="our own index"),
        pytest.param({}, id="nothing"),
    ],
)
def test_an_unknown_index_is_refused_with_what_was_seen_and_expected(properties: dict[str, Any]) -> None:
    with pytest.raises(SourceUnreadable) as raised:
        detect_dialect("logs-2026", properties, {})
    message = str(raised.value)
    assert "logs-2026" in message
    assert "MAGENTO_INDEX" in message
    assert all(name in message for name in properties)
    assert "price_<group>_<website>" in message
