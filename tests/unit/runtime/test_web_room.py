"""How many answers run at once: one too many is refused before any work, and room that is left is room again."""

import asyncio
from typing import Any

import pytest
from prometheus_client import REGISTRY
from starlette.types import Message, Receive, Scope, Send
from support.asgi import Recorder

from runtime.web.room import Room

CHAT = "/v1/chat/completions"


class Gate:
    """An application that answers once it is opened, or fails once it is told to."""

    def __init__(self) -> None:
        self.opened = asyncio.Event()
        self.failure: Exception | None = None
        self.entered = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.entered += 1
        await self.opened.wait()
        if self.failure is not None:
            raise self.failure
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x"})


async def unread() -> Message:
    raise AssertionError("nothing is read of what is refused")


async def ask(app: Any, path: str = CHAT, *, method: str = "POST") -> Recorder:
    heard = Recorder()
    await app({"type": "http", "method": method, "path": path, "headers": []}, unread, heard.send)
    return heard


async def entering(app: Any) -> "asyncio.Task[Recorder]":
    task = asyncio.create_task(ask(app))
    await asyncio.sleep(0)
    return task


@pytest.mark.parametrize("path", [CHAT, "/api/v1/chat/completions", "/assistant/v1/chat/completions"])
async def test_answer_beyond_the_room_is_refused_in_the_error_shape_without_being_read(path: str) -> None:
    gate = Gate()
    room = Room(gate, most=1)
    running = await entering(room)
    before = REGISTRY.get_sample_value("vitrina_chat_overloaded_total") or 0.0

    refused = await ask(room, path)

    assert (refused.status, refused.code, refused.headers[b"retry-after"]) == (503, "overloaded", b"1")
    assert gate.entered == 1
    assert REGISTRY.get_sample_value("vitrina_chat_overloaded_total") == before + 1
    gate.opened.set()
    assert (await running).status == 200


async def test_room_that_an_answer_leaves_is_the_next_ones() -> None:
    gate = Gate()
    gate.opened.set()
    room = Room(gate, most=1)
    assert [(await ask(room)).status for _ in range(3)] == [200, 200, 200]


async def test_an_answer_that_fails_or_is_cancelled_leaves_its_room() -> None:
    gate = Gate()
    room = Room(gate, most=1)
    running = await entering(room)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    gate.failure = ZeroDivisionError()
    failing = await entering(room)
    gate.opened.set()
    with pytest.raises(ZeroDivisionError):
        await failing
    gate.failure = None
    assert (await ask(room)).status == 200


@pytest.mark.parametrize(
    ("path", "method"),
    [("/health/ready", "GET"), ("/v1/actions/retrieve_products", "POST"), (CHAT, "OPTIONS")],
    ids=["readiness", "Action API", "a browser's preflight"],
)
async def test_what_is_no_answer_needs_no_room(path: str, method: str) -> None:
    gate = Gate()
    gate.opened.set()
    assert (await ask(Room(gate, most=0), path, method=method)).status == 200


async def test_running_answers_are_a_metric() -> None:
    gate = Gate()
    room = Room(gate, most=2)
    before = REGISTRY.get_sample_value("vitrina_chat_running") or 0.0
    running = [await entering(room), await entering(room)]
    assert REGISTRY.get_sample_value("vitrina_chat_running") == before + 2
    gate.opened.set()
    await asyncio.gather(*running)
    assert REGISTRY.get_sample_value("vitrina_chat_running") == before
