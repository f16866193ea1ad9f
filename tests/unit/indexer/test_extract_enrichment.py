"""The object `vitrina`: what is read of it, and what a wrong type does."""

from decimal import Decimal
from typing import Any

import pytest
from support.records import read

from shared.magento.enrichment import Enrichment, SourceAttribute, SourceVariant

FULL = {
    "url": "http://shop.test/hoodie.html",
    "image": "http://shop.test/hoodie.jpg",
    "name": "Chaz Kangeroo Hoodie",
    "currency": "USD",
    "price": 52,
    "regular_price": "68.00",
    "description_text": "Warm.",
    "in_stock": True,
    "variants": [
        {"sku": "MH01-XS", "name": "Chaz XS", "options": {"size": "XS"}, "price": 52.5, "in_stock": 0},
        {"sku": "MH01-S"},
    ],
    "attributes": {"color": {"label": "Farbe", "values": ["Black"]}, "size": ["XS", "S"], "fit": "Slim"},
    "ean": "4006381333931",
    "identifiers": ["K-1"],
}


def read_vitrina(vitrina: Any) -> tuple[Enrichment, tuple[str, ...]]:
    record = read({"sku": "MH01", "name": "x", "vitrina": vitrina})
    return record.enriched, record.warnings


def test_every_documented_field_is_read() -> None:
    enriched, warnings = read_vitrina(FULL)
    assert warnings == ()
    assert enriched == Enrichment(
        url="http://shop.test/hoodie.html",
        image="http://shop.test/hoodie.jpg",
        name="Chaz Kangeroo Hoodie",
        currency="USD",
        price=Decimal(52),
        regular_price=Decimal("68.00"),
        description_text="Warm.",
        in_stock=True,
        variants=(
            SourceVariant(sku="MH01-XS", name="Chaz XS", options={"size": "XS"}, price=Decimal("52.5"), in_stock=False),
            SourceVariant(sku="MH01-S"),
        ),
        attributes={
            "color": SourceAttribute(values=("Black",), label="Farbe"),
            "size": SourceAttribute(values=("XS", "S")),
            "fit": SourceAttribute(values=("Slim",)),
        },
        identifiers=("4006381333931", "K-1"),
    )


@pytest.mark.parametrize("vitrina", [pytest.param(None, id="missing"), pytest.param({}, id="empty")])
def test_without_the_object_nothing_is_said(vitrina: Any) -> None:
    assert read_vitrina(vitrina) == (Enrichment(), ())


def test_an_array_of_one_object_is_that_object() -> None:
    assert read_vitrina([{"name": "Chaz"}])[0].name == "Chaz"


@pytest.mark.parametrize(
    ("vitrina", "warning"),
    [
        pytest.param("x", "bad_vitrina", id="no object"),
        pytest.param([{}, {}], "bad_vitrina", id="several objects"),
        pytest.param({"url": 5}, "bad_vitrina_url", id="url"),
        pytest.param({"image": {"src": "x"}}, "bad_vitrina_image", id="image"),
        pytest.param({"name": [{"en": "Chaz"}]}, "bad_vitrina_name", id="name"),
        pytest.param({"price": "soon"}, "bad_vitrina_price", id="price"),
        pytest.param({"regular_price": -1}, "bad_vitrina_regular_price", id="regular price"),
        pytest.param({"in_stock": "maybe"}, "bad_vitrina_in_stock", id="stock"),
        pytest.param({"variants": {"sku": "A"}}, "bad_vitrina_variants", id="variants no array"),
        pytest.param({"variants": [{"name": "no sku"}, 5]}, "bad_vitrina_variants", id="variant without SKU"),
        pytest.param({"variants": [{"sku": "A", "price": "x"}]}, "bad_vitrina_variants", id="variant's price"),
        pytest.param({"variants": [{"sku": "A", "options": "x"}]}, "bad_vitrina_variants", id="variant's options"),
        pytest.param({"attributes": ["x"]}, "bad_vitrina_attributes", id="attributes no object"),
        pytest.param({"attributes": {"color": {"label": "x"}}}, "bad_vitrina_attributes", id="no values"),
    ],
)
def test_a_wrong_type_is_left_out_and_named(vitrina: Any, warning: str) -> None:
    assert read_vitrina(vitrina)[1] == (warning,)


def test_an_empty_php_array_where_an_object_is_meant_is_fine() -> None:
    assert read_vitrina({"attributes": [], "variants": [{"sku": "A", "options": []}]})[1] == ()


def test_internal_attributes_are_dropped_even_here() -> None:
    enriched, _ = read_vitrina(
        {"attributes": {"cost": ["21"]}, "variants": [{"sku": "A", "options": {"supplier": "S", "size": "XS"}}]}
    )
    assert enriched.attributes == {}
    assert enriched.variants[0].options == {"size": "XS"}
