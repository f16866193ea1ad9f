"""An answer's frames on the wire: comments while nothing is said, an end for whoever reads nothing, and every end told.

One task pumps events into frames and frames into the connection, beside it one waits for the client's departure, and a
timer looks now and then. A response class of a library wraps every frame in a time limit of its own: see ADR 0004.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Final

import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from runtime.chat.events import ChatEvent, Failed, Finish, Started
from runtime.chat.sse import PING, SseEncoder
from runtime.errors import ServiceError
from runtime.web.draining import Draining
from runtime.web.errors import INTERNAL_MESSAGE
from shared.spans import span

log = structlog.get_logger(__name__)

HEADERS: Final = {"cache-control": "no-cache", "x-accel-buffering": "no"}
"""Neither a cache nor nginx may hold tokens back."""

STREAMED: Final = "vitrina.streamed"
"""Attribute of an answer's span."""

_SHUTTING_DOWN: Final = Failed(
    "The answer broke off because this replica was shut down; ask again.", code="shutting_down", retry_after=1
)

_LAST_WORD_SECONDS: Final = 0.5


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """Seconds. opening: after which the headers go out although nothing is known yet. ping: between the comments that
    keep a silent connection open. send: after which a client that reads nothing is let go.
    """

    opening: float = 10.0
    ping: float = 15.0
    send: float = 30.0


TIMING: Final = StreamTiming()


class AnswerStream(Response):
    """The answer that `events` tell, as server-sent events; however it ends, the events are closed, and the model's
    connection with them.

    headers_of: what the beginning has to say in the headers, where they have not gone out. What the events raise before
    anything was sent is raised; afterwards it ends the stream in an error object, as the end of a shutdown does.
    """

    media_type = "text/event-stream"

    def __init__(
        self,
        events: AsyncGenerator[ChatEvent, None],
        encoder: SseEncoder,
        *,
        headers_of: Callable[[Started], dict[str, str]],
        draining: Draining,
        timing: StreamTiming = TIMING,
    ) -> None:
        super().__init__(headers=HEADERS)
        # An empty body would announce its length.
        del self.headers["content-length"]
        self._events = events
        self._encoder = encoder
        self._headers_of = headers_of
        self._draining = draining
        self._timing = timing
        self._told_its_end = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with span("answer", {STREAMED: True}) as own:
            line = _Line(send, self._start, timing=self._timing)
            async with aclosing(self._events):
                leaving = asyncio.create_task(_until_left(receive, line.give_up))
                try:
                    await self._pump(line)
                except asyncio.CancelledError:
                    if not await self._break_off(line):
                        raise
                finally:
                    line.close()
                    leaving.cancel()
                    own.set_attribute("vitrina.told_its_end", self._told_its_end)

    def _start(self) -> Message:
        return {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}

    async def _pump(self, line: "_Line") -> None:
        feed = self._encoder.feed
        try:
            async for event in self._events:
                if type(event) is Started:
                    self.headers.update(self._headers_of(event))
                if type(event) is Finish or type(event) is Failed:
                    await self._end(line, feed(event))
                elif frames := feed(event):
                    await line.put(frames)
        except Exception as exc:
            if not line.begun:
                raise
            failure = _failure_of(exc)
            # What fails once the end was told, such as a tracer, concerns the client no more.
            if not self._told_its_end:
                await self._end(line, feed(failure))
        else:
            if not self._told_its_end:
                log.error("chat_stream_without_end")
                await self._end(line, feed(Failed(INTERNAL_MESSAGE, code="internal_error")))

    async def _end(self, line: "_Line", frames: bytes) -> None:
        await line.end(frames)
        self._told_its_end = True

    async def _break_off(self, line: "_Line") -> bool:
        """Whether a cancellation is settled: where the client is gone, or reads nothing, there is nobody to tell; the
        end of a shutdown's grace is told, if the answer has begun.
        """
        ended = self._draining.over and line.begun
        if not (line.given_up or ended):
            return False
        task = asyncio.current_task()
        assert task is not None
        task.uncancel()
        if not line.given_up:
            # Whoever reads too slowly for that has had ten seconds.
            with suppress(TimeoutError):
                async with asyncio.timeout(_LAST_WORD_SECONDS):
                    if not self._told_its_end:
                        log.warning("chat_cut_off", cause=_SHUTTING_DOWN.code)
                        await self._end(line, self._encoder.feed(_SHUTTING_DOWN))
        return True


class _Line:
    """The connection to one client: what goes out over it, and since when nothing did. `close` it in the end."""

    def __init__(self, send: Send, start: Callable[[], Message], *, timing: StreamTiming) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._send = send
        self._start = start
        self._timing = timing
        self._spoke_at = self._loop.time()
        self._sending_since: float | None = None
        # Armed again only when it fires, because most frames follow each other long before anything is due.
        self._timer = self._loop.call_later(min(timing.opening, timing.ping, timing.send), self._look)
        self._ping: asyncio.Task[None] | None = None
        self.begun = False
        self.given_up = False

    async def put(self, body: bytes, *, more: bool = True) -> None:
        """Send `body`, the headers before it if they have not gone out; waits for a client that reads slowly.

        Raises CancelledError once the client was given up: a library below may have swallowed the cancellation.
        """
        if self.given_up:
            raise asyncio.CancelledError
        self._sending_since = self._loop.time()
        if not self.begun:
            await self._send(self._start())
            self.begun = True
        await self._send({"type": "http.response.body", "body": body, "more_body": more})
        self._sending_since = None
        self._spoke_at = self._loop.time()

    async def end(self, body: bytes) -> None:
        """Send `body`, after which nothing goes out."""
        self._comment_no_more()
        await self.put(body, more=False)
        self.close()

    def give_up(self) -> None:
        """Stop the task that sends: nobody takes what it has to say."""
        if self._task is not None:
            self.given_up = True
            self._task.cancel()

    def close(self) -> None:
        """Look no more, and send no comment."""
        self._task = None
        self._timer.cancel()
        self._comment_no_more()

    def _comment_no_more(self) -> None:
        if self._ping is not None:
            self._ping.cancel()

    def _look(self) -> None:
        now, timing = self._loop.time(), self._timing
        if self._sending_since is not None:
            due = self._sending_since + timing.send
            if now >= due:
                log.info("client_reads_nothing", seconds=timing.send)
                self.give_up()
                return
        else:
            due = self._spoke_at + (timing.ping if self.begun else timing.opening)
            if now >= due:
                self._ping = self._loop.create_task(self.put(PING))
                due = now + timing.ping
        self._timer = self._loop.call_at(due, self._look)


async def _until_left(receive: Receive, give_up: Callable[[], None]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    give_up()


def _failure_of(error: Exception) -> Failed:
    """What the stream says of an error that came after its first byte."""
    if isinstance(error, ServiceError):
        return Failed(str(error), code=error.code or error.type, retry_after=error.retry_after)
    log.exception("chat_stream_failed")
    return Failed(INTERNAL_MESSAGE, code="internal_error")
