"""The socket that shoppers connect to, and what waits on their connections."""

import asyncio
import os
import socket
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.errors import ConfigurationError, Terminal

BACKLOG: Final = 2048
SILENCE_SECONDS: Final = 30
"""After which the system closes a connection whose peer takes nothing of what was sent, or cannot be heard of."""


SEND_BUFFER: Final = 64 * 1024
"""Bytes the system holds of an answer that its client has not taken; by itself Linux lets that grow to megabytes."""


class ShopperConnection(HttpToolsProtocol):
    """A connection on which nothing waits but the frame that the system had no room for: for the next one there is room
    with its provider, while here each frame that waits costs more than its bytes.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)


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
