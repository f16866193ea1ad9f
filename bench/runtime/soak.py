"""Ten minutes at about half of what the worker takes: does anything grow?"""

import asyncio
import time
from itertools import count
from typing import Final

from bench.harness import Goal
from bench.runtime.figures import slope
from bench.runtime.ground import Ground
from bench.runtime.load import Caller, Crowd, call_all
from bench.runtime.programs import Program
from bench.runtime.told import Told

RATE: Final = 20
TOKENS: Final = 100
BEGUN_A_SECOND: Final = {"lean": 20.0, "langchain": 6.0}
"""Answers of five seconds: about half of what was found to be the most."""

SLICE_SECONDS: Final = 20.0
WARMING: Final = 0.2
"""Share of the time that counts as warming up."""
LOOK_SECONDS: Final = 2.0


async def measure(ground: Ground) -> list[Goal]:
    """Slices one after the other, overlapping by an answer, and a look every two seconds."""
    seconds = ground.sizes.soak * 60
    looks: list[Told] = []
    ramp = BEGUN_A_SECOND[ground.adapter]
    failed = asked = 0
    async with ground.subject() as subject:
        looking = asyncio.create_task(_look(subject, looks))
        try:
            start = time.monotonic()
            async with asyncio.TaskGroup() as group:
                slices: list[asyncio.Task[Crowd]] = []
                for place in count():
                    await asyncio.sleep(max(0.0, start + place * SLICE_SECONDS - time.monotonic()))
                    if time.monotonic() - start >= seconds:
                        # What follows is the last answers' running out, which would make any slope look good.
                        looking.cancel()
                        break
                    wanted = _slice(ground, ramp)
                    slices.append(group.create_task(call_all(subject.port, wanted, ramp=ramp)))
            for done in slices:
                failed += len(done.result().errors)
                asked += len(done.result().callers)
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)
    return _goals(looks, failed=failed, asked=asked, ground=ground)


def _slice(ground: Ground, ramp: float) -> list[Caller]:
    return ground.callers(int(SLICE_SECONDS * ramp), rate=RATE, tokens=TOKENS)


async def _look(subject: Program, looks: list[Told]) -> None:
    while True:
        looks.append(await subject.told())
        await asyncio.sleep(LOOK_SECONDS)


def _goals(looks: list[Told], *, failed: int, asked: int, ground: Ground) -> list[Goal]:
    settled = looks[int(len(looks) * WARMING) :]
    minutes = [one.at / 60e9 for one in settled]
    memory, files, tasks = (
        slope([(at, value) for at, value in zip(minutes, values, strict=True)])
        for values in (
            [one.rss / 1e6 for one in settled], [one.fds for one in settled], [one.tasks for one in settled],
        )
    )  # fmt: skip
    first, last = settled[0], settled[-1]
    note = (
        f"{ground.adapter}, {asked} answers of {TOKENS} tokens in {(last.at - looks[0].at) / 60e9:.1f} minutes, "
        f"{last.cores(first):.2f} cores; {first.rss / 1e6:.1f} → {last.rss / 1e6:.1f} MB; {ground.noise()}"
    )
    return [
        Goal("soak: answers not whole", failed, 0, "at most"),
        Goal("soak: MB of memory more a minute", memory, 1.0, "at most", note),
        Goal("soak: open files more a minute", files, 1.0, "at most", f"{first.fds} → {last.fds}"),
        Goal("soak: tasks more a minute", tasks, 1.0, "at most", f"{first.tasks} → {last.tasks}"),
    ]
