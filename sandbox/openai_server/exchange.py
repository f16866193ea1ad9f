"""One request and its connection: bytes out at their time, cuts exactly where the plan wants them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from sandbox.openai_server.script import Received

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class ConnectionOver(Exception):
    """The client left, or the plan closed the connection: nothing more can be said."""


class Exchange:
    """Sends one answer; every pause ends at once, by ConnectionOver, when the client is gone.

    Use as `async with`: it notes in `received` how the request ended.
    """

    def __init__(self, received: Received, *, receive: Receive, send: Send, transport: asyncio.Transport) -> None:
        self._received = received
        self._receive = receive
        self._send = send
        self._transport = transport
        self._gone: asyncio.Task[None] | None = None
        self._left: int | None = None

    async def __aenter__(self) -> "Exchange":
        self._gone = asyncio.create_task(self._wait_until_gone())
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        if self._gone is not None:
            self._gone.cancel()
        self._received.ended_at = time.monotonic()
        if kind is None:
            self._received.ended = "answered"
        elif self._received.ended == "open":
            self._received.ended = "client_left"
        return kind is not None and issubclass(kind, ConnectionOver)

    async def pause(self, seconds: float) -> None:
        """Wait, unless the client leaves meanwhile."""
        await self._watch(seconds)

    async def hang(self) -> None:
        """Say nothing until the client leaves."""
        await self._watch(None)

    async def begin(self, status: int, headers: Mapping[str, str], *, cut_at_byte: int | None = None) -> None:
        """Send status and headers; `cut_at_byte`: close the connection after so many bytes of the body."""
        self._left = cut_at_byte
        self._received.status = status
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self._send({"type": "http.response.start", "status": status, "headers": raw})

    async def write(self, data: bytes) -> None:
        """Send a part of the body."""
        if self._gone is not None and self._gone.done():
            raise ConnectionOver
        cut = self._left is not None and len(data) >= self._left
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        await self._send({"type": "http.response.body", "body": data, "more_body": True})
        if cut:
            await self.cut()

    async def write_all(self, parts: Iterable[tuple[float, bytes]]) -> None:
        """Send parts of the body, each after its pause in seconds."""
        for seconds, data in parts:
            if seconds:
                await self._watch(seconds)
            await self.write(data)

    async def finish(self) -> None:
        """End the body as HTTP wants it."""
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def cut(self) -> None:
        """Close the connection after what was written, without an end of the body."""
        self._received.ended = "cut"
        self._transport.close()
        await self._watch(None)

    async def _watch(self, seconds: float | None) -> None:
        if self._gone is None:
            raise RuntimeError("an Exchange is used as `async with`")
        await asyncio.wait({self._gone}, timeout=seconds)
        if self._gone.done():
            raise ConnectionOver

    async def _wait_until_gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
