"""Every trap of ElasticSuite's product document."""

from decimal import Decimal
from typing import Any

import pytest
from support.records import native_source, read

from indexer.records import SourceRecord


def read_es(**changes: Any) -> SourceRecord:
    return read(native_source("elasticsuite", **changes), dialect="elasticsuite")


def test_the_recorded_document_is_read_as_a_merchant_would() -> None:
    record = read_es()
    assert record.skus == ("MH01", "MH01-XS-Black", "MH01-S-Gray")
    assert record.names[0] == "Chaz Kangeroo Hoodie"
    assert not record.case_lost
    assert (record.price, record.price_max) == (Decimal(52), Decimal(68))
    assert record.in_stock is True
    assert record.categories == ("Men", "Hoodies & Sweatshirts", "New Arrivals"), "blacklisted and root are out"
    assert record.attributes["color"].values == ("Black", "Gray")
    assert set(record.attributes) == {"color"}
    assert record.image == "/m/h/mh01-black_main.jpg"
    assert (record.status, record.visibility) == (1, 4)


def test_a_name_in_lower_case_is_the_merchants_own() -> None:
    assert not read_es(name=["iittala"]).case_lost


@pytest.mark.parametrize(
    ("group", "lowest", "highest"),
    [pytest.param(2, 45, 59, id="wanted group"), pytest.param(7, 52, 68, id="guest when the group has none")],
)
def test_price_of_the_group(group: int, lowest: int, highest: int) -> None:
    record = read(native_source("elasticsuite"), dialect="elasticsuite", group=group)
    assert (record.price, record.price_max) == (Decimal(lowest), Decimal(highest))


def test_a_simple_product_has_no_range_whatever_its_original_price() -> None:
    row = {"price": 40.0, "original_price": 52.0, "is_discount": True, "customer_group_id": 0, "max_price": 40.0}
    record = read_es(price=[row])
    assert (record.price, record.price_max) == (Decimal("40.0"), None)


@pytest.mark.parametrize(
    "price",
    [
        pytest.param(None, id="no field"),
        pytest.param([], id="no row"),
        pytest.param([{"price": 1, "customer_group_id": 5}], id="only another group"),
        pytest.param("52.00", id="scalar"),
    ],
)
def test_no_price_is_no_warning(price: Any) -> None:
    record = read_es(price=price)
    assert record.price is None
    assert record.warnings == ()


def test_an_impossible_price_is_a_warning() -> None:
    assert read_es(price={"price": "free", "customer_group_id": 0}).warnings == ("bad_price",)


@pytest.mark.parametrize(
    ("stock", "in_stock"),
    [
        pytest.param({"is_in_stock": False, "qty": 5}, False, id="said so"),
        pytest.param({"qty": "0"}, False, id="quantity only"),
        pytest.param([{"is_in_stock": "1"}], True, id="array"),
        pytest.param(None, None, id="not said"),
    ],
)
def test_stock(stock: Any, in_stock: bool | None) -> None:
    assert read_es(stock=stock).in_stock is in_stock


def test_a_category_row_without_name_or_as_a_single_object() -> None:
    assert read_es(category={"category_id": "14", "name": ["Hoodies"]}).categories == ("Hoodies",)
    assert read_es(category=[{"category_id": 14}, {"name": "Lost"}, "x"]).categories == ()


def test_url_key_missing_as_in_elasticsuite_2_11_on_magento_2_4_8() -> None:
    assert read_es(url_key=None).url_key is None
