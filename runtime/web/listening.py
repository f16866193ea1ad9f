"""The socket that shoppers connect to, and what waits on their connections."""

import asyncio
import os
import socket
from collections.abc import Sequence
from typing import Any, Final

import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from runtime.errors import HeadTooLarge, InvalidRequest, ServiceError
from runtime.web.errors import error_body
from shared.errors import AddressTaken, ConfigurationError

BACKLOG: Final = 2048
SILENCE_SECONDS: Final = 30
"""After which the system closes a connection whose peer takes nothing of what was sent, or cannot be heard of."""


SEND_BUFFER: Final = 64 * 1024
"""Bytes the system holds of an answer that its client has not taken; by itself Linux lets that grow to megabytes."""


MAX_HEAD_BYTES: Final = 32 * 1024
"""Of a request's line and headers, which no server of Python puts an end to; as much as nginx takes by default."""
MAX_HEADERS: Final = 100


class ShopperConnection(HttpToolsProtocol):
    """A connection on which nothing waits but the frame that the system had no room for: for the next one there is room
    with its provider, while here each frame that waits costs more than its bytes. What is no HTTP, or has no end to its
    headers, is refused in the one error shape, and the connection closed.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)
        self._in_head = False
        self._head_bytes = 0
        self._refusal: ServiceError = InvalidRequest("This is no HTTP request.", code="invalid_http")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True
        self._head_bytes = 0

    def on_headers_complete(self) -> None:
        self._in_head = False
        taken = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if taken > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS:
            raise self._too_large()
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        was_in_head = self._in_head
        super().data_received(data)
        if was_in_head and self._in_head:
            # What the head began in may have held the end of another request, and is not counted.
            self._head_bytes += len(data)
            if self._head_bytes > MAX_HEAD_BYTES:
                self.send_400_response(str(self._too_large()))

    def send_400_response(self, msg: str) -> None:
        """What uvicorn calls for bytes that its parser, or a callback of it, does not take."""
        self._in_head = False
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            self.transport.write(_whole_refusal(self._refusal))
        self.transport.close()

    def _too_large(self) -> ServiceError:
        self._refusal = HeadTooLarge(
            f"A request's line and headers may have {MAX_HEAD_BYTES} bytes, and {MAX_HEADERS} headers."
        )
        return self._refusal


def _whole_refusal(error: ServiceError) -> bytes:
    body = orjson.dumps(error_body(error))
    headers = (
        b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n"
        b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n\r\n"
    )
    return STATUS_LINE[error.status] + headers % len(body) + body


def server_config(app: Any, *, closing_seconds: int, forwarded_allow_ips: Sequence[str] = ()) -> uvicorn.Config:
    """How uvicorn serves `app` to shoppers. closing_seconds: what connections get to close at the end.
    forwarded_allow_ips: whose word for a client's address is taken.
    """
    return uvicorn.Config(
        app,
        http=ShopperConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        # Said, because uvicorn believes this machine's own addresses otherwise, and reads the environment itself.
        forwarded_allow_ips=list(forwarded_allow_ips),
        lifespan="on",
        # There is no socket route, and the refusal of an upgrade would come from beneath the application.
        ws="none",
        timeout_graceful_shutdown=closing_seconds,
        backlog=BACKLOG,
    )


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
