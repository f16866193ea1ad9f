"""G13: half of a thousand clients leave in the middle, some without a word. Are the provider's answers closed?"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.harness import Goal
from bench.runtime.figures import share_within, spoken
from bench.runtime.ground import Ground
from bench.runtime.line import Line
from bench.runtime.load import Caller, Crowd, call_all
from bench.runtime.told import Told

RAMP: Final = 50
RATE: Final = 2
SECONDS_AFTER: Final = 20
"""For which the streams go on once the last one has begun."""

SILENT_SHARE: Final = 0.2
"""Of those that leave."""
SILENT_PADDING: Final = 4_000
SMALL_BUFFER: Final = 16_384
"""Bytes that the kernel holds for a connection, at either end, so that it is full soon: on loopback it is megabytes."""
SEND_SECONDS: Final = 3.0
"""The time limit of the subject for a client that reads nothing, which by default is 30 s."""
SILENT_BOUND: Final = 8.0
"""Seconds: the time limit, and what it takes until the buffers of a connection are full."""

DRAIN_SECONDS: Final = 3.0


@dataclass(slots=True)
class Leaving:
    """Those who leave, and how. left: number of the order -> when, nanoseconds. late: how many had their whole answer
    before they left."""

    hanging_up: Sequence[Caller]
    silent: Sequence[Caller]
    left: dict[int, int] = field(default_factory=dict)
    late: int = 0

    async def play(self, crowd: Crowd) -> None:
        await crowd.begun.wait()
        await asyncio.sleep(1)
        self.late = sum(bool(caller.reply.ended_at) for caller in (*self.hanging_up, *self.silent))
        for caller in self.hanging_up:
            self._note(caller).close()
        for caller in self.silent:
            self._note(caller).fall_silent()
        await asyncio.sleep(SILENT_BOUND)
        for caller in self.silent:
            self._line_of(caller).close()

    def delays(self, callers: Sequence[Caller], closed: Mapping[str, int]) -> list[float | None]:
        """Seconds from leaving to the closing of the provider's connection; None where it was not closed."""
        found = [(self.left[one.order.number], closed.get(str(one.order.number))) for one in callers]
        return [None if at is None else (at - left) / 1e9 for left, at in found]

    def _note(self, caller: Caller) -> Line:
        self.left[caller.order.number] = time.monotonic_ns()
        return self._line_of(caller)

    @staticmethod
    def _line_of(caller: Caller) -> Line:
        assert caller.line is not None
        return caller.line


async def measure(ground: Ground) -> list[Goal]:
    """Leave, wait, look at what the provider and the subject tell."""
    streams = ground.sizes.streams
    silent = int(streams / 2 * SILENT_SHARE)
    tokens = RATE * (streams // RAMP + SECONDS_AFTER)
    quiet = ground.callers(silent, rate=RATE, tokens=tokens, padding=SILENT_PADDING)
    for caller in quiet:
        caller.receive_buffer = SMALL_BUFFER
    callers = ground.callers(streams - silent, rate=RATE, tokens=tokens)
    leaving = Leaving(callers[: streams // 2 - silent], quiet)
    async with ground.subject("--send", str(SEND_SECONDS), "--send-buffer", str(SMALL_BUFFER)) as subject:
        idle = await subject.told()
        await call_all(
            subject.port,
            [*callers, *quiet],
            ramp=RAMP,
            beside=lambda crowd: asyncio.create_task(leaving.play(crowd)),
        )
        await asyncio.sleep(DRAIN_SECONDS)
        drained = await subject.told()
    if leaving.late:
        raise RuntimeError(f"{leaving.late} clients had their whole answer before they could leave")
    closed: Mapping[str, int] = (await ground.ended())["left"]
    stayed = Crowd(callers[len(leaving.hanging_up) :])
    note = f"{ground.adapter}, of {len(stayed.callers)}; {ground.noise()}"
    return [
        _left_goal(leaving.delays(leaving.hanging_up, closed), ground),
        _silent_goal(leaving.delays(quiet, closed)),
        Goal("G13 streams of those who stayed not whole", len(stayed.errors), 0, "at most", note),
        _tasks_goal(idle, drained),
    ]


def _left_goal(delays: Sequence[float | None], ground: Ground) -> Goal:
    note = f"{ground.adapter}, {_in_words(delays)}; {ground.noise()}"
    return Goal(
        "G13 provider's answers closed within 1 s of a client's leaving",
        share_within(delays, 1.0),
        1.0,
        "at least",
        note,
    )


def _silent_goal(delays: Sequence[float | None]) -> Goal:
    note = f"time limit {SEND_SECONDS:.0f} s; {_in_words(delays)}"
    name = f"G13 the same of silent clients, within {SILENT_BOUND:.0f} s"
    return Goal(name, share_within(delays, SILENT_BOUND), 1.0, "at least", note)


def _tasks_goal(idle: Told, drained: Told) -> Goal:
    note = (
        f"{drained.tasks} after, {idle.tasks} before; open files {drained.fds} after, {idle.fds} before, connections "
        f"to the provider that may serve again included"
    )
    return Goal("G13 tasks left over after the drain", drained.tasks - idle.tasks, 0, "at most", note)


def _in_words(delays: Sequence[float | None]) -> str:
    known = [delay for delay in delays if delay is not None]
    return f"{len(known)} of {len(delays)} closed, after {spoken(known, unit='s')}"
