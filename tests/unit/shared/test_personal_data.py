"""What a shopper types of themselves, and what only looks like it."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.personal_data import CARD, EMAIL, PASSPORT, PHONE, TAX_NUMBER, masked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        # Russian and Belarusian phones
        ("мой номер 8 (916) 123-45-67, жду", f"мой номер {PHONE}, жду"),
        ("8 999 123 45 67", PHONE),
        ("8-916-123-45-67", PHONE),
        ("8 (916) 123-45-67", PHONE),
        ("8 029 123 45 67", PHONE),
        ("куртка XL, наберите 80291234567", f"куртка XL, наберите {PHONE}"),
        ("89161234567", PHONE),
        ("79161234567", PHONE),
        ("8 9161234567", PHONE),
        ("8-999-1234567", PHONE),
        ("8(999)1234567", PHONE),
        ("8.999.123.45.67", PHONE),
        ("8/999/123/45/67", PHONE),
        ("8 999 123 45-67", PHONE),
        ("8  912  345  67  89", PHONE),
        ("8\t912\t345\t67\t89", PHONE),
        ("8 912 - 345 - 67 - 89", PHONE),
        ("8 (912) 345 - 67 - 89", PHONE),
        ("8-(912)-345-67-89", PHONE),
        ("8\u00a0999\u202f123\u201345\u201367", PHONE),
        ("８９１２３４５６７８９", PHONE),
        ("8 (495) 123-45-67", PHONE),
        ("8 495 123 45 67", PHONE),
        ("8-343-123-45-67", PHONE),
        ("(916) 123-45-67", PHONE),
        ("номер 8 (4012) 12-34-56", f"номер {PHONE}"),
        ("8 (49244) 1-23-45 после шести", f"{PHONE} после шести"),
        ("тел89123456789", f"тел{PHONE}"),
        ("т.8-912-345-67-89", f"т.{PHONE}"),
        ("тел. 912 345 67 89, 912 345 67 90", f"тел. {PHONE}, {PHONE}"),
        ("тел. № 912 345-67-89", f"тел. № {PHONE}"),
        ("номер телефона 84951234567", f"номер телефона {PHONE}"),
        ("звоните мне завтра по номеру 912 345 67 89", f"звоните мне завтра по номеру {PHONE}"),
        ("жду рюкзак 20 л, позвоните 9123456789", f"жду рюкзак 20 л, позвоните {PHONE}"),
        ("вотсап 375291234567", f"вотсап {PHONE}"),
        ("89123456789 звоните", f"{PHONE} звоните"),
        ("89123456789звоните", f"{PHONE}звоните"),
        ("хочу заказать куртку: 8 912 345 67 89", f"хочу заказать куртку: {PHONE}"),
        ("по заказу звонить 8 912 345 67 89", f"по заказу звонить {PHONE}"),
        ("часы 10-00 - 19-00, 8 912 345-67-89 8 912 345-67-90", f"часы 10-00 - 19-00, {PHONE} {PHONE}"),
        ("телефон 8 800 500 10 20", f"телефон {PHONE}"),
        ("мой номер 9161234567", f"мой номер {PHONE}"),
        ("наш номер: 916 123-45-67, ждём", f"наш номер: {PHONE}, ждём"),
        ("my number is 9161234567", f"my number is {PHONE}"),
        # with a plus
        ("call me at +7 916 123-45-67 please", f"call me at {PHONE} please"),
        ("+79161234567", PHONE),
        ("+7(999)123-45-67", PHONE),
        ("+7\u2013999\u2013123\u201345\u201367", PHONE),
        ("+79161234567 12345678", f"{PHONE} 12345678"),
        ("+7 912 345 67 89 2 шт", f"{PHONE} 2 шт"),
        ("ватсап+79123456789", f"ватсап{PHONE}"),
        ("+79123456789звоните", f"{PHONE}звоните"),
        ("заказ +7 912 345 67 89", f"заказ {PHONE}"),
        ("+44 20 7946 0958", PHONE),
        ("tel.:+4930123456", f"tel.:{PHONE}"),
        ("+375 29 123-45-67", PHONE),
        ("\u202a+380 44 123 45 67\u202c", f"\u202a{PHONE}\u202c"),
        ("+1 (555) 123-4567", PHONE),
        ("+1 415 555 2671", PHONE),
        ("+1.415.555.2671", PHONE),
        # North American, and dialled with 00
        ("(555) 123-4567", PHONE),
        ("(415)-555-2671", PHONE),
        ("555-123-4567", PHONE),
        ("415.555.2671!", f"{PHONE}!"),
        ("1 (415) 555-2671", PHONE),
        ("1-415-555-2671", PHONE),
        ("call (415) 555-2671, bag in red", f"call {PHONE}, bag in red"),
        ("a red bag, my phone is 415-555-2671", f"a red bag, my phone is {PHONE}"),
        ("a red bag, 415-555-2671 is my number", f"a red bag, {PHONE} is my number"),
        ("415.555.2671 call me about the bag", f"{PHONE} call me about the bag"),
        ("call 415-555-2671 or 415-555-2672", f"call {PHONE} or {PHONE}"),
        ("phone number: 1 415 555 2671", f"phone number: {PHONE}"),
        ("text me at 4155552671", f"text me at {PHONE}"),
        ("whatsapp 0151 23456789", f"whatsapp {PHONE}"),
        ("0044 20 7946 0958", PHONE),
        ("0033 6 12 34 56 78", PHONE),
        ("tel 00 49 30 901820", f"tel {PHONE}"),
        # cards
        ("pay with 4111 1111 1111 1111", f"pay with {CARD}"),
        ("4111111111111111", CARD),
        ("карта4111111111111111", f"карта{CARD}"),
        ("5500-0000-0000-0004.", f"{CARD}."),
        ("4111.1111.1111.1111", CARD),
        ("4111/1111/1111/1111", CARD),
        ("4111  1111  1111  1111", CARD),
        ("4111\t1111\t1111\t1111", CARD),
        ("4111 - 1111 - 1111 - 1111", CARD),
        ("4111\u00a01111\u00a01111\u00a01111", CARD),
        ("4111\u20131111\u20131111\u20131111", CARD),
        ("４１１１ １１１１ １１１１ １１１１", CARD),
        ("2200 0000 0000 0004", CARD),
        ("3782 822463 10005", CARD),
        ("3056 930902 5904", CARD),
        ("4111 1111 1111 1111 12/27 123", f"{CARD} 12/27 123"),
        ("4111 1111 1111 1111 123", CARD),
        ("2021 4111 1111 1111 1111", f"2021 {CARD}"),
        # addresses
        ("write to anna.petrova+shop@mail.example.ru!", f"write to {EMAIL}!"),
        ("почта: ivan@почта.рф", f"почта: {EMAIL}"),
        ("ivan @ mail.ru", EMAIL),
        ("ivan@ mail.ru", EMAIL),
        ("ivan＠mail.ru", EMAIL),
        ("mailto:ivan@xn--80a.xn--p1ai.", f"mailto:{EMAIL}."),
        # passports
        ("паспорт 4509 123456", f"паспорт {PASSPORT}"),
        ("паспорт: 45 09 123456, выдан", f"паспорт: {PASSPORT}, выдан"),
        ("серия 4509 номер 123456", f"серия {PASSPORT}"),
        ("45 09 № 123456", PASSPORT),
        ("my passport is 4509123456", f"my passport is {PASSPORT}"),
        ("загранпаспорт 75 1234567", f"загранпаспорт {PASSPORT}"),
        ("паспорт 4509-123456", f"паспорт {PASSPORT}"),
        ("паспорт 4509 - 123456", f"паспорт {PASSPORT}"),
        ("паспорт РФ 45 09–123456 выдан", f"паспорт РФ {PASSPORT} выдан"),
        ("загранпаспорт 75-1234567", f"загранпаспорт {PASSPORT}"),
        # tax numbers
        ("ИНН 7707083893", f"ИНН {TAX_NUMBER}"),
        ("мой инн: 500100732259!", f"мой инн: {TAX_NUMBER}!"),
        ("my INN is 500100732259", f"my INN is {TAX_NUMBER}"),
        ("inn=7707083893", f"inn={TAX_NUMBER}"),
        ("ИНН организации 7707083893", f"ИНН организации {TAX_NUMBER}"),
        ("ИНН покупателя: 500100732259", f"ИНН покупателя: {TAX_NUMBER}"),
        ("ИНН ООО «Ромашка» - 7707083893", f"ИНН ООО «Ромашка» - {TAX_NUMBER}"),
        (
            "выставьте счёт, ИНН нашей компании 7707083893, насос",
            f"выставьте счёт, ИНН нашей компании {TAX_NUMBER}, насос",
        ),
        ("ИНН организации № 7707083893", f"ИНН организации № {TAX_NUMBER}"),
        ("INN of the company: 7707083893", f"INN of the company: {TAX_NUMBER}"),
        ("ИНН 7707083893, ИНН второй фирмы 500100732259", f"ИНН {TAX_NUMBER}, ИНН второй фирмы {TAX_NUMBER}"),
        # several
        ("ИНН 7707083893, фильтр 7707083893", f"ИНН {TAX_NUMBER}, фильтр 7707083893"),
        ("8 999 123 45 67, 8-916-123-45-67 or 4111 1111 1111 1111", f"{PHONE}, {PHONE} or {CARD}"),
        ("tel +7 916 123-45-67, a@b.co, 4111 1111 1111 1111", f"tel {PHONE}, {EMAIL}, {CARD}"),
    ],
)
def test_phones_addresses_cards_and_papers_are_masked(text: str, told: str) -> None:
    assert masked(text) == told


@pytest.mark.parametrize(
    "text",
    [
        # part numbers, SKUs and orders by their names
        "артикул 89123456789",
        "артикул 8-912-345-67-89",
        "арт. 8 495 123 45 67",
        "арт.89123456789",
        "артикул 1234567890",
        "артикул: 234.567.8901",
        "заказ № 7 900 123 45 67",
        "заказ 234-123-4567",
        "номер заказа 8 800 200 06 01",
        "заказ 000-123-456-7890",
        "код товара 8 (912) 345-67-89",
        "модель 8 800 555 35 35",
        "№ 8 912 345 67 89",
        "SKU 24-MB01-1234567",
        "SKU 0049 123 4567 89",
        "SKU89123456789",
        "SKU_89123456789",
        "sku: 415-555-2671",
        "part 234-567-8901",
        "part number 555-123-4567",
        "part no. (415) 555-2671",
        "order #3000012345",
        "order 8 912 345 67 89",
        "model 415.555.2671",
        "phone model 415-555-2671",
        "чехол для телефона 901-184-01-25",
        "phone case 234-567-8901",
        "артикул производителя 8 912 345 67 89",
        "OEM 8 999 123 45 67",
        # standards
        "DIN 933 100 10 50",
        "DIN 912 345 67 89",
        "болт DIN 912 020 10 50",
        "ISO 914 200 10 20",
        "ГОСТ 8 912 345 67 89",
        "ГОСТ 977 400 10 20",
        "ГОСТ Р 8 912 345 67 89",
        # part numbers by nothing
        "A 906 320 02 13",
        "906 320 02 13",
        "963 320 01 31",
        "фильтр 901-184-01-25",
        "OEM 77 01 478 77 12",
        "Stihl 1123 020 1209",
        "Bosch 2 607 010 000 12",
        "IKEA 403.411.0234",
        "Karcher 1.195-600.0 2.863",
        "WAGO 222-413-0000",
        "LEGO 42115 42083 75192",
        "24-MB01",
        "WH-1000XM4",
        "iPhone 15 Pro Max 256",
        # measures
        "брус 245-195-6000",
        "труба 325-219-1420",
        "труба (325) 219-1420",
        "pipe (325)-219-1420",
        "доска 225-345-1250 мм",
        "1 400 600 2000",
        "3.5 400 600 2000",
        "диск 1 230 125 2222",
        "кабель 7 400 500 16 25",
        "набор 7 900 500 10 10",
        "сверло 8 400 450 10 12",
        "кабель 8 912 345 67 89 мм",
        "box 120x60x40, 12.05.2026, 10:30-18:45",
        "battery 18650 3.7V 2600",
        "size 8 1/2, width 120-150-200-250-300",
        "100-200-3000 мм",
        "100-200-3000",
        "240-320-1200",
        "90-60-90",
        "3840x2160",
        # sizes
        "sizes 00 92 98 104 110 116",
        "боди 00 56 62 68 74 80",
        "sizes 00 0 2 4 6 8 10 12 14",
        "sizes 00 10 12 14 16 18",
        "00 100 200 300 400",
        "sizes 38/40/42/44/46",
        "модели 900 901 90 91",
        # prices and dates
        "куртка до 5000 рублей",
        "from 1 000 000 to 2 000 000 ₽",
        "между 10 000 и 20 000, размер 42-44-46-48",
        "3 001-100 000.00",
        "5000-10000",
        "телефон 10000-15000",
        "phone up to 19999",
        "2 pens @ 19.99",
        "8 000 000 - 9 000 000",
        "8 900 000-9 000 000",
        "8 990 500 00 00",
        "2024-2025",
        "2019 2020 2021 2022",
        "2026-11-22 11:20:56",
        # bar codes and the like
        "EAN 4006381333931",
        "EAN 4 006381 333931",
        "телефон 4006381333931",
        "UPC 036000291452",
        "UPC 0 36000 29145 2",
        "GTIN 10012345678902",
        "ISBN 978-3-16-148410-0",
        "IMEI 490154203237518",
        "трек 80085512345678",
        "товар 00123456789",
        "артикул 7707083893",
        "4509 123456",
        "обложка для паспорта 1200 150000",
        "обложка для паспорта 1200-150000",
        "насос серии 4509-123456",
        "серия 75-1234567",
        "4509-123456",
        "45-1234567",
        "45 09-123456",
        # behind a tax number's name: of the shop by its name, by its control digits, or after what was another number
        "ИНН есть, артикул 7707083893",
        "ИНН не нужен, заказ № 7707083893",
        "ИНН организации 7707083894",
        "ИНН организации 500100732258",
        "счёт на ИНН? фильтр 7707083893",
        "ИНН с 2019 фильтр 7707083893",
        "tin box 7707083893",
        "winning ticket 7707083893",
        "мой номер 3000012345",
        "мой номер заказа 9161234567",
        "мой номер артикула 9161234567",
        "прямой номер 9161234567",
        "мой номер размера 916",
        "products-rag-20261122-031500",
        "req_0123456789abcdef0123456789abcdef",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "2026-11-22T18:13:23.123456Z",
        "4111 1111 1111 1112",
        "1234567890123456",
        "@brand",
        "",
    ],
)
def test_what_a_shop_sells_by_number_is_left_alone(text: str) -> None:
    assert masked(text) == text


def test_what_no_word_names_and_no_grouping_tells_is_a_number_of_the_shop() -> None:
    for number in ("916 123 45 67", "9161234567", "1 415 555 2671", "00 49 30 901820"):
        assert (masked(number), masked(f"tel {number}")) == (number, f"tel {PHONE}")
    assert masked("a bag, 415-555-2671") == "a bag, 415-555-2671"


def test_long_texts_take_no_longer_than_they_are_long() -> None:
    """A pattern that looks back from every letter would take minutes for this, and hold everyone up."""
    for short in (
        "a",
        "a@",
        "a.b-",
        " @ ",
        "+1 ",
        "4111 ",
        "00 ",
        "8 ",
        "(200) ",
        "+7 ( 9 ( ",
        "тел 1 ",
        "415-555-2671 ",
        "инн а ",
        "7707083893 ",
        "мой номер 9",
        "паспорт 4509-",
        "45-",
    ):
        masked(short * (50_000 // len(short)) + " @ ")


DIGIT = st.sampled_from("0123456789")


EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]
SPACES = [char for char in EVERY_CHARACTER if unicodedata.category(char) == "Zs"] + ["\t", "\u200b", "\ufeff"]
DASHES = [char for char in EVERY_CHARACTER if unicodedata.category(char) == "Pd"] + ["\u2212"]
ZEROS = [char for char in EVERY_CHARACTER if char.isdecimal() and int(char) == 0]


@st.composite
def numbers_as(draw: st.DrawFn, patterns: tuple[str, ...]) -> str:
    """One of `patterns`, each # a digit, with any spaces, dashes and digits Unicode has; dashes with space around."""
    text = draw(st.sampled_from(patterns))
    space, around = draw(st.sampled_from(SPACES)), draw(st.integers(0, 2))
    zero = draw(st.one_of(st.just("0"), st.sampled_from(ZEROS)))
    signs = {" ": space * max(around, 1), "-": space * around + draw(st.sampled_from(DASHES)) + space * around}
    digits = "".join(draw(DIGIT) if char == "#" else char for char in text)
    return "".join(chr(ord(zero) + int(char)) if char.isdecimal() else signs.get(char, char) for char in digits)


PHONES = (
    "+7 9## ###-##-##", "+7(9##)###-##-##", "+79#########", "8 9## ### ## #1", "8 9## ###-##-#1", "8-9##-###-##-#1",
    "8-9##-#####11", "8(9##)#######", "8 (4##) ###-##-##", "8 (495) ### ## ##", "89#########", "7 9## ### ## #1",
    "+1 (4##) ###-####", "+1-4##-###-####", "+44 2# #### ####", "+49 3# ######", "0049 3# #####1",
    "0044 2# #### ###1", "+375 29 ###-##-##", "8 029 ### ## #1",
)  # fmt: skip
NAMED = ("1 (4##) ###-####", "1-4##-###-###1", "4##.###.###1", "(4##) ###-####", "00 49 3# #####1", "9## ### ## #1")
CARDS = ("4### #### #### ###", "5###-####-####-###", "22##########" + "###", "4###.####.####.###", "37## ###### ####")


def with_check_digit(text: str) -> str:
    """`text` and the digit that Luhn's rule asks behind it."""
    digits = [int(char) for char in reversed(text) if char.isdecimal()]
    zero = next(ord(char) - int(char) for char in text if char.isdecimal())
    total = sum(sum(divmod(2 * digit, 10)) for digit in digits[::2]) + sum(digits[1::2])
    return f"{text}{chr(zero + -total % 10)}"


@given(
    st.one_of(
        st.tuples(
            st.sampled_from(["", "call ", "тел.: ", "bag "]),
            st.one_of(numbers_as(PHONES), numbers_as(CARDS).map(with_check_digit)),
        ),
        st.tuples(st.sampled_from(["call ", "тел.: ", "my phone number is "]), numbers_as(NAMED)),
    )
)
def test_any_number_of_a_phone_or_a_card_leaves_no_digit(told: tuple[str, str]) -> None:
    before, number = told
    assert masked(f"{before}{number}, please") in {f"{before}{sign}, please" for sign in (PHONE, CARD)}


@given(st.sampled_from(["артикул ", "part no. ", "DIN ", "заказ №", "model: "]), numbers_as((*PHONES, *NAMED)))
def test_what_is_called_a_number_of_the_shop_is_one_unless_it_has_a_plus(name: str, number: str) -> None:
    assert (masked(f"{name}{number}") == f"{name}{number}") is not number.startswith("+")


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
