"""What a report counts, and how counts and prices are told. Pure."""

from dataclasses import dataclass
from typing import Final

_LEAST_COST: Final = 0.0001
"""Four digits behind the point are told of a price."""


@dataclass(slots=True)
class Work:
    """What one step of `load` did: how often, with how many documents, and for how long. What goes on at the same time
    is added up.
    """

    times: int = 0
    documents: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, float]:
        """For machines."""
        return {"times": self.times, "documents": self.documents, "seconds": round(self.seconds, 3)}


def told_counts(read: int, *, indexed: int, rejected: int, skipped: int) -> str:
    """What became of the documents read, in words; of a run that was broken off, so far."""
    if read != indexed + rejected + skipped:
        return f"read {read}, of which indexed {indexed}, rejected {rejected}, skipped {skipped} so far"
    return f"read {read} = indexed {indexed} + rejected {rejected} + skipped {skipped}"


def told_cost(cost: float, currency: str | None) -> str:
    """A price in words. currency: ISO 4217."""
    amount = f"{cost:.4f}" if cost >= _LEAST_COST else f"less than {_LEAST_COST}"
    return "0" if cost == 0 else f"{amount} {currency or ''}".rstrip()
