"""The socket that shoppers connect to, and what waits on their connections."""

import asyncio
import os
import socket
from http import HTTPStatus
from typing import Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from runtime.errors import InvalidRequest
from runtime.web.errors import error_body
from shared.errors import ConfigurationError, Terminal

BACKLOG: Final = 2048
SILENCE_SECONDS: Final = 30
"""After which the system closes a connection whose peer takes nothing of what was sent, or cannot be heard of."""


SEND_BUFFER: Final = 64 * 1024
"""Bytes the system holds of an answer that its client has not taken; by itself Linux lets that grow to megabytes."""


MAX_HEAD_BYTES: Final = 32 * 1024
"""Of a request's line and headers, which no server that Python has puts an end to."""
MAX_HEADERS: Final = 100


class HeadTooLarge(InvalidRequest):
    """More, or longer, headers than a request may have."""

    status = 431
    code = "headers_too_large"


class ShopperConnection(HttpToolsProtocol):
    """A connection that takes a head of so many bytes, and on which nothing waits but the frame that the system had no
    room for: for the next one there is room with its provider, while here each frame that waits costs more than its
    bytes.
    """

    _in_head = False
    _head_bytes = 0
    _too_large = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            # The parser keeps what has no end yet, and tells nobody how much that is.
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
                self._too_large = True
                self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        taken = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if taken > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            self._too_large = True
            raise HeadTooLarge("")
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what never reaches the application, in the one error shape, and hang up."""
        if self._too_large:
            error: InvalidRequest = HeadTooLarge(
                f"A request's line and headers may have {MAX_HEAD_BYTES} bytes, and {MAX_HEADERS} headers."
            )
        else:
            error = InvalidRequest("This is no HTTP request.", code="invalid_http")
        body = orjson.dumps(error_body(error))
        head = (
            f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()


class AddressTaken(Terminal):
    """Another program listens where this one should."""


def listen(host: str, port: int) -> socket.socket:
    """A bound socket, for the caller to close. Raises AddressTaken, ConfigurationError."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except socket.gaierror as exc:
        raise ConfigurationError([f"HOST: {host!r} is no address of this machine"]) from exc
    except OSError as exc:
        reason = os.strerror(exc.errno) if exc.errno else str(exc)
        raise AddressTaken(f"PORT={port}: cannot listen on {host}: {reason}. Stop what is there, or set PORT.") from exc
    # Options of the listener are handed on to every connection.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Linux only. An answer that nobody takes is given up by us; what of it lies in the system's buffers, and the
        # connection itself, the system alone can give up: RFC 5482, tcp(7).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000)
    return listener
