"""The routes: a request is recorded, takes its lane's plan, and is answered by it."""

import asyncio
import itertools
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

import orjson

from sandbox.openai_server.chat import ChatRequest, Events, Identity, read_chat_request, stream_events, whole_body
from sandbox.openai_server.embeddings import embedding_body, read_embedding_request
from sandbox.openai_server.errors import Problem, problem_of
from sandbox.openai_server.exchange import Exchange, Receive, Send
from sandbox.openai_server.quota import Meter, Quota
from sandbox.openai_server.script import Drop, Embed, Hang, Junk, Lane, Received, Refuse, Say

CHAT_PATH = "/v1/chat/completions"
EMBEDDINGS_PATH = "/v1/embeddings"
MODELS_PATH = "/v1/models"

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Served:
    """What the server knows: chat models, embedding models with their full dimension, its key if it asks for one."""

    chat: tuple[str, ...] = ("gpt-4o", "gpt-4o-mini")
    embeddings: Mapping[str, int] = field(
        default_factory=lambda: {
            "text-embedding-3-small": 1536,
            "text-embedding-3-large": 3072,
            "text-embedding-ada-002": 1536,
        }
    )
    api_key: str | None = None
    quota: Quota = field(default_factory=Quota)


class App:
    """The ASGI application. It finds the connection itself in `scope["transport"]`, so that plans can cut it."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.lanes = {CHAT_PATH: Lane(Say()), EMBEDDINGS_PATH: Lane(Embed())}
        self._meters = {path: Meter(served.quota) for path in self.lanes}
        self._numbers = itertools.count(1)
        self._open: set[asyncio.Transport] = set()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        path, transport = scope["path"], scope["transport"]
        raw = await _read_body(receive)
        if raw is None:
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        lane = self.lanes.get(path) if scope["method"] == "POST" else None
        received = lane.take(path, headers, raw, _parsed(raw)) if lane else Received(path, headers, raw, None, Say())
        self._open.add(transport)
        try:
            async with Exchange(received, receive=receive, send=send, transport=transport) as exchange:
                if lane is None:
                    await self._describe(exchange, received, scope["method"])
                else:
                    await self._follow(exchange, received)
        finally:
            self._open.discard(transport)

    def set_quota(self, quota: Quota) -> None:
        """Change every lane's quota."""
        for meter in self._meters.values():
            meter.change(quota)

    def granted_tokens(self) -> int:
        """Tokens of all embedding requests that the quota held."""
        return self._meters[EMBEDDINGS_PATH].granted

    def close_connections(self) -> None:
        """Close every connection whose answer is not finished. Called on the server's loop."""
        for transport in self._open:
            transport.abort()

    async def _follow(self, exchange: Exchange, received: Received) -> None:
        """Do what the request's plan says."""
        plan = received.plan
        match plan:
            case Hang():
                await exchange.hang()
            case Drop():
                await exchange.cut()
            case Junk():
                headers = {**self._headers(), "content-type": plan.content_type, **plan.headers}
                await exchange.begin(plan.status, headers, cut_at_byte=len(plan.body) if plan.cut else None)
                await exchange.write(plan.body)
                await exchange.finish()
            case Refuse():
                await exchange.pause(plan.delay)
                wait = {} if plan.retry_after is None else {"retry-after": str(plan.retry_after)}
                await self.refuse(exchange, problem_of(plan, key=bearer(received)), {**wait, **plan.headers})
            case Say() | Embed():
                try:
                    await self.behave(exchange, received, plan)
                except Problem as problem:
                    await self.refuse(exchange, problem, {})
            case _ as never:
                assert_never(never)

    async def behave(self, exchange: Exchange, received: Received, plan: Say | Embed) -> None:
        """Answer as the API does. Raises Problem for what it refuses."""
        self.require_key(received)
        if not isinstance(received.body, dict):
            raise Problem("We could not parse the JSON body of your request.")
        if isinstance(plan, Embed):
            await self._embed(exchange, received.body, plan)
        else:
            await self._chat(exchange, received.body, plan)

    async def _embed(self, exchange: Exchange, body: Mapping[str, Any], plan: Embed) -> None:
        request = read_embedding_request(body, models=self._served.embeddings)
        headers = await self._counted(exchange, EMBEDDINGS_PATH, request.tokens)
        if headers is None:
            return
        await exchange.pause(plan.delay)
        # Thousands of vectors would hold up every other stream of this server.
        answer = await asyncio.to_thread(embedding_body, request, plan)
        await self.send(exchange, 200, answer, headers, cut_at_byte=plan.cut_at_byte)

    async def _chat(self, exchange: Exchange, body: Mapping[str, Any], plan: Say) -> None:
        request = self.read_request(body)
        headers = await self._counted(exchange, CHAT_PATH, request.tokens)
        if headers is None:
            return
        await exchange.pause(plan.delay)
        identity = Identity(id=f"chatcmpl-{next(self._numbers):08d}", created=int(time.time()))
        if not request.stream:
            await self.send(exchange, 200, whole_body(plan, request, identity), headers, cut_at_byte=plan.cut_at_byte)
            return
        events = self.events(plan, request, identity)
        stream_headers = {**self._headers(), **headers, "content-type": "text/event-stream; charset=utf-8"}
        await exchange.begin(200, stream_headers, cut_at_byte=plan.cut_at_byte)
        await exchange.write_all(events.parts)
        match events.ending:
            case "stall":
                await exchange.hang()
            case "cut":
                await exchange.cut()
            case "whole":
                await exchange.finish()

    def read_request(self, body: Mapping[str, Any]) -> ChatRequest:
        """What a chat is asked for. Raises Problem."""
        return read_chat_request(body, models=self._served.chat)

    def events(self, plan: Say, request: ChatRequest, identity: Identity) -> Events:
        """The stream that answers it."""
        return stream_events(plan, request, identity)

    async def _counted(self, exchange: Exchange, path: str, tokens: int) -> Headers | None:
        """The quota's headers for an answer; None when the request was over it and has been refused."""
        standing = self._meters[path].count(tokens)
        if standing.wait is None:
            return standing.headers
        wait = {"retry-after": str(math.ceil(standing.wait)), "retry-after-ms": str(math.ceil(standing.wait * 1000))}
        over = Problem(
            f"Rate limit reached. Please try again in {standing.wait:.3f}s.",
            status=429, type="requests", code="rate_limit_exceeded",
        )  # fmt: skip
        await self.refuse(exchange, over, {**standing.headers, **wait})
        return None

    async def _describe(self, exchange: Exchange, received: Received, method: str) -> None:
        """`GET /v1/models`, `GET /v1/models/{id}`; anything else is unknown."""
        try:
            self.require_key(received)
            body = self._models(method, received.path)
        except Problem as problem:
            await self.refuse(exchange, problem, {})
        else:
            await self.send(exchange, 200, body, {})

    def _models(self, method: str, path: str) -> Mapping[str, Any]:
        if method != "GET" or not path.startswith(MODELS_PATH):
            raise Problem(f"Invalid URL ({method} {path})", status=404)
        served = [
            {"id": name, "object": "model", "created": 1_700_000_000, "owned_by": "sandbox"}
            for name in (*self._served.chat, *self._served.embeddings)
        ]
        wanted = path.removeprefix(MODELS_PATH).removeprefix("/")
        if not wanted:
            return {"object": "list", "data": served}
        for model in served:
            if model["id"] == wanted:
                return model
        raise Problem(f"The model '{wanted}' does not exist", status=404, param="model", code="model_not_found")

    def require_key(self, received: Received) -> None:
        key = bearer(received)
        if self._served.api_key is not None and key != self._served.api_key:
            raise problem_of(Refuse(401), key=key)

    async def refuse(self, exchange: Exchange, problem: Problem, headers: Headers) -> None:
        await self.send(exchange, problem.status, problem.body(), headers)

    async def send(
        self, exchange: Exchange, status: int, body: Any, headers: Headers, *, cut_at_byte: int | None = None
    ) -> None:
        encoded = orjson.dumps(body)
        length = {"content-type": "application/json", "content-length": str(len(encoded))}
        await exchange.begin(status, {**self._headers(), **length, **headers}, cut_at_byte=cut_at_byte)
        await exchange.write(encoded)
        await exchange.finish()

    def _headers(self) -> dict[str, str]:
        return {"x-request-id": f"req_{next(self._numbers):08d}", "openai-version": "2020-10-01"}


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body, None when the client left before its end."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _parsed(raw: bytes) -> Any:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def bearer(received: Received) -> str:
    return received.headers.get("authorization", "").removeprefix("Bearer ")
