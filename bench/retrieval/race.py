"""G9: what the retriever and the Action API add to the requests that any client would have to send.

The sides are asked the same questions in turns, pass by pass. The bare client sends recorded bytes, so it need not
understand a question, embed it, build a query, fuse, or make products of what it reads.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import starmap

from bench.harness import Goal, interleave
from bench.retrieval.passes import Pass, Passes, ask_all
from bench.retrieval.recording import Recorded
from bench.retrieval.sides import Ask

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Side:
    """name: in what is said. pid: of the process that does this side's work, None is our own."""

    name: str
    ask: Ask
    pid: int | None = None


async def race(sides: Sequence[Side], recorded: Sequence[Recorded], *, rounds: int, at_once: int = 1) -> list[Passes]:
    """`rounds` passes of each side, in turns."""
    # What was needed to build the index is garbage by now, and none of the sides should pay for it.
    gc.collect()
    passes = [partial(ask_all, side.ask, recorded, at_once=at_once, pid=side.pid) for side in sides]
    found: tuple[list[Pass], ...] = await interleave(rounds, *passes)
    return [Passes(tuple(rounds)) for rounds in found]


def retrieval_goal(raw: Passes, ours: Passes) -> Goal:
    """Median of the retriever ÷ median of the bare client, one question at a time."""
    note = f"{ours} ÷ {raw}; p99 ratio {ours.p99 / raw.p99:.2f}"
    return Goal("G9 Retriever.retrieve p50 ÷ raw client", ours.p50.median / raw.p50.median, 1.25, "at most", note)


def action_goals(raw: Passes, action: Passes, *, embedded: int) -> list[Goal]:
    """The same of the Action API, and the CPU it adds. embedded: requests that reached the embedding service."""
    note = f"{action} ÷ raw as above; p99 ratio {action.p99 / raw.p99:.2f}; queries embedded meanwhile: {embedded}"
    added = f"runtime process {action.cpu:.2f} ms − raw client {raw.cpu:.2f} ms a request"
    return [
        Goal("G9 Action API p50 ÷ raw client", action.p50.median / raw.p50.median, 1.4, "at most", note),
        Goal("G9 Action API: CPU added, ms", action.cpu - raw.cpu, 1.2, "at most", added),
    ]


def say_race(sides: Sequence[Side], found: Sequence[Passes], *, say: Callable[[str], None]) -> None:
    """Each side's figures, and what it takes of the first one's time."""
    for side, passes in zip(sides, found, strict=True):
        say(f"  {side.name}: {passes}, ÷ {sides[0].name} {passes.p50.median / found[0].p50.median:.2f}")


def say_kinds(raw: Passes, ours: Passes, recorded: Sequence[Recorded], *, say: Callable[[str], None]) -> None:
    """The same for each class of question, and how many requests the questions became."""
    trips = Counter(len(one.requests) for one in recorded)
    say("  requests a question: " + ", ".join(starmap("{1} × {0}".format, sorted(trips.items()))))
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(recorded):
        places[one.question.kind].append(place)
    for kind, found in places.items():
        bare, full = raw.p50_of(found), ours.p50_of(found)
        say(f"  {kind}: {full:.2f} ÷ {bare:.2f} ms = {full / bare:.2f}")


async def check_answers(sides: Sequence[Side], recorded: Sequence[Recorded]) -> None:
    """Raises RuntimeError unless every side answers every question with the recorded products, or the first of them:
    an answer of the Action API may be cut to fit."""
    for side in sides:
        for one in recorded:
            found = await side.ask(one)
            if found != one.found[: len(found)] or bool(found) != bool(one.found):
                raise RuntimeError(f"{side.name} answers {one.question.text!r} with {found}, not with {one.found}")
