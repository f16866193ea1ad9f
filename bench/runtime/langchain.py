"""L1: a hundred chats at once through the whole LangChain path, beside the same hundred straight from the provider."""

from typing import Final

from bench.harness import Goal, percentile
from bench.runtime.figures import longest_gaps, spoken
from bench.runtime.ground import Ground
from bench.runtime.load import call_all

STREAMS: Final = 100
RATE: Final = 20
TOKENS: Final = 60
AT_ONCE: Final = 10_000
"""Begun a second: all of them."""

FIRST_TOKEN_BOUND: Final = 500.0
GAP_BOUND: Final = 300.0
"""Milliseconds of a 95th percentile."""


async def measure(ground: Ground) -> list[Goal]:
    """The hundred straight from the provider first, then through the product."""
    async with ground.subject(adapter="langchain") as subject:
        direct = await call_all(
            ground.upstream.port, await ground.direct_callers(STREAMS, rate=RATE, tokens=TOKENS), ramp=AT_ONCE
        )
        before = await subject.told()
        ours = await call_all(subject.port, ground.callers(STREAMS, rate=RATE, tokens=TOKENS), ramp=AT_ONCE)
        after = await subject.told()
    cost = (after.cpu - before.cpu) / (STREAMS * TOKENS) * 1e6
    added = percentile(ours.first_tokens, 0.95) - percentile(direct.first_tokens, 0.5)
    longest = longest_gaps(caller.reply.heard for caller in ours.callers)
    note = f"all begun at once: {spoken(ours.first_tokens)}, straight {spoken(direct.first_tokens)}; {ground.noise()}"
    return [
        Goal(f"L1 {STREAMS} chats through LangChain: not whole", len(ours.errors), 0, "at most"),
        Goal("L1 added time to the first token, p95, ms", added, FIRST_TOKEN_BOUND, "at most", note),
        Goal(
            "L1 longest gap of a chat, p95, ms", percentile(longest, 0.95), GAP_BOUND, "at most",
            f"{spoken(longest)}; {cost:.0f} µs of CPU a chunk, the beginning included",
        ),
    ]  # fmt: skip
