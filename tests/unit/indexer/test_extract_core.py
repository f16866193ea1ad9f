"""Every trap of core Magento's product document."""

from decimal import Decimal
from typing import Any

import pytest
from support.records import native_source, read


def test_the_recorded_document_is_read_as_a_merchant_would() -> None:
    record = read(native_source("core"))
    assert record.id == "62"
    assert record.skus == ("MH01",)
    assert record.names == ("chaz kangeroo hoodie", "chaz kangeroo hoodie-xs-black", "chaz kangeroo hoodie-s-gray")
    assert record.case_lost
    assert record.price == Decimal(52)
    assert record.in_stock is True
    assert record.categories == ("Men", "Tops", "Hoodies & Sweatshirts")
    assert {code: attribute.values for code, attribute in record.attributes.items()} == {
        "color": ("Black", "Gray"), "size": ("XS", "S"), "manufacturer": ("Luma",),
    }  # fmt: skip
    assert record.url_key == "chaz-kangeroo-hoodie"
    assert (record.status, record.visibility) == (1, 4)
    assert record.warnings == ()


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        pytest.param("chaz hoodie", True, id="lower-cased by current versions"),
        pytest.param("Chaz Hoodie", False, id="kept by old versions"),
        pytest.param("куртка «Альпина» squall", True, id="Latin inside Cyrillic"),
        pytest.param("Куртка «Альпина»", False, id="Cyrillic only"),
        pytest.param("98", False, id="no letters"),
    ],
)
def test_lost_case_is_noticed(name: str, lost: bool) -> None:
    assert read(native_source("core", name=name)).case_lost is lost


def test_names_of_an_old_version_come_as_an_array() -> None:
    assert read(native_source("core", name=["Chaz Hoodie", "Chaz Hoodie-XS"])).names == (
        "Chaz Hoodie",
        "Chaz Hoodie-XS",
    )


@pytest.mark.parametrize(
    ("value", "values"),
    [
        pytest.param("Black", ("Black",), id="scalar when there is one"),
        pytest.param(["Black", "Gray"], ("Black", "Gray"), id="array when there are several"),
    ],
)
def test_option_labels_are_scalar_or_array(value: Any, values: tuple[str, ...]) -> None:
    assert read(native_source("core", color_value=value)).attributes["color"].values == values


def test_option_ids_are_never_taken_for_labels() -> None:
    record = read(native_source("core", color="44", color_value=None))
    assert "color" not in record.attributes


@pytest.mark.parametrize(
    ("prices", "group", "website", "expected"),
    [
        pytest.param({"price_0_1": "52.000000", "price_2_1": "45.000000"}, 2, 1, 45, id="wanted group"),
        pytest.param({"price_0_1": "52.000000"}, 7, 1, 52, id="guest when the group has none"),
        pytest.param({"price_0_3": "52.000000"}, 0, 3, 52, id="website id"),
        pytest.param({"price_0_2": "52.000000"}, 0, 1, 52, id="store id of old versions"),
        pytest.param({"price_0_5": "52.000000"}, 0, 1, 52, id="the only suffix there is"),
        pytest.param({"price_0_1": 52.0}, 0, 1, 52, id="number"),
        pytest.param({"price_0_1": "0.000000"}, 0, 1, 0, id="zero stays zero"),
        pytest.param({"price_0_4": "52", "price_0_5": "60"}, 0, 1, None, id="several foreign suffixes"),
        pytest.param({}, 0, 1, None, id="no price at all"),
    ],
)
def test_price_of_group_and_website(prices: dict[str, Any], group: int, website: int, expected: int | None) -> None:
    source = {field: value for field, value in native_source("core", store_id="2").items() if "price_" not in field}
    record = read(source | prices, group=group, website=website)
    assert record.price == (None if expected is None else Decimal(expected))
    assert "bad_price" not in record.warnings


@pytest.mark.parametrize("value", ["abc", "-5", "1e308", -1, {"amount": 5}, float("nan")])
def test_an_impossible_price_is_a_warning_and_no_price(value: Any) -> None:
    record = read(native_source("core", price_0_1=value))
    assert record.price is None
    assert record.warnings == ("bad_price",)


@pytest.mark.parametrize(
    ("fields", "in_stock"),
    [
        pytest.param({"is_out_of_stock": 1}, True, id="inverted name: 1 is in stock"),
        pytest.param({"is_out_of_stock": 0}, False, id="inverted name: 0 is out"),
        pytest.param({"is_out_of_stock": "0"}, False, id="inverted name as string"),
        pytest.param({"is_out_of_stock": None, "is_in_stock": "1"}, True, id="old honest name"),
        pytest.param({"is_out_of_stock": None, "is_in_stock": 0}, False, id="old honest name: out"),
        pytest.param({"is_out_of_stock": None, "qty": "0.0000"}, False, id="quantity only: none"),
        pytest.param({"is_out_of_stock": None, "qty": 12}, True, id="quantity only: some"),
        pytest.param({"is_out_of_stock": None}, None, id="not said"),
    ],
)
def test_stock_under_any_of_its_names(fields: dict[str, Any], in_stock: bool | None) -> None:
    assert read(native_source("core", **fields)).in_stock is in_stock


def test_categories_of_an_old_version_and_without_root() -> None:
    source = native_source("core", category_ids="2 11 14", name_category_1="Root Catalog")
    assert read(source).categories == ("Men", "Tops", "Hoodies & Sweatshirts")


@pytest.mark.parametrize("url_key", [pytest.param(None, id="missing"), pytest.param("", id="blank")])
def test_url_key_may_be_missing(url_key: str | None) -> None:
    assert read(native_source("core", url_key=url_key)).url_key is None


@pytest.mark.parametrize(
    ("fields", "image"),
    [
        pytest.param({"image": "/m/h/x.jpg"}, "/m/h/x.jpg", id="path"),
        pytest.param({"image": ["/m/h/x.jpg", "/m/h/y.jpg"]}, "/m/h/x.jpg", id="parent's first"),
        pytest.param({"image": "no_selection", "small_image": "/s.jpg"}, "/s.jpg", id="none chosen"),
        pytest.param({"image": "no_selection"}, None, id="none at all"),
        pytest.param({}, None, id="not indexed"),
    ],
)
def test_image_is_a_path_or_nothing(fields: dict[str, Any], image: str | None) -> None:
    assert read(native_source("core", **fields)).image == image


def test_numbers_as_strings_read_the_same() -> None:
    record = read(native_source("core", status="1", visibility="4", color=["49", "52"]))
    assert (record.status, record.visibility) == (1, 4)
    assert record.attributes["color"].values == ("Black", "Gray")


def test_sku_may_list_the_children() -> None:
    assert read(native_source("core", sku=["MH01", "MH01-XS-Black"])).skus == ("MH01", "MH01-XS-Black")


def test_the_parents_description_is_the_first() -> None:
    assert read(native_source("core", description=["<p>Parent</p>", "<p>Child</p>"])).description == "<p>Parent</p>"


def test_identifiers_are_the_codes_of_parent_and_children() -> None:
    record = read(native_source("core", ean=["4006381333931", "4006381333948"], mpn="K-1"))
    assert record.identifiers == ("4006381333931", "4006381333948", "K-1")


def test_ten_thousand_options_are_cut_with_a_warning() -> None:
    record = read(native_source("core", color_value=[f"Shade {number}" for number in range(10_000)]))
    assert len(record.attributes["color"].values) == 1000
    assert record.warnings == ("values_cut",)


@pytest.mark.parametrize("value", [{"a": 1}, [{"a": 1}], [[["x"]]], 5.5, True])
def test_objects_where_scalars_are_expected_do_no_harm(value: Any) -> None:
    fields = ("name", "sku", "description", "url_key", "color_value", "name_category_11", "status", "category_ids")
    record = read(native_source("core", **dict.fromkeys(fields, value)))
    assert record.id == "62"


def test_null_dates_are_no_values() -> None:
    assert "warranty" not in read(native_source("core", warranty="0000-00-00 00:00:00")).attributes
