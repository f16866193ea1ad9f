"""The end of a deployment: nothing new is begun, what runs is finished, or ended in words when the grace is over."""

import asyncio
import logging
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.errors import ServiceError
from runtime.web.errors import error_response
from runtime.web.path_prefix import path_of

ALLOWED: Final = frozenset({"/health/live", "/metrics"})
"""What is answered to the last: alive it still is, and its metrics are wanted most at the end."""
GRACE_SECONDS: Final = 10.0
"""What running answers have to come to their end."""
LAST_WORDS_SECONDS: Final = 0.8
"""For what is told to end: whatever does not is left behind."""
_RETRY_AFTER_SECONDS: Final = 1
"""Another replica answers at once."""


class ShuttingDown(ServiceError):
    """This replica is about to end and begins nothing new."""

    status = 503
    code = "shutting_down"


class Draining:
    """What still runs once the end has been announced. grace: seconds it is given. clock: seconds, monotonic.

    `begin` may be called from a signal handler; everything else belongs to the event loop.
    """

    def __init__(self, *, grace: float = GRACE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._grace = grace
        self._clock = clock
        self._ends_at: float | None = None
        self._running: set[asyncio.Task[object]] = set()
        self.over = False
        """Whether the grace is over, so that a request that is cancelled is cancelled for that."""

    @property
    def begun(self) -> bool:
        """Whether nothing new is to be begun."""
        return self._ends_at is not None

    def begin(self) -> None:
        """Announce the end."""
        self._ends_at = self._clock() + self._grace

    def advance(self) -> bool:
        """Whether nothing runs any more. Called now and then: at the end of the grace it stops what still runs."""
        if self._ends_at is None:
            return False
        if not self.over and self._clock() >= self._ends_at:
            self.over = True
            for task in self._running:
                task.cancel()
        return not self._running or self._clock() >= self._ends_at + LAST_WORDS_SECONDS

    @property
    def grace_is_over(self) -> bool:
        """Whether nothing is waited for any more."""
        return self._ends_at is not None and self._clock() >= self._ends_at

    def admit(self, task: asyncio.Task[object]) -> Callable[[], None]:
        """Counts `task` among what runs, until what is returned is called."""
        self._running.add(task)
        return lambda: self._running.discard(task)


class DrainBeforeEnd:
    """Middleware: refuses what comes after the announcement, and answers for what the end of the grace cut off."""

    def __init__(self, app: ASGIApp, *, draining: Draining) -> None:
        self._app = app
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or path_of(scope) in ALLOWED:
            await self._app(scope, receive, send)
        elif self._draining.begun:
            await _refuse(scope, receive, send)
        else:
            await self._run(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        task = asyncio.current_task()
        assert task is not None
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        leave = self._draining.admit(task)
        try:
            await self._app(scope, receive, watched)
        except asyncio.CancelledError:
            if begun or not self._draining.over:
                raise
            task.uncancel()
            await _refuse(scope, receive, send)
        finally:
            leave()


class DrainingServer(uvicorn.Server):
    """uvicorn, which on the first signal goes on listening until `draining` is done; on the second it ends at once."""

    def __init__(self, config: uvicorn.Config, draining: Draining) -> None:
        super().__init__(config)
        self._draining = draining
        logging.getLogger("uvicorn.error").addFilter(_is_news)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if self._draining.begun or not self.started:
            super().handle_exit(sig, frame)
            return
        self._captured_signals.append(sig)
        self._draining.begin()

    async def on_tick(self, counter: int) -> bool:
        if await super().on_tick(counter):
            return True
        return self._draining.advance() and (self._draining.grace_is_over or not self._unsent())

    def _unsent(self) -> bool:
        """Whether some client has not taken all of its answer yet, which the end of the process would cut off."""
        transports = (connection.transport for connection in self.server_state.connections)
        return any(transport.get_write_buffer_size() for transport in transports if transport is not None)


def _is_news(record: logging.LogRecord) -> bool:
    """Whether uvicorn says more than that an answer was given up, which the stream tells in its own words, and why."""
    return record.msg != "ASGI callable returned without completing response."


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    error = ShuttingDown("This replica is shutting down; ask again.", retry_after=_RETRY_AFTER_SECONDS)
    response = error_response(error)
    response.headers["connection"] = "close"
    await response(scope, receive, send)
