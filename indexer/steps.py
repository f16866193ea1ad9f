"""What each step of a build had to do, and for how long, for whoever scrapes.

The steps of `load` go on at the same time, and their seconds are those of all who were at it: documents by seconds is
what one of them gets done.
"""

from typing import Final, Literal

from prometheus_client import Counter

from shared.runs import RejectKind, Stage

Step = Literal["extract", "transform", "embed", "write"]
"""Of the stage `load`. extract: answers of the source. embed, write: requests, with what was waited for in between."""

_DOCUMENTS: Final = Counter(
    "vitrina_indexer_stage_documents_total", "Documents that came through a step of a build.", ["store", "stage"]
)
_SECONDS: Final = Counter(
    "vitrina_indexer_stage_seconds_total", "Seconds that stages of builds and the steps of `load` took.",
    ["store", "stage"],
)  # fmt: skip
_REJECTED: Final = Counter("vitrina_rejected_total", "Documents that could not be indexed.", ["store", "reason"])


def count_stage(store: str, stage: Stage | Literal["rehearse"], *, seconds: float) -> None:
    """Count a stage of a build of `store` that has ended."""
    _SECONDS.labels(store, stage).inc(seconds)


def count_step(store: str, step: Step, *, documents: int, seconds: float) -> None:
    """Count what one page, turn or request of a step had."""
    _DOCUMENTS.labels(store, step).inc(documents)
    _SECONDS.labels(store, step).inc(seconds)


def count_rejected(store: str, kind: RejectKind) -> None:
    """Count a document that cannot be indexed."""
    _REJECTED.labels(store, kind).inc()
