import asyncio
from collections.abc import Awaitable, Callable
from email.utils import formatdate
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Terminal, Transient
from shared.retry import Backoff, Patience, asked_wait, retry, wait_seconds

unit = st.integers(0, 2**53 - 1).map(lambda number: number / 2**53)
"""What `random.random` gives."""
backoffs = st.builds(Backoff, attempts=st.integers(1, 8), base=st.floats(0.01, 5), cap=st.floats(0.01, 60))


class Sleeper:
    """Sleeps in no time and remembers for how long."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


class Flaky:
    """Raises its failures in turn, then returns "done"; counts calls."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self._failures:
            raise self._failures.pop(0)
        return "done"


def busy(*, retry_after: float | None = None) -> Transient:
    return Transient("busy", retry_after=retry_after)


async def test_first_success_needs_no_wait() -> None:
    sleep = Sleeper()
    assert await retry(Flaky(), Backoff(), sleep=sleep) == "done"
    assert sleep.waits == []


async def test_waits_grow_exponentially_up_to_the_cap() -> None:
    sleep = Sleeper()
    flaky = Flaky(*[busy()] * 5)
    result = await retry(flaky, Backoff(attempts=6, base=1.0, cap=5.0), sleep=sleep, jitter=lambda: 0.5)
    assert result == "done"
    assert sleep.waits == [0.5, 1.0, 2.0, 2.5, 2.5]


async def test_attempts_count_the_first_call() -> None:
    sleep = Sleeper()
    flaky = Flaky(*[busy()] * 10)
    with pytest.raises(Transient, match="busy"):
        await retry(flaky, Backoff(attempts=3), sleep=sleep)
    assert flaky.calls == 3
    assert len(sleep.waits) == 2


async def test_last_failure_is_the_one_raised() -> None:
    with pytest.raises(Transient, match="second"):
        await retry(Flaky(Transient("first"), Transient("second")), Backoff(attempts=2), sleep=Sleeper())


@pytest.mark.parametrize("failure", [Terminal("no"), ValueError("bug")], ids=["terminal", "bug"])
async def test_failure_that_cannot_pass_is_raised_at_once(failure: Exception) -> None:
    flaky = Flaky(failure)
    with pytest.raises(type(failure)):
        await retry(flaky, Backoff(), sleep=Sleeper())
    assert flaky.calls == 1


async def test_terminal_after_transient_ends_the_loop() -> None:
    flaky = Flaky(busy(), Terminal("no"), busy())
    with pytest.raises(Terminal):
        await retry(flaky, Backoff(), sleep=Sleeper())
    assert flaky.calls == 2


async def test_asked_wait_is_a_lower_bound() -> None:
    sleep = Sleeper()
    flaky = Flaky(busy(retry_after=7), busy(retry_after=0.1), busy())
    await retry(flaky, Backoff(base=1.0), sleep=sleep, jitter=lambda: 0.9)
    assert sleep.waits == [7, 1.8, 3.6]


async def test_asked_wait_beyond_the_longest_ends_the_loop_without_waiting() -> None:
    sleep = Sleeper()
    flaky = Flaky(busy(retry_after=121), busy())
    with pytest.raises(Transient):
        await retry(flaky, Backoff(longest_wait=120), sleep=sleep)
    assert flaky.calls == 1
    assert sleep.waits == []


async def test_longest_asked_wait_is_still_honoured() -> None:
    sleep = Sleeper()
    await retry(Flaky(busy(retry_after=120)), Backoff(longest_wait=120), sleep=sleep)
    assert sleep.waits == [120]


async def test_cancellation_while_waiting_ends_the_loop() -> None:
    async def cancelled(_seconds: float) -> None:
        raise asyncio.CancelledError

    flaky = Flaky(busy(), busy())
    with pytest.raises(asyncio.CancelledError):
        await retry(flaky, Backoff(), sleep=cancelled)
    assert flaky.calls == 1


def as_lambda(flaky: Flaky) -> Callable[[], Awaitable[str]]:
    return lambda: flaky()


def as_partial(flaky: Flaky) -> Callable[[], Awaitable[str]]:
    return partial(flaky)


def as_method(flaky: Flaky) -> Callable[[], Awaitable[str]]:
    return flaky.__call__


def as_task(flaky: Flaky) -> Callable[[], Awaitable[str]]:
    return lambda: asyncio.ensure_future(flaky())


@pytest.mark.parametrize("form", [as_lambda, as_partial, as_method, as_task])
async def test_operation_may_be_any_callable_that_gives_an_awaitable(
    form: Callable[[Flaky], Callable[[], Awaitable[str]]],
) -> None:
    flaky = Flaky(busy(), busy())
    assert await retry(form(flaky), Backoff(), sleep=Sleeper()) == "done"
    assert flaky.calls == 3


async def test_loops_at_once_do_not_share_their_count() -> None:
    flaky = [Flaky(*[busy()] * 2) for _ in range(5)]
    done = await asyncio.gather(*(retry(one, Backoff(attempts=3), sleep=Sleeper()) for one in flaky))
    assert done == ["done"] * 5


@given(st.integers(1, 5000), backoffs, unit)
def test_wait_stays_inside_its_window(attempt: int, backoff: Backoff, jitter: float) -> None:
    wait = wait_seconds(attempt, backoff=backoff, asked=None, jitter=jitter)
    assert 0 <= wait <= backoff.cap
    assert wait <= jitter * backoff.base * 2.0 ** min(attempt - 1, 100)


@given(st.integers(1, 100), backoffs, unit, st.floats(0, 1000))
def test_asked_wait_is_never_cut_short(attempt: int, backoff: Backoff, jitter: float, asked: float) -> None:
    alone = wait_seconds(attempt, backoff=backoff, asked=None, jitter=jitter)
    assert wait_seconds(attempt, backoff=backoff, asked=asked, jitter=jitter) == max(alone, asked)


@given(backoffs, unit)
def test_window_never_shrinks(backoff: Backoff, jitter: float) -> None:
    waits = [wait_seconds(attempt, backoff=backoff, asked=None, jitter=jitter) for attempt in range(1, 80)]
    assert waits == sorted(waits)


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "5"}, 5.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "1"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "1"}, 1.0),
        ({"retry-after": formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"retry-after": formatdate(NOW - 90, usegmt=True)}, 0.0),
        ({"retry-after-ms": "x", "retry-after": formatdate(NOW + 9, usegmt=True)}, 9.0),
    ],
    ids=str,
)
def test_asked_wait_is_read_in_every_form(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, now=lambda: NOW) == (None if seconds is None else pytest.approx(seconds))


@given(st.dictionaries(st.sampled_from(["retry-after", "retry-after-ms"]), st.text(max_size=30)))
def test_no_header_breaks_the_reading(headers: dict[str, str]) -> None:
    found = asked_wait(headers, now=lambda: NOW)
    assert found is None or found >= 0


class Hours:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_patience_ends_the_loop_before_the_attempts_do() -> None:
    clock = Hours()
    flaky = Flaky(*[busy()] * 100)

    async def sleep(seconds: float) -> None:
        clock.now += 10.0

    with pytest.raises(Transient):
        await retry(flaky, Backoff(attempts=100), patience=Patience(60.0, now=clock), sleep=sleep)
    # At 0, 10, … 60 seconds.
    assert flaky.calls == 7


async def test_patience_is_shared_and_renewed_by_anyones_success() -> None:
    clock = Hours()
    patience = Patience(60.0, now=clock)
    patience.fail()
    clock.now = 50.0
    await retry(Flaky(), Backoff(), patience=patience)
    clock.now = 100.0
    assert not patience.spent
    patience.fail()
    clock.now = 160.0
    assert patience.spent


def test_time_in_which_nobody_failed_does_not_count() -> None:
    clock = Hours()
    patience = Patience(60.0, now=clock)
    clock.now = 1000.0
    patience.fail()
    assert not patience.spent


async def test_a_refusal_for_good_spends_no_patience() -> None:
    patience = Patience(0.0, now=Hours())
    with pytest.raises(Terminal):
        await retry(Flaky(Terminal("no")), Backoff(), patience=patience)
    assert not patience.spent
