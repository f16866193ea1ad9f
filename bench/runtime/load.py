"""Many clients at once, each beginning at its time whatever became of the others: an open loop."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.runtime.line import Line, Reply, open_line
from bench.runtime.wire import Order

PATIENCE = 120.0
"""Seconds that a stream may take longer than ordered, before the client gives up on it."""


@dataclass(slots=True)
class Caller:
    """One client and its question. due_at, called_at: when it was to connect, and did; nanoseconds. receive_buffer,
    address: as `open_line`. headers: as `Line.begin`."""

    order: Order
    body: bytes
    due_at: int = 0
    called_at: int = 0
    receive_buffer: int | None = None
    address: str | None = None
    headers: str = ""
    line: Line | None = None
    reply: Reply = field(default_factory=Reply)
    failure: str = ""

    @property
    def first_token_ms(self) -> float | None:
        """From connecting to the first token; None where there was none."""
        arrived = self.reply.heard.arrived
        return (arrived[0] - self.called_at) / 1e6 if arrived else None

    @property
    def whole(self) -> bool:
        """Whether the answer came complete, in order and with its end."""
        return self.reply.status == 200 and self.reply.heard.whole(self.order)


@dataclass(slots=True)
class Crowd:
    """Callers under way. `begun` is set when each has heard a token or ended, `ending` when the first has ended,
    `ended` once all have."""

    callers: Sequence[Caller]
    ended: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    ending: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def running(self) -> int:
        """Those who have heard a token, and not the end."""
        return sum(bool(one.reply.heard.arrived) and not one.reply.ended_at for one in self.callers)

    @property
    def errors(self) -> list[Caller]:
        """Those whose answer is not whole."""
        return [caller for caller in self.callers if not caller.whole]

    @property
    def first_tokens(self) -> list[float]:
        return [at for caller in self.callers if (at := caller.first_token_ms) is not None]


async def call_all(
    port: int,
    callers: Sequence[Caller],
    *,
    ramp: float,
    beside: Callable[[Crowd], "asyncio.Task[object]"] | None = None,
) -> Crowd:
    """Every caller's question asked of `port`, `ramp` a second, and heard to the end. beside: what goes on then."""
    crowd = Crowd(callers)
    watching = asyncio.create_task(_watch(crowd))
    accompanying = beside(crowd) if beside else None
    start = time.monotonic_ns()
    with undisturbed():
        async with asyncio.TaskGroup() as group:
            for place, caller in enumerate(callers):
                caller.due_at = start + int(place / ramp * 1e9)
                await asyncio.sleep((caller.due_at - time.monotonic_ns()) / 1e9)
                group.create_task(_call(port, caller))
    crowd.ended = True
    crowd.begun.set()
    crowd.ending.set()
    await watching
    if accompanying is not None:
        await accompanying
    return crowd


async def _call(port: int, caller: Caller) -> None:
    order = caller.order
    caller.called_at = time.monotonic_ns()
    try:
        async with asyncio.timeout(order.tokens / order.rate + PATIENCE):
            caller.line = await open_line(port, receive_buffer=caller.receive_buffer, address=caller.address)
            caller.reply = caller.line.begin(caller.body, headers=caller.headers)
            await caller.line.end()
    except (OSError, TimeoutError) as exc:
        caller.failure = type(exc).__name__
    finally:
        if caller.line is not None:
            caller.line.close()


async def _watch(crowd: Crowd) -> None:
    """Look now and then, which costs less than being told of each token."""
    while not crowd.ending.is_set():
        await asyncio.sleep(0.02)
        ended = [caller for caller in crowd.callers if caller.reply.ended_at or caller.failure]
        if all(caller.reply.heard.arrived or caller.reply.ended_at or caller.failure for caller in crowd.callers):
            crowd.begun.set()
        if ended:
            crowd.ending.set()


@contextmanager
def undisturbed() -> Iterator[None]:
    """No pause of this process for garbage, which would look like a gap in the stream; inside another such block that
    one holds.
    """
    if not gc.isenabled():
        yield
        return
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
