"""Builders for the chat: documents, hits, a catalogue that finds them, a whole application around a service."""

import re
import socket
import threading
import time
from collections.abc import AsyncIterable, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI

from runtime.app import create_app
from runtime.chat.events import ChatEvent, Started
from runtime.chat.question import ChatQuestion
from runtime.chat.service import ChatService
from runtime.chat.stream import TIMING, StreamTiming
from runtime.retrieval.hits import Hit, Retrieval, RetrievalRequest
from runtime.retrieval.retriever import Retriever
from runtime.web.auth import ApiKey, ChatDoor, ClosedDoor, KeyRing, hash_key
from runtime.web.draining import Draining
from runtime.web.listening import server_config
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.wiring import Services
from shared.catalog import CatalogAttribute, CatalogDocument
from shared.stores import StoreView

AS_OF = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)

ENGLISH_STORE = StoreView(code="default", name="Lumen Sport", base_url="http://shop.test/", locale="en_US")
RUSSIAN_STORE = StoreView(
    code="ru", name="Люмен Спорт", base_url="http://shop.test/ru/", locale="ru_RU", currency="RUB"
)

SHOP_ORIGIN = "https://shop.test"
CHAT_KEY = "vk_a-chat-key-of-the-tests"
RUSSIAN_KEY = "vk_a-key-for-the-russian-store"


def a_document(**changes: Any) -> CatalogDocument:
    """A duffle bag at $34.00, in stock."""
    document = CatalogDocument(
        id="1",
        sku="24-MB01",
        name="Joust Duffle Bag",
        text="Joust Duffle Bag. Gear, Bags. Roomy bag for the gym, with a separate shoe pocket. Material: Nylon.",
        short_text="Roomy bag for the gym.",
        currency="USD",
        price_text="$34.00",
        price_from=34.0,
        price_to=34.0,
        categories=("Gear", "Bags"),
        attributes={"material": CatalogAttribute(label="Material", values=("Nylon",))},
        url="http://shop.test/joust-duffle-bag.html",
    )
    return replace(document, **changes)


def a_jacket(**changes: Any) -> CatalogDocument:
    """A jacket at $77.00, out of stock."""
    jacket = a_document(
        id="2",
        sku="MJ03",
        name="Montana Wind Jacket",
        text="Montana Wind Jacket. Men, Jackets. Windproof and light.",
        short_text="Windproof and light.",
        price_text="$77.00",
        price_from=77.0,
        price_to=77.0,
        in_stock=False,
        categories=("Men", "Jackets"),
        attributes={},
        url="http://shop.test/montana-wind-jacket.html",
    )
    return replace(jacket, **changes)


def a_hit(document: CatalogDocument, *, score: float = 0.03) -> Hit:
    """`document` found by both legs."""
    return Hit(document=document, score=score, ranks={"bm25": 1, "knn": 1})


def a_question(text: str = "Which bag is good for the gym?", **changes: Any) -> ChatQuestion:
    return replace(ChatQuestion(store=ENGLISH_STORE, text=text), **changes)


def started(*documents: CatalogDocument, **changes: Any) -> Started:
    opening = Started(store="default", as_of=AS_OF, hits=tuple(map(a_hit, documents)))
    return replace(opening, **changes)


class FakeCatalogue(Retriever):
    """Finds `documents` for every request, in order; `error` is raised instead. requests: what it was asked."""

    def __init__(
        self, *documents: CatalogDocument, error: Exception | None = None, hits: Sequence[Hit] = (), **facts: Any
    ) -> None:
        self.hits = (*map(a_hit, documents), *hits)
        self.error = error
        self.facts = facts
        self.requests: list[RetrievalRequest] = []

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        self.requests.append(request)
        if self.error is not None:
            raise self.error
        hits = self.hits[: request.limit]
        facts: dict[str, Any] = {"store": request.store, "as_of": AS_OF, "total": len(self.hits), **self.facts}
        return Retrieval(hits=hits, **facts)

    async def fetch_product(
        self, store: str, *, id: str | None = None, sku: str | None = None
    ) -> tuple[Hit, datetime] | None:
        return next(((hit, AS_OF) for hit in self.hits if hit.document.id == id or hit.document.sku == sku), None)

    async def warm_up(self) -> None:
        return

    async def problems(self) -> Sequence[str]:
        return ()

    async def aclose(self) -> None:
        return


async def gather(events: AsyncIterable[ChatEvent]) -> list[ChatEvent]:
    return [event async for event in events]


def build_chat_app(
    service: ChatService,
    *,
    open_to_all: bool = True,
    rate: str = "1000/minute",
    closers: Sequence[Callable[[], Awaitable[object]]] = (),
    draining: Draining | None = None,
    timing: StreamTiming = TIMING,
    path_prefix: str = "",
) -> FastAPI:
    """The whole application with two store views, around `service`; its Action API finds nothing.

    closers: what frees the service's model when the application ends, in the loop that used it.
    """
    keys = KeyRing(
        [
            ApiKey(name="widget", store=None, digest=hash_key(CHAT_KEY)),
            ApiKey(name="partner", store="ru", digest=hash_key(RUSSIAN_KEY)),
        ]
    )
    return create_app(
        Services(
            retriever=FakeCatalogue(),
            chat=service,
            storefronts=Storefronts([ENGLISH_STORE, RUSSIAN_STORE]),
            action_door=ClosedDoor(),
            chat_door=ChatDoor(keys, origins=[SHOP_ORIGIN], open_to_all=open_to_all),
            action_limit=RateLimit("1000/minute", area="actions"),
            chat_limit=RateLimit(rate, area="chat"),
            origins=(SHOP_ORIGIN,),
            closers=closers,
            draining=draining or Draining(),
            stream_timing=timing,
            path_prefix=path_prefix,
        )
    )


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The URL of `app` on a real loopback socket, served from a thread until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(server_config(app, closing_seconds=5))
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(60)
            assert not thread.is_alive()


_FRAME = re.compile(rb"data: (?P<data>[^\n]*)\n\n")


def frames_of(body: bytes) -> list[dict[str, Any] | str]:
    """The `data:` lines of a stream, parsed; `[DONE]` stays text. Anything that is no whole frame fails."""
    frames: list[dict[str, Any] | str] = []
    rest = re.sub(rb"(?m)^:[^\n]*\n\n", b"", body)
    while rest:
        match = _FRAME.match(rest)
        assert match is not None, rest[:200]
        frames.append("[DONE]" if match["data"] == b"[DONE]" else orjson.loads(match["data"]))
        rest = rest[match.end() :]
    return frames


def text_of(frames: Sequence[dict[str, Any] | str]) -> str:
    """The text of a parsed stream."""
    choices = [choice for frame in frames if isinstance(frame, dict) for choice in frame.get("choices", [])]
    return "".join(choice["delta"].get("content", "") for choice in choices)
