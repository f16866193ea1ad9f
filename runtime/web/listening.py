"""The socket that shoppers connect to."""

import os
import socket
from typing import Final

from shared.errors import ConfigurationError, Terminal

BACKLOG: Final = 2048
SILENCE_SECONDS: Final = 30
"""After which the system closes a connection whose peer takes nothing of what was sent, or cannot be heard of."""


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
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Linux only, and handed on to every connection. An answer that nobody takes is given up by us; what of it lies
        # in the system's buffers, and the connection itself, the system alone can give up: RFC 5482, tcp(7).
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, SILENCE_SECONDS * 1000)
    return listener
