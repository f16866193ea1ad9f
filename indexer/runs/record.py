"""What each run did, a document a run in `<prefix>-runs`: written when it begins, and again when it ends."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Any, Final, Literal

import structlog
from opensearchpy import AsyncOpenSearch
from pydantic import BaseModel, ConfigDict, ValidationError

from indexer.cluster import request
from indexer.errors import StateForeign, exit_code_of, reason_of
from indexer.report import RunReport
from indexer.runs.holder import Holder
from indexer.runs.state_index import ensure_index
from shared.errors import AppError
from shared.opensearch import IndexMissing
from shared.runs import KEPT_RECORDS, runs_index

log = structlog.get_logger(__name__)

WRITE_SECONDS: Final = 15.0
"""What a run may spend on writing its record; the log has the same."""

RUN_PROPERTIES: Final[Mapping[str, Any]] = {
    "run_id": {"type": "keyword"},
    "status": {"type": "keyword"},
    "started_at": {"type": "date"},
    "stores": {"type": "object", "enabled": False},
}

RunStatus = Literal["running", "done", "refused", "failed"]

_STATUS: Final[Mapping[int, RunStatus]] = {0: "done", 3: "refused"}

_LEFT_OUT: Final = ("rejects",)
"""Lists of documents belong to the reject file and to the log."""

_PRUNED_AT_ONCE: Final = 100


class RunRecord(BaseModel):
    """A run. version: of the program. fencing: number of its lease, 0 without one. stores: the report of each store
    view."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    command: str
    host: str
    pid: int
    version: str
    fencing: int
    status: RunStatus
    started_at: datetime
    finished_at: datetime | None = None
    exit_code: int | None = None
    reasons: tuple[str, ...] = ()
    stores: tuple[dict[str, Any], ...] = ()

    @property
    def holder(self) -> Holder:
        """Who made the run."""
        return Holder(run_id=self.run_id, command=self.command, host=self.host, pid=self.pid)

    def ended(self, report: RunReport, *, exit_code: int, reasons: tuple[str, ...], now: datetime) -> "RunRecord":
        """The same run at its end."""
        return self.model_copy(
            update={
                "status": _STATUS.get(exit_code, "failed"),
                "finished_at": now,
                "exit_code": exit_code,
                "reasons": (*report.reasons, *reasons),
                "stores": tuple(_without_lists(store.as_json()) for store in report.stores),
            }
        )


@asynccontextmanager
async def recorded(
    client: AsyncOpenSearch,
    prefix: str,
    report: RunReport,
    *,
    holder: Holder,
    fencing: int,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> AsyncIterator[None]:
    """Keep a record of the run that goes on inside and fills `report`, whatever ends it.

    A record that cannot be written is no reason to stop the run, and only logged.
    """
    record = RunRecord(
        run_id=holder.run_id,
        command=holder.command,
        host=holder.host,
        pid=holder.pid,
        version=version("vitrina"),
        fencing=fencing,
        status="running",
        started_at=now(),
    )
    await _tell(client, prefix, record)
    try:
        yield
    except BaseException as error:
        exit_code = report.exit_code if report.done else exit_code_of(error)
        await _tell(client, prefix, record.ended(report, exit_code=exit_code, reasons=(reason_of(error),), now=now()))
        raise
    await _tell(client, prefix, record.ended(report, exit_code=report.exit_code, reasons=(), now=now()))


async def record_move(
    client: AsyncOpenSearch,
    prefix: str,
    *,
    store: str,
    alias: str,
    index: str,
    left: str | None,
    holder: Holder,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Keep a record of an alias moved by hand from `left` to `index`; one that cannot be written is only logged."""
    moved = {"store": store, "status": "done", "alias": alias, "index": index, "swapped": True,
             "reasons": [f"rolled back from {left or 'nothing'}"]}  # fmt: skip
    record = RunRecord(
        run_id=holder.run_id,
        command=holder.command,
        host=holder.host,
        pid=holder.pid,
        version=version("vitrina"),
        fencing=0,
        status="done",
        started_at=now(),
        finished_at=now(),
        exit_code=0,
        stores=(moved,),
    )
    await _tell(client, prefix, record)


async def fetch_records(client: AsyncOpenSearch, prefix: str, *, count: int) -> tuple[RunRecord, ...]:
    """The newest `count` records, the newest first. Raises StateForeign, and what shared.opensearch lists."""
    found = await _search(client, prefix, {"size": count})
    try:
        return tuple(RunRecord.model_validate(hit["_source"]) for hit in found)
    except ValidationError as exc:
        raise StateForeign(runs_index(prefix), "it holds documents that are no run records") from exc


async def _tell(client: AsyncOpenSearch, prefix: str, record: RunRecord) -> None:
    try:
        async with asyncio.timeout(WRITE_SECONDS):
            await _write(client, prefix, record)
            if record.status == "running":
                await _forget_oldest(client, prefix)
    except (AppError, TimeoutError) as cause:
        log.warning("run_not_recorded", cause=str(cause) or type(cause).__name__)


async def _write(client: AsyncOpenSearch, prefix: str, record: RunRecord) -> None:
    index = runs_index(prefix)
    await ensure_index(client, index, properties=RUN_PROPERTIES)
    body = record.model_dump(mode="json")
    # Searchable at once, for whoever asks for the status next; it is one document of a tiny index.
    write = partial(client.index, index=index, id=record.run_id, body=body, params={"refresh": "true"})
    await request(f"index {index!r}", write)


async def _forget_oldest(client: AsyncOpenSearch, prefix: str) -> None:
    index = runs_index(prefix)
    for hit in await _search(client, prefix, {"from": KEPT_RECORDS, "size": _PRUNED_AT_ONCE, "_source": False}):
        delete = partial(client.delete, index=index, id=hit["_id"])
        try:
            await request(f"index {index!r}", delete)
        except IndexMissing:
            continue


async def _search(client: AsyncOpenSearch, prefix: str, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Hits in order of time, the newest first; none where there is no index yet."""
    index = runs_index(prefix)
    ordered = {"sort": [{"started_at": "desc"}, {"run_id": "desc"}], **body}
    try:
        answer = await request(f"index {index!r}", partial(client.search, index=index, body=ordered))
    except IndexMissing:
        return []
    hits: list[dict[str, Any]] = answer["hits"]["hits"]
    return hits


def _without_lists(store: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in store.items() if name not in _LEFT_OUT}
