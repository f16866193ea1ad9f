"""What can happen to one request to OpenSearch, as values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """This answer instead of OpenSearch's, which never hears of the request."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LoseAnswer:
    """OpenSearch does what was asked; the connection is reset before its answer."""


@dataclass(frozen=True, slots=True)
class LoseRequest:
    """The connection is reset, and OpenSearch never hears of the request."""


@dataclass(frozen=True, slots=True)
class Delay:
    """The answer comes `seconds` later."""

    seconds: float


@dataclass(frozen=True, slots=True)
class FailItems:
    """Of a bulk's documents every `every`-th (the first, then so many later) is not written and answered like this.

    The others reach OpenSearch, whose own items stand in their places in the answer.
    """

    status: int
    kind: str
    reason: str = "played by the fault proxy"
    every: int = 2


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """`action` is carried out, in a thread of its own, before OpenSearch hears of the request: something else happens
    on the cluster between two requests of the program. lost: OpenSearch never hears of it, as with LoseRequest."""

    action: Callable[[], object]
    lost: bool = False


Plan = Answer | LoseAnswer | LoseRequest | Delay | FailItems | Meanwhile


def refusal(status: int, kind: str, reason: str) -> Answer:
    """A refusal of a whole request in OpenSearch's own shape."""
    cause = {"type": kind, "reason": reason}
    return Answer(status, {"error": {"root_cause": [cause], **cause}, "status": status})


def flood_stage(index: str, *, status: int = 429) -> Answer:
    """What a write to `index` is answered when the disk below it is full; older releases say 403."""
    words = "disk usage exceeded flood-stage watermark, index has read-only-allow-delete block"
    label = "TOO_MANY_REQUESTS" if status == 429 else "FORBIDDEN"
    return refusal(status, "cluster_block_exception", f"index [{index}] blocked by: [{label}/12/{words}];")
