"""The end of a deployment: nothing new is begun, what runs is waited for, and what outlasts the grace is answered."""

import asyncio
import logging
import signal
from typing import Any

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from support.asgi import Recorder

from runtime.web.draining import ALLOWED, DrainBeforeEnd, Draining, DrainingServer


def a_scope(path: str = "/v1/chat/completions") -> dict[str, Any]:
    return {"type": "http", "method": "POST", "path": path, "headers": []}


async def nothing() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def answers(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x"})


async def hangs(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


async def begins_and_hangs(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await asyncio.Event().wait()


async def ask(app: Any, path: str = "/v1/chat/completions") -> Recorder:
    heard = Recorder()
    await app(a_scope(path), nothing, heard.send)
    return heard


async def test_answer_given_up_is_no_news_of_uvicorn_and_all_else_is(caplog: pytest.LogCaptureFixture) -> None:
    DrainingServer(uvicorn.Config(answers, log_config=None), Draining())
    uvicorns = logging.getLogger("uvicorn.error")
    uvicorns.error("ASGI callable returned without completing response.")
    uvicorns.error("Exception in ASGI application")
    assert caplog.messages == ["Exception in ASGI application"]


async def test_before_the_end_everything_is_answered_and_nothing_is_done() -> None:
    draining = Draining()
    assert (await ask(DrainBeforeEnd(answers, draining=draining))).status == 200
    assert draining.advance() is False


async def test_what_comes_after_the_announcement_is_refused_in_the_error_shape() -> None:
    draining = Draining()
    draining.begin()
    heard = await ask(DrainBeforeEnd(answers, draining=draining), "/health/ready")
    assert (heard.status, heard.code) == (503, "shutting_down")
    assert heard.headers[b"retry-after"] == b"1"
    assert heard.headers[b"connection"] == b"close"


@pytest.mark.parametrize("path", sorted(ALLOWED))
async def test_liveness_and_metrics_are_answered_to_the_last(path: str) -> None:
    draining = Draining()
    draining.begin()
    assert (await ask(DrainBeforeEnd(answers, draining=draining), path)).status == 200


async def test_what_runs_is_waited_for() -> None:
    draining = Draining()
    running = asyncio.create_task(ask(DrainBeforeEnd(hangs, draining=draining)))
    await asyncio.sleep(0)
    draining.begin()
    assert draining.advance() is False
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert draining.advance() is True


async def test_what_has_not_begun_when_the_grace_is_over_is_refused() -> None:
    draining = Draining(grace=0)
    running = asyncio.create_task(ask(DrainBeforeEnd(hangs, draining=draining)))
    await asyncio.sleep(0)
    draining.begin()
    assert draining.advance() is False
    heard = await running
    assert (heard.status, heard.code) == (503, "shutting_down")
    assert running.cancelling() == 0
    assert draining.advance() is True


async def test_what_has_begun_and_does_not_end_itself_is_cut_off() -> None:
    draining = Draining(grace=0)
    running = asyncio.create_task(ask(DrainBeforeEnd(begins_and_hangs, draining=draining)))
    await asyncio.sleep(0)
    draining.begin()
    draining.advance()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_server_goes_on_until_all_is_done_and_ends_at_once_on_a_second_signal() -> None:
    draining = Draining()
    server = DrainingServer(uvicorn.Config(answers), draining)
    server.started = True
    leave = draining.admit(asyncio.create_task(asyncio.sleep(0)))
    server.handle_exit(signal.SIGTERM, None)
    assert draining.begun
    assert await server.on_tick(1) is False
    server.handle_exit(signal.SIGTERM, None)
    assert await server.on_tick(2) is True
    server.should_exit = False
    leave()
    assert await server.on_tick(3) is True
    assert server._captured_signals == [signal.SIGTERM] * 2


async def test_signal_before_the_start_is_an_end_at_once() -> None:
    server = DrainingServer(uvicorn.Config(answers), Draining())
    server.handle_exit(signal.SIGTERM, None)
    assert server.should_exit
