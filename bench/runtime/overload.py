"""L2: three times as many questions as the worker takes, whoever waits or not. Who is refused, and who is served?"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Final

from bench.harness import Goal, percentile
from bench.runtime.figures import longest_gaps, spoken
from bench.runtime.ground import Ground
from bench.runtime.langchain import FIRST_TOKEN_BOUND, GAP_BOUND
from bench.runtime.load import Caller, call_all
from bench.runtime.programs import Program
from runtime.llm.providers import Adapter

RATE: Final = 20
TOKENS: Final = 100
MOST: Final[dict[Adapter, int]] = {"lean": 150, "langchain": 40}
"""Answers at once: what one worker was found to take at this pace, beginnings included."""
TIMES: Final = 3
SECONDS: Final = 15
"""For which so many come; an answer takes five."""

SLOWER: Final = 1.5
"""How many times the bounds of L1 an accepted answer may take."""
REFUSAL_BOUND: Final = 50.0
"""Milliseconds."""
RECOVERY_BOUND: Final = 5.0
"""Seconds."""

_PROBE_SECONDS: Final = 0.25
_PROBES_IN_A_ROW: Final = 4
_PATIENCE: Final = 30.0


@dataclass(slots=True)
class Recovery:
    """Probes after the last of the crowd came, until some in a row are answered as if nothing had been."""

    seconds: float = float("nan")
    good: int = field(default=0)

    async def watch(self, ground: Ground, subject: Program, *, after: float) -> None:
        await asyncio.sleep(after)
        over = time.monotonic()
        while self.good < _PROBES_IN_A_ROW and time.monotonic() - over < _PATIENCE:
            asked_at = time.monotonic()
            (probe,) = (await call_all(subject.port, [ground.caller(rate=1_000, tokens=3)], ramp=1)).callers
            waited = probe.first_token_ms
            if waited is None or waited > FIRST_TOKEN_BOUND:
                self.good = 0
            elif self.good == 0:
                self.good, self.seconds = 1, asked_at - over
            else:
                self.good += 1
            await asyncio.sleep(_PROBE_SECONDS)
        if self.good < _PROBES_IN_A_ROW:
            self.seconds = float("nan")


async def measure(ground: Ground) -> list[Goal]:
    """An open loop: those who come do not wait for those who came."""
    most = MOST[ground.adapter]
    ramp = TIMES * most / (TOKENS / RATE)
    recovery = Recovery()
    async with ground.subject("--most", str(most)) as subject:
        before = await subject.told()
        watching = asyncio.create_task(recovery.watch(ground, subject, after=SECONDS))
        crowd = await call_all(subject.port, ground.callers(int(ramp * SECONDS), rate=RATE, tokens=TOKENS), ramp=ramp)
        after = await subject.told()
        await watching
    refused = [caller for caller in crowd.callers if caller.reply.status in (429, 503)]
    accepted = [caller for caller in crowd.callers if caller.reply.status not in (429, 503)]
    note = (
        f"{ground.adapter}, {most} at once: {len(crowd.callers)} came in {SECONDS} s, {len(accepted)} served, "
        f"{len(refused)} refused; {after.cores(before):.2f} cores; {ground.noise()}"
    )
    return [*_refused_goals(refused, note), *_accepted_goals(accepted), _recovery_goal(recovery)]


def _refused_goals(refused: list[Caller], note: str) -> list[Goal]:
    took = [(caller.reply.ended_at - caller.called_at) / 1e6 for caller in refused]
    advised = sum(bool(caller.reply.retry_after) for caller in refused) / len(refused) if refused else float("nan")
    return [
        Goal("L2 refusals with Retry-After", advised, 1.0, "at least", note),
        Goal(
            "L2 time to a refusal, p95, ms", percentile(took, 0.95) if took else float("nan"), REFUSAL_BOUND,
            "at most", spoken(took),
        ),
    ]  # fmt: skip


def _accepted_goals(accepted: list[Caller]) -> list[Goal]:
    first = [at for caller in accepted if (at := caller.first_token_ms) is not None]
    longest = longest_gaps(caller.reply.heard for caller in accepted)
    failed = [caller for caller in accepted if not caller.whole]
    why = "; ".join(sorted({f"status {one.reply.status} {one.failure}".strip() for one in failed}))
    return [
        Goal("L2 accepted and not whole", len(failed), 0, "at most", why),
        Goal(
            "L2 time to the first token of the accepted, p95, ms", percentile(first, 0.95),
            FIRST_TOKEN_BOUND * SLOWER, "at most", spoken(first),
        ),
        Goal(
            "L2 longest gap of the accepted, p95, ms", percentile(longest, 0.95), GAP_BOUND * SLOWER, "at most",
            spoken(longest),
        ),
    ]  # fmt: skip


def _recovery_goal(recovery: Recovery) -> Goal:
    note = f"from the last of the crowd to the first of {_PROBES_IN_A_ROW} probes in a row answered within L1's bound"
    return Goal("L2 seconds until all is as before", recovery.seconds, RECOVERY_BOUND, "at most", note)
