"""Money in words, as each locale and shop writes it."""

from decimal import Decimal

import pytest
from babel.numbers import format_currency

from shared.money import amount_text, format_amount
from shared.stores import StoreView


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "with_cents", "expected"),
    [
        pytest.param("1234.5", "USD", "en_US", True, "$1,234.50", id="dollars"),
        pytest.param("4810", "RUB", "ru_RU", False, "4 810 ₽", id="roubles"),
        pytest.param("4810.5", "RUB", "ru_RU", True, "4 810,50 ₽", id="kopecks"),
        pytest.param("1234.5", "EUR", "de_DE", True, "1.234,50 €", id="euros"),
        pytest.param("4810", "RUB", "en_US", False, "RUB 4,810", id="code instead of sign"),
        pytest.param("5", "USD", "zz_ZZ", True, "$5.00", id="unknown locale"),
        pytest.param("-0.0", "GBP", "en_GB", True, "£0.00", id="zero has no sign"),
    ],
)
def test_money_is_written_as_the_locale_does(
    amount: str, currency: str, locale: str, with_cents: bool, expected: str
) -> None:
    assert format_amount(Decimal(amount), currency=currency, locale=locale, with_cents=with_cents) == expected


@pytest.mark.parametrize("locale", ["en_US", "ru_RU", "de_DE", "de_CH", "fr_FR", "pl_PL", "tr_TR", "en_IN", "ar_EG"])
@pytest.mark.parametrize("currency", ["USD", "RUB", "JPY", "KWD"])
@pytest.mark.parametrize("amount", ["0", "-12.5", "0.5", "12", "999.99", "1234.5", "98765432101", "2.675"])
def test_short_way_writes_what_the_long_one_does(locale: str, currency: str, amount: str) -> None:
    long_way = format_currency(Decimal(amount), currency, locale=locale)
    spaces = str.maketrans("\u00a0\u202f", "  ")
    assert format_amount(Decimal(amount), currency=currency, locale=locale, with_cents=True).replace(
        " ", ""
    ) == long_way.translate(spaces).replace(" ", "")


@pytest.mark.parametrize(
    ("store", "amount", "expected"),
    [
        pytest.param(StoreView(), "100", "$100.00", id="dollars with cents"),
        pytest.param(StoreView(locale="ru_RU", currency="RUB"), "4810", "4 810 ₽", id="whole roubles"),
        pytest.param(StoreView(price_round=10), "100", "$100", id="rounded to tens"),
    ],
)
def test_a_shop_writes_cents_where_its_prices_have_them(store: StoreView, amount: str, expected: str) -> None:
    assert amount_text(Decimal(amount), store) == expected
