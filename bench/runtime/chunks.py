"""G11, a chunk: CPU of the product ÷ CPU of a bare ASGI application that sends the same bytes at the same pace."""

import asyncio
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import orjson

from bench.harness import Goal, Spread, interleave
from bench.runtime.figures import arrived_within
from bench.runtime.ground import Ground
from bench.runtime.line import open_line
from bench.runtime.load import Crowd, call_all
from bench.runtime.programs import Program, running
from bench.runtime.told import Told
from bench.runtime.wire import parted

STREAMS: Final = 100
CHUNKS: Final = 80
RATE: Final = 20


@dataclass(frozen=True, slots=True)
class Round:
    """CPU of one side, microseconds a chunk. running: while all streams run. whole: from the first request to the last
    byte, so with what it takes to begin an answer."""

    running: float
    whole: float


async def measure(ground: Ground) -> list[Goal]:
    """Rounds in turns, medians. Raises RuntimeError when an answer is not whole."""
    async with ground.subject() as subject:
        with tempfile.TemporaryDirectory() as folder:
            recording = Path(folder) / "answer"
            recording.write_bytes(orjson.dumps([chunk.decode() for chunk in await _record(ground, subject)]))
            with running("yardstick", str(recording)) as yardstick:
                await ground.warm(yardstick)
                sides = [partial(_round, ground, program) for program in (subject, yardstick)]
                ours, bare = await interleave(ground.sizes.rounds, *sides)
    return [_goal(ours, bare, ground)]


async def _record(ground: Ground, subject: Program) -> list[bytes]:
    """An answer of one token as the product writes it."""
    line = await open_line(subject.port)
    asked = ground.caller(rate=RATE, tokens=1)
    reply = await line.ask(asked.body, keep=True, headers=asked.headers)
    line.close()
    return parted(bytes(reply.raw or b""))


async def _round(ground: Ground, program: Program) -> Round:
    moments: list[Told] = []

    async def look(crowd: Crowd) -> None:
        await crowd.begun.wait()
        moments.append(await program.told())
        await crowd.ending.wait()
        moments.append(await program.told())

    before = await program.told()
    crowd = await call_all(
        program.port,
        ground.callers(STREAMS, rate=RATE, tokens=CHUNKS),
        ramp=STREAMS,
        beside=lambda crowd: asyncio.create_task(look(crowd)),
    )
    await asyncio.sleep(0.3)
    after = await program.told()
    if crowd.errors:
        raise RuntimeError(f"{len(crowd.errors)} answers of the {program.name} are not whole")
    start, end = moments
    if end.at - start.at < 1e9:
        raise RuntimeError(f"the {program.name} had all {STREAMS} streams running for less than a second")
    chunks = arrived_within([caller.reply.heard for caller in crowd.callers], start.at, end.at)
    return Round((end.cpu - start.cpu) / chunks * 1e6, (after.cpu - before.cpu) / (STREAMS * CHUNKS) * 1e6)


def _goal(ours: list[Round], bare: list[Round], ground: Ground) -> Goal:
    full, floor = (Spread(tuple(one.running for one in side)) for side in (ours, bare))
    whole, least = (Spread(tuple(one.whole for one in side)) for side in (ours, bare))
    note = (
        f"{ground.adapter}, {len(ours)} rounds of {STREAMS} streams, {RATE} chunks a second each, all running: {full} "
        f"÷ {floor} µs, controls {full.control:.2f} and {floor.control:.2f}; whole answers of {CHUNKS} chunks, their "
        f"beginning included: {whole} ÷ {least} µs a chunk = {whole.median / least.median:.1f}; {ground.noise()}"
    )
    return Goal("G11 CPU a chunk ÷ raw ASGI", full.median / floor.median, 4.0, "at most", note)
