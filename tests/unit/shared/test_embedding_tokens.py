import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.tokens import PUBLISHED

from sandbox.openai_server.tokens import count_tokens
from shared.embedding.minilm import load_tokenizer
from shared.embedding.tokens import estimate_tokens

PRODUCTS = (
    "Montana Wind Jacket. Light-as-a-feather wind protection for runners and hikers who want to stay warm on cold, "
    "windy mornings. Fits into its own pocket. Water-resistant ripstop polyester. SKU: MJ03-XS-Black",
    "Joust Duffle Bag. The sporty Joust Duffle Bag can't be beat - not in the gym, not on the luggage carousel, not "
    'anywhere. Dual top handles. Adjustable shoulder strap. Full-length zipper. L 29" x W 13" x H 11".',
    "Sprite Yoga Strap 6 foot. The Sprite Yoga Strap is your untiring partner in demanding stretches, holds and "
    "alignment routines. Durable and portable. 100% soft cotton construction. Price: $14.00",
)


@pytest.mark.parametrize("language", PUBLISHED)
def test_estimate_errs_high_and_not_wildly(language: str) -> None:
    published, text = PUBLISHED[language]
    assert 1.09 * published <= estimate_tokens(text) <= 1.65 * published


@pytest.mark.parametrize("text", PRODUCTS, ids=lambda text: text.split(".")[0])
def test_estimate_of_a_product_is_above_another_real_tokenizer(text: str) -> None:
    pieces = len(load_tokenizer().encode(text).ids) - 2
    assert 1.1 * pieces <= estimate_tokens(text) <= 2 * pieces


@given(st.text(max_size=200))
def test_estimate_is_above_the_scripted_servers_tokenizer(text: str) -> None:
    assert estimate_tokens(text) >= count_tokens(text)


@given(st.text(max_size=100), st.text(max_size=100))
def test_texts_joined_by_a_space_cost_about_what_they_cost_apart(left: str, right: str) -> None:
    together = estimate_tokens(f"{left} {right}")
    assert abs(together - estimate_tokens(left) - estimate_tokens(right)) <= 1


@given(st.text(max_size=200).filter(lambda text: not text.isspace() and text))
def test_anything_but_spaces_costs_something(text: str) -> None:
    assert estimate_tokens(text) > 0


def test_nothing_costs_nothing() -> None:
    assert estimate_tokens("") == estimate_tokens("  \t ") == 0


def test_cyrillic_costs_more_than_latin_of_the_same_length() -> None:
    assert estimate_tokens("непромокаемая") > estimate_tokens("nepromokaemay")


def test_article_numbers_cost_by_groups_of_three_digits() -> None:
    assert estimate_tokens("1234567890") == estimate_tokens("1 2 3 4")


def test_lone_surrogates_are_counted_and_not_a_crash() -> None:
    assert estimate_tokens("\ud800 jacket") > 0
