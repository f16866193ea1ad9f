"""GigaChat, played on a real loopback socket: access tokens that end, and chat in its dialect, with the same faults.

    with scripted_gigachat() as server:
        open_gigachat("GigaChat-2", base_url=server.base_url, auth_url=server.auth_url, …)
        server.tokens.then(Refuse(503))         # the next request for a token
        server.lifetime = 30.0                  # seconds of tokens given from now on
        server.revoke()                         # those given so far are refused

Shapes: https://developers.sber.ru/docs/ru/gigachat/api/reference/rest/post-token and …/post-chat; the stream as in
ai-forever/gigachat, tests/data/chat_completion.stream; refusals: …/gigachat/api/errors-description.
"""

import base64
import re
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

from sandbox.openai_server.app import CHAT_PATH, App, Served, bearer
from sandbox.openai_server.chat import ChatRequest, Events, Identity, stream_events
from sandbox.openai_server.errors import Problem
from sandbox.openai_server.exchange import Exchange
from sandbox.openai_server.script import Embed, Lane, Received, Say
from sandbox.openai_server.server import in_thread

TOKEN_PATH: Final = "/api/v2/oauth"
LIFETIME_SECONDS: Final = 1800.0
KEY: Final = base64.b64encode(b"client-id:client-secret").decode()
SCOPE: Final = "GIGACHAT_API_PERS"

_UUID: Final = re.compile(r"[0-9a-fA-F-]{36}")


class GigaChatApp(App):
    """The ASGI application. lifetime: seconds of the tokens it gives."""

    def __init__(self) -> None:
        super().__init__(Served(chat=("GigaChat-2", "GigaChat-2-Max")))
        self.lanes[TOKEN_PATH] = Lane(Say())
        self.lifetime = LIFETIME_SECONDS
        self._ends: dict[str, float] = {}

    def revoke(self) -> None:
        """Refuse every token given so far."""
        self._ends = {}

    async def behave(self, exchange: Exchange, received: Received, plan: Say | Embed) -> None:
        if received.path == TOKEN_PATH:
            await exchange.pause(plan.delay)
            await self.send(exchange, 200, self._grant(received), {})
        else:
            await super().behave(exchange, received, plan)

    def require_key(self, received: Received) -> None:
        if self._ends.get(bearer(received), 0.0) <= time.time():
            raise Problem("Token has expired", status=401)

    def read_request(self, body: Mapping[str, Any]) -> ChatRequest:
        request = replace(super().read_request(body), usage_wanted=True)
        if any(message["role"] == "system" for message in request.messages[1:]):
            raise Problem("Invalid params: system message must be the first message", status=422)
        return request

    def events(self, plan: Say, request: ChatRequest, identity: Identity) -> Events:
        spoken = stream_events(plan, request, identity)
        return Events(parts=tuple(_in_its_words(spoken.parts)), ending=spoken.ending)

    async def refuse(self, exchange: Exchange, problem: Problem, headers: Mapping[str, str]) -> None:
        told = {"status": problem.status, "message": problem.message}
        await self.send(exchange, problem.status, told, headers)

    def _grant(self, received: Received) -> Mapping[str, Any]:
        """A token. Raises Problem."""
        if received.headers.get("authorization") != f"Basic {KEY}":
            raise Problem("Authorization error: header is incorrect", status=401)
        if not _UUID.fullmatch(received.headers.get("rquid", "")):
            raise Problem("RqUID is not valid")
        if parse_qs(received.raw.decode()).get("scope") != [SCOPE]:
            raise Problem("scope from db not fully includes consumed scope")
        token, ends = f"eyJ{uuid.uuid4().hex}", time.time() + self.lifetime
        self._ends[token] = ends
        return {"access_token": token, "expires_at": int(ends * 1000)}


class ScriptedGigaChat:
    """A running server: where it is, and the script of its two lanes."""

    def __init__(self, app: GigaChatApp, *, port: int) -> None:
        self._app = app
        self.port = port
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self.auth_url = f"http://127.0.0.1:{port}{TOKEN_PATH}"
        self.chat: Lane = app.lanes[CHAT_PATH]
        self.tokens: Lane = app.lanes[TOKEN_PATH]
        self.revoke = app.revoke

    @property
    def lifetime(self) -> float:
        return self._app.lifetime

    @lifetime.setter
    def lifetime(self, seconds: float) -> None:
        self._app.lifetime = seconds

    def reset(self) -> None:
        """Forget every plan, request and token."""
        self.chat.reset()
        self.tokens.reset()
        self.revoke()
        self.lifetime = LIFETIME_SECONDS


@contextmanager
def scripted_gigachat() -> Iterator[ScriptedGigaChat]:
    """Run the server on a free loopback port until the block ends."""
    app = GigaChatApp()
    with in_thread(app, port=0) as port:
        yield ScriptedGigaChat(app, port=port)


def _in_its_words(parts: Any) -> Iterator[tuple[float, bytes]]:
    """OpenAI's events as GigaChat's: fewer members, and the token count beside the finish reason."""
    last: tuple[float, dict[str, Any]] | None = None
    for seconds, event in parts:
        try:
            chunk = orjson.loads(event.removeprefix(b"data: "))
        except orjson.JSONDecodeError:
            if last is not None:
                yield last[0], _event(last[1])
                last = None
            yield seconds, event
            continue
        if "error" in chunk:
            yield seconds, _event({"status": 500, "message": chunk["error"]["message"]})
        elif not chunk["choices"]:
            assert last is not None
            last[1]["usage"] = {name: chunk["usage"][name] for name in _COUNTS} | {"precached_prompt_tokens": 0}
        elif chunk["choices"][0]["finish_reason"] is None:
            yield seconds, _event(_chunk(chunk))
        else:
            last = seconds, _chunk(chunk)
    if last is not None:
        yield last[0], _event(last[1])


_COUNTS: Final = ("prompt_tokens", "completion_tokens", "total_tokens")


def _chunk(chunk: Mapping[str, Any]) -> dict[str, Any]:
    (choice,) = chunk["choices"]
    said: dict[str, Any] = {"delta": {"content": "", **choice["delta"]}, "index": 0}
    if reason := choice["finish_reason"]:
        said["finish_reason"] = "blacklist" if reason == "content_filter" else reason
    return {"choices": [said], "created": chunk["created"], "model": chunk["model"], "object": "chat.completion"}


def _event(body: Any) -> bytes:
    return b"data: " + orjson.dumps(body) + b"\n\n"
