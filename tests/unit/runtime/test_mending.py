"""Questions put right by what the catalogue knows."""

from dataclasses import replace

import pytest
from support.understanding import ENGLISH

from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.mending import looking_up, mend, mended_condition, misspelt
from runtime.retrieval.spelling.layout import doubts
from runtime.retrieval.understanding.catalogue import Vocabulary
from shared.hybrid.filters import ProductFilter


def found(*known: str, **typos: str) -> Candidates:
    return Candidates(legs={"bm25": ()}, matching=0, known=frozenset(known), typos=typos)


def heard(*known: str, **names: str) -> Candidates:
    return Candidates(legs={"bm25": ()}, matching=0, known=frozenset(known), heard=names)


def looking(text: str, words: str, *, russian: bool) -> Question:
    vocabulary = Vocabulary({"Кроссовки": 7}, attributes=(), currency="RUB", products=7)
    question = Question(words, vector=None, filter=ProductFilter(), depth=10)
    return looking_up(question, text, vocabulary=vocabulary, russian=russian)


def test_a_question_that_is_right_is_left_alone() -> None:
    assert mend("Warm jacket, size M!", found("warm", "jacket", "size"), russian=False) == "Warm jacket, size M!"
    assert doubts("warm jacket for hiking") == ()


def test_words_of_the_other_layout_are_put_right_with_their_neighbours() -> None:
    assert "куртка" in doubts("rehnrf lj 5000")
    assert mend("rehnrf lj 5000", found("куртка"), russian=False) == "куртка до 5000"
    assert mend("офслуе", found("jacket"), russian=False) == "jacket"


def test_a_word_the_catalogue_has_stays_whatever_its_letters() -> None:
    assert mend("rehnrf", found("rehnrf"), russian=False) == "rehnrf"


def test_russian_in_latin_letters_is_put_right_by_what_the_catalogue_has() -> None:
    assert mend("kurtka zimnyaya", found("куртка", "зимняя"), russian=True) == "куртка зимняя"
    assert mend("Kurtka Nike", found("куртка", "nike"), russian=True) == "куртка Nike"
    assert mend("kurtka", found("kurtka", "куртка"), russian=True) == "kurtka"
    assert mend("kurtka", found("куртка"), russian=False) == "kurtka"


@pytest.mark.parametrize("form", ["велошлема", "велошлемов", "велошлемами"])
def test_a_form_that_has_a_stem_of_its_own_is_no_slip(form: str) -> None:
    assert mend(f"два {form}", found(**{form: "велошлем"}), russian=True) == f"два {form}"
    assert mend("вилошлем", found(вилошлем="велошлем"), russian=True) == "велошлем"


def test_words_beside_a_word_in_latin_letters_are_put_right_as_well() -> None:
    assert mend("kurtka do 5000 rubley", found("куртка"), russian=True) == "куртка до 5000 рублей"
    assert mend("zhilet bez kapyushona", found("жилет"), russian=True) == "жилет без капюшона"
    assert mend("kurtka Gore-Tex, WH-1000", found("куртка", "gore", "tex"), russian=True) == "куртка Gore-Tex, WH-1000"


def test_of_several_forms_the_one_that_the_catalogue_writes_is_told() -> None:
    several = replace(found("летниая", "летняя"), verbatim=frozenset({"летняя"}))
    assert mend("letnyaya", several, russian=True) == "летняя"


def test_latin_words_of_which_the_catalogue_has_none_stay() -> None:
    assert mend("do 5000 rubley", found(), russian=True) == "do 5000 rubley"


def test_foreign_name_is_put_right_unless_the_catalogue_has_it_as_typed() -> None:
    assert mend("Кроссовки найк", heard("кроссовки", найк="Nike"), russian=True) == "Кроссовки Nike"
    assert mend("найк", heard("найк", найк="Nike"), russian=True) == "найк"
    assert mend("Люмен jacket", heard(люмен="Lumen"), russian=False) == "Lumen jacket"


def test_what_is_looked_up_leaves_out_what_the_catalogue_is_known_to_have_and_words_of_grammar() -> None:
    asked = looking("найди лёгкие кроссовки найк до 5000", "лёгкие кроссовки найк", russian=True)
    assert (asked.heard, "найк" in asked.doubts) == (("найк",), True)
    assert {"kurtka", "куртка"} <= set(looking("kurtka do 5000", "kurtka", russian=True).doubts)
    assert looking("warm jacket", "warm jacket", russian=False).doubts == ()


@pytest.mark.parametrize("text", ["kurtka " * 1000, "найк " * 1000, "a" * 10_000, "".join(map(chr, range(1040, 1104)))])
@pytest.mark.parametrize("russian", [True, False])
def test_few_words_are_looked_up_whatever_is_typed(text: str, russian: bool) -> None:
    different = " ".join(f"{word}{chr(1072 + number % 32)}" for number, word in enumerate(text.split()))
    asked = looking(different, different, russian=russian)
    assert len(asked.heard) <= 3
    assert len(asked.doubts) <= 32 + 3 + 6 * 7


def test_a_slip_is_put_right_and_another_form_is_none() -> None:
    assert mend("Wool jaket", found("wool", jaket="jacket"), russian=False) == "Wool jacket"
    assert mend("3 подарка", found(подарка="подарок"), russian=False) == "3 подарка"


def test_what_one_asks_with_and_what_is_short_or_a_number_is_not_looked_at() -> None:
    assert misspelt("please show xl 5000 wh1000 Куртёк without hood") == ("куртек", "hood")


def test_an_english_word_that_the_catalogue_lacks_is_left_alone_where_meaning_is_looked_for() -> None:
    slips = found(short="sport", pants="parts", jaket="jacket", sumer="summer", cannon="marlow")
    assert mend("short pants, jaket", slips, russian=False, meant_in=ENGLISH) == "short pants, jacket"
    assert mend("short pants, jaket", slips, russian=False) == "sport parts, jacket"
    # A brand of the shop is meant whatever else a word may be.
    assert mend("cannon jacket", slips, russian=False, meant_in=ENGLISH) == "marlow jacket"


@pytest.mark.parametrize("text", ["", "  ", "!!!", "\ud800", "a" * 10_000, "😀 \x00 {}[]"])
def test_junk_is_left_as_it_is(text: str) -> None:
    assert mend(text, found(), russian=False) == text


def test_what_was_put_right_is_told_and_can_be_taken_back() -> None:
    told = mended_condition("куртка", language="ru")
    assert (told.id, told.kind, told.value, told.text) == ("spelling", "spelling", "куртка", "искали «куртка»")
