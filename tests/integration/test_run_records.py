"""Run records on a real node: written, found in order of time, and forgotten when there are too many."""

from datetime import UTC, datetime, timedelta
from typing import Any

from opensearchpy import AsyncOpenSearch

from indexer.report import RunReport, StoreReport
from indexer.runs.history import fetch_history
from indexer.runs.holder import this_process
from indexer.runs.lease import held_lease
from indexer.runs.record import recorded
from shared.runs import KEPT_RECORDS, runs_index


def a_report() -> RunReport:
    return RunReport(run_id="new", stores=[StoreReport(store="default", alias="rag-active")])


async def test_a_run_is_seen_at_work_and_after_its_end(cluster: AsyncOpenSearch, namespace: str) -> None:
    prefix, report, holder = f"{namespace}rag", a_report(), this_process("new", command="run")
    assert (await fetch_history(cluster, prefix, now=datetime.now(UTC))).runs == ()
    async with (
        held_lease(cluster, prefix, holder=holder) as lease,
        recorded(cluster, prefix, report, holder=holder, fencing=lease.fencing),
    ):
        during = (await fetch_history(cluster, prefix, now=datetime.now(UTC))).as_json()
        report.stores[0].close("refused", "too few products")
    after = (await fetch_history(cluster, prefix, now=datetime.now(UTC))).as_json()
    assert (during["lease"]["held"], [run["status"] for run in during["runs"]]) == (True, ["running"])
    assert (after["lease"]["held"], [run["status"] for run in after["runs"]]) == (False, ["refused"])
    assert after["runs"][0]["stores"][0]["reasons"] == ["too few products"]


async def test_old_records_make_room(cluster: AsyncOpenSearch, namespace: str) -> None:
    prefix, index = f"{namespace}rag", runs_index(f"{namespace}rag")
    holder = this_process("new", command="run")
    async with recorded(cluster, prefix, a_report(), holder=holder, fencing=1):
        pass
    lines: list[dict[str, Any]] = []
    for number in range(KEPT_RECORDS):
        started_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
        lines += [{"index": {"_id": f"old-{number:03}"}}, {"started_at": started_at.isoformat()}]
    await cluster.bulk(index=index, body=lines, params={"refresh": "true"})
    async with recorded(cluster, prefix, a_report(), holder=holder, fencing=2):
        pass
    await cluster.indices.refresh(index=index)
    assert (await cluster.count(index=index))["count"] == KEPT_RECORDS
    assert not await cluster.exists(index=index, id="old-000")
    assert await cluster.exists(index=index, id="old-001")
