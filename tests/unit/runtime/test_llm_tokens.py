"""The token estimate errs on the high side and never on the low."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.llm.tokens import estimate_tokens


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2), ("я", 1), ("ято", 2)])
def test_estimate(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens


@given(st.text(), st.text())
def test_estimate_of_a_whole_is_not_above_the_sum_of_its_parts(one: str, two: str) -> None:
    assert estimate_tokens(one + two) <= estimate_tokens(one) + estimate_tokens(two)


@given(st.text(min_size=1))
def test_some_text_is_some_tokens(text: str) -> None:
    assert 1 <= estimate_tokens(text) <= len(text)
