"""Run records as the indexer leaves them, for whoever reads them."""

from datetime import UTC, datetime, timedelta
from typing import Any

NIGHT = datetime(2026, 11, 20, 3, tzinfo=UTC)


def a_record(*stores: dict[str, Any], night: int = 0, **changes: Any) -> dict[str, Any]:
    """A run of that night, which went well; a field is changed by its name."""
    began = NIGHT + timedelta(days=night)
    return {
        "command": "schedule",
        "status": "done",
        "started_at": began.isoformat(),
        "finished_at": (began + timedelta(minutes=5)).isoformat(),
        "stores": list(stores),
    } | changes


def of(store: str, status: str = "done", **changes: Any) -> dict[str, Any]:
    """The report of a store view in it."""
    return {"store": store, "status": status, "indexed": 10} | changes


def ended(night: int) -> float:
    """When the run of that night did, in seconds since the epoch."""
    return (NIGHT + timedelta(days=night, minutes=5)).timestamp()
