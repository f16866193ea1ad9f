"""A provider that answers every request with the same bytes, head and all: what no HTTP server would let out."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

from sandbox.faults.loop import loop_thread

_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class RawProvider:
    """answer: the bytes, after which the connection closes. calls: requests so far."""

    def __init__(self) -> None:
        self.answer = b""
        self.calls = 0
        self.base_url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = _LENGTH.search(head)
            await reader.readexactly(int(length[1]) if length else 0)
            self.calls += 1
            writer.write(self.answer)
            await writer.drain()
        writer.close()


@contextmanager
def raw_provider() -> Iterator[RawProvider]:
    """On a free loopback port until the block ends."""
    provider = RawProvider()
    with loop_thread("raw-provider") as thread:
        server = thread.call(asyncio.start_server(provider.serve, "127.0.0.1", 0))
        provider.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        try:
            yield provider
        finally:
            server.close()


def http(body: bytes, *, status: str = "200 OK", content_type: str = "text/event-stream", head: str = "") -> bytes:
    """An answer whose body ends where it says. head: further header lines, each with its end."""
    lines = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{head}"
    return f"{lines}connection: close\r\n\r\n".encode() + body
