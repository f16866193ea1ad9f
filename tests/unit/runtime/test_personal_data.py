"""What a shopper types of themselves, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.personal_data import CARD, EMAIL, PHONE, masked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("call me at +7 916 123-45-67 please", f"call me at {PHONE} please"),
        ("+79161234567", PHONE),
        ("мой номер 8 (916) 123-45-67, жду", f"мой номер {PHONE}, жду"),
        ("8-916-123-45-67", PHONE),
        ("89161234567", PHONE),
        ("8 9161234567", PHONE),
        ("(916) 123-45-67", PHONE),
        ("916 123 45 67", PHONE),
        ("8 (495) 123-45-67", PHONE),
        ("+1 (555) 123-4567", PHONE),
        ("(555) 123-4567", PHONE),
        ("555-123-4567", PHONE),
        ("+44 20 7946 0958", PHONE),
        ("write to anna.petrova+shop@mail.example.ru!", f"write to {EMAIL}!"),
        ("почта: ivan@почта.рф", f"почта: {EMAIL}"),
        ("pay with 4111 1111 1111 1111", f"pay with {CARD}"),
        ("4111111111111111", CARD),
        ("5500-0000-0000-0004.", f"{CARD}."),
        ("3782 822463 10005", CARD),
        ("tel +7 916 123-45-67, a@b.co, 4111 1111 1111 1111", f"tel {PHONE}, {EMAIL}, {CARD}"),
    ],
)
def test_phones_addresses_and_cards_are_masked(text: str, told: str) -> None:
    assert masked(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "куртка до 5000 рублей",
        "from 1 000 000 to 2 000 000 ₽",
        "между 10 000 и 20 000, размер 42-44-46-48",
        "EAN 4006381333931",
        "UPC 036000291452",
        "GTIN 10012345678902",
        "SKU 24-MB01-1234567",
        "артикул 1234567890",
        "iPhone 15 Pro Max 256",
        "box 120x60x40, 12.05.2026, 10:30-18:45",
        "battery 18650 3.7V 2600",
        "size 8 1/2, width 120-150-200-250-300",
        "4111 1111 1111 1112",
        "1234567890123456",
        "@brand",
        "100-200-3000 мм",
        "",
    ],
)
def test_what_a_shop_sells_by_number_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_long_texts_take_no_longer_than_they_are_long() -> None:
    """A pattern that looks back from every letter would take minutes for this, and hold everyone up."""
    for long in ("a" * 200_000 + " @ ", "a@" * 100_000, "a.b-" * 50_000 + "@", "+1 " * 60_000, "4111 " * 40_000):
        masked(long)


@given(st.text(alphabet="0123456789 +-().@ab", max_size=60))
def test_what_is_masked_once_is_masked(text: str) -> None:
    assert masked(masked(text)) == masked(text)
