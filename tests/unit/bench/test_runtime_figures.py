"""bench.runtime: what becomes of heard answers. Nothing here measures anything."""

import math
from array import array

import pytest

from bench.runtime.figures import (
    all_gaps,
    arrived_within,
    gaps,
    longest_gaps,
    share_within,
    slope,
    spoken,
    under_way,
)
from bench.runtime.load import Caller, Crowd
from bench.runtime.told import Told
from bench.runtime.wire import Heard, Order

MS = 1_000_000


def heard(*arrived: int, sent: int = 0) -> Heard:
    found = Heard()
    found.arrived = array("q", [at * MS for at in arrived])
    found.sent = array("q", [sent * MS] * len(arrived))
    return found


def told(at: float, cpu: float) -> Told:
    return Told(at=int(at * 1e9), cpu=cpu, rss=0, tasks=0, fds=0)


def test_gaps_are_between_one_token_and_the_next() -> None:
    assert gaps(heard(10, 15, 35)) == [5.0, 20.0]
    assert gaps(heard(10)) == gaps(heard()) == []
    assert all_gaps([heard(0, 1), heard(5, 7)]) == [1.0, 2.0]


def test_the_longest_gap_is_each_answers_own() -> None:
    assert longest_gaps([heard(0, 1, 9), heard(3), heard(5, 7)]) == [8.0, 2.0]


def test_time_under_way_is_from_the_providers_clock_to_ours() -> None:
    assert under_way([heard(12, 15, sent=10)]) == [2.0, 5.0]


def test_tokens_are_counted_from_a_time_to_just_before_another() -> None:
    assert arrived_within([heard(1, 2, 3), heard(3, 4)], 2 * MS, 4 * MS) == 3


def test_slope_is_that_of_the_nearest_line() -> None:
    assert slope([(0, 1.0), (1, 3.0), (2, 5.0)]) == pytest.approx(2.0)
    assert slope([(0, 1.0), (1, 1.0), (2, 1.0)]) == 0.0


def test_a_delay_that_never_ended_is_within_nothing() -> None:
    assert share_within([0.5, 1.0, 1.1, None], 1.0) == 0.5
    assert math.isnan(share_within([], 1.0))


def test_values_are_spoken_by_their_percentiles() -> None:
    assert spoken([float(value) for value in range(1, 101)]) == "p50 50.00, p95 95.00, p99 99.00 ms"
    assert spoken([]) == "nothing"


def test_cores_are_cpu_seconds_a_second() -> None:
    assert told(12, 7.5).cores(told(10, 6.0)) == 0.75


def test_a_caller_who_heard_nothing_is_an_error_and_has_no_first_token() -> None:
    silent, served = (Caller(Order(number, 10, 0), b"") for number in (1, 2))
    served.reply.status, served.called_at = 200, 3 * MS
    served.reply.heard = heard(5)
    served.order = Order(2, 10, 1)
    served.reply.heard.finished = served.reply.heard.done = True
    crowd = Crowd([silent, served])
    assert crowd.errors == [silent]
    assert crowd.first_tokens == [2.0]
