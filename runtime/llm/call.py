"""One call of a model inside its deadlines, all of them wall clock, kept by one timer.

A timeout object a token would cost more than the token, and a timeout that is open across a `yield` would cancel
whoever reads. So one timer a call looks now and then whether the provider is waited for, and since when: it may ring
only while that is so, and is set anew when it rings too early.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from runtime.llm.model import LlmUnavailable, ModelPart, Token


@dataclass(frozen=True, slots=True)
class Until:
    """Deadlines of one call. first_token, end: times of the event loop. gap: seconds between tokens."""

    first_token: float
    gap: float
    end: float


async def within(parts: AsyncGenerator[ModelPart, None], until: Until) -> AsyncGenerator[ModelPart, None]:
    """The same `parts`, closed at the end. Raises LlmUnavailable when a deadline passes.

    Only time in which the provider is waited for can break the gap; a slow reader can only break the end.
    """
    loop = asyncio.get_running_loop()
    time, step, gap, end = loop.time, parts.__anext__, until.gap, until.end
    watch = _Watch(loop)
    deadline, spoken = min(until.first_token, end), False
    try:
        async with aclosing(parts):
            while True:
                watch.begin(deadline)
                try:
                    part = await step()
                except StopAsyncIteration:
                    return
                except asyncio.CancelledError:
                    if watch.settle():
                        raise _late(deadline, until, spoken=spoken) from None
                    raise
                watch.waiting = None
                # A library below may have swallowed the ring together with what it was about to return.
                if watch.rung and watch.settle():
                    raise _late(deadline, until, spoken=spoken)
                yield part
                if not spoken:
                    if type(part) is not Token:
                        continue
                    spoken = True
                now = time()
                if now >= end:
                    raise _late(end, until, spoken=True)
                deadline = now + gap if now + gap < end else end
    finally:
        watch.close()


def _late(deadline: float, until: Until, *, spoken: bool) -> LlmUnavailable:
    if deadline >= until.end:
        return LlmUnavailable("The answer took longer than it may take in all.")
    if not spoken:
        return LlmUnavailable("The first token did not come in time.")
    return LlmUnavailable(f"The model fell silent for {until.gap:g} s in the middle of its answer.")


class _Watch:
    """Cancels the task that waits for the provider, once the deadline has passed. waiting: that task, or None."""

    __slots__ = ("_cancelling", "_deadline", "_loop", "_rings_at", "_task", "_timer", "rung", "waiting")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._rings_at = 0.0
        self._deadline = 0.0
        self._cancelling = 0
        self._task: asyncio.Task[object] | None = None
        self.rung = False
        self.waiting: asyncio.Task[object] | None = None

    def begin(self, deadline: float) -> None:
        """The current task waits from now on. A stream may be read by one task after another."""
        self.waiting = task = asyncio.current_task()
        assert task is not None
        self._cancelling = task.cancelling()
        self._deadline = deadline
        if self._timer is None or self._rings_at > deadline:
            self._set(deadline)

    def settle(self) -> bool:
        """Take the ring back, if there was one; whether it alone is why the task was cancelled."""
        if not self.rung or self._task is None:
            return False
        self.rung = False
        return self._task.uncancel() <= self._cancelling

    def close(self) -> None:
        """No more rings; one that was lost below is taken back."""
        self.waiting = None
        self.settle()
        if self._timer is not None:
            self._timer.cancel()

    def _set(self, when: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings_at = when
        self._timer = self._loop.call_at(when, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self.waiting is None:
            # Whoever reads has the last part still in hand; the next wait sets the timer.
            return
        if self._loop.time() < self._deadline:
            self._set(self._deadline)
            return
        self.rung = True
        self._task = self.waiting
        self._task.cancel()
