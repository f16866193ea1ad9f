"""Prices: exact, in the store's words, and never a false one."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.records import a_record, a_russian_store, a_store, enriched_record

from shared.magento.enrichment import SourceVariant
from shared.magento.prices import MAX_SHOWN, ShownPrice, convert, shown_price


def summary(price: ShownPrice) -> tuple[float | None, float | None, str]:
    lowest, highest = (None if end is None else float(end) for end in (price.lowest, price.highest))
    return lowest, highest, price.text


def test_native_price_goes_through_factor_and_rounding() -> None:
    assert summary(shown_price(a_record(price=Decimal("52.000000")), a_russian_store())) == (4810.0, 4810.0, "4 810 ₽")


def test_native_price_without_factor() -> None:
    assert summary(shown_price(a_record(price=Decimal("52.000000")), a_store())) == (52.0, 52.0, "$52.00")


@pytest.mark.parametrize(
    ("price", "factor", "step", "expected"),
    [
        pytest.param("52.00", 92.5, "10", "4810", id="exactly a multiple"),
        pytest.param("0.05", 1.0, "0.1", "0.1", id="half goes up"),
        pytest.param("2.5", 1.0, "1", "3", id="half goes up, not to even"),
        pytest.param("1.005", 1.0, "0.01", "1.01", id="no float artefact"),
        pytest.param("19.99", 1.2, "0.01", "23.99", id="tax"),
        pytest.param("19.99", 1.1, "0.01", "21.99", id="product that floats get wrong"),
        pytest.param("3", 1.0, "10", None, id="rounds to nothing"),
        pytest.param("999999999999", 92.5, "10", None, id="beyond belief"),
        pytest.param("1", 1e300, "1", None, id="absurd factor"),
        pytest.param("1", 1.0, "1e-30", "1", id="absurd step"),
    ],
)
def test_conversion_is_exact(price: str, factor: float, step: str, expected: str | None) -> None:
    found = convert(Decimal(price), factor=factor, step=Decimal(step))
    assert found == (None if expected is None else Decimal(expected))


@settings(deadline=None)
@given(
    st.decimals(min_value="0.01", max_value="1000000", places=4),
    st.sampled_from([1.0, 1.2, 92.5, 0.85]),
    st.sampled_from(["0.01", "0.05", "1", "10", "100"]),
)
def test_a_shown_price_is_a_multiple_within_half_a_step(price: Decimal, factor: float, step: str) -> None:
    exact, unit = price * Decimal(str(factor)), Decimal(step)
    found = convert(price, factor=factor, step=unit)
    if found is None:
        assert exact < unit / 2
        return
    assert found % unit == 0
    assert -unit / 2 < exact - found <= unit / 2 or found - exact == unit / 2
    assert found < MAX_SHOWN + unit


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        pytest.param({}, (None, None, "Price on request"), id="on request"),
        pytest.param({"zero_price": "free"}, (0.0, 0.0, "Free"), id="free"),
        pytest.param({"price_note": "excl. VAT"}, (None, None, "Price on request"), id="no note on no price"),
        pytest.param({"zero_price": "free", "price_note": "excl. VAT"}, (0.0, 0.0, "Free"), id="no note on a gift"),
    ],
)
def test_a_price_of_zero(store: dict[str, Any], expected: tuple[Any, ...]) -> None:
    assert summary(shown_price(a_record(price=Decimal(0)), a_store(**store))) == expected


def test_no_price_is_on_request_and_a_warning() -> None:
    price = shown_price(a_record(price=None), a_russian_store(zero_price="free"))
    assert summary(price) == (None, None, "Цена по запросу")
    assert price.warnings == ("no_price",)


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        pytest.param(a_store(), "from $52.00", id="English"),
        pytest.param(a_russian_store(), "от 4 810 ₽", id="Russian"),
        pytest.param(a_store(price_note="excl. VAT"), "from $52.00 excl. VAT", id="note"),
    ],
)
def test_a_range_is_written_from_its_lower_end(store: Any, expected: str) -> None:
    assert shown_price(a_record(price=Decimal(52), price_max=Decimal(68)), store).text == expected


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        pytest.param(a_store(price_round=1), "$52", id="whole steps need no cents"),
        pytest.param(a_store(price_round=0.5), "$52.00", id="half steps do"),
        pytest.param(a_russian_store(price_factor=1.0, price_round=None), "52 ₽", id="whole roubles"),
        pytest.param(a_russian_store(price_factor=1.01, price_round=None), "52,52 ₽", id="roubles and kopecks"),
    ],
)
def test_cents_are_written_where_shops_write_them(store: Any, expected: str) -> None:
    assert shown_price(a_record(price=Decimal(52)), store).text == expected


def test_a_vitrina_price_in_the_stores_currency_is_shown_as_it_is() -> None:
    record = enriched_record({"price": Decimal(52)}, price=Decimal(4999), currency="RUB")
    assert summary(shown_price(record, a_russian_store())) == (4999.0, 4999.0, "4 999 ₽")


def test_a_vitrina_price_without_a_currency_is_a_native_one() -> None:
    record = enriched_record({"price": Decimal(60)}, price=Decimal(52))
    assert summary(shown_price(record, a_russian_store())) == (4810.0, 4810.0, "4 810 ₽")


def test_prices_in_another_currency_are_not_believed() -> None:
    variants = (SourceVariant(sku="A", price=Decimal(1)),)
    price = shown_price(
        enriched_record({"price": Decimal(52)}, price=Decimal(1), currency="EUR", variants=variants), a_store()
    )
    assert summary(price) == (52.0, 52.0, "$52.00")
    assert price.warnings == ("currency_mismatch",)
    assert price.variants == {}


def test_variants_with_prices_make_the_range() -> None:
    variants = (SourceVariant(sku="A", price=Decimal(40)), SourceVariant(sku="B", price=Decimal(68)))
    price = shown_price(enriched_record({"price": Decimal(52)}, variants=variants), a_russian_store())
    assert summary(price) == (3700.0, 6290.0, "от 3 700 ₽")
    assert {sku: float(shown) for sku, shown in price.variants.items()} == {"A": 3700.0, "B": 6290.0}


def test_a_variant_without_a_price_takes_the_native_one() -> None:
    variants = (SourceVariant(sku="A"), SourceVariant(sku="B", price=Decimal(68)))
    assert summary(shown_price(enriched_record({"price": Decimal(52)}, variants=variants), a_store()))[:2] == (52, 68)


def test_the_regular_price_counts_only_where_there_is_no_other() -> None:
    regular = {"regular_price": Decimal(68), "currency": "USD"}
    assert shown_price(enriched_record({"price": Decimal(52)}, **regular), a_store()).text == "$52.00"
    assert shown_price(enriched_record({"price": None}, **regular), a_store()).text == "$68.00"
