import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.openai_server.errors import problem_of
from sandbox.openai_server.quota import Meter, Quota
from sandbox.openai_server.script import Hang, Lane, Plan, Received, Refuse, Say


def take(lane: Lane) -> Received:
    return lane.take("/v1/chat/completions", {}, b"{}", {})


def test_lane_gives_queued_plans_first_and_then_the_standing_one() -> None:
    lane = Lane(Say())
    lane.always(Hang())
    lane.then(Refuse(500), Refuse(429))
    assert [take(lane).plan for _ in range(4)] == [Refuse(500), Refuse(429), Hang(), Hang()]


def test_reset_forgets_plans_and_requests() -> None:
    lane = Lane(Say())
    lane.always(Hang())
    lane.then(Refuse(500))
    take(lane)
    lane.reset()
    assert lane.requests == ()
    assert lane.queued == 0
    assert take(lane).plan == Say()


def test_every_plan_is_taken_once_by_many_threads() -> None:
    lane = Lane(Say())
    plans: list[Plan] = [Refuse(status) for status in range(400, 500)]
    lane.then(*plans)
    threads = [threading.Thread(target=lambda: [take(lane) for _ in range(25)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(received.plan) for received in lane.requests) == sorted(map(str, plans))


@pytest.mark.parametrize(
    ("refuse", "type_", "code"),
    [
        (Refuse(429), "requests", "rate_limit_exceeded"),
        (Refuse(429, code="insufficient_quota", type="insufficient_quota"), "insufficient_quota", "insufficient_quota"),
        (Refuse(500), "server_error", None),
        (Refuse(418), "invalid_request_error", None),
    ],
)
def test_refusal_defaults_to_what_the_status_usually_carries(refuse: Refuse, type_: str, code: str | None) -> None:
    problem = problem_of(refuse, key="sk-1")
    assert (problem.status, problem.type, problem.code) == (refuse.status, type_, code)


def test_refused_key_is_repeated_as_careless_servers_do() -> None:
    assert "sk-1" in problem_of(Refuse(401), key="sk-1").message


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_quota_refuses_what_is_beyond_it_and_says_how_long() -> None:
    clock = Clock()
    meter = Meter(Quota(requests=60, tokens=600), clock=clock)
    assert meter.count(600).wait is None
    standing = meter.count(10)
    assert standing.wait == pytest.approx(1.0)
    clock.now += 1.0
    assert meter.count(10).wait is None


def test_refused_request_uses_up_nothing() -> None:
    meter = Meter(Quota(requests=60, tokens=100), clock=Clock())
    before = meter.count(90).headers
    assert meter.count(50).headers == before


def test_quota_headers_tell_limit_remainder_and_reset() -> None:
    meter = Meter(Quota(requests=60, tokens=6000), clock=Clock())
    headers = meter.count(100).headers
    assert headers["x-ratelimit-limit-requests"] == "60"
    assert headers["x-ratelimit-remaining-requests"] == "59"
    assert headers["x-ratelimit-reset-requests"] == "1.000s"
    assert headers["x-ratelimit-remaining-tokens"] == "5900"


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(1, 50)), max_size=40))
def test_no_minute_serves_more_than_quota_and_refill(arrivals: list[tuple[float, int]]) -> None:
    clock = Clock()
    meter = Meter(Quota(requests=10, tokens=100), clock=clock)
    served = 0
    began = clock.now
    for pause, tokens in arrivals:
        clock.now += pause
        served += tokens if meter.count(tokens).wait is None else 0
    assert served <= 100 + (clock.now - began) * 100 / 60 + 1e-6
