"""What becomes of heard answers: delays, gaps, slopes, shares. Pure; milliseconds unless said otherwise."""

import itertools
import statistics
from collections.abc import Iterable, Sequence

from bench.harness import percentile
from bench.runtime.wire import Heard

NS_A_MS = 1e6


def gaps(heard: Heard) -> list[float]:
    """Between the arrivals of one token and the next."""
    arrived = heard.arrived
    return [(after - before) / NS_A_MS for before, after in itertools.pairwise(arrived)]


def all_gaps(heard: Iterable[Heard]) -> list[float]:
    return [gap for one in heard for gap in gaps(one)]


def longest_gaps(heard: Iterable[Heard]) -> list[float]:
    """The longest gap of each answer that has one."""
    return [max(found) for one in heard if (found := gaps(one))]


def under_way(heard: Iterable[Heard]) -> list[float]:
    """From when a token was sent to its arrival."""
    return [(arrived - sent) / NS_A_MS for one in heard for sent, arrived in zip(one.sent, one.arrived, strict=True)]


def arrived_within(heard: Iterable[Heard], start: int, end: int) -> int:
    """Tokens that came between two times, nanoseconds."""
    return sum(start <= at < end for one in heard for at in one.arrived)


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Of the line that is nearest to the points (least squares): units of the second number per unit of the first."""
    return statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope


def share_within(delays: Sequence[float | None], bound: float) -> float:
    """Share of delays that are at most `bound`; None is a delay that never ended. NaN of nothing."""
    if not delays:
        return float("nan")
    return sum(delay is not None and delay <= bound for delay in delays) / len(delays)


def spoken(values: Sequence[float], *, unit: str = "ms") -> str:
    """Median, 95th and 99th percentile in words."""
    if not values:
        return "nothing"
    p50, p95, p99 = (percentile(values, share) for share in (0.5, 0.95, 0.99))
    return f"p50 {p50:.2f}, p95 {p95:.2f}, p99 {p99:.2f} {unit}"
