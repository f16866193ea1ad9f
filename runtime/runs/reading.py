"""What run records say of each store view: its last build, and the last that went well. Pure.

Whatever is no record of ours, or a damaged one, is passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.runs import BUILDING, Ended

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Amount = Annotated[float, Field(ge=0, le=1e15, allow_inf_nan=False)]


class StoreReport(BaseModel):
    """What a build did, as far as it is told. seconds: by stage. reject_kinds: rejected documents by kind."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    store: str
    status: Literal["running", "done", "refused", "failed"]
    indexed: _Count = 0
    rejected: _Count = 0
    skipped: _Count = 0
    seconds: Mapping[str, _Amount] = Field(default_factory=dict)
    reject_kinds: Mapping[str, _Count] = Field(default_factory=dict)
    tokens: _Count = 0
    cost: _Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None


class _Record(BaseModel):
    model_config = ConfigDict(extra="ignore")

    command: str
    status: Literal["running", "done", "refused", "failed"]
    started_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    stores: tuple[StoreReport, ...] = ()


FIELDS: Final = (
    "command", "status", "started_at", "finished_at", *(f"stores.{name}" for name in StoreReport.model_fields),
)  # fmt: skip
"""All that is read of a record."""


@dataclass(frozen=True, slots=True)
class Build:
    """The last build of a store view that has ended. ended_at: seconds since the epoch. report: None where the run
    failed before it came to this store view.
    """

    status: Ended
    ended_at: float
    report: StoreReport | None = None


@dataclass(frozen=True, slots=True)
class StoreRuns:
    """Of one store view. succeeded_at: seconds since the epoch."""

    last: Build | None = None
    succeeded_at: float | None = field(default=None)


def read_runs(records: Iterable[Mapping[str, Any]], stores: Sequence[str]) -> dict[str, StoreRuns]:
    """Of each of `stores`; records: the newest first."""
    builds = [_builds_in(record, stores) for source in records if (record := _record_of(source)) is not None]
    found = {}
    for store in stores:
        own = [build[store] for build in builds if store in build]
        succeeded = (build.ended_at for build in own if build.status == "done")
        found[store] = StoreRuns(last=next(iter(own), None), succeeded_at=next(succeeded, None))
    return found


def _record_of(source: Mapping[str, Any]) -> _Record | None:
    try:
        return _Record.model_validate(source)
    except ValidationError:
        return None


def _builds_in(record: _Record, stores: Sequence[str]) -> dict[str, Build]:
    """Store -> what a run built for it. One that is at work, or was killed, has not said anything yet."""
    if record.command not in BUILDING or record.finished_at is None or record.status == "running":
        return {}
    ended_at = record.finished_at.timestamp()
    if not record.stores:
        # It failed before it came to any store view, and so for all of them.
        return dict.fromkeys(stores, Build(record.status, ended_at))
    return {
        # Stopped before its turn, it has shared the fate of the whole run.
        report.store: Build(record.status if report.status == "running" else report.status, ended_at, report)
        for report in record.stores
    }
