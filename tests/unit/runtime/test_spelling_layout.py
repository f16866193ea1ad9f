"""Words typed with the keyboard in the other layout."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.spelling.layout import MAX_WORDS, corrected, lookups, switched

CATALOGUE = frozenset(
    {
        "куртка", "ботинки", "юбка", "обувь", "рюкзак", "чёрная", "черная", "бежевый", "гараж", "зонт",
        "jacket", "sheets", "tent", "bag", "usb", "t-shirt",
    }
)  # fmt: skip


def knows(word: str) -> bool:
    return word in CATALOGUE


def knows_nothing(word: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rehnrf", "куртка"),
        ("<jnbyrb", "Ботинки"),
        ("ljnjd 5000", "дотов 5000"),
        ("`;br d nevfyt", "ёжик в тумане"),
        ("{ktn", "Хлет"),
        ("ырууеы", "sheets"),
    ],
)
def test_the_same_keys_in_the_other_layout(typed: str, meant: str) -> None:
    assert switched(typed) == meant
    assert switched(meant) == typed


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("rehnrf lj 5000", "куртка до 5000"),
        ("<jnbyrb", "Ботинки"),
        ("rehnrf, .,rf", "куртка, юбка"),
        ("j,edm", "обувь"),
        ("ufhf;", "гараж"),
        (",t;tdsq h.rpfr,", "бежевый рюкзак,"),
        ("«rehnrf»", "«куртка»"),
        ("rehnrf yt xthyfz", "куртка не черная"),
        ("ырууеы", "sheets"),
        ("ифпб еуте", "bag, tent"),
        ("е-ыршке", "t-shirt"),
        ("RUCKSACK pjyn", "RUCKSACK зонт"),
        ("  rehnrf\u00a0 lj\t5000 ", "  куртка\u00a0 до\t5000 "),
    ],
)
def test_word_the_catalogue_knows_once_switched_is_switched(typed: str, meant: str) -> None:
    assert corrected(typed, knows) == meant


@pytest.mark.parametrize(
    "text",
    [
        "куртка до 5000", "jacket under 50, black", "чёрная юбка.", "не jacket", "не куртка", "usb", "don't stop",
        "iphone 15", "5k", "rehnrf5", "ws-12", "ыheets", ";", ",.", "';';", "🎒", "\ud800", "", " ",
        "+-&|!(){}[]^\"~*?:\\/",
    ],
)  # fmt: skip
def test_right_words_words_with_digits_and_junk_stay(text: str) -> None:
    assert corrected(text, knows) == text


def test_word_the_catalogue_knows_stays_although_the_switched_one_is_known_too() -> None:
    assert corrected("rehnrf", {"rehnrf", "куртка"}.__contains__) == "rehnrf"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("ghbdtn", "привет"), ("gjrf;bnt pbvybt <jnbyrb", "покажите зимние Ботинки"), ("ьщгтефшт", "mountain")],
)
def test_letters_decide_where_the_catalogue_knows_neither(typed: str, meant: str) -> None:
    assert corrected(typed, knows_nothing) == meant


@pytest.mark.parametrize(
    "text",
    [
        "mountain", "backpack", "women", "strength", "shirts", "zipper", "skydive", "jogging",
        "лучшую", "внешнюю", "съёмный", "объектив", "щётка",
    ],
)  # fmt: skip
def test_ordinary_words_are_no_other_layout_by_letters_alone(text: str) -> None:
    assert corrected(text, knows_nothing) == text


def test_function_word_stays_although_the_catalogue_has_its_switched_reading() -> None:
    assert corrected("куртка не чёрная", {"yt", "куртка", "чёрная"}.__contains__) == "куртка не чёрная"


def test_short_words_are_switched_only_beside_a_certain_one() -> None:
    assert corrected("lj 5000", knows) == "lj 5000"
    assert corrected("lj rehnrf", knows) == "до куртка"
    assert corrected("lj jacket", knows) == "lj jacket"


def test_every_word_that_is_asked_about_is_among_the_lookups() -> None:
    text = "rehnrf lj 5000, <jnbyrb е-ыршке куртка-gfkmnj"
    asked: set[str] = set()

    def note(word: str) -> bool:
        asked.add(word)
        return False

    corrected(text, note)
    assert "куртка" in asked
    assert asked <= set(lookups(text))


@given(st.text(alphabet=st.characters(), max_size=100))
def test_any_text_switched_twice_is_itself_and_none_raises(text: str) -> None:
    assert switched(switched(text)) == text
    assert len(corrected(text, knows_nothing)) == len(text)
    assert all(lookups(text))


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz ,.;'[]5-", max_size=60))
def test_spaces_digits_and_known_words_are_never_touched(text: str) -> None:
    fixed = corrected(text, knows_nothing)
    assert len(fixed) == len(text)
    assert [sign for sign in fixed if sign in " 5"] == [sign for sign in text if sign in " 5"]
    assert corrected(text, lambda word: True) == text


@pytest.mark.parametrize("part", ["1 ", "lj ", "(", "a", ",", "a,", "a'", "rehnrf ", "\ud800"])
def test_of_ten_thousand_characters_only_the_first_words_are_looked_at(part: str) -> None:
    text = (part * 10_000)[:10_000]
    assert len(lookups(text)) <= 9 * MAX_WORDS
    assert len(corrected(text, knows)) == len(text)
    assert corrected(text, knows).split()[MAX_WORDS:] == text.split()[MAX_WORDS:]
