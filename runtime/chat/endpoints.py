"""`POST /v1/chat/completions`: parse, ask, encode."""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.types import Receive, Scope, Send

from runtime.chat.connection import ClientLeft, while_connected
from runtime.chat.events import ChatEvent, Failed, Started
from runtime.chat.openapi import ANSWERS
from runtime.chat.question import question_of
from runtime.chat.schemas import ChatCompletion, ChatRequest
from runtime.chat.service import ChatService
from runtime.chat.sse import AnswerHead, SseEncoder
from runtime.chat.whole import AnswerCollector
from runtime.web.admission import caller_of, guarded_route
from runtime.web.auth import Door
from runtime.web.errors import INTERNAL_MESSAGE
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts

log = structlog.get_logger(__name__)

DEGRADED_HEADER: Final = "x-degraded"
ROUTE_HEADER: Final = "x-llm-route"

CLIENT_LEFT: Final = 499
"""nginx's status for a client that closed first; only our own log ever sees it."""


@dataclass(frozen=True, slots=True)
class StreamTiming:
    """Seconds. ping: between the comments that keep a connection open. send: after which a client that reads nothing
    is let go. shutdown_grace: how long running answers go on after SIGTERM; below the server's own grace.
    """

    ping: float = 15.0
    send: float = 30.0
    shutdown_grace: float = 10.0


def build_chat_router(
    service: ChatService,
    storefronts: Storefronts,
    *,
    door: Door,
    limit: RateLimit,
    timing: StreamTiming = StreamTiming(),
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] = lambda: f"chatcmpl-{uuid4().hex}",
) -> APIRouter:
    """The chat route at `/api/v1` and, for `base_url=…/v1`, at `/v1`. clock: seconds since the epoch."""
    router = APIRouter(tags=["chat"], route_class=guarded_route(door, limit))

    async def create_chat_completion(body: ChatRequest, request: Request) -> Response:
        """Answers a shopper's question from the products of a store view. The same at /v1/chat/completions, for
        OpenAI clients whose base_url ends in /v1."""
        store = storefronts.choose_model(body.model, store=body.store, scope=caller_of(request).store)
        events = service.answer(question_of(body, store=store))
        head = AnswerHead(id=new_id(), created=int(clock()), model=body.model)
        try:
            if not body.stream:
                return await while_connected(request.receive, _whole(events, AnswerCollector(head)))
            # The first event settles whether there is an answer at all, while the status can still say so.
            first = await while_connected(request.receive, _first(events))
        except ClientLeft:
            return Response(status_code=CLIENT_LEFT)
        include_usage = body.stream_options is not None and body.stream_options.include_usage
        return ChatStream(first, events, SseEncoder(head, include_usage=include_usage), timing=timing)

    for prefix, listed in (("/api/v1", True), ("/v1", False)):
        router.add_api_route(
            f"{prefix}/chat/completions",
            create_chat_completion,
            methods=["POST"],
            operation_id="createChatCompletion",
            response_model=ChatCompletion,
            responses=ANSWERS,
            include_in_schema=listed,
        )
    return router


class ChatStream(EventSourceResponse):
    """An answer as server-sent events; however it ends, the events are closed, and the model's connection with them."""

    def __init__(
        self,
        first: ChatEvent,
        rest: AsyncGenerator[ChatEvent, None],
        encoder: SseEncoder,
        *,
        timing: StreamTiming,
    ) -> None:
        super().__init__(
            _frames(first, rest, encoder),
            # Neither a cache nor nginx may hold tokens back.
            headers={"cache-control": "no-cache", "x-accel-buffering": "no", **_headers(first)},
            ping=timing.ping,
            ping_message_factory=lambda: ServerSentEvent(comment="ping", sep="\n"),
            send_timeout=timing.send,
            shutdown_grace_period=timing.shutdown_grace,
        )
        self._events = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async with aclosing(self._events):
            await super().__call__(scope, receive, send)


async def _first(events: AsyncIterator[ChatEvent]) -> ChatEvent:
    return await anext(events)


async def _frames(first: ChatEvent, rest: AsyncIterator[ChatEvent], encoder: SseEncoder) -> AsyncIterator[bytes]:
    yield encoder.feed(first)
    try:
        async for event in rest:
            if frames := encoder.feed(event):
                yield frames
    except Exception:
        # The status has gone out: all that is left is to end the stream as the wire knows it.
        log.exception("chat_stream_failed")
        yield encoder.feed(Failed(INTERNAL_MESSAGE, code="internal_error"))


async def _whole(events: AsyncGenerator[ChatEvent, None], collector: AnswerCollector) -> Response:
    headers: dict[str, str] = {}
    async with aclosing(events):
        async for event in events:
            headers |= _headers(event)
            collector.feed(event)
    return JSONResponse(collector.completion().model_dump(mode="json"), headers=headers)


def _headers(event: ChatEvent) -> dict[str, str]:
    """What the opening event tells beside the body: what is missing, and which providers were asked, in order."""
    if not isinstance(event, Started):
        return {}
    told = {DEGRADED_HEADER: event.degraded or "", ROUTE_HEADER: ",".join(event.route)}
    return {name: value for name, value in told.items() if value}
