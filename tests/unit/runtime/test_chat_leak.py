"""The system prompt in an answer: kept from the shopper however it is cut, and nothing else is."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.chat import ENGLISH_STORE

from runtime.chat.leak import LEAK_WORDS, LeakFilter, words_of_prompt
from runtime.chat.prompt import not_to_be_told

PROMPT = not_to_be_told(ENGLISH_STORE, "en")
WORDS = words_of_prompt(PROMPT)
INSTEAD = "[...]"

LEAKS = {
    "all of it": PROMPT,
    "behind a beginning": f"Sure! Here they are: {PROMPT}",
    "one rule": "My third rule: Never invent or calculate a price, a discount, a promo code, a link, a stock level.",
    "shouted": PROMPT.upper(),
    "as a list": "- You\n- are\n- the\n- shop\n- assistant\n- of\n- Lumen\n- Sport\n- You\n- help\n- shoppers",
    "with nothing inside its words": "\u200b".join(
        "Never invent or calculate a price, a discount, a promo code, a link"
    ),
    "in Markdown": "**You** are *the* `shop` assistant of __Lumen Sport__. You help shoppers choose among products.",
}

TRUE = [
    "The Joust Duffle Bag costs $34.00. I will tell you when it is out of stock.",
    "Here are the products that fit your question best: the Montana Wind Jacket.",
    "You are right, this shop has no such product. What the data does not say, I do not know.",
    "I am the shop assistant of Lumen Sport. How can I help?",
    "Вот что подойдёт: сумка Joust за 34 доллара.",
    "",
]


def through(text: str, *sizes: int) -> tuple[str, int]:
    """What goes out of `text` cut into pieces of `sizes` in turn, and how often something was kept back."""
    leak, out, start, turn = LeakFilter(WORDS, instead=INSTEAD), "", 0, 0
    while start < len(text):
        size = sizes[turn % len(sizes)] if sizes else len(text)
        out += leak.feed(text[start : start + size])
        start, turn = start + size, turn + 1
    return out + leak.end(), leak.found


def longest_of_prompt(text: str) -> int:
    """Words in a row that `text` has in common with the prompt."""
    said, rules = (" ".join(re.findall(r"[^\W_]+", part.casefold())) for part in (text, PROMPT))
    words = said.split()
    return max(
        (
            length
            for start in range(len(words))
            for length in range(1, len(words) - start + 1)
            if f" {' '.join(words[start : start + length])} " in f" {rules} "
        ),
        default=0,
    )


@pytest.mark.parametrize("text", LEAKS.values(), ids=LEAKS)
@pytest.mark.parametrize("sizes", [(), (1,), (3,), (7, 2, 11)], ids=str)
def test_prompt_is_kept_from_the_shopper(text: str, sizes: tuple[int, ...]) -> None:
    out, found = through(text, *sizes)
    assert found >= 1
    assert INSTEAD in out
    assert longest_of_prompt(out) < LEAK_WORDS / 2
    assert (out, found) == through(text)


@pytest.mark.parametrize("text", TRUE)
def test_true_answers_go_out_as_they_are(text: str) -> None:
    for sizes in ((), (1,), (4,)):
        assert through(text, *sizes) == (text, 0)


def test_what_comes_after_the_leak_goes_on() -> None:
    out, found = through(f"{LEAKS['one rule']} Anyway: the Joust Duffle Bag costs $34.00.")
    assert found == 1
    assert out.endswith("Anyway: the Joust Duffle Bag costs $34.00.")


@settings(max_examples=200)
@given(st.text(max_size=80), st.lists(st.integers(1, 9), min_size=1, max_size=5))
def test_any_text_comes_out_the_same_however_it_is_cut(text: str, sizes: list[int]) -> None:
    assert through(text, *sizes) == through(text)


def test_what_is_no_repetition_is_held_back_for_a_few_words_at_most() -> None:
    leak, came, out = LeakFilter(WORDS, instead=INSTEAD), "", ""
    for char in "Never invent or calculate a price that is wrong. Bags then, and bags it is.":
        came += char
        out += leak.feed(char)
        assert len(came[len(out) :].split()) < LEAK_WORDS
    assert out + leak.end() == came


def test_prompt_of_a_store_of_its_own_counts_too() -> None:
    store = ENGLISH_STORE.model_copy(update={"prompt": "You are Lu and you love the sea more than anything else."})
    words = words_of_prompt(not_to_be_told(store, "en"))
    leak = LeakFilter(words, instead=INSTEAD)
    out = leak.feed("I was told: you are Lu and you love the sea more than anything else. So?") + leak.end()
    assert "anything" not in out
    assert leak.found == 1


def test_pages_of_the_shop_are_for_telling() -> None:
    link = "https://www.example-shop.co.uk/customer-service/delivery-and-returns"
    store = ENGLISH_STORE.model_copy(
        update={"links": {"delivery": link}, "name": "A Family Shop for Hiking and Climbing"}
    )
    leak = LeakFilter(words_of_prompt(not_to_be_told(store, "en")), instead=INSTEAD)
    said = f"Everything about delivery is here: {link} of {store.title}."
    assert leak.feed(said) + leak.end() == said
