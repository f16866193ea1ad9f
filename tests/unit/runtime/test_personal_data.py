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
        ("+7(999)123-45-67", PHONE),
        ("8 999 123 45 67", PHONE),
        ("8-999-1234567", PHONE),
        ("8(999)1234567", PHONE),
        ("8.999.123.45.67", PHONE),
        ("8\u00a0999\u202f123\u201345\u201367", PHONE),
        ("+7\u2013999\u2013123\u201345\u201367", PHONE),
        ("+1 (415) 555-2671", PHONE),
        ("1 (415) 555-2671", PHONE),
        ("1-415-555-2671", PHONE),
        ("1 415 555 2671", PHONE),
        ("415.555.2671", PHONE),
        ("00 49 30 901820", PHONE),
        ("0044 20 7946 0958", PHONE),
        ("0033 6 12 34 56 78", PHONE),
        ("+79161234567 12345678", f"{PHONE} 12345678"),
        ("4111-1111-1111-1111", CARD),
        ("4111.1111.1111.1111", CARD),
        ("4111\u00a01111\u00a01111\u00a01111", CARD),
        ("4111\u20131111\u20131111\u20131111", CARD),
        ("2200 0000 0000 0004", CARD),
        ("3056 930902 5904", CARD),
        ("8 999 123 45 67, 8-916-123-45-67 or 4111 1111 1111 1111", f"{PHONE}, {PHONE} or {CARD}"),
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
        "100-200-3000",
        "240-320-1200",
        "3 001-100 000.00",
        "24-MB01",
        "90-60-90",
        "5000-10000",
        "2024-2025",
        "8 000 000 - 9 000 000",
        "8 900 000-9 000 000",
        "EAN 4 006381 333931",
        "UPC 0 36000 29145 2",
        "ISBN 978-3-16-148410-0",
        "WH-1000XM4",
        "3840x2160",
        "sizes 00 0 2 4 6 8 10 12 14",
        "sizes 00 10 12 14 16 18",
        "00 100 200 300 400",
        "LEGO 42115 42083 75192",
        "IMEI 490154203237518",
        "2026-11-22 11:20:56",
        "",
    ],
)
def test_what_a_shop_sells_by_number_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_long_texts_take_no_longer_than_they_are_long() -> None:
    """A pattern that looks back from every letter would take minutes for this, and hold everyone up."""
    for long in ("a" * 200_000 + " @ ", "a@" * 100_000, "a.b-" * 50_000 + "@", "+1 " * 60_000, "4111 " * 40_000):
        masked(long)


DIGIT = st.sampled_from("0123456789")


@st.composite
def numbers_as(draw: st.DrawFn, patterns: tuple[str, ...]) -> str:
    """One of `patterns`, each # a digit and each ~ a space or dash as some phone or word processor writes it."""
    text = draw(st.sampled_from(patterns))
    space, dash = draw(st.sampled_from(" \u00a0\u2009\u202f")), draw(st.sampled_from("-\u2010\u2011\u2013\u2014"))
    return "".join(draw(DIGIT) if char == "#" else {" ": space, "-": dash}.get(char, char) for char in text)


PHONES = (
    "+7 9## ###-##-##", "+7(9##)###-##-##", "+79#########", "8 9## ### ## ##", "8 9## ###-##-##", "8-9##-###-##-##",
    "8-9##-#######", "8(9##)#######", "8 (4##) ###-##-##", "8 (495) ### ## ##", "89#########", "7 9## ### ## ##",
    "+1 (4##) ###-####", "+1-4##-###-####", "1 (4##) ###-####", "1-4##-###-###1", "4##.###.###1", "(4##) ###-####",
    "+44 2# #### ####", "+49 3# ######", "00 49 3# ######", "0049 3# ######", "0044 2# #### ####", "+375 29 ###-##-##",
)  # fmt: skip
CARDS = ("4### #### #### ###", "5###-####-####-###", "22##########" + "###", "4###.####.####.###", "37## ###### ####")


def with_check_digit(text: str) -> str:
    """`text` and the digit that Luhn's rule asks behind it."""
    digits = [int(char) for char in reversed(text) if char.isdecimal()]
    total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2]) + sum(digits[1::2])
    return f"{text}{-total % 10}"


@given(st.one_of(numbers_as(PHONES), numbers_as(CARDS).map(with_check_digit)), st.sampled_from(["", "call ", "тел.: "]))
def test_any_number_of_a_phone_or_a_card_leaves_no_digit(number: str, before: str) -> None:
    assert masked(f"{before}{number}, please") in {f"{before}{sign}, please" for sign in (PHONE, CARD)}


@st.composite
def prices(draw: st.DrawFn) -> str:
    """An amount as shops and shoppers write it, with its thousands apart or together."""
    amount = draw(st.integers(1, 99_999_999))
    apart = draw(st.sampled_from(["", " ", "\u00a0", "\u202f", ",", "."]))
    cents = draw(st.sampled_from(["", ".00", ",99"]))
    return f"{amount:,}".replace(",", apart) + cents


@st.composite
def bar_codes(draw: st.DrawFn) -> str:
    """An EAN-8, UPC-A, EAN-13 or GTIN-14 with its check digit (GS1 General Specifications, 7.9)."""
    length = draw(st.sampled_from([8, 12, 13, 14]))
    digits = draw(st.lists(st.integers(0, 9), min_size=length - 1, max_size=length - 1))
    total = sum(digit * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits)))
    return "".join(map(str, digits)) + str(-total % 10)


SHOP_NUMBERS = (
    "##-MB0#", "WS-10##XM#", "9#-6#-9#", "##x##x##", "1##-2##-3##0 mm", "20##-20##", "##.##.20##", "MH##-XS-Blue",
    "4#-4#-4#-4#", "##/##/##", "####-##-## ##:##", "##,# ###", "i#-1####K", "1##0x####",
)  # fmt: skip


@given(
    st.one_of(
        prices().map("{} ₽".format),
        prices().map("${}".format),
        st.tuples(prices(), prices(), st.sampled_from(["-", " - ", "\u2013", " до ", " to "])).map(
            lambda of: f"{of[0]}{of[2]}{of[1]}"
        ),
        bar_codes(),
        numbers_as(SHOP_NUMBERS),
    ),
    st.sampled_from(["", "need ", "размер "]),
)
def test_no_price_range_size_date_sku_or_bar_code_is_touched(number: str, before: str) -> None:
    assert masked(f"{before}{number}, please") == f"{before}{number}, please"


@given(st.text(alphabet="0123456789 +-().@ab", max_size=60))
def test_what_is_masked_once_is_masked(text: str) -> None:
    assert masked(masked(text)) == masked(text)
