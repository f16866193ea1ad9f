"""Ports for programs that are told theirs, and whether anybody listens at one."""

import random
import socket

from sandbox.ports import LOOPBACK, had

# Below those that a connection, or a server that asks for any, is given: Linux begins at 32,768, others higher. What
# the system calls free may be somebody's long before the program that it is meant for has started.
_NEVER_GIVEN = range(20_000, 30_000)
_candidates = iter(random.sample(_NEVER_GIVEN, k=len(_NEVER_GIVEN)))


def a_port() -> int:
    """A loopback port at which nobody listens; another one every time."""
    return next(port for port in _candidates if had(port) is not None)


def listens(port: int) -> bool:
    """Whether somebody accepts connections at the loopback `port`."""
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0
