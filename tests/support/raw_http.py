"""HTTP as no client library speaks it: connections that read nothing, or send a byte now and then."""

import asyncio
import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import orjson

SMALL_BUFFER: Final = 2048
"""Bytes the system takes for a client that reads nothing: the least that Linux gives."""


def a_request(body: Mapping[str, Any], *, path: str = "/v1/chat/completions") -> bytes:
    """A whole request."""
    content = orjson.dumps(body)
    lines = [f"POST {path} HTTP/1.1", "host: shop.test", "content-type: application/json"]
    return "\r\n".join([*lines, f"content-length: {len(content)}", "", ""]).encode() + content


class RawConnection:
    """A connection to `url` that does what it is told and nothing else."""

    def __init__(self, url: str, *, buffer: int | None = None) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._socket = socket.socket()
        self._socket.setblocking(False)
        if buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)

    async def open(self) -> "RawConnection":
        await asyncio.get_running_loop().sock_connect(self._socket, self._address)
        return self

    async def send(self, content: bytes) -> None:
        await asyncio.get_running_loop().sock_sendall(self._socket, content)

    async def read(self) -> bytes:
        """What has come; empty when the other side has closed or broken the connection."""
        with suppress(ConnectionError):
            return await asyncio.get_running_loop().sock_recv(self._socket, 1 << 16)
        return b""

    async def read_to_the_end(self) -> bytes:
        body = b""
        while piece := await self.read():
            body += piece
        return body

    async def read_answer(self) -> bytes:
        """The next whole answer with an announced length, interim ones left out; less when the connection ends."""
        heard = b""
        while True:
            head, ended, body = heard.partition(b"\r\n\r\n")
            if ended and head.startswith(b"HTTP/1.1 1"):
                heard = body
                continue
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            if ended and (length is None or len(body) >= int(length[1])):
                return heard
            if not (piece := await self.read()):
                return heard
            heard += piece

    def close(self) -> None:
        self._socket.close()
