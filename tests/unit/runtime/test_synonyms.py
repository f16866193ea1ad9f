"""Other wordings of a question: by stem, the longest phrase first, and never more than a query can take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.retrieval.synonyms import LONGEST, MAX_TOKENS, MAX_WORDINGS, NO_SYNONYMS, build_synonyms, expansions
from shared.synonyms import Rule, parse_rules

RULES = """
кроссовки, кеды
ёлка, ель
tv, telly, television
hot dog, frankfurter
dog, puppy
wi-fi, wireless
shirt, blouse
л, литров
c++, cpp
ps5 => playstation 5
jacket => coat
coat => overcoat
"""
PIECES = RULES.replace(",", " ").split()
SHOP = build_synonyms(parse_rules(RULES.splitlines()).rules)

questions = st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join)
texts = st.one_of(
    questions,
    st.lists(st.sampled_from([*PIECES, "-", ",", "+", "5", "😀", "\ud800"]), max_size=12).map(" ".join),
    st.lists(st.sampled_from([*PIECES, "-", ",", "+", "5"]), max_size=8).map("".join),
    st.text(max_size=40),
)
phrases = st.lists(st.sampled_from([*PIECES, "red hot", "a b c"]), min_size=1, max_size=12).map(tuple)
rules = st.lists(st.builds(Rule, phrases, phrases), max_size=6)


def both_ways(*phrases: str) -> Rule:
    return Rule(phrases, phrases)


@pytest.mark.parametrize(
    ("text", "wordings"),
    [
        pytest.param("чёрных кроссовок 42", ("чёрных кеды 42",), id="another case of the word"),
        pytest.param("КРОССОВКИ", ("кеды",), id="capitals"),
        pytest.param("елка живая", ("ель живая",), id="е for ё"),
        pytest.param("е\u0308лка", ("ель",), id="ё as two characters"),
        pytest.param("big tv stand", ("big telly stand", "big television stand"), id="each of the others"),
        pytest.param("hot dogs bun", ("frankfurter bun",), id="the longest phrase hides the shorter one"),
        pytest.param("hot puppy", ("hot dog",), id="and what it puts in is not read again"),
        pytest.param("wi fi router", ("wireless router",), id="no hyphen"),
        pytest.param("wi-fi router", ("wireless router",), id="hyphen"),
        pytest.param("wireless mouse", ("wi-fi mouse",), id="hyphen put in"),
        pytest.param("red T-shirt", (), id="not behind a hyphen"),
        pytest.param("shirt-dress", (), id="not before a hyphen"),
        pytest.param("shirt - red", ("blouse - red",), id="a dash is no hyphen"),
        pytest.param("бак 5л", ("бак 5 литров",), id="a unit at its number"),
        pytest.param("vitamin c", (), id="a letter without the marks of its phrase"),
        pytest.param("C++ book", ("cpp book",), id="marks belong to their phrase"),
        pytest.param("ps5", ("playstation 5",), id="one way"),
        pytest.param("playstation 5", (), id="and not the other"),
        pytest.param("jacket", ("coat",), id="no rule upon a rule"),
        pytest.param("sofa", (), id="unknown"),
        pytest.param("", (), id="empty"),
    ],
)
def test_a_question_has_these_other_wordings(text: str, wordings: tuple[str, ...]) -> None:
    assert expansions(text, SHOP) == wordings


def test_longest_phrase_comes_first_then_place_and_each_phrase_has_its_turn() -> None:
    assert expansions("tv dog hot dog", SHOP) == (
        "tv dog frankfurter",
        "telly dog hot dog",
        "tv puppy hot dog",
        "television dog hot dog",
    )


def test_phrase_is_no_synonym_of_its_own_other_forms() -> None:
    synonyms = build_synonyms([both_ways("кед", "кеды", "сникеры")])
    assert expansions("кедами", synonyms) == ("сникеры",)


def test_first_rules_win_where_a_phrase_has_too_many_synonyms() -> None:
    operators = both_ways("x", *(f"mine{n}" for n in range(5)))
    magentos = both_ways("x", *(f"theirs{n}" for n in range(20)))
    found = expansions("x", build_synonyms([operators, magentos]))
    assert found == ("mine0", "mine1", "mine2", "mine3", "mine4", "theirs0", "theirs1", "theirs2")
    assert len(found) == MAX_WORDINGS


def test_no_rules_mean_no_wordings() -> None:
    assert build_synonyms([]) == NO_SYNONYMS
    assert expansions("tv", NO_SYNONYMS) == ()


def test_phrase_of_too_many_marks_is_left_out() -> None:
    assert build_synonyms([both_ways("a." * LONGEST, "b")]) == NO_SYNONYMS


def test_only_the_first_words_of_a_question_are_looked_at() -> None:
    text = "lamp " * (MAX_TOKENS - 1)
    assert len(expansions(f"{text}dog", SHOP)) == 1
    assert expansions(f"lamp {text}dog", SHOP) == ()


@pytest.mark.parametrize("piece", ["1 ", "до ", "(", "a", "dog ", "dog-", "hot ", "\ud800", "wi-", "tv,"], ids=ascii)
def test_ten_thousand_characters_of_anything_have_few_wordings(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    assert len(expansions(text, SHOP)) <= MAX_WORDINGS


@pytest.mark.parametrize(
    "text", ["?!.,;", "😀🎉", "\ud800\udfff", "夹克 جاكيت", "\x00", 'name:"x" AND (', "\\", "-", "- -"], ids=ascii
)
def test_junk_has_no_other_wording(text: str) -> None:
    assert expansions(text, SHOP) == ()


@given(texts, rules)
def test_wordings_are_few_different_and_never_the_text_itself(text: str, own: list[Rule]) -> None:
    found = expansions(text, build_synonyms(own))
    assert len(found) == len(set(found)) <= MAX_WORDINGS
    assert text not in found


@given(questions)
def test_case_of_a_question_changes_none_of_its_synonyms(text: str) -> None:
    assert [wording.lower() for wording in expansions(text.upper(), SHOP)] == list(expansions(text, SHOP))


@given(rules)
def test_index_finds_every_phrase_within_its_bounds(own: list[Rule]) -> None:
    synonyms = build_synonyms(own)
    assert all(len(stems) <= synonyms.longest[stems[0]] <= LONGEST for stems in synonyms.phrases)
    assert all(0 < len(meant) <= MAX_WORDINGS for meant in synonyms.phrases.values())
