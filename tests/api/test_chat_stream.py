"""The response around the frames: comments while nothing is said, every end told, and everything closed at the end."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.chat import frames_of, started, text_of

from runtime.chat.events import ChatEvent, Delta, Finish, Usage
from runtime.chat.sse import AnswerHead, SseEncoder
from runtime.chat.stream import AnswerStream, StreamTiming
from runtime.errors import CatalogUnavailable
from runtime.web.draining import Draining

SCOPE: Any = {"type": "http", "method": "POST", "path": "/", "headers": []}
SOON = 0.01
LATE = 3600.0
PATIENCE = 60.0


class Client:
    """What a client received. left: set it to leave. reads: whether it takes what is sent."""

    def __init__(self, *, reads: bool = True, seen: Callable[["Client"], None] = lambda _: None) -> None:
        self.left = asyncio.Event()
        self.status: int | None = None
        self.headers: dict[str, str] = {}
        self.body = b""
        self.ended = False
        self._reads = reads
        self._seen = seen

    async def receive(self) -> Any:
        await self.left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        assert not self.ended
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif not self._reads:
            await asyncio.Event().wait()
        else:
            self.body += message["body"]
            self.ended = not message["more_body"]
        self._seen(self)


def answer_of(
    events: AsyncGenerator[ChatEvent, None],
    *,
    draining: Draining | None = None,
    opening: float = LATE,
    ping: float = LATE,
    send: float = LATE,
) -> AnswerStream:
    return AnswerStream(
        events,
        SseEncoder(AnswerHead(id="chatcmpl-1", created=1, model="vitrina")),
        headers_of=lambda event: {"x-degraded": event.degraded or "none"},
        draining=draining or Draining(),
        timing=StreamTiming(opening=opening, ping=ping, send=send),
    )


async def hear(answer: AnswerStream, client: Client) -> None:
    await asyncio.wait_for(answer(SCOPE, client.receive, client.send), timeout=PATIENCE)


class Silence:
    """Events that end with a silence; closed is set when they are closed."""

    def __init__(self, *events: ChatEvent) -> None:
        self.closed = asyncio.Event()
        self.silent = asyncio.Event()
        self._events = events

    async def events(self) -> AsyncGenerator[ChatEvent, None]:
        try:
            for event in self._events:
                yield event
            self.silent.set()
            await asyncio.Event().wait()
        finally:
            self.closed.set()


async def test_comments_keep_a_silent_stream_open_and_are_no_frames() -> None:
    pinged = asyncio.Event()

    async def events() -> AsyncGenerator[ChatEvent, None]:
        yield started()
        await pinged.wait()
        yield Delta("at last")
        yield Usage()
        yield Finish("stop")

    client = Client(seen=lambda client: pinged.set() if client.body.count(b": ping\n\n") > 1 else None)
    await hear(answer_of(events(), ping=SOON), client)
    assert text_of(frames_of(client.body)) == "at last"
    assert client.body.endswith(b"data: [DONE]\n\n")
    assert client.ended


async def test_events_that_stop_without_an_end_are_an_error_in_the_stream() -> None:
    async def events() -> AsyncGenerator[ChatEvent, None]:
        yield started()
        yield Delta("half a")

    client = Client()
    with capture_logs() as logs:
        await hear(answer_of(events()), client)
    *chunks, last = frames_of(client.body)
    assert text_of(chunks) == "half a"
    assert last["error"]["code"] == "internal_error"
    assert client.ended
    assert [line["event"] for line in logs] == ["chat_stream_without_end"]


async def test_headers_wait_for_the_beginning_and_say_what_it_says() -> None:
    async def events() -> AsyncGenerator[ChatEvent, None]:
        await asyncio.sleep(0)
        yield started(degraded="embeddings")
        yield Usage()
        yield Finish("stop")

    client = Client()
    await hear(answer_of(events()), client)
    assert client.status == 200
    assert client.headers["x-degraded"] == "embeddings"
    assert client.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert client.headers["cache-control"] == "no-cache"
    assert client.headers["x-accel-buffering"] == "no"
    assert "content-length" not in client.headers


async def test_comments_come_before_the_first_token_where_it_lets_wait() -> None:
    pinged = asyncio.Event()

    async def events() -> AsyncGenerator[ChatEvent, None]:
        await pinged.wait()
        yield started(degraded="llm")
        yield Delta("cards")
        yield Usage()
        yield Finish("stop")

    client = Client(seen=lambda client: pinged.set() if client.body else None)
    await hear(answer_of(events(), opening=SOON), client)
    assert client.body.startswith(b": ping\n\ndata: {")
    assert "x-degraded" not in client.headers
    frames = frames_of(client.body)
    assert frames[0]["vitrina"]["degraded"] == "llm"
    assert text_of(frames) == "cards"


async def test_error_before_the_first_byte_is_raised_and_one_after_it_ends_the_stream() -> None:
    waited = asyncio.Event()

    async def fails() -> AsyncGenerator[ChatEvent, None]:
        await waited.wait()
        raise CatalogUnavailable("There is no catalogue.", retry_after=5)
        yield

    waited.set()
    client = Client()
    with pytest.raises(CatalogUnavailable):
        await hear(answer_of(fails()), client)
    assert client.status is None
    waited.clear()
    client = Client(seen=lambda client: waited.set() if client.body else None)
    await hear(answer_of(fails(), opening=SOON), client)
    (frame,) = frames_of(client.body)
    assert frame["error"]["code"] == CatalogUnavailable.code
    assert frame["error"]["message"] == "There is no catalogue."
    assert client.ended


async def test_a_mistake_of_ours_ends_the_stream_in_words_that_tell_nothing() -> None:
    async def events() -> AsyncGenerator[ChatEvent, None]:
        yield started()
        raise KeyError("secret")

    client = Client()
    with capture_logs() as logs:
        await hear(answer_of(events()), client)
    assert frames_of(client.body)[-1]["error"]["code"] == "internal_error"
    assert b"secret" not in client.body
    assert [entry["event"] for entry in logs] == ["chat_stream_failed"]


@pytest.mark.parametrize("said", [(), (started(),), (started(), Delta("a"))])
async def test_events_are_closed_however_early_the_client_leaves(said: tuple[ChatEvent, ...]) -> None:
    silence, client = Silence(*said), Client()

    async def leave() -> None:
        await silence.silent.wait()
        client.left.set()

    await asyncio.gather(hear(answer_of(silence.events()), client), leave())
    assert silence.closed.is_set()
    assert not client.ended


async def test_departure_that_a_library_swallows_ends_the_answer_at_its_next_word() -> None:
    said = 0

    async def events() -> AsyncGenerator[ChatEvent, None]:
        nonlocal said
        yield started()
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        for _ in range(3):
            said += 1
            yield Delta("still here")

    client = Client(seen=lambda client: client.left.set())
    await hear(answer_of(events()), client)
    assert said == 1
    assert b"still here" not in client.body


async def test_client_that_reads_nothing_is_let_go() -> None:
    silence, client = Silence(started(), Delta("a")), Client(reads=False)
    with capture_logs() as logs:
        await hear(answer_of(silence.events(), opening=SOON, send=SOON), client)
    assert silence.closed.is_set()
    assert [entry["event"] for entry in logs] == ["client_reads_nothing"]


async def test_end_of_the_grace_is_told_once_the_answer_has_begun() -> None:
    now = 0.0
    draining = Draining(grace=10, clock=lambda: now)
    silence, client = Silence(started(), Delta("half a")), Client()
    answer = answer_of(silence.events(), draining=draining)
    task = asyncio.create_task(answer(SCOPE, client.receive, client.send))
    leave = draining.admit(task)
    await silence.silent.wait()
    draining.begin()
    now = 9.9
    assert draining.advance() is False
    assert not draining.over
    now = 10.0
    assert draining.advance() is False
    await asyncio.wait_for(task, timeout=PATIENCE)
    leave()
    assert draining.advance() is True
    frames = frames_of(client.body)
    assert text_of(frames[:-1]) == "half a"
    assert frames[-1]["error"]["code"] == "shutting_down"
    assert client.ended
    assert silence.closed.is_set()
    assert task.cancelling() == 0


async def test_answer_that_has_not_begun_when_the_grace_ends_is_left_to_whoever_answers_for_it() -> None:
    draining = Draining(grace=0)
    silence, client = Silence(), Client()
    task = asyncio.create_task(answer_of(silence.events(), draining=draining)(SCOPE, client.receive, client.send))
    draining.admit(task)
    await silence.silent.wait()
    draining.begin()
    draining.advance()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert client.status is None
    assert silence.closed.is_set()


async def test_cancellation_for_another_reason_is_passed_on() -> None:
    silence, client = Silence(started()), Client()
    task = asyncio.create_task(answer_of(silence.events())(SCOPE, client.receive, client.send))
    await silence.silent.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert silence.closed.is_set()


async def test_nothing_is_told_after_the_end_whatever_fails_then() -> None:
    async def events() -> AsyncGenerator[ChatEvent, None]:
        yield started()
        yield Usage()
        yield Finish("stop")
        raise KeyError("a tracer that is down")

    client = Client()
    with capture_logs() as logs:
        await hear(answer_of(events()), client)
    assert frames_of(client.body)[-1] == "[DONE]"
    assert client.ended
    assert [entry["event"] for entry in logs] == ["chat_stream_failed"]


async def test_grace_that_ends_behind_the_last_word_adds_none() -> None:
    draining = Draining(grace=0)
    silence, client = Silence(started(), Usage(), Finish("stop")), Client()
    task = asyncio.create_task(answer_of(silence.events(), draining=draining)(SCOPE, client.receive, client.send))
    draining.admit(task)
    await silence.silent.wait()
    draining.begin()
    draining.advance()
    await asyncio.wait_for(task, timeout=PATIENCE)
    assert frames_of(client.body)[-1] == "[DONE]"
    assert client.ended


async def test_grace_does_not_wait_for_a_client_that_reads_nothing() -> None:
    draining = Draining(grace=0)
    silence, client = Silence(started()), Client(reads=False)
    sending = answer_of(silence.events(), draining=draining)
    task = asyncio.create_task(sending(SCOPE, client.receive, client.send))
    draining.admit(task)
    while client.status is None:
        await asyncio.sleep(0)
    draining.begin()
    draining.advance()
    await asyncio.wait_for(task, timeout=PATIENCE)
    assert silence.closed.is_set()


async def test_client_that_does_not_take_the_very_end_is_let_go() -> None:
    class TakesAllButTheEnd(Client):
        async def send(self, message: Any) -> None:
            if message["type"] == "http.response.body" and not message["more_body"]:
                await asyncio.Event().wait()
            await super().send(message)

    async def events() -> AsyncGenerator[ChatEvent, None]:
        yield started()
        yield Usage()
        yield Finish("stop")

    with capture_logs() as logs:
        await hear(answer_of(events(), send=SOON), TakesAllButTheEnd())
    assert [entry["event"] for entry in logs] == ["client_reads_nothing"]
