"""`POST /v1/chat/completions`: parse, ask, encode."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final
from uuid import uuid4

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from runtime.chat.answer_event import told
from runtime.chat.connection import ClientLeft, while_connected
from runtime.chat.events import ChatEvent, Started
from runtime.chat.openapi import ANSWERS
from runtime.chat.purse import Purses
from runtime.chat.question import question_of
from runtime.chat.schemas import ChatCompletion, ChatRequest
from runtime.chat.service import ChatService
from runtime.chat.sse import AnswerHead, SseEncoder
from runtime.chat.stream import STREAMED, TIMING, AnswerStream, StreamTiming
from runtime.chat.whole import AnswerCollector
from runtime.web.admission import caller_of, guarded_route
from runtime.web.answer_log import AnswerLog
from runtime.web.auth import Door
from runtime.web.draining import Draining
from runtime.web.headers import put_header
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.web.visitors import Visitors
from shared.spans import span

DEGRADED_HEADER: Final = "x-degraded"
ROUTE_HEADER: Final = "x-llm-route"

CLIENT_LEFT: Final = 499
"""nginx's status for a client that closed first; only our own log ever sees it."""


def build_chat_router(
    service: ChatService,
    storefronts: Storefronts,
    *,
    door: Door,
    limit: RateLimit,
    visitors: Visitors,
    purses: Purses,
    draining: Draining,
    answers: AnswerLog,
    timing: StreamTiming = TIMING,
    clock: Callable[[], float] = time.time,
    new_id: Callable[[], str] = lambda: f"chatcmpl-{uuid4().hex}",
) -> APIRouter:
    """The chat route at `/api/v1` and, for `base_url=…/v1`, at `/v1`. clock: seconds since the epoch."""
    router = APIRouter(tags=["chat"], route_class=guarded_route(door, limit, visitors=visitors))

    async def create_chat_completion(body: ChatRequest, request: Request) -> Response:
        """Answers a shopper's question from the products of a store view. The same at /v1/chat/completions, for
        OpenAI clients whose base_url ends in /v1."""
        store = storefronts.choose_model(body.model, store=body.store, scope=caller_of(request).store)
        head = AnswerHead(id=new_id(), created=int(clock()), model=body.model)
        question, purse = question_of(body, store=store), purses.of(request)
        if answers.wants_answers:
            events = told(service.answer, question, purse, id=head.id, answers=answers)
        else:
            events = service.answer(question, purse)
        # The conversation is to be gone once the answer is under way, so nobody on the way keeps a name for it.
        del question
        if body.stream:
            include_usage = body.stream_options is not None and body.stream_options.include_usage
            encoder = SseEncoder(head, include_usage=include_usage)
            _forget_body(request)
            return AnswerStream(events, encoder, headers_of=headers_of, draining=draining, timing=timing)
        try:
            return await while_connected(request.receive, _whole(request, events, AnswerCollector(head)))
        except ClientLeft:
            return Response(status_code=CLIENT_LEFT)

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


def _forget_body(request: Request) -> None:
    """Have `request` keep neither its body nor what was read from it, as it does for whoever wants it again: a stream
    goes on for long, and a conversation may have 256 KB.
    """
    for kept in ("_body", "_json"):
        request.__dict__.pop(kept, None)


async def _whole(request: Request, events: AsyncGenerator[ChatEvent, None], collector: AnswerCollector) -> Response:
    with span("answer", {STREAMED: False}):
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Started):
                    # Put so that they are on the error, too, that an answer which breaks off is.
                    for name, value in headers_of(event).items():
                        put_header(request, name, value)
                collector.feed(event)
    return JSONResponse(collector.completion().model_dump(mode="json"))


def headers_of(opening: Started) -> dict[str, str]:
    """What the headers tell of an answer: what is missing, and which providers were asked, in order."""
    told = {DEGRADED_HEADER: opening.degraded or "", ROUTE_HEADER: ",".join(opening.route)}
    return {name: value for name, value in told.items() if value}
