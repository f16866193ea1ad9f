"""The circuit breaker, by a clock that the test moves."""

from itertools import product

import pytest
from support.runtime import Clock

from runtime.breaker import LONGEST_SECONDS, Breaker, BreakerRules, Ticket


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(clock=clock)


def admitted(breaker: Breaker) -> Ticket:
    ticket = breaker.admit()
    assert ticket is not None
    return ticket


def fail(breaker: Breaker, times: int) -> None:
    for _ in range(times):
        breaker.failed(admitted(breaker))


def test_opens_after_five_failures_in_a_row(breaker: Breaker) -> None:
    fail(breaker, 4)
    assert breaker.lets_through
    fail(breaker, 1)
    assert not breaker.lets_through
    assert breaker.admit() is None


def test_good_answer_in_between_begins_the_count_anew(breaker: Breaker) -> None:
    for _ in range(3):
        fail(breaker, 4)
        breaker.answered(admitted(breaker))
    assert breaker.lets_through


def test_first_word_alone_does_not_begin_the_count_anew(breaker: Breaker) -> None:
    for _ in range(5):
        ticket = admitted(breaker)
        breaker.spoke(ticket)
        breaker.failed(ticket)
    assert not breaker.lets_through


def test_one_probe_in_ten_seconds_is_let_through_and_the_others_are_not(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    for _ in range(3):
        clock.now += 9.9
        assert breaker.admit() is None
        clock.now += 0.1
        assert breaker.admit() is not None
        assert breaker.admit() is None


@pytest.mark.parametrize("verdict", [Breaker.spoke, Breaker.answered])
def test_probe_that_goes_well_closes_it(breaker: Breaker, clock: Clock, verdict: object) -> None:
    fail(breaker, 5)
    clock.now += 10
    assert callable(verdict)
    verdict(breaker, admitted(breaker))
    assert breaker.admit() is not None
    assert breaker.admit() is not None


def test_probe_that_fails_leaves_it_open_until_the_next(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now += 10
    fail(breaker, 1)
    assert not breaker.lets_through
    clock.now += 10
    assert breaker.lets_through


def test_one_failure_opens_it_again_after_a_probe_that_only_began_well(breaker: Breaker, clock: Clock) -> None:
    fail(breaker, 5)
    clock.now += 10
    probe = admitted(breaker)
    breaker.spoke(probe)
    breaker.failed(probe)
    assert not breaker.lets_through


def test_refusal_opens_it_at_once_and_longer(breaker: Breaker, clock: Clock) -> None:
    breaker.refused()
    clock.now += 29.9
    assert not breaker.lets_through
    clock.now += 0.1
    assert breaker.admit() is not None


@pytest.mark.parametrize(("asked", "kept"), [(7, 7), (0.5, 0.5), (3600, LONGEST_SECONDS)])
def test_asked_wait_is_kept_within_bounds(breaker: Breaker, clock: Clock, asked: float, kept: float) -> None:
    breaker.failed(admitted(breaker), retry_after=asked)
    clock.now += kept - 0.01
    assert not breaker.lets_through
    clock.now += 0.01
    assert breaker.lets_through


def test_asked_wait_of_nothing_still_counts_as_a_failure(breaker: Breaker) -> None:
    for _ in range(5):
        breaker.failed(admitted(breaker), retry_after=0)
    assert not breaker.lets_through


def test_it_says_how_long_it_is_to_the_next_probe(breaker: Breaker, clock: Clock) -> None:
    assert (breaker.is_open, breaker.seconds_to_probe) == (False, 0.0)
    fail(breaker, 5)
    clock.now += 4
    assert (breaker.is_open, breaker.seconds_to_probe) == (True, 6.0)
    clock.now += 7
    assert (breaker.is_open, breaker.seconds_to_probe) == (True, 0.0)


def test_what_was_asked_before_it_opened_neither_closes_nor_prolongs_it(breaker: Breaker, clock: Clock) -> None:
    old = admitted(breaker)
    breaker.refused()
    breaker.spoke(old)
    breaker.answered(old)
    clock.now += 20
    breaker.failed(old)
    assert not breaker.lets_through
    clock.now += 10
    assert breaker.lets_through


def test_shorter_wait_never_cuts_a_longer_one(breaker: Breaker, clock: Clock) -> None:
    old = admitted(breaker)
    breaker.refused()
    breaker.failed(old, retry_after=1)
    clock.now += 29
    assert not breaker.lets_through


class Lived:
    """A breaker that things happen to. ticket: of the last call let through."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.breaker = Breaker(clock=self.clock, rules=BreakerRules(failures=2))
        self.ticket = admitted(self.breaker)
        self.probed_at = -100.0

    def ask(self) -> None:
        open_before = not self.breaker.lets_through
        ticket = self.breaker.admit()
        assert (ticket is None) == open_before
        if ticket is not None:
            self.ticket = ticket
        if ticket is not None and not self.breaker.lets_through:
            assert self.clock.now - self.probed_at >= 10
            self.probed_at = self.clock.now

    def speak(self) -> None:
        self.breaker.spoke(self.ticket)
        self._closed()

    def answer(self) -> None:
        self.breaker.answered(self.ticket)
        self._closed()

    def fail(self) -> None:
        self.breaker.failed(self.ticket)

    def ask_to_wait(self) -> None:
        self.breaker.failed(self.ticket, retry_after=12)
        assert not self.breaker.lets_through

    def refuse(self) -> None:
        self.breaker.refused()
        assert not self.breaker.lets_through

    def later(self) -> None:
        self.clock.now += 5

    def _closed(self) -> None:
        if self.breaker.lets_through:
            self.probed_at = -100.0


EVENTS = (Lived.ask, Lived.speak, Lived.answer, Lived.fail, Lived.ask_to_wait, Lived.refuse, Lived.later)


def test_in_any_order_of_events_probes_keep_their_distance_and_the_provider_is_found_again() -> None:
    for order in product(EVENTS, repeat=6):
        lived = Lived()
        for event in order:
            event(lived)
        lived.clock.now += LONGEST_SECONDS
        assert lived.breaker.lets_through, order
