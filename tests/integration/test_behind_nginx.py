"""The chat behind a real nginx with the lines of docs/operations.md and its default buffering."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from pydantic import SecretStr
from support.chat import FakeCatalogue, a_document, build_chat_app
from support.chat_process import QUESTION
from support.llm import FakeModel, Gate, says, until_let_go
from support.nginx import PREFIX, nginx, recommended
from support.openai import BOUND_SECONDS, KEY, eventually
from support.raw_http import RawConnection, a_request
from support.serving import serving_here

from runtime.chat.service import ChatService
from runtime.chat.stream import TIMING, StreamTiming
from runtime.llm.model import ChatModel, End, Token
from runtime.llm.openai import open_lean_model
from sandbox.openai_server import Say, ScriptedServer

PATH = f"{PREFIX}/v1/chat/completions"
GZIP = "gzip on;\ngzip_proxied any;\ngzip_min_length 0;\ngzip_types text/event-stream application/json;"
WHOLE = {**QUESTION, "stream": False}


@asynccontextmanager
async def shop(
    folder: Path, model: ChatModel, *, timing: StreamTiming = TIMING, lines: str = "", http: str = GZIP
) -> AsyncIterator[str]:
    """The URL of the chat, behind nginx."""
    service = ChatService(FakeCatalogue(a_document()), model)
    app = build_chat_app(service, closers=[model.aclose], timing=timing, path_prefix=PREFIX, rate="100000/minute")
    async with serving_here(app) as upstream:
        with nginx(folder, upstream, lines, http=http) as url:
            yield url


@asynccontextmanager
async def asked(url: str, **options: Any) -> AsyncIterator[httpx2.Response]:
    """The answer to a question, from when its headers have come."""
    async with (
        asyncio.timeout(BOUND_SECONDS),
        httpx2.AsyncClient(timeout=BOUND_SECONDS) as client,
        client.stream("POST", f"{url}{PATH}", json=QUESTION, **options) as response,
    ):
        yield response


class Ear:
    """Hears an answer up to what is waited for."""

    def __init__(self, response: httpx2.Response) -> None:
        self._pieces = response.aiter_bytes()
        self.heard = b""

    async def until(self, words: bytes) -> None:
        while words not in self.heard:
            self.heard += await anext(self._pieces)

    async def until_the_end(self) -> None:
        async for piece in self._pieces:
            self.heard += piece


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_each_token_arrives_before_the_next_one_is_said(tmp_path: Path, encoding: str) -> None:
    gates = [Gate() for _ in range(20)]
    steps = [step for number, gate in enumerate(gates) for step in (Token(f"word-{number}. "), gate)]
    async with (
        shop(tmp_path, FakeModel([*steps, End("stop")])) as url,
        asked(url, headers={"accept-encoding": encoding}) as response,
    ):
        assert response.headers.get("content-encoding", "identity") == encoding
        ear = Ear(response)
        for number, gate in enumerate(gates):
            await ear.until(f"word-{number}.".encode())
            gate.opened.set()
        await ear.until_the_end()
        assert ear.heard.endswith(b"data: [DONE]\n\n")


async def test_header_is_for_nginx_which_holds_tokens_back_without_it(tmp_path: Path) -> None:
    gate = Gate()
    lines = recommended().replace("proxy_pass", "proxy_ignore_headers X-Accel-Buffering;\nproxy_pass")
    model = FakeModel([Token("word. "), gate, *says("end.")])
    heard: list[bytes] = []

    async def listen(url: str) -> None:
        async with asked(url) as response:
            async for piece in response.aiter_bytes():
                heard.append(piece)

    async with shop(tmp_path, model, lines=lines) as url:
        listening = asyncio.create_task(listen(url))
        await eventually(lambda: model.calls)
        # Long enough for a token that is not held back; on a slow machine this shows less, and is never wrong.
        await asyncio.sleep(0.5)
        assert heard == []
        gate.opened.set()
        await listening
    assert b"word." in b"".join(heard)


async def test_header_goes_no_further_than_nginx_and_the_others_do(tmp_path: Path) -> None:
    async with shop(tmp_path, FakeModel()) as url, asked(url) as response:
        assert "x-accel-buffering" not in response.headers
        assert response.headers["cache-control"] == "no-cache"
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["x-request-id"]


async def test_comments_pass_while_the_model_says_nothing(tmp_path: Path) -> None:
    gate = Gate()
    timing = StreamTiming(opening=0.05, ping=0.05)
    async with shop(tmp_path, FakeModel([gate, *says("word.")]), timing=timing) as url, asked(url) as response:
        ear = Ear(response)
        await ear.until(b": ping\n\n: ping\n\n: ping\n\n")
        gate.opened.set()
        await ear.until_the_end()
        assert b'"word' in ear.heard


async def test_client_that_leaves_lets_the_model_go_through_nginx(
    tmp_path: Path, openai_server: ScriptedServer
) -> None:
    openai_server.chat.then(Say(["word. ", "more. "], stall_after=1))
    model = open_lean_model("gpt-4o", base_url=openai_server.base_url, api_key=SecretStr(KEY))
    async with shop(tmp_path, model) as url:
        async with asked(url) as response:
            await Ear(response).until(b"word.")
        await until_let_go(openai_server.chat)


@pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])
async def test_big_answer_is_complete(tmp_path: Path, stream: bool) -> None:
    words = [f"{number}-{'я' * 20} " for number in range(600)]
    async with shop(tmp_path, FakeModel(says(*words))) as url, httpx2.AsyncClient(timeout=BOUND_SECONDS) as client:
        answer = await client.post(f"{url}{PATH}", json={**QUESTION, "stream": stream, "max_tokens": 1_000})
    assert answer.status_code == 200
    positions = [answer.text.index(word.strip()) for word in words]
    assert positions == sorted(positions)
    if stream:
        assert answer.text.endswith("data: [DONE]\n\n")


async def test_every_route_works_under_the_path_of_the_public_url(tmp_path: Path) -> None:
    async with shop(tmp_path, FakeModel()) as url, httpx2.AsyncClient(timeout=BOUND_SECONDS) as client:
        found = {
            path: (await client.get(f"{url}{PREFIX}{path}")).status_code
            for path in ("/health/live", "/v1/models", "/openapi.json", "/privacy")
        }
        assert set(found.values()) == {200}, found
        assert (await client.post(f"{url}{PATH}", json=WHOLE)).json()["choices"][0]["finish_reason"] == "stop"
        # What nginx has no location for is not ours.
        assert (await client.post(f"{url}/v1/chat/completions", json=WHOLE)).status_code in (404, 405)


async def test_slow_clients_are_nginx_own_affair_until_their_body_is_whole(tmp_path: Path) -> None:
    model = FakeModel()
    request = a_request(QUESTION, path=PATH)
    async with shop(tmp_path, model) as url, asyncio.timeout(BOUND_SECONDS):
        slow = [await RawConnection(url).open() for _ in range(50)]
        for number, connection in enumerate(slow):
            await connection.send(request[: number - 60])
        async with httpx2.AsyncClient(timeout=BOUND_SECONDS) as client:
            assert (await client.post(f"{url}{PATH}", json=WHOLE)).status_code == 200
        assert len(model.calls) == 1
        for number, connection in enumerate(slow):
            await connection.send(request[number - 60 :])
        for connection in slow:
            heard = b""
            while b"data: [DONE]" not in heard:
                heard += await connection.read()
            connection.close()
        assert len(model.calls) == 51


@pytest.mark.parametrize("part", ["head", "body"])
async def test_client_that_stops_sending_is_let_go_by_nginx(tmp_path: Path, part: str) -> None:
    model = FakeModel()
    lines = recommended().replace("timeout 10s", "timeout 1s").replace("timeout   10s", "timeout   1s")
    assert lines.count("1s;") == 2
    request = a_request(QUESTION, path=PATH)
    async with shop(tmp_path, model, lines=lines) as url, asyncio.timeout(BOUND_SECONDS):
        connection = await RawConnection(url).open()
        await connection.send(request[:20] if part == "head" else request[:-5])
        heard = await connection.read_to_the_end()
        connection.close()
        assert heard == b"" or heard.startswith(b"HTTP/1.1 408 ")
    assert model.calls == []


@pytest.mark.parametrize(("believed", "shared"), [([], True), (["127.0.0.1"], False)], ids=["nobody", "nginx"])
async def test_shoppers_behind_nginx_have_an_address_each_where_it_is_believed(
    tmp_path: Path, believed: list[str], shared: bool
) -> None:
    app = build_chat_app(ChatService(FakeCatalogue(a_document()), FakeModel()), path_prefix=PREFIX, rate="1/hour")
    async with serving_here(app, forwarded_allow_ips=believed) as upstream:
        with nginx(tmp_path, upstream) as url:
            statuses = []
            for own in ("127.0.0.2", "127.0.0.3"):
                transport = httpx2.AsyncHTTPTransport(local_address=own)
                async with httpx2.AsyncClient(transport=transport, timeout=BOUND_SECONDS) as client:
                    for spoofed in ({}, {"x-forwarded-for": "203.0.113.7"}):
                        answer = await client.post(f"{url}{PATH}", json=WHOLE, headers=spoofed)
                        statuses.append(answer.status_code)

    # What a shopper writes into the header buys nothing either way.
    assert statuses == ([200, 429, 429, 429] if shared else [200, 429, 200, 429])
