"""What in a question may be a code, and when it asks for nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.identifiers import MAX_LENGTH, MAX_PARTS, MAX_WORDS, Code, check_digit_fits, code_key, find_codes


def keys(text: str) -> set[str]:
    return {key for code in find_codes(text) for key in code.keys}


def sure(text: str) -> list[str]:
    return [code.key for code in find_codes(text) if code.sure]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("WS-12", "ws12"),
        ("ws 12", "ws12"),
        ("WS\u00a0‑\u200912", "ws12"),
        ("is WS_12/XS there?", "ws12xs"),
        ("24 MB 01", "24mb01"),
        ("красный mj01 xs blue", "mj01xsblue"),
        ("460 000 000 017 1", "4600000000171"),
        ("4 600000 000171", "4600000000171"),
        ("(арт. 00-15)", "0015"),
        ("TENT-RED", "tentred"),
        ("tent red", "tentred"),
        ("any TRAILPACK left", "trailpack"),
    ],
)
def test_code_is_found_whatever_separates_its_parts(text: str, key: str) -> None:
    assert key in keys(text)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("МВ-0123", "mb0123"),  # Cyrillic М and В
        ("WС-12", "wc12"),  # Cyrillic С behind a Latin W
        ("MB-0123", "мв0123"),  # a catalogue may have the Cyrillic ones
        ("цы-12", "ws12"),  # the keyboard in the other layout
        ("400000000015", "0400000000015"),  # UPC-A and the EAN-13 of the same product
        ("0400000000015", "400000000015"),
    ],
)
def test_code_is_looked_for_as_another_keyboard_types_it(text: str, key: str) -> None:
    assert key in keys(text)


def test_no_spelling_of_a_code_mixes_alphabets_that_was_typed_in_one() -> None:
    assert find_codes("WJ-12")[0].others == ("цо12",)


@pytest.mark.parametrize(
    "text",
    [
        "WS-12",
        "ws12",
        "24-MB01",
        "MJ01 XS Blue",
        "mj01 xs синий",
        "460 000 000 017 1",
        "4600000000171",
        "is 4600000000171 in stock?",
        "red bag 4600000000172",
        "у вас есть WS-12?",
        "сколько стоит jk-0000017-xs-black",
        "JK 0000017 XS BLACK",
        "jkt 0000017 olive",
        "артикул 5000",
        "штрихкод: 5000",
        "SKU 77-1",
        "сравни WS-12 и 24-MB01",
        "0001234",
        "looking for OA-984659/M",
        "ищу OA-984659/M",
        "do you have KE 497672 E",
        "MA - 242461 - M price",
        "I'm looking for ym0013549blacks",
    ],
)
def test_question_for_a_code_and_nothing_else_is_sure(text: str) -> None:
    assert sure(text)


@pytest.mark.parametrize(
    "text",
    [
        "iphone 15", "iphone15", "iphone 15 case", "gtx 1080", "galaxy s24 ultra 256gb", "sony wh-1000xm5 case",
        "5000", "2024", "1000000", "1 000 000", "до 1234567", "до 5000 рублей", "under 50000", "$12345678",
        "12345670 ₽", "12345670 рублей", "2x2", "2х2", "90x200 см", "xs", "xs blue", "size 42", "размер 42 красный",
        "3 in 1", "3in1", "3 в 1", "covid-19", "wi-fi", "usb-c", "usb3.0", "mp3", "a4", "b12", "4k", "5g", "1080p",
        "10000mah", "500 мл", "500мл", "21st", "3-person tent", "3-местная", "12 months", "eu42", "36dd", "5w30",
        "225/45r17", "ip68", "2024-12-31", "+7 916 123-45-67", "top 10 bags",
        "tv 150000", "150000 rub", "до 149990 р", "red jacket", "TENT RED",
    ],
)  # fmt: skip
def test_measures_sizes_prices_and_names_with_a_number_are_no_sure_codes(text: str) -> None:
    assert sure(text) == []


def test_sure_code_is_the_longest_and_its_beginning_is_found_too() -> None:
    assert [(code.text, code.sure) for code in find_codes("MJ01 XS Blue")] == [
        ("MJ01 XS Blue", True),
        ("MJ01 XS", False),
        ("MJ01", False),
    ]


def test_both_codes_of_a_comparison_are_sure() -> None:
    assert sure("WS-12 or 24-MB01?") == ["ws12", "24mb01"]


@pytest.mark.parametrize(
    ("text", "shape", "fits"),
    [
        ("4006381333931", "ean", True),
        ("4006381333932", "ean", False),
        ("036000291452", "ean", True),
        ("73513537", "ean", True),
        ("10036000291459", "ean", True),
        ("1234567", "number", False),
        ("ws12", "mixed", False),
        ("wi-fi", "letters", False),
    ],
)
def test_shape_and_check_digit(text: str, shape: str, fits: bool) -> None:
    [code] = find_codes(text)
    assert (code.shape, code.fits) == (shape, fits)


@given(st.text(alphabet="0123456789", min_size=7, max_size=13))
def test_just_one_check_digit_fits(digits: str) -> None:
    assert sum(check_digit_fits(digits + last) for last in "0123456789") == 1


@given(
    st.lists(st.text(alphabet="abcxyz0123456789", min_size=1, max_size=4), min_size=2, max_size=MAX_PARTS),
    st.lists(st.sampled_from(["-", "_", "/", ".", " ", "\u00a0", "–", " - ", "--"]), min_size=4, max_size=4),
)
def test_key_is_the_same_whatever_case_and_separators(parts: list[str], separators: list[str]) -> None:
    typed = "".join(part + separator for part, separator in zip(parts, [*separators, ""], strict=False))
    assert code_key(typed.upper()) == code_key("".join(parts)) == "".join(parts)


@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_gives_codes_in_bounds(text: str) -> None:
    for code in find_codes(text):
        assert isinstance(code, Code)
        assert all(2 <= len(key) <= MAX_LENGTH + 1 for key in code.keys)
        "".join(code.keys).encode()


@pytest.mark.parametrize(
    "part", ["1 ", "до ", "(", "a", "1", "a1-", "1-", "\ud800", "🎒", '+-&|!(){}[]^"~*?:\\/', "WS-12 "]
)
def test_ten_thousand_characters_give_a_bounded_number_of_codes(part: str) -> None:
    text = (part * 10_000)[:10_000]
    assert len(find_codes(text)) <= MAX_WORDS * MAX_PARTS


@pytest.mark.parametrize("text", ["", " ", "!?", "🎒🎒", "\ud800", '+-&|!(){}[]^"~*?:\\/', "—", "#"])
def test_junk_has_no_codes(text: str) -> None:
    assert find_codes(text) == ()
