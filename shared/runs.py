"""What both programs know of the record of a run, a document in `<prefix>-runs`: its place, its closed sets. Pure."""

from typing import Final, Literal

Stage = Literal["source", "prepare", "load", "seal", "verify", "swap"]
"""Of a build, one after the other."""

RejectKind = Literal["nameless", "not_embedded", "not_indexed", "too_large"]
"""nameless: neither name nor SKU. not_embedded: the model takes no such text. not_indexed, too_large: the cluster takes
no such document.
"""

Ended = Literal["done", "refused", "failed"]
"""How a build ended. refused: it was built, and is not fit to go live."""

BUILDING: Final = ("run", "schedule")
"""The commands that build; what others record is no build."""

KEPT_RECORDS: Final = 200
"""The oldest go."""


def runs_index(prefix: str) -> str:
    """The name of the index of run records."""
    return f"{prefix}-runs"
