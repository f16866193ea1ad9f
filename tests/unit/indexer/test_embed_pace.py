"""indexer.embed.pace: what each brake does, step by step."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.embed.pace import (
    FAILURE_CUT,
    LONGEST_PAUSE,
    PATIENCE,
    START_CONCURRENCY,
    Latency,
    Pace,
    Stock,
    Ticket,
)
from shared.embedding.quota import Allowance, Answer


def succeed(pace: Pace, *, now: float, seconds: float = 1.0) -> float:
    """Fill the room with requests that start now and are all answered after `seconds`; the time then."""
    tickets = []
    while pace.has_room:
        tickets.append(pace.start(1, now))
    for ticket in tickets:
        pace.succeed(ticket, now + seconds)
    return now + seconds


def fail(pace: Pace, *, now: float, asked: float | None = None) -> Ticket:
    ticket = pace.start(1, now)
    pace.fail(ticket, now, asked=asked)
    return ticket


def test_concurrency_grows_by_one_a_window_that_was_full() -> None:
    pace = Pace(most=8)
    now, seen = 0.0, []
    for _ in range(8):
        now = succeed(pace, now=now)
        seen.append(pace.limit)
    assert seen == [3, 4, 5, 6, 7, 8, 8, 8]


def test_concurrency_nobody_needs_does_not_grow() -> None:
    pace = Pace(most=8)
    for second in range(20):
        pace.succeed(pace.start(1, second), second + 0.5)
    assert pace.limit == START_CONCURRENCY


def test_a_failure_cuts_concurrency_once_for_all_that_were_on_their_way() -> None:
    pace = Pace(most=10, limit=10)
    tickets = [pace.start(1, 0.0) for _ in range(10)]
    for ticket in tickets:
        pace.fail(ticket, 1.0, asked=None)
    assert pace.limit == 10 * FAILURE_CUT


def test_concurrency_never_falls_below_one() -> None:
    pace = Pace(most=8)
    for second in range(50):
        fail(pace, now=second)
    assert pace.limit == 1
    assert pace.has_room


def test_failures_in_a_row_pause_everyone_for_a_growing_and_bounded_time() -> None:
    pace = Pace(most=8)
    waits = []
    for second in range(0, 1000, 100):
        fail(pace, now=second)
        waits.append(pace.wait(1, second))
    assert waits[: PATIENCE - 1] == [0.0] * (PATIENCE - 1)
    assert waits[PATIENCE - 1 :] == [0.5, 1.0, 2.0, *[LONGEST_PAUSE] * (len(waits) - PATIENCE - 2)]


def test_a_success_ends_an_outage() -> None:
    pace = Pace(most=8)
    for second in range(6):
        fail(pace, now=second)
    pace.succeed(pace.start(1, 20.0), 21.0)
    fail(pace, now=22.0)
    assert pace.wait(1, 22.0) == 0.0


def test_what_an_outage_took_comes_back_at_double_speed() -> None:
    pace = Pace(most=16, limit=16)
    for second in range(10):
        fail(pace, now=second)
    now, seen = 100.0, []
    for _ in range(4):
        now = succeed(pace, now=now)
        seen.append(int(pace.limit))
    assert seen[0] >= 2
    assert seen[1] >= 4
    assert seen[2] >= 8


def test_one_failure_alone_comes_back_by_one_a_window() -> None:
    pace = Pace(most=16, limit=10)
    fail(pace, now=0.0)
    succeed(pace, now=1.0)
    assert pace.limit == 10 * FAILURE_CUT + 1


def test_a_refusal_by_the_quota_costs_time_and_no_concurrency() -> None:
    pace = Pace(most=8, limit=8)
    ticket = pace.start(1000, 0.0)
    pace.hear(ticket, Answer(tokens=Allowance(60_000, 200, 59.8)), 0.1)
    pace.fail(ticket, 0.1, asked=0.8)
    assert pace.limit == 8
    assert pace.wait(1000, 0.1) >= 0.8


def test_a_refusal_without_a_quota_costs_both() -> None:
    pace = Pace(most=8, limit=8)
    fail(pace, now=0.0, asked=2.0)
    assert pace.limit == 8 * FAILURE_CUT
    assert pace.wait(1, 0.0) == 2.0


def test_growing_latency_cuts_concurrency_and_chance_does_not() -> None:
    pace = Pace(most=100, limit=10)
    now = 0.0
    for seconds in (1.0, 1.02, 0.97, 1.01, 1.03):
        now = succeed(pace, now=now, seconds=seconds)
    before = pace.limit
    assert before == 15
    succeed(pace, now=now, seconds=3.0)
    assert pace.limit == before * 0.9


def test_a_provider_whose_queue_is_full_gets_no_more_at_once() -> None:
    pace = Pace(most=100)
    now = 0.0
    for _ in range(60):
        # Two at once are served, all others wait for them.
        now = succeed(pace, now=now, seconds=max(1.0, int(pace.limit) / 2))
    assert pace.limit <= 6


def test_a_stock_knows_nothing_until_it_is_told() -> None:
    assert Stock().wait(10**9, 5.0) == 0.0


def test_a_stock_comes_back_evenly_and_no_further_than_whole() -> None:
    stock = Stock()
    stock.read(Allowance(6000, 1000, 50.0), on_the_way=400, now=0.0)
    assert stock.left(0.0) == 600
    assert stock.wait(1000, 0.0) == pytest.approx(4.0)
    assert stock.left(10.0) == 1600
    assert stock.left(1000.0) == 6000


def test_requests_sent_after_the_one_that_was_counted_are_still_to_be_paid() -> None:
    pace = Pace(most=8, limit=8)
    first = pace.start(100, 0.0)
    pace.start(200, 0.0)
    pace.start(300, 0.0)
    pace.hear(first, Answer(tokens=Allowance(1000, 900, 6.0), requests=Allowance(100, 99, 0.6)), 0.0)
    assert pace.tokens.left(0.0) == 400
    assert pace.requests.left(0.0) == 97


def test_older_news_do_not_replace_newer_ones() -> None:
    pace = Pace(most=8, limit=8)
    first, second = pace.start(100, 0.0), pace.start(100, 0.0)
    pace.hear(second, Answer(tokens=Allowance(1000, 800, 12.0)), 1.0)
    pace.hear(first, Answer(tokens=Allowance(1000, 900, 6.0)), 1.0)
    assert pace.tokens.left(1.0) == 800


def test_what_never_arrived_is_given_back() -> None:
    pace = Pace(most=8, limit=8)
    told = pace.start(100, 0.0)
    pace.hear(told, Answer(tokens=Allowance(1000, 900, None)), 0.0)
    pace.succeed(told, 0.0)
    lost = pace.start(500, 0.0)
    assert pace.tokens.left(0.0) == 400
    pace.fail(lost, 0.0, asked=None)
    assert pace.tokens.left(0.0) == 900


@given(st.lists(st.tuples(st.sampled_from(["ok", "fail", "asked", "leave"]), st.floats(0.01, 100.0)), max_size=80))
def test_concurrency_and_waits_stay_within_bounds_whatever_happens(events: list[tuple[str, float]]) -> None:
    pace = Pace(most=8)
    now = 0.0
    for kind, seconds in events:
        ticket = pace.start(1, now)
        now += seconds
        match kind:
            case "ok":
                pace.succeed(ticket, now)
            case "fail":
                pace.fail(ticket, now, asked=None)
            case "asked":
                pace.fail(ticket, now, asked=5.0)
            case _:
                pace.leave(ticket)
        assert 1 <= pace.limit <= 8
        assert pace.has_room
        assert 0.0 <= pace.wait(1, now) <= 5.001


@given(st.lists(st.floats(0.001, 1000.0), min_size=1, max_size=50))
def test_latency_is_smoothed_within_what_was_seen(windows: list[float]) -> None:
    latency = Latency()
    for seconds in windows:
        latency.grew(seconds)
    assert latency.mean is not None
    assert min(windows) * 0.999 <= latency.mean <= max(windows) * 1.001
    assert math.isfinite(latency.spread)
