"""Ports for programs that are told theirs, and whether anybody listens at one."""

import random
import socket

_LOOPBACK = "127.0.0.1"

# Below those that a connection, or a server that asks for any, is given: Linux begins at 32,768, others higher. What
# the system calls free may be somebody's long before the program that it is meant for has started.
_NEVER_GIVEN = range(20_000, 30_000)
_candidates = iter(random.sample(_NEVER_GIVEN, k=len(_NEVER_GIVEN)))


def a_port() -> int:
    """A loopback port at which nobody listens; another one every time."""
    return next(port for port in _candidates if _is_free(port))


def listens(port: int) -> bool:
    """Whether somebody accepts connections at the loopback `port`."""
    with socket.socket() as probe:
        return probe.connect_ex((_LOOPBACK, port)) == 0


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do; else a port just left in TIME_WAIT would look taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
    return True
