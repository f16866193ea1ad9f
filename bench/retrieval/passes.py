"""One pass: a side is asked everything once, and every answer is timed."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.harness import Spread, percentile
from bench.process import cpu_seconds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pass:
    """seconds: of each question, in the order asked. cpu: seconds of CPU of the process that was watched."""

    seconds: tuple[float, ...]
    cpu: float

    @property
    def p50(self) -> float:
        """Seconds."""
        return percentile(self.seconds, 0.5)


@dataclass(frozen=True, slots=True)
class Passes:
    """All passes of one side."""

    rounds: tuple[Pass, ...]

    @property
    def p50(self) -> Spread:
        """Of each pass, milliseconds."""
        return Spread(tuple(one.p50 * 1e3 for one in self.rounds))

    @property
    def p99(self) -> float:
        """Of all passes together, milliseconds."""
        return percentile([seconds for one in self.rounds for seconds in one.seconds], 0.99) * 1e3

    @property
    def cpu(self) -> float:
        """Milliseconds a question, of all passes together: the system counts in hundredths of a second."""
        questions = sum(len(one.seconds) for one in self.rounds)
        return sum(one.cpu for one in self.rounds) / questions * 1e3

    def p50_of(self, places: Sequence[int]) -> float:
        """Of the questions at these places in every pass, milliseconds."""
        return percentile([one.seconds[place] for one in self.rounds for place in places], 0.5) * 1e3

    def __str__(self) -> str:
        return f"p50 {self.p50} ms, p99 {self.p99:.1f}, CPU {self.cpu:.2f}, control {self.p50.control:.2f}"


async def ask_all(
    ask: Callable[[T], Awaitable[object]], asked: Sequence[T], *, at_once: int = 1, pid: int | None = None
) -> Pass:
    """Ask everything once, `at_once` questions at a time. pid: of the process whose CPU is watched, None is our own."""
    seconds = [0.0] * len(asked)
    waiting = iter(range(len(asked)))

    async def work() -> None:
        for place in waiting:
            started = time.perf_counter()
            await ask(asked[place])
            seconds[place] = time.perf_counter() - started

    cpu = cpu_seconds(pid)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(at_once):
            tasks.create_task(work())
    return Pass(tuple(seconds), cpu=cpu_seconds(pid) - cpu)
