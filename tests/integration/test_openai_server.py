"""The scripted server seen by the stock client and by bare HTTP: well-behaved, and each kind of fault."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import openai
import orjson
import pytest
from openai import AsyncOpenAI
from support.openai import BOUND_SECONDS, KEY, eventually

from sandbox.openai_server import Drop, Embed, Hang, Junk, Quota, Refuse, Say, ScriptedServer, scripted_openai

ASK: Any = [{"role": "user", "content": "a jacket?"}]


@pytest.fixture
async def client(openai_server: ScriptedServer) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(
        base_url=openai_server.base_url, api_key=KEY, max_retries=0, timeout=BOUND_SECONDS
    ) as client:
        yield client


async def streamed(client: AsyncOpenAI, **options: Any) -> list[Any]:
    stream = await client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True, **options)
    return [chunk async for chunk in stream]


async def text_until_failure(client: AsyncOpenAI) -> tuple[str, Exception]:
    """The words of a stream that breaks, and how it broke."""
    text = ""
    stream = await client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True)
    try:
        async for chunk in stream:
            text += chunk.choices[0].delta.content or ""
    except (openai.APIError, httpx2.HTTPError) as error:
        return text, error
    raise AssertionError(f"the stream ended well: {text!r}")


async def raw_stream(server: ScriptedServer, **body: Any) -> bytes:
    """A streamed answer's bytes, as far as they came."""
    received = b""
    request = {"model": "gpt-4o", "messages": ASK, "stream": True, **body}
    async with (
        httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"}, timeout=BOUND_SECONDS) as client,
        client.stream("POST", f"{server.base_url}/chat/completions", json=request) as answer,
    ):
        try:
            async for part in answer.aiter_bytes():
                received += part
        except httpx2.RemoteProtocolError:
            pass
    return received


async def ended(server: ScriptedServer, ending: str) -> None:
    """Wait until the last chat request has ended so."""
    await eventually(lambda: server.chat.requests and server.chat.requests[-1].ended == ending)


async def test_stock_client_streams_the_plans_words(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("Куртка Montana — 4 810 ₽."))
    chunks = await streamed(client, stream_options={"include_usage": True})
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks[:-1]) == "Куртка Montana — 4 810 ₽."
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.completion_tokens == 6


async def test_stock_client_reads_a_whole_answer(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("Hello there."))
    answer = await client.chat.completions.create(model="gpt-4o", messages=ASK, temperature=0.1)
    assert answer.choices[0].message.content == "Hello there."
    assert answer.choices[0].finish_reason == "stop"
    assert answer._request_id is not None
    assert openai_server.chat.requests[0].body["temperature"] == 0.1
    await ended(openai_server, "answered")


async def test_models_are_listed_and_found_by_name(client: AsyncOpenAI) -> None:
    names = [model.id async for model in client.models.list()]
    assert {"gpt-4o", "text-embedding-3-small", "house-model"} <= set(names)
    assert (await client.models.retrieve("gpt-4o")).id == "gpt-4o"
    with pytest.raises(openai.NotFoundError) as refused:
        await client.models.retrieve("gpt-9")
    assert refused.value.code == "model_not_found"


async def test_stock_client_reads_embeddings_in_its_own_encoding(client: AsyncOpenAI) -> None:
    answer = await client.embeddings.create(model="text-embedding-3-small", input=["a jacket", "a mat"], dimensions=16)
    assert [len(entry.embedding) for entry in answer.data] == [16, 16]
    assert answer.usage.total_tokens == 4


async def test_wrong_key_is_refused_before_the_body_is_looked_at(openai_server: ScriptedServer) -> None:
    async with AsyncOpenAI(base_url=openai_server.base_url, api_key="sk-wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError) as refused:
            await client.chat.completions.create(model="nonsense", messages=ASK)
    assert refused.value.code == "invalid_api_key"


async def test_every_answer_carries_request_id_and_rate_limits(
    openai_server: ScriptedServer, client: AsyncOpenAI
) -> None:
    answers = [
        (await client.chat.completions.with_raw_response.create(model="gpt-4o", messages=ASK)).headers,
        (await client.embeddings.with_raw_response.create(model="text-embedding-3-small", input="a")).headers,
    ]
    for headers in answers:
        assert headers["x-request-id"].startswith("req_")
        assert int(headers["x-ratelimit-remaining-requests"]) < int(headers["x-ratelimit-limit-requests"])
    assert answers[0]["x-request-id"] != answers[1]["x-request-id"]


@pytest.mark.parametrize(
    ("plan", "error"),
    [
        (Refuse(400), openai.BadRequestError),
        (Refuse(401), openai.AuthenticationError),
        (Refuse(403), openai.PermissionDeniedError),
        (Refuse(404), openai.NotFoundError),
        (Refuse(429, retry_after=2), openai.RateLimitError),
        (Refuse(500), openai.InternalServerError),
        (Drop(), openai.APIConnectionError),
        (Junk(b"<html>", status=502), openai.InternalServerError),
    ],
    ids=lambda plan: repr(plan)[:12],
)
async def test_stock_client_raises_its_own_error(
    openai_server: ScriptedServer, client: AsyncOpenAI, plan: Refuse | Drop | Junk, error: type[Exception]
) -> None:
    openai_server.chat.then(plan)
    with pytest.raises(error):
        await streamed(client)


async def test_plans_are_taken_in_order_and_then_the_standing_one(
    openai_server: ScriptedServer, client: AsyncOpenAI
) -> None:
    openai_server.chat.always(Say("standing"))
    openai_server.chat.then(Say("first"), Say("second"))
    said = [
        (await client.chat.completions.create(model="gpt-4o", messages=ASK)).choices[0].message.content
        for _ in range(4)
    ]
    assert said == ["first", "second", "standing", "standing"]
    assert openai_server.chat.queued == 0
    assert len(openai_server.chat.requests) == 4


async def test_retry_after_is_sent(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Refuse(429, retry_after=7))
    with pytest.raises(openai.RateLimitError) as refused:
        await streamed(client)
    assert refused.value.response.headers["retry-after"] == "7"


async def test_stream_is_cut_after_so_many_tokens(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("one two three four", cut_after=2))
    text, error = await text_until_failure(client)
    assert text == "one two"
    assert isinstance(error, openai.APIConnectionError)
    await ended(openai_server, "cut")


@pytest.mark.parametrize("at", [0, 1, 57, 250])
async def test_stream_is_cut_at_the_very_byte(openai_server: ScriptedServer, at: int) -> None:
    openai_server.chat.then(Say("Привет, мир"))
    whole = await raw_stream(openai_server)
    openai_server.chat.then(Say("Привет, мир", cut_at_byte=at))
    cut = await raw_stream(openai_server)
    assert len(cut) == at
    assert without_numbers(cut) == without_numbers(whole)[:at]


def without_numbers(stream: bytes) -> bytes:
    """A stream without what differs from answer to answer: its id and its second."""
    return re.sub(rb"\d", b"0", stream)


async def test_stream_fails_by_an_error_object(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("one two three", fail_after=1))
    text, error = await text_until_failure(client)
    assert text == "one"
    assert type(error) is openai.APIError


async def test_stream_stalls_until_the_client_leaves(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("one two three", stall_after=1))
    text = ""

    async def listen() -> None:
        nonlocal text
        async for chunk in await client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True):
            text += chunk.choices[0].delta.content or ""

    listening = asyncio.create_task(listen())
    await eventually(lambda: text)
    await left_in_silence(listening, openai_server)
    assert text == "one"


async def test_silence_lasts_until_the_client_leaves(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Hang())
    listening = asyncio.create_task(streamed(client))
    await eventually(lambda: openai_server.chat.requests)
    await left_in_silence(listening, openai_server)


async def left_in_silence(listening: asyncio.Task[Any], server: ScriptedServer) -> None:
    """Nothing comes for a while, and the server notices that the listener then goes."""
    done, _ = await asyncio.wait({listening}, timeout=0.2)
    assert not done
    assert server.chat.requests[-1].ended == "open"
    listening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await listening
    await ended(server, "client_left")


async def test_client_that_leaves_in_the_middle_is_noticed(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say(["word "] * 1000, gap=0.01))
    stream = await client.chat.completions.create(model="gpt-4o", messages=ASK, stream=True)
    await anext(aiter(stream))
    assert openai_server.chat.requests[0].ended == "open"
    await stream.close()
    await ended(openai_server, "client_left")


async def test_tokens_come_at_their_pace(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say(["a ", "b ", "c "], delay=0.05, gap=0.05))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await streamed(client)
    assert loop.time() - began >= 0.19


async def test_comments_and_missing_end_reach_the_client_as_they_are(openai_server: ScriptedServer) -> None:
    openai_server.chat.then(Say("hi", comments=2, done=False))
    stream = await raw_stream(openai_server)
    assert stream.startswith(b": keep-alive\n\n: keep-alive\n\ndata: {")
    assert b"[DONE]" not in stream


async def test_reasoning_travels_in_its_own_field(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.chat.then(Say("hi", reasoning="let me think"))
    deltas = [chunk.choices[0].delta for chunk in await streamed(client)]
    assert "".join((delta.model_extra or {}).get("reasoning_content", "") for delta in deltas) == "let me think"
    assert "".join(delta.content or "" for delta in deltas) == "hi"


async def test_edit_changes_every_chunk(openai_server: ScriptedServer) -> None:
    openai_server.chat.then(Say("hi", edit=lambda chunk: {**chunk, "choices": []}))
    lines = (await raw_stream(openai_server)).decode().splitlines()
    chunks = [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: {")]
    assert all(chunk["choices"] == [] for chunk in chunks)


async def test_junk_is_sent_as_given(openai_server: ScriptedServer) -> None:
    openai_server.chat.then(Junk(b"data: {broken\n\ndata: [DONE]\n\n", content_type="text/event-stream"))
    assert await raw_stream(openai_server) == b"data: {broken\n\ndata: [DONE]\n\n"


async def test_body_that_is_no_json_is_a_bad_request(openai_server: ScriptedServer) -> None:
    async with httpx2.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as http:
        answer = await http.post(f"{openai_server.base_url}/chat/completions", content=b"{")
        unknown = await http.post(f"{openai_server.base_url}/images", json={})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert unknown.status_code == 404
    assert openai_server.chat.requests[0].body is None


async def test_quota_is_enforced_with_the_time_to_wait(openai_server: ScriptedServer) -> None:
    with scripted_openai(quota=Quota(requests=2, tokens=1000)) as server:
        async with AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0) as client:
            for _ in range(2):
                await client.embeddings.create(model="text-embedding-3-small", input="a")
            with pytest.raises(openai.RateLimitError) as refused:
                await client.embeddings.create(model="text-embedding-3-small", input="a")
    headers = refused.value.response.headers
    assert 0 < int(headers["retry-after"]) <= 30
    assert headers["x-ratelimit-remaining-requests"] == "0"


async def test_lanes_do_not_share_plans(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.embeddings.always(Refuse(500))
    assert await streamed(client)
    with pytest.raises(openai.InternalServerError):
        await client.embeddings.create(model="text-embedding-3-small", input="a")
    assert isinstance(openai_server.embeddings.requests[0].plan, Refuse)


async def test_embeddings_may_come_late(openai_server: ScriptedServer, client: AsyncOpenAI) -> None:
    openai_server.embeddings.then(Embed(delay=5.0))
    with pytest.raises(openai.APITimeoutError):
        await client.with_options(timeout=0.2).embeddings.create(model="text-embedding-3-small", input="a")


async def test_server_stops_although_an_answer_hangs() -> None:
    with scripted_openai() as server:
        server.chat.then(Hang())
        client = AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0)
        call = asyncio.create_task(streamed(client))
        await eventually(lambda: server.chat.requests)
    with pytest.raises(openai.APIConnectionError):
        await call
    await client.close()


def test_taken_port_is_an_error_at_once(openai_server: ScriptedServer) -> None:
    with pytest.raises(OSError, match="in use"), scripted_openai(port=openai_server.port):
        pass


def test_foreground_server_prints_its_address_and_ends_with_ctrl_c() -> None:
    command = [sys.executable, "-m", "sandbox.openai_server", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ}) as server:
        assert server.stdout is not None
        base_url = server.stdout.readline().strip().removeprefix("OPENAI_BASE_URL=")
        with openai.OpenAI(base_url=base_url, api_key="any", max_retries=0) as client:
            answer = client.chat.completions.create(model="gpt-4o", messages=ASK)
        server.send_signal(signal.SIGINT)
        server.wait(BOUND_SECONDS)
    assert answer.choices[0].message.content == "Nothing in this shop fits that."
