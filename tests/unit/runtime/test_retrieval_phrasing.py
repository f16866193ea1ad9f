"""Names of the catalogue inside a sentence."""

import pytest

from runtime.retrieval.phrasing import is_russian_plural, mid_sentence, plural_adjective


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Laptop Bags", "laptop bags"), ("T-Shirts", "T-Shirts"), ("LED Lamps", "LED lamps"), ("Men's", "men's"),
        ("Спальные мешки", "спальные мешки"), ("iPhone Cases", "iPhone cases"), ("3D Puzzles", "3D puzzles"), ("", ""),
    ],
)  # fmt: skip
def test_name_is_written_as_behind_other_words(name: str, written: str) -> None:
    assert mid_sentence(name) == written


@pytest.mark.parametrize(
    "name", ["Рюкзаки", "Куртки", "Джинсы", "Спальные мешки", "Беговые кроссовки", "Чашки и кружки", "Зонты"]
)
def test_several_things_are_known_by_their_first_word(name: str) -> None:
    assert is_russian_plural(name)


@pytest.mark.parametrize("name", ["Одежда", "Обувь", "Платья", "Спорт", "Для кухни", "Bags", "Детская одежда", "", "и"])
def test_what_may_be_one_thing_is_left_alone(name: str) -> None:
    assert not is_russian_plural(name)


@pytest.mark.parametrize(
    ("word", "plural"),
    [
        ("Чёрный", "чёрные"), ("Синий", "синие"), ("Голубой", "голубые"), ("Золотой", "золотые"),
        ("Морской", "морские"),
        ("Кожаный", "кожаные"), ("мягкий", "мягкие"), ("большой", "большие"),
    ],
)  # fmt: skip
def test_adjective_stands_before_several_things(word: str, plural: str) -> None:
    assert plural_adjective(word) == plural


@pytest.mark.parametrize("word", ["Хлопок", "Хаки", "Black", "Тёмно-синий", "Чёрная", "", "ый", "Красный и белый"])
def test_word_that_is_no_plain_adjective_has_no_such_form(word: str) -> None:
    assert plural_adjective(word) is None
