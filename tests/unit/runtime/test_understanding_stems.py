"""Forms of Russian words by which an index that stems as Snowball does finds the other forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from snowballstemmer.russian_stemmer import RussianStemmer

from runtime.retrieval.understanding.stems import noun_stems, other_form, other_forms, stem

GENITIVES = [
    ("полотенец", "полотенце"), ("курток", "куртка"), ("кружек", "кружка"), ("палаток", "палатка"),
    ("кресел", "кресло"), ("вёдер", "ведро"), ("серёг", "серьги"), ("велошлемов", "велошлем"),
]  # fmt: skip


@pytest.mark.parametrize(("many", "one"), GENITIVES)
def test_other_form_has_the_stem_that_the_index_has(many: str, one: str) -> None:
    snowball = RussianStemmer().stemWord

    assert snowball(many.replace("ё", "е")) != snowball(one)
    assert snowball(other_form(many)) == snowball(one)


@pytest.mark.parametrize("word", ["куртка", "стульев", "телефон", "свитер", "спальников", "jackets", "m", "", "ё" * 99])
def test_word_that_is_found_as_it_is_has_no_other_form(word: str) -> None:
    assert other_form(word) == ""


def test_only_whole_words_are_formed() -> None:
    assert other_forms("Много полотенец и кружек, iphone") == ("Много полотенц и кружк, iphone",)
    assert other_forms("куртка-курток x2курток") == ()


@pytest.mark.parametrize(("many", "one"), [pair for pair in GENITIVES if pair[0] != "велошлемов"])
def test_stems_of_the_vocabulary_meet_without_it(many: str, one: str) -> None:
    assert stem(many) == stem(one)


@pytest.mark.parametrize("word", ["льна", "льном", "лён", "лен"])
def test_linen_is_one_material(word: str) -> None:
    assert stem(word) == "лен"
    assert noun_stems(stem("льняное")) == ("лен",)


@given(st.text(alphabet="абвгдеёжзийклмнопрстуфхцчшщъыьэюя", max_size=60))
def test_any_letters_will_do(word: str) -> None:
    assert " " not in other_form(word)
