"""G12: a thousand streams through one worker, beside the same thousand straight from the provider. Memory a stream."""

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import Final

from bench.harness import Goal, percentile
from bench.runtime.figures import all_gaps, arrived_within, spoken, under_way
from bench.runtime.ground import Ground
from bench.runtime.load import Caller, Crowd, call_all
from bench.runtime.programs import Program, running
from bench.runtime.told import Told, counted, tell

RAMP: Final = 100
"""Streams begun a second."""
RATE: Final = 10
STRETCH: Final = 20
PLATEAU_SECONDS: Final = 8
"""For which all streams run at once, had they all begun in time."""
FULL: Final = 0.9
"""Share of a core from which on a process is said to be saturated."""
NEARLY: Final = 0.95
LOOK_SECONDS: Final = 1.0


@dataclass(frozen=True, slots=True)
class Look:
    """All three processes at a moment at which so many streams ran. ours: of the subject, or of the provider."""

    running: int
    ours: Told
    upstream: Told
    load: Told


@dataclass(slots=True)
class Watch:
    """A look every second."""

    looks: list[Look] = field(default_factory=list)

    async def look(self, crowd: Crowd, program: Program, upstream: Program) -> None:
        while not crowd.ended:
            looked = Look(crowd.running, await program.told(), await upstream.told(), tell())
            self.looks.append(looked)
            await asyncio.sleep(LOOK_SECONDS)

    @property
    def fullest(self) -> Look:
        return max(self.looks, key=lambda look: look.running)

    def told(self, crowd: Crowd) -> str:
        """CPU of the three while about as many ran as ever did."""
        full = [look for look in self.looks if look.running >= self.fullest.running * NEARLY]
        first, last = full[0], full[-1]
        if first is last:
            return "never as many for two seconds"
        cores = [last.ours.cores(first.ours), last.upstream.cores(first.upstream), last.load.cores(first.load)]
        chunks = arrived_within([caller.reply.heard for caller in crowd.callers], first.ours.at, last.ours.at)
        each = (last.ours.cpu - first.ours.cpu) / max(chunks, 1) * 1e6
        saturated = [name for name, share in zip(("provider", "load"), cores[1:], strict=True) if share > FULL]
        said = "".join(f"; the {name} is saturated" for name in saturated)
        return (
            f"{self.fullest.running} at once, cores: measured {cores[0]:.2f} ({each:.0f} µs a chunk), provider "
            f"{cores[1]:.2f}, load {cores[2]:.2f}{said}"
        )


async def measure(ground: Ground) -> list[Goal]:
    """At 10 tokens a second for the goals, at 20 to be told; prices are read again for every answer."""
    with running("native") as native:
        return await _measure(ground, native.port)


async def _measure(ground: Ground, native: int) -> list[Goal]:
    async with ground.subject("--native", str(native)) as subject:
        direct, _ = await _run(ground, ground.upstream, rate=RATE)
        idle = await subject.told()
        ours, watch = await _run(ground, subject, rate=RATE)
        read = await _prices_read(subject)
        goals = _goals(ours, direct, ground, f"{watch.told(ours)}; {read}")
        goals += _memory(idle, watch, len(ours.callers), ground)
    async with ground.subject("--native", str(native)) as subject:
        direct, _ = await _run(ground, ground.upstream, rate=STRETCH)
        ours, watch = await _run(ground, subject, rate=STRETCH)
        for goal in _goals(ours, direct, ground, watch.told(ours)):
            ground.say(f"  stretch, {STRETCH} tokens a second: {goal.goal} {goal.value:.3f}; {goal.note}")
    return goals


async def _prices_read(subject: Program) -> str:
    """Raises RuntimeError when none was: then something easier, or harder, was measured."""
    every = await counted(subject.port, "vitrina_live_prices_total")
    read = await counted(subject.port, 'vitrina_live_prices_total{outcome="read"}')
    if not read:
        raise RuntimeError(f"prices were not read again in one of {every:.0f} attempts")
    return f"prices read again {read:.0f} times, in vain {every - read:.0f}"


async def _run(ground: Ground, program: Program, *, rate: int) -> tuple[Crowd, Watch]:
    streams = ground.sizes.streams
    tokens = rate * (streams // RAMP + PLATEAU_SECONDS)
    if program is ground.upstream:
        callers = await ground.direct_callers(streams, rate=rate, tokens=tokens)
    else:
        callers = ground.callers(streams, rate=rate, tokens=tokens)
    watch = Watch()
    look = partial(watch.look, program=program, upstream=ground.upstream)
    crowd = await call_all(program.port, callers, ramp=RAMP, beside=lambda crowd: asyncio.create_task(look(crowd)))
    await asyncio.sleep(1)
    heard = [caller.reply.heard for caller in callers]
    ground.say(
        f"  {streams} × {rate}/s, {tokens} tokens, {program.name}: {len(crowd.errors)} not whole, gaps "
        f"{spoken(all_gaps(heard))}, under way {spoken(under_way(heard))}, first token {spoken(crowd.first_tokens)}; "
        f"{watch.told(crowd)}; {ground.noise()}"
    )
    return crowd, watch


def _goals(ours: Crowd, direct: Crowd, ground: Ground, cores: str) -> list[Goal]:
    full, bare = (
        percentile(all_gaps(caller.reply.heard for caller in crowd.callers), 0.99) for crowd in (ours, direct)
    )
    streams = len(ours.callers)
    note = f"{ground.adapter}; {cores}; {ground.noise()}"
    return [
        Goal(f"G12 streams of {streams} not whole or out of order", len(ours.errors), 0, "at most", _why(ours.errors)),
        Goal(
            "G12 p99 gap between chunks ÷ the provider's own", full / bare, 1.5, "at most",
            f"{full:.1f} ÷ {bare:.1f} ms; {note}",
        ),
    ]  # fmt: skip


def _memory(idle: Told, watch: Watch, streams: int, ground: Ground) -> list[Goal]:
    full = watch.fullest
    each = (full.ours.rss - idle.rss) / max(full.running, 1) / 1e3
    note = f"{ground.adapter}: ({full.ours.rss / 1e6:.1f} − {idle.rss / 1e6:.1f} MB) ÷ {full.running}"
    return [
        Goal("G12 streams that ran at once", full.running, streams, "at least"),
        Goal("G12 KB of memory a stream", each, 80, "at most", note),
    ]


def _why(errors: list[Caller]) -> str:
    return "; ".join(sorted({f"status {one.reply.status} {one.failure}".strip() for one in errors})[:3])
