"""The response around the frames: comments while nothing is said, and everything closed at the end."""

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from support.chat import frames_of, started, text_of

from runtime.chat.endpoints import ChatStream, StreamTiming
from runtime.chat.events import ChatEvent, Delta, Finish, Usage
from runtime.chat.sse import AnswerHead, SseEncoder

SCOPE: Any = {"type": "http", "method": "POST", "path": "/", "headers": []}


async def stays() -> Any:
    await asyncio.Event().wait()


def stream_of(events: AsyncGenerator[ChatEvent, None], *, ping: float = 15.0) -> ChatStream:
    encoder = SseEncoder(AnswerHead(id="chatcmpl-1", created=1, model="vitrina"))
    return ChatStream(started(), events, encoder, timing=StreamTiming(ping=ping))


async def test_comments_keep_a_silent_stream_open_and_are_no_frames() -> None:
    pinged = asyncio.Event()
    body = b""

    async def events() -> AsyncGenerator[ChatEvent, None]:
        await pinged.wait()
        yield Delta("at last")
        yield Usage()
        yield Finish("stop")

    async def send(message: Any) -> None:
        nonlocal body
        body += message.get("body", b"")
        if b": ping\n\n" in body:
            pinged.set()

    await asyncio.wait_for(stream_of(events(), ping=0.01)(SCOPE, stays, send), timeout=60)
    assert text_of(frames_of(body)) == "at last"
    assert body.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("leaves_after", [0, 1, 2])
async def test_events_are_closed_however_early_the_client_leaves(leaves_after: int) -> None:
    closed, left = asyncio.Event(), asyncio.Event()
    seen = 0

    async def events() -> AsyncGenerator[ChatEvent, None]:
        try:
            yield started()
            yield Delta("a")
            await asyncio.Event().wait()
        finally:
            closed.set()

    async def receive() -> Any:
        await left.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal seen
        seen += message["type"] == "http.response.body"
        if seen >= leaves_after:
            left.set()

    running = events()
    await anext(running)
    await asyncio.wait_for(stream_of(running)(SCOPE, receive, send), timeout=60)
    assert closed.is_set()
