"""A connection of a client that does nothing but listen: no HTTP library, so that it takes little from the measured."""

import asyncio
import re
import socket
import time
from dataclasses import dataclass, field
from typing import Final, cast

from bench.runtime.wire import Heard
from sandbox.ports import LOOPBACK

CHAT: Final = "/v1/chat/completions"

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_RETRY_AFTER: Final = re.compile(rb"(?i)\r\nretry-after: *(\d+)")
_BODY_END: Final = b"0\r\n\r\n"


@dataclass(slots=True)
class Reply:
    """What became of a request. Times in nanoseconds, 0 where it did not come so far. status: 0 if none came.

    asked_at: when the request went out. raw: of the body, where it is to be kept.
    """

    heard: Heard = field(default_factory=Heard)
    asked_at: int = 0
    ended_at: int = 0
    status: int = 0
    retry_after: str = ""
    raw: bytearray | None = None


class Line(asyncio.Protocol):
    """Asks, one request after the other. `open_line` opens it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._ended: asyncio.Future[None] | None = None
        self._reply = Reply()
        self._head = b""
        self._to_come = 0

    async def ask(self, body: bytes, *, keep: bool = False, headers: str = "") -> Reply:
        """Post `body` to the chat and hear the answer to its end, or the connection's. headers: as `begin`."""
        reply = self.begin(body, keep=keep, headers=headers)
        await self.end()
        return reply

    def begin(self, body: bytes, *, keep: bool = False, headers: str = "") -> Reply:
        """Post `body`; the reply fills as the answer is heard. headers: further lines, each with its end."""
        assert self._transport is not None
        reply = self._reply = Reply(raw=bytearray() if keep else None)
        self._head = b""
        self._ended = asyncio.get_running_loop().create_future()
        known = f"host: bench\r\n{headers}content-type: application/json\r\ncontent-length: {len(body)}"
        head = f"POST {CHAT} HTTP/1.1\r\n{known}"
        reply.asked_at = time.monotonic_ns()
        self._transport.write(head.encode() + _HEAD_END + body)
        return reply

    async def end(self) -> None:
        """Wait until the answer has ended, however."""
        if self._ended is not None:
            await self._ended

    def close(self) -> None:
        """Hang up, with a FIN."""
        if self._transport is not None:
            self._transport.close()

    def fall_silent(self) -> None:
        """Read nothing from now on, and say nothing of it."""
        if self._transport is not None:
            self._transport.pause_reading()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        now, reply = time.monotonic_ns(), self._reply
        if not reply.status:
            self._head += data
            if _HEAD_END not in self._head:
                return
            data = self._read_head()
        if reply.raw is not None:
            reply.raw += data
        if reply.status == 200:
            reply.heard.feed(data, now)
            if reply.heard.done and data.endswith(_BODY_END):
                self._finish(now)
            return
        self._to_come -= len(data)
        if self._to_come <= 0:
            self._finish(now)

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish(time.monotonic_ns())

    def _read_head(self) -> bytes:
        """Status and headers into the reply; gives what follows them."""
        head, _, rest = self._head.partition(_HEAD_END)
        self._reply.status = int(head[9:12])
        length, wait = _LENGTH.search(head), _RETRY_AFTER.search(head)
        self._to_come = int(length[1]) if length else 0
        self._reply.retry_after = wait[1].decode() if wait else ""
        return rest

    def _finish(self, now: int) -> None:
        if self._ended is not None and not self._ended.done():
            self._reply.ended_at = now
            self._ended.set_result(None)


async def open_line(port: int, *, receive_buffer: int | None = None, address: str | None = None) -> Line:
    """A connection to `port` of this machine. receive_buffer: bytes that the kernel holds for whoever does not read.
    address: another one of this machine's to connect from.
    """
    sock = socket.socket()
    sock.setblocking(False)
    if address is not None:
        sock.bind((address, 0))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if receive_buffer is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    loop = asyncio.get_running_loop()
    try:
        await loop.sock_connect(sock, (LOOPBACK, port))
        _, line = await loop.create_connection(Line, sock=sock)
    except BaseException:
        sock.close()
        raise
    return line
