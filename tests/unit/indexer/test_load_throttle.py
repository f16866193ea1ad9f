"""indexer.load.throttle: a limit that holds over every stretch of time, and costs nothing below it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builds import stream

from indexer.load.throttle import BURST_SECONDS, Throttle, throttled


class Seconds:
    """A clock that goes on only while somebody sleeps, and by what the test says. late: every sleep takes longer."""

    def __init__(self, *, late: float = 0.0) -> None:
        self.now = 1000.0
        self.sleeps = 0
        self._late = late

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.sleeps += 1
        self.now += seconds + self._late


def a_throttle(per_second: float, seconds: Seconds) -> Throttle:
    return Throttle(per_second, clock=seconds, sleep=seconds.sleep)


@given(
    per_second=st.floats(0.1, 10_000),
    pauses=st.lists(st.floats(0, 3), min_size=1, max_size=60),
    late=st.sampled_from([0.0, 0.001, 0.5]),
)
async def test_no_stretch_of_time_holds_more_than_its_share(
    per_second: float, pauses: list[float], late: float
) -> None:
    seconds = Seconds(late=late)
    throttle = a_throttle(per_second, seconds)
    passed = []
    for pause in pauses:
        seconds.now += pause
        await throttle.wait()
        passed.append(seconds.now)
    burst = max(1.0, per_second * BURST_SECONDS)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            assert last - first + 1 <= burst + (passed[last] - passed[first]) * per_second + 1e-6


@pytest.mark.parametrize("per_second", [0.5, 7, 100, 5000])
async def test_the_limit_is_reached(per_second: float) -> None:
    seconds = Seconds()
    throttle = a_throttle(per_second, seconds)
    count = int(per_second * 20)
    for _ in range(count):
        await throttle.wait()
    assert count / (seconds.now - 1000.0) == pytest.approx(per_second, rel=0.15)
    assert seconds.sleeps <= 20 / BURST_SECONDS


async def test_who_is_slower_never_waits() -> None:
    seconds = Seconds()
    throttle = a_throttle(10, seconds)
    for _ in range(50):
        await throttle.wait()
        seconds.now += 0.11
    assert seconds.sleeps == 0


async def test_everything_comes_through_in_order() -> None:
    seconds = Seconds()
    throttle = a_throttle(50, seconds)
    assert [item async for item in throttled(stream(range(100)), throttle)] == list(range(100))
    assert seconds.now - 1000.0 == pytest.approx(100 / 50, rel=0.05)
