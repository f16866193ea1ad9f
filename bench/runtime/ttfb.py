"""G11, the first token: through the product and straight from the provider, in turns, one question at a time."""

import asyncio
from typing import Final

from bench.harness import Goal, Spread, percentile
from bench.runtime.figures import NS_A_MS, spoken
from bench.runtime.ground import Ground
from bench.runtime.line import Line, Reply, open_line
from bench.runtime.load import undisturbed
from bench.runtime.wire import Order, reordered

TOKENS: Final = 3
RATE: Final = 1_000
STILL_SECONDS: Final = 0.005
"""Between two questions: what follows an answer (a log line, a connection put back) is not the next one's wait."""


async def measure(ground: Ground) -> list[Goal]:
    """The median with the product between − the median without. Raises RuntimeError when an answer is not whole."""
    async with ground.subject() as subject:
        ours, direct = await open_line(subject.port), await open_line(ground.upstream.port)
        # What the provider was sent in the warming is what it is sent here, but for the order.
        (example,) = await ground.direct_callers(1, rate=RATE, tokens=TOKENS)
        through: list[Reply] = []
        straight: list[Reply] = []
        before = await subject.told()
        with undisturbed():
            for _ in range(ground.sizes.pairs):
                asked = ground.caller(rate=RATE, tokens=TOKENS)
                through.append(await _ask(ours, asked.body, asked.order, asked.headers))
                told = ground.caller(rate=RATE, tokens=TOKENS)
                straight.append(await _ask(direct, reordered(example.body, told.order), told.order))
        after = await subject.told()
        ours.close()
        direct.close()
    return [_goal(through, straight, ground, cpu=(after.cpu - before.cpu) / len(through) * 1e3)]


async def _ask(line: Line, body: bytes, order: Order, headers: str = "") -> Reply:
    reply = await line.ask(body, headers=headers)
    if not reply.heard.whole(order):
        raise RuntimeError(f"an answer is not whole: status {reply.status}, {len(reply.heard.arrived)} tokens")
    await asyncio.sleep(STILL_SECONDS)
    return reply


def _goal(through: list[Reply], straight: list[Reply], ground: Ground, *, cpu: float) -> Goal:
    """cpu: milliseconds an answer."""
    ours, direct = first_tokens(through), first_tokens(straight)
    added = percentile(ours, 0.5) - percentile(direct, 0.5)
    before = [(reply.heard.sent[0] - reply.asked_at) / NS_A_MS for reply in through]
    after = [(reply.heard.arrived[0] - reply.heard.sent[0]) / NS_A_MS for reply in through]
    tail = percentile(ours, 0.99) - percentile(direct, 0.99)
    note = (
        f"{ground.adapter}, {len(ours)} pairs: {spoken(ours)} − {spoken(direct)}; p99 − p99 {tail:.2f} ms; to the "
        f"provider's first token {percentile(before, 0.5):.2f}, from it to the client {percentile(after, 0.5):.2f} ms; "
        f"{cpu:.2f} ms of CPU an answer of {TOKENS} tokens; control (odd ÷ even pairs) "
        f"{Spread(tuple(ours)).control:.2f}; {ground.noise()}"
    )
    return Goal("G11 added time to the first token, p50, ms", added, 2.0, "at most", note)


def first_tokens(replies: list[Reply]) -> list[float]:
    """From a request's going out to the first token's arrival."""
    return [(reply.heard.arrived[0] - reply.asked_at) / NS_A_MS for reply in replies]
