"""A shop whose answers are written by a chain of providers, on a socket, and what a client hears there."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import SecretStr
from support.chains import a_provider
from support.chat import FakeCatalogue, a_document, a_jacket, build_chat_app, frames_of, serving, text_of
from support.openai import BOUND_SECONDS, KEY

from runtime.chat.service import ChatService
from runtime.llm.providers import BUDGET_SECONDS, Provider, ProviderPlan
from runtime.wiring import build_chain
from sandbox.openai_server import ScriptedServer

NOBODY = "http://127.0.0.1:9/v1"
"""Where connections are refused."""


def scripted(server: ScriptedServer, name: str, **changes: Any) -> Provider:
    """A provider that `server` plays."""
    return a_provider(name, base_url=server.base_url, key=SecretStr(KEY), **changes)


@contextmanager
def open_chain_shop(*providers: Provider, budget: float = BUDGET_SECONDS) -> Iterator[str]:
    """The URL of a shop with a bag and a jacket."""
    chain = build_chain(ProviderPlan(providers=providers, budget_first_token=budget))
    service = ChatService(FakeCatalogue(a_document(), a_jacket()), chain)
    with serving(build_chat_app(service, closers=[chain.aclose], rate="100000/minute")) as url:
        yield url


@dataclass(slots=True)
class Heard:
    """An answer as a client hears it. first: seconds to the first word of text; all: to the end."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    frames: list[dict[str, Any] | str] = field(default_factory=list)
    text: str = ""
    first: float = float("inf")
    all: float = float("inf")

    @property
    def route(self) -> str | None:
        return self.headers.get("x-llm-route")

    @property
    def finish(self) -> list[str]:
        """Every finish reason: exactly one in a well-formed answer that did not fail."""
        choices = [choice for frame in self.frames if isinstance(frame, dict) for choice in frame.get("choices", [])]
        return [choice["finish_reason"] for choice in choices if choice["finish_reason"]]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return [frame["error"] for frame in self.frames if isinstance(frame, dict) and "error" in frame]


async def ask_shop(url: str, question: str = "Which bag is good for the gym?") -> Heard:
    """The streamed answer to `question`; one that is no well-formed stream fails."""
    heard, body, begun = Heard(), b"", time.monotonic()
    asked = {"messages": [{"role": "user", "content": question}], "stream": True}
    async with (
        # Without `verify=False` every client would read the system's certificates, for nothing.
        httpx2.AsyncClient(timeout=2 * BOUND_SECONDS, verify=False) as client,
        client.stream("POST", f"{url}/v1/chat/completions", json=asked) as answer,
    ):
        heard.status, heard.headers = answer.status_code, dict(answer.headers)
        async for piece in answer.aiter_bytes():
            body += piece
            if heard.first == float("inf") and b'"content":"' in body.replace(b'"content":""', b""):
                heard.first = time.monotonic() - begun
    heard.all = time.monotonic() - begun
    heard.frames = frames_of(body)
    heard.text = text_of(heard.frames)
    return heard


@contextmanager
def deaf_port() -> Iterator[str]:
    """A base URL that nobody answers at: the queue of connections is full, so that another one never comes about."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
