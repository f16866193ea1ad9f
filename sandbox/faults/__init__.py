"""Faults between a program and what it talks to, on real loopback sockets.

    with tcp_faults("127.0.0.1:9200") as proxy:          # any protocol, byte for byte
        proxy.set(Latency(0.2, jitter=0.1), Cut(after=4096))     # in force at once, open connections included
        ...
        proxy.clear()

    with opensearch_faults("http://127.0.0.1:9200") as proxy:     # HTTP, request by request
        proxy.plan(LoseAnswer(), method="POST", path=r"/_bulk$", skip=1)       # the second bulk: done, never answered
        ...
        assert proxy.asked("POST", r"/_bulk$") == 3

    with opensearch_faults("https://127.0.0.1:9200", guard=why_not, tls=Tls(...)) as proxy:     # refuses by a rule
        ...

Reading order: `toxics` and `plans` (the values a test writes), `tcp` and `opensearch` (the two proxies), `loop` (the
thread they live in: a test may block, or be asynchronous itself).
"""

from sandbox.faults.opensearch import Asked, OpenSearchFaults, Seen, Tls, opensearch_faults
from sandbox.faults.plans import (
    Answer,
    Delay,
    FailItems,
    LoseAnswer,
    LoseRequest,
    Meanwhile,
    Plan,
    flood_stage,
    refusal,
)
from sandbox.faults.tcp import TcpFaults, tcp_faults
from sandbox.faults.toxics import Bandwidth, BlackHole, Cut, Down, Latency, Reset, SlowClose, Toxic

__all__ = [
    "Answer",
    "Asked",
    "Bandwidth",
    "BlackHole",
    "Cut",
    "Delay",
    "Down",
    "FailItems",
    "Latency",
    "LoseAnswer",
    "LoseRequest",
    "Meanwhile",
    "OpenSearchFaults",
    "Plan",
    "Reset",
    "Seen",
    "SlowClose",
    "TcpFaults",
    "Tls",
    "Toxic",
    "flood_stage",
    "opensearch_faults",
    "refusal",
    "tcp_faults",
]
