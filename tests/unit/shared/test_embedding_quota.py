"""shared.embedding.quota: durations and headers as OpenAI, Azure and careless servers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.embedding.quota import Allowance, Answer, parse_duration, read_answer


def headers(**values: str) -> dict[str, str]:
    return {f"x-ratelimit-{name.replace('_', '-')}": value for name, value in values.items()}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("6m0s", 360.0),
        ("12ms", 0.012),
        ("1.5s", 1.5),
        ("7m12s", 432.0),
        ("1h30m", 5400.0),
        ("8.64s", 8.64),
        ("1d2h", 93_600.0),
        ("33.011382ms", 0.033011382),
        ("250µs", 0.00025),
        ("0", 0.0),
        ("17", 17.0),
        ("", None),
        ("soon", None),
        ("6m or so", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_duration_is_read_as_it_is_written(text: str, seconds: float | None) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@given(st.text(max_size=30))
def test_no_duration_is_a_crash_or_below_zero(text: str) -> None:
    assert (parse_duration(text) or 0.0) >= 0.0


def test_both_quotas_are_read() -> None:
    answer = read_answer(
        headers(
            limit_requests="3000",
            remaining_requests="2999",
            reset_requests="20ms",
            limit_tokens="1000000",
            remaining_tokens="999000",
            reset_tokens="60ms",
        ),
        counted=1000,
    )
    assert answer == Answer(1000, Allowance(3000, 2999, 0.02), Allowance(1_000_000, 999_000, 0.06))


def test_an_answer_without_headers_says_nothing() -> None:
    assert read_answer({}) == Answer()


@pytest.mark.parametrize(
    ("limit", "remaining"), [("-1", "-1"), ("0", "0"), ("many", "3"), ("", ""), ("inf", "1"), ("100", "-1")]
)
def test_what_is_no_quota_is_none(limit: str, remaining: str) -> None:
    assert read_answer(headers(limit_tokens=limit, remaining_tokens=remaining, reset_tokens="0")).tokens is None


def test_more_left_than_the_limit_is_the_limit() -> None:
    assert read_answer(headers(limit_tokens="10", remaining_tokens="20")).tokens == Allowance(10, 10)


def test_rate_follows_the_time_to_be_whole_again_whatever_the_window() -> None:
    assert Allowance(200, 150, 50 * 432.0).rate == pytest.approx(1 / 432)
    assert Allowance(60_000, 30_000, 30.0).rate == 1000.0


@pytest.mark.parametrize("reset", [None, 0.0])
def test_without_that_time_the_limit_is_meant_a_minute(reset: float | None) -> None:
    assert Allowance(600, 300, reset).rate == 10.0
