"""Whatever is typed, understanding it neither raises nor invents anything."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.understanding import ENGLISH, RUSSIAN, ask

from runtime.retrieval.hits import MAX_TEXT
from runtime.retrieval.understanding.tokens import compose, read_tokens
from runtime.retrieval.understanding.understand import MAX_TOKENS, find, understand
from runtime.retrieval.understanding.understood import Conditions
from runtime.retrieval.understanding.words import ASKING, JOINERS, PREPOSITIONS, word_set

PIECES = sorted(
    word_set(
        """
under over between and from to up до от не дороже без кроме no not without except non - , . ! ? $ € ₽ % " “ ” ( 5 10 50
5000 3 two три к тыс руб рублей р dollars jacket jackets bag куртка куртки сумка black white dark blue чёрная белый
тёмно-синий size размер M М 42 leather кожаная из in of для for cheapest самая дешёвая expensive дорого how many сколько
стоит у вас есть do you have in stock нет в наличии straw рукавов oil л kg x top топ пару free max around около или и or
show me the ring
"""
    )
)
SAYS_NOTHING = ASKING | JOINERS | PREPOSITIONS
questions = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)
anything = st.one_of(questions, st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
shops = st.sampled_from([ENGLISH, RUSSIAN])

JUNK = [
    "",
    " ",
    "\n\t",
    "?!.,;",
    "😀🎉",
    "\ud800\udfff",
    "a\ud800b до \ud800",
    "куртка jacket 夹克 جاكيت",
    "²½٣",
    "\x00",
]
LUCENE = ['name:"jacket" AND price:[1 TO 5]', "(((", "a~2^3 && || !", "{*:*}", "\\", "/.*/", '+-&|!(){}[]^"~*?:\\/']
LONG = [
    "1 ",
    "до ",
    "(",
    "a",
    "куртка ",
    "black ",
    "$1 ",
    "no ",
    "не ",
    "a-",
    "not the ",
    "\ud800",
    "до 5 ",
    "1,",
    "1 000 ",
]


@given(anything, shops)
def test_words_are_never_longer_than_the_text(text: str, shop: object) -> None:
    vocabulary = RUSSIAN if shop is RUSSIAN else ENGLISH
    assert len(understand(text, vocabulary, language="en").words) <= len(text)


@given(anything, shops)
def test_dropping_all_conditions_leaves_no_condition(text: str, shop: object) -> None:
    vocabulary = RUSSIAN if shop is RUSSIAN else ENGLISH
    ids = {condition.id for condition in understand(text, vocabulary, language="ru").conditions}
    found = understand(text, vocabulary, language="ru", drop=ids)
    assert (found.conditions, found.filter) == ((), Conditions())
    assert (found.sort, found.limit, found.counting) == ("relevance", None, False)


@given(anything, shops)
def test_nothing_of_a_question_vanishes(text: str, shop: object) -> None:
    vocabulary = RUSSIAN if shop is RUSSIAN else ENGLISH
    tokens = read_tokens(compose(text))
    understood = {i for finding in find(tokens, vocabulary) for i in range(*finding.span)}
    words = {token.key for token in read_tokens(understand(text, vocabulary, language="en").words)}
    assert not {
        token.key
        for i, token in enumerate(tokens)
        if token.kind == "word" and i not in understood and token.key not in SAYS_NOTHING and token.key not in words
    }


@pytest.mark.parametrize("text", ["jackets under $50", "red or white dress", "dress, cheapest", "куртка, не чёрная"])
def test_no_condition_is_found_twice(text: str) -> None:
    assert ask(ask(text).words).conditions == ()


@given(anything)
def test_ids_are_unique_and_fit_into_json(text: str) -> None:
    ids = [condition.id for condition in understand(text, ENGLISH, language="en").conditions]
    assert len(ids) == len(set(ids))
    assert json.loads(json.dumps(ids).encode()) == ids


@pytest.mark.parametrize("text", JUNK + LUCENE, ids=ascii)
def test_junk_asks_for_nothing(text: str) -> None:
    found = ask(text)
    assert found.filter in (Conditions(), Conditions(categories=("Jackets",)))
    assert (found.sort, found.limit, found.counting) == ("relevance", None, False)


@pytest.mark.parametrize("piece", LONG, ids=ascii)
def test_only_the_beginning_of_a_long_text_is_read(piece: str) -> None:
    text = piece * (10_000 // len(piece))
    found = understand(f"{text} jackets under $7", ENGLISH, language="en")
    assert found.filter.price_max != 7
    assert len(found.words) <= MAX_TEXT


def test_work_on_many_words_ends_after_the_first_ones() -> None:
    text = "lamp " * MAX_TOKENS
    assert understand(f"{text}under $7", ENGLISH, language="en").filter == Conditions()
    assert understand(f"under $7 {text}", ENGLISH, language="en").filter == Conditions(price_max=7)


def test_letters_typed_as_two_characters_are_one() -> None:
    assert ask("че\u0308рныи\u0306 рюкзак").filter.attributes == {"color": ("Чёрный",)}


def test_catalogue_that_knows_nothing_still_reads_prices() -> None:
    from_nothing = type(ENGLISH)(categories={}, attributes=(), currency="", products=0)
    assert understand("jacket under 50", from_nothing, language="en").filter == Conditions(price_max=50)


@pytest.mark.parametrize(
    "text", ["O'Cheap jacket", "rock'n'cheap bag", "l'expensive bag", "İcheap", "дорого'дорогой", "пере'дешёвый"]
)
def test_word_of_price_inside_another_word_is_no_order(text: str) -> None:
    assert ask(text).words or ask(text).conditions
