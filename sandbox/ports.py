"""Whether a port of this machine can be had."""

import socket
from typing import Final

LOOPBACK: Final = "127.0.0.1"


def had(port: int) -> int | None:
    """`port` of the loopback when nobody has it, None when somebody does; for 0 one that the system gives."""
    with socket.socket() as probe:
        # As servers do; else a port just left in TIME_WAIT would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return None
        return int(probe.getsockname()[1])
