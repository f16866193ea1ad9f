"""Goals, repeated measurements and the table they end in. Pure but for `save`.

Two sides are measured in turns (A, B, A, B, …), so that whatever else the machine does falls on both alike, and the
medians are compared. A side is compared with itself, its odd runs with its even ones: a ratio nearer to 1 than that
says nothing.
"""

import math
import statistics
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

import orjson

T = TypeVar("T")

RESULTS: Final = Path("bench/results")

Bound = Literal["at least", "at most"]


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the target it is held to; `note` says what it was made of."""

    goal: str
    value: float
    target: float
    bound: Bound
    note: str = ""

    @property
    def ok(self) -> bool:
        """Whether the target is met; NaN meets none."""
        return self.value >= self.target if self.bound == "at least" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Spread:
    """Repeated measurements of one quantity."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def control(self) -> float:
        """Median of the odd runs over that of the even ones; 1 for a single run."""
        odd, even = self.values[::2], self.values[1::2]
        return statistics.median(odd) / statistics.median(even) if even else 1.0

    def __str__(self) -> str:
        return f"{shown(self.median)} ({shown(min(self.values))}–{shown(max(self.values))})"


async def interleave(rounds: int, *sides: Callable[[], Awaitable[T]]) -> tuple[list[T], ...]:
    """Measure the sides in turns, `rounds` times; what each gave, in order."""
    found: tuple[list[T], ...] = tuple([] for _ in sides)
    for _ in range(rounds):
        for side, kept in zip(sides, found, strict=True):
            kept.append(await side())
    return found


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all values do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)
    return ordered[max(rank, 1) - 1]


def shown(value: float) -> str:
    """Four digits that matter, never an exponent; "none" for what is no number."""
    if math.isnan(value):
        return "none"
    if value == 0 or abs(value) >= 1000:
        return f"{value:,.0f}"
    decimals = max(0, 3 - len(str(int(abs(value)))) + 1)
    return f"{value:.{decimals}f}" if abs(value) >= 0.1 else f"{value:.4f}"


def table(goals: Sequence[Goal]) -> Iterator[str]:
    """The goals as lines of columns, their notes below each."""
    width = max((len(goal.goal) for goal in goals), default=0)
    for goal in goals:
        sign = "≥" if goal.bound == "at least" else "≤"
        verdict = "ok" if goal.ok else "MISSED"
        yield f"{goal.goal:<{width}}  {shown(goal.value):>10}  {sign} {shown(goal.target):<8}  {verdict}"
        if goal.note:
            yield f"{'':<{width}}  {goal.note}"


def save(name: str, goals: Sequence[Goal], *, directory: Path = RESULTS) -> Path:
    """Write `<name>.json`: a list of {"goal", "value", "target", "ok"}."""
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.json"
    rows = [{"goal": goal.goal, "value": goal.value, "target": goal.target, "ok": goal.ok} for goal in goals]
    path.write_bytes(orjson.dumps(rows, option=orjson.OPT_INDENT_2))
    return path
