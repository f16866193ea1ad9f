"""A provider that answers every request with the same bytes, head and all: what no HTTP server would let out."""

import asyncio
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import trustme

from sandbox.faults.loop import loop_thread

_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: (\d+)")


class RawProvider:
    """answer: the bytes, after which the connection closes unless it `stays`. calls: requests so far."""

    def __init__(self) -> None:
        self.answer = b""
        self.stays = False
        self.calls = 0
        self.base_url = ""
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def listen(self, tls: ssl.SSLContext | None) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=tls)
        self.base_url = f"{'https' if tls else 'http'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        return server

    async def close(self, server: asyncio.Server) -> None:
        """Nothing is left of it, its connections included."""
        server.close()
        for writer in self._open.values():
            writer.transport.abort()
        await asyncio.gather(*self._open)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._open[task] = writer
        with suppress(ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            await self._answer(reader, writer)
            writer.close()
            await writer.wait_closed()
        del self._open[task]

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        await reader.readexactly(int(length[1]) if length else 0)
        self.calls += 1
        writer.write(self.answer)
        await writer.drain()
        if self.stays:
            await reader.read()


@contextmanager
def raw_provider(authority: trustme.CA | None = None) -> Iterator[RawProvider]:
    """On a free loopback port until the block ends; `authority` signs its certificate, None = no TLS."""
    provider, tls = RawProvider(), None
    if authority is not None:
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        authority.issue_cert("127.0.0.1").configure_cert(tls)
    with loop_thread("raw-provider") as thread:
        server = thread.call(provider.listen(tls))
        try:
            yield provider
        finally:
            thread.call(provider.close(server))


def http(body: bytes, *, status: str = "200 OK", content_type: str = "text/event-stream", head: str = "") -> bytes:
    """An answer whose body ends where it says. head: further header lines, each with its end."""
    lines = f"HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {len(body)}\r\n{head}"
    return f"{lines}connection: close\r\n\r\n".encode() + body
