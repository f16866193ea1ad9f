"""F15: SIGTERM under streams. Readiness goes first, nothing new is begun, and no answer ends without a last word."""

import asyncio
import signal
import time
from typing import Any

import httpx2
import pytest
from support.adapters import ADAPTERS, every_adapter
from support.chat import frames_of, text_of
from support.chat_process import QUESTION, ChatProcess, chat_process, many_connections
from support.faults import LONG, rounds
from support.openai import BOUND_SECONDS, eventually

from sandbox.openai_server import Hang, Say, ScriptedServer

STREAMS = rounds(short=20, long=100)
WORDS = [f"word{number} " for number in range(rounds(short=20, long=40))]

GRACE_SECONDS = 1.0 if LONG else 0.3
"""For answers that outlast it anyway."""

every_adapter_in_time = pytest.mark.parametrize("adapter", ADAPTERS if LONG else ["lean"])


async def listen(http: httpx2.AsyncClient, shop: ChatProcess, heard: list[bytes], place: int) -> None:
    async with http.stream("POST", f"{shop.url}/v1/chat/completions", json=QUESTION) as answer:
        assert answer.status_code == 200
        async for piece in answer.aiter_bytes():
            heard[place] += piece


async def refused(shop: ChatProcess) -> list[Any]:
    """What readiness and a new question are told, each on a connection of its own."""
    async with httpx2.AsyncClient(base_url=shop.url) as http:
        answers = [await http.get("/health/ready"), await http.post("/v1/chat/completions", json=QUESTION)]
        assert (await http.get("/health/live")).status_code == 200
    assert all(int(answer.headers["retry-after"]) > 0 for answer in answers)
    return [(answer.status_code, answer.json()["error"]["code"]) for answer in answers]


async def until_draining(shop: ChatProcess) -> None:
    async with httpx2.AsyncClient(base_url=shop.url) as http, asyncio.timeout(BOUND_SECONDS):
        while (await http.get("/health/ready")).status_code == 200:
            await asyncio.sleep(0.01)


@every_adapter
async def test_f15_running_answers_are_finished_while_nothing_new_is_begun(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(Say(WORDS, gap=0.1))
    heard = [b""] * STREAMS
    async with chat_process(openai_server.base_url, "--adapter", adapter) as shop, many_connections(STREAMS) as http:
        async with asyncio.TaskGroup() as group:
            for place in range(STREAMS):
                group.create_task(listen(http, shop, heard, place))
            await eventually(lambda: all(b"word0" in body for body in heard))
            shop.process.send_signal(signal.SIGTERM)
            await until_draining(shop)
            told = await refused(shop)
        code = await shop.ended()
    assert told == [(503, "shutting_down")] * 2
    assert code == 0
    frames = [frames_of(body) for body in heard]
    assert {text_of(answer) for answer in frames} == {"".join(WORDS)}
    assert {str(answer[-1]) for answer in frames} == {"[DONE]"}


@every_adapter_in_time
async def test_f15_answers_that_outlast_the_grace_end_in_one_error_object(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(Say(["a ", "b "], stall_after=2))
    heard = [b""] * STREAMS
    options = ("--grace", str(GRACE_SECONDS), "--adapter", adapter)
    async with chat_process(openai_server.base_url, *options) as shop, many_connections(STREAMS) as http:
        async with asyncio.TaskGroup() as group:
            for place in range(STREAMS):
                group.create_task(listen(http, shop, heard, place))
            await eventually(lambda: all(b"b " in body for body in heard))
            begun = time.monotonic()
            shop.process.send_signal(signal.SIGTERM)
        code = await shop.ended()
        took = time.monotonic() - begun
    assert code == 0
    if LONG:
        assert took <= GRACE_SECONDS + 1
    for body in heard:
        *chunks, last = frames_of(body)
        assert text_of(chunks) == "a b "
        assert isinstance(last, dict)
        assert last["error"]["code"] == "shutting_down"
    assert {request.ended for request in openai_server.chat.requests} == {"client_left"}


@every_adapter_in_time
async def test_f15_questions_without_a_first_word_are_told_to_ask_elsewhere(
    openai_server: ScriptedServer, adapter: str
) -> None:
    openai_server.chat.always(Hang())
    questions = [{**QUESTION, "stream": stream} for stream in (True, False)]
    options = ("--grace", str(GRACE_SECONDS), "--adapter", adapter)
    async with chat_process(openai_server.base_url, *options) as shop, many_connections(2) as http:
        asking = [
            asyncio.create_task(http.post(f"{shop.url}/v1/chat/completions", json=question)) for question in questions
        ]
        await eventually(lambda: len(openai_server.chat.requests) == len(questions))
        shop.process.send_signal(signal.SIGTERM)
        answers = await asyncio.gather(*asking)
        assert await shop.ended() == 0
    assert [(answer.status_code, answer.json()["error"]["code"]) for answer in answers] == [(503, "shutting_down")] * 2


async def test_f15_a_second_signal_does_not_wait(openai_server: ScriptedServer) -> None:
    openai_server.chat.always(Say(["word "], stall_after=1))
    heard = [b""]
    async with chat_process(openai_server.base_url, "--grace", "3600") as shop, many_connections(1) as http:
        asking = asyncio.create_task(listen(http, shop, heard, 0))
        await eventually(lambda: b"word " in heard[0])
        shop.process.send_signal(signal.SIGTERM)
        await until_draining(shop)
        shop.process.send_signal(signal.SIGTERM)
        await shop.ended()
        await asyncio.gather(asking, return_exceptions=True)
