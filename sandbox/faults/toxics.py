"""What can happen to the bytes of a connection, as values. The names are those of toxiproxy where it has them."""

from dataclasses import dataclass
from typing import Literal

Towards = Literal["client", "server"]
"""The direction of bytes: answers go towards the client, requests towards the server."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Every byte arrives `seconds` later, give or take up to `jitter`; order is kept, throughput too."""

    seconds: float
    jitter: float = 0.0
    towards: Towards = "client"


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """At most so many bytes a second on each connection."""

    bytes_per_second: float
    towards: Towards = "client"


@dataclass(frozen=True, slots=True)
class BlackHole:
    """Connections are accepted and stay open; what is sent meanwhile is lost, either way."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Open connections end with a TCP reset, new ones as soon as they are accepted."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Each connection is closed once exactly `after` bytes of it have gone `towards` one side."""

    after: int
    towards: Towards = "client"


@dataclass(frozen=True, slots=True)
class Down:
    """Open connections end with a TCP reset, new ones are refused."""


@dataclass(frozen=True, slots=True)
class SlowClose:
    """When one side closes, the other learns of it `seconds` later."""

    seconds: float


Toxic = Latency | Bandwidth | BlackHole | Reset | Cut | Down | SlowClose
