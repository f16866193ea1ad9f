"""indexer.runs.record and history: what each run did, and what an operator is told of it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from support.builds import NOW, Clock
from support.indices import refused
from support.state import StateCluster

from indexer.errors import LeaseLost, StateForeign
from indexer.report import Reject, RunReport, StoreReport
from indexer.runs.history import fetch_history
from indexer.runs.holder import Holder
from indexer.runs.lease_document import LeaseDocument, grant
from indexer.runs.record import RunRecord, fetch_records, record_move, recorded
from indexer.runs.state_index import open_state
from shared.errors import ConfigurationError
from shared.runs import KEPT_RECORDS

RUNS = "rag-runs"


def a_holder(run_id: str = "5f") -> Holder:
    return Holder(run_id=run_id, command="run", host="shop-1", pid=7)


def a_report(**changes: Any) -> RunReport:
    """A run that has built one store view."""
    values = {"store": "default", "alias": "rag-active", "index": "rag-20261120-030000", "tokens": 9, **changes}
    return RunReport(run_id="5f", stores=[StoreReport(**values)])


@pytest.fixture
def cluster() -> StateCluster:
    return StateCluster()


@asynccontextmanager
async def a_run(
    cluster: StateCluster, report: RunReport, *, run_id: str = "5f", clock: Clock | None = None
) -> AsyncIterator[None]:
    holder = a_holder(run_id)
    async with recorded(cluster, "rag", report, holder=holder, fencing=3, now=clock or Clock()):
        yield


async def hold(cluster: StateCluster, document: LeaseDocument) -> None:
    await open_state(cluster, "rag")
    await cluster.index(index="rag-state", id="lease", body=document.model_dump(mode="json"), params={})


async def only(cluster: StateCluster) -> RunRecord:
    [record] = await fetch_records(cluster, "rag", count=5)
    return record


async def test_a_run_is_on_record_while_it_goes_on(cluster: StateCluster) -> None:
    async with a_run(cluster, a_report()):
        record = await only(cluster)
    assert (record.status, record.started_at, record.finished_at) == ("running", NOW, None)
    assert (record.holder, record.fencing, record.version) == (a_holder(), 3, "0.1.0")


@pytest.mark.parametrize(
    ("status", "told", "exit_code"), [("done", "done", 0), ("refused", "refused", 3), ("failed", "failed", 1)]
)
async def test_a_run_says_how_it_ended(cluster: StateCluster, status: Any, told: str, exit_code: int) -> None:
    clock, report = Clock(), a_report()
    async with a_run(cluster, report, clock=clock):
        clock.now += timedelta(minutes=4)
        report.stores[0].close(status, "because")
    record = await only(cluster)
    assert (record.status, record.exit_code, record.finished_at) == (told, exit_code, clock.now)
    [store] = record.stores
    assert (store["index"], store["tokens"], store["reasons"]) == ("rag-20261120-030000", 9, ["because"])


@pytest.mark.parametrize(
    ("error", "exit_code", "reason"),
    [
        pytest.param(asyncio.CancelledError(), 1, "the run was stopped", id="stopped"),
        pytest.param(asyncio.CancelledError("the lease"), 1, "the lease", id="lease lost meanwhile"),
        pytest.param(LeaseLost("it could not"), 1, "The lease was lost: it could not", id="lease lost"),
        pytest.param(ConfigurationError(["RAG_ALIAS: no"]), 2, "RAG_ALIAS: no", id="misconfigured"),
        pytest.param(KeyError("sku"), 1, "unexpected KeyError; the log has the details", id="a bug"),
    ],
)
async def test_a_run_that_broke_says_why(
    cluster: StateCluster, error: BaseException, exit_code: int, reason: str
) -> None:
    with pytest.raises(type(error)):
        async with a_run(cluster, a_report()):
            raise error
    record = await only(cluster)
    assert (record.status, record.exit_code) == ("failed", exit_code)
    assert record.reasons[0].startswith(reason)


async def test_a_run_that_was_stopped_after_all_of_its_work_is_done(cluster: StateCluster) -> None:
    report = a_report(status="done")
    with pytest.raises(asyncio.CancelledError):
        async with a_run(cluster, report):
            raise asyncio.CancelledError
    record = await only(cluster)
    assert (record.status, record.exit_code, record.reasons) == ("done", 0, ("the run was stopped",))


async def test_rejected_documents_are_counted_and_not_listed(cluster: StateCluster) -> None:
    report = a_report()
    async with a_run(cluster, report):
        report.stores[0].reject(Reject(id="9", sku=None, reason="no name"), "nameless")
    [store] = (await only(cluster)).stores
    assert store["rejected"] == 1
    assert "rejects" not in store


async def test_an_alias_moved_by_hand_is_on_record(cluster: StateCluster) -> None:
    holder = Holder(run_id="9a", command="rollback", host="shop-1", pid=7)
    moved = {"store": "default", "alias": "rag-active", "index": "rag-20261119-030000", "left": "rag-20261120-030000"}
    await record_move(cluster, "rag", **moved, holder=holder, now=Clock())
    history = await fetch_history(cluster, "rag", now=NOW)
    assert list(history.lines())[1:] == [
        "run 9a: done after 0 s, exit code 0; began 2026-11-20 03:00:00 UTC as rollback on shop-1, version 0.1.0",
        "  default: done, rag-active became rag-20261119-030000",
        "    rolled back from rag-20261120-030000",
    ]


async def test_a_record_that_cannot_be_written_stops_no_run(cluster: StateCluster) -> None:
    blocked = refused(403, "cluster_block_exception", "read-only")
    cluster.fail("index", blocked, blocked)
    report = a_report()
    async with a_run(cluster, report):
        report.stores[0].close("done")
    assert await fetch_records(cluster, "rag", count=5) == ()


async def test_an_index_of_somebody_else_is_left_alone(cluster: StateCluster) -> None:
    cluster.put(RUNS)
    async with a_run(cluster, a_report()):
        pass
    assert cluster.state[RUNS].documents == {}


async def test_the_newest_records_stay(cluster: StateCluster) -> None:
    clock = Clock()
    for number in range(KEPT_RECORDS + 3):
        async with a_run(cluster, a_report(), run_id=f"{number:03}", clock=clock):
            clock.now += timedelta(days=1)
    kept = [record.run_id for record in await fetch_records(cluster, "rag", count=KEPT_RECORDS + 3)]
    assert kept == [f"{number:03}" for number in range(KEPT_RECORDS + 2, 2, -1)]


async def test_a_damaged_record_is_named(cluster: StateCluster) -> None:
    async with a_run(cluster, a_report()):
        pass
    cluster.state[RUNS].documents["x"] = {"started_at": "2026-11-20T03:00:00Z"}
    with pytest.raises(StateForeign, match=RUNS):
        await fetch_records(cluster, "rag", count=5)


async def test_without_any_run_there_is_no_history(cluster: StateCluster) -> None:
    history = await fetch_history(cluster, "rag", now=NOW)
    assert history.as_json() == {"lease": None, "runs": []}
    assert list(history.lines()) == ["lease: free"]
    assert cluster.state == {}


async def test_the_run_at_work_is_running(cluster: StateCluster) -> None:
    await hold(cluster, grant(a_holder(), fencing=3, ttl=60.0, now=NOW))
    async with a_run(cluster, a_report()):
        history = await fetch_history(cluster, "rag", now=NOW + timedelta(seconds=59))
    assert history.as_json()["lease"]["held"] is True
    assert [run["status"] for run in history.as_json()["runs"]] == ["running"]
    assert list(history.lines()) == [
        "lease: held by run 5f (shop-1, pid 7) until 2026-11-20 03:01:00 UTC, fencing 3",
        "run 5f: running; began 2026-11-20 03:00:00 UTC as run on shop-1, version 0.1.0",
    ]


@pytest.mark.parametrize("taken_over", [False, True], ids=["lease ended", "lease taken over"])
async def test_a_killed_run_was_interrupted(cluster: StateCluster, taken_over: bool) -> None:
    holder = a_holder("7a") if taken_over else a_holder()
    granted = NOW if taken_over else NOW - timedelta(seconds=61)
    await hold(cluster, grant(holder, fencing=4, ttl=60.0, now=granted))
    async with a_run(cluster, a_report()):
        history = await fetch_history(cluster, "rag", now=NOW)
    assert [run["status"] for run in history.as_json()["runs"]] == ["interrupted"]
    assert "ended without a word" in "\n".join(history.lines())


async def test_a_lease_that_ran_out_is_told_as_such(cluster: StateCluster) -> None:
    await hold(cluster, grant(a_holder(), fencing=4, ttl=60.0, now=NOW - timedelta(hours=1)))
    history = await fetch_history(cluster, "rag", now=NOW)
    assert history.as_json()["lease"]["held"] is False
    assert next(history.lines()) == (
        "lease: free once a run has watched it: run 5f (shop-1, pid 7) let it expire 2026-11-20 02:01:00 UTC"
    )


async def test_the_last_five_runs_with_how_they_ended_and_why(cluster: StateCluster) -> None:
    clock = Clock()
    for number in range(7):
        report = a_report(swapped=number == 6)
        async with a_run(cluster, report, run_id=f"run-{number}", clock=clock):
            clock.now += timedelta(seconds=90)
            report.stores[0].close("done" if number == 6 else "refused", *([] if number == 6 else ["too few products"]))
    await hold(cluster, grant(a_holder("run-6"), fencing=7, ttl=60.0, now=clock.now).released(clock.now))
    history = await fetch_history(cluster, "rag", now=clock.now)
    assert [run.run_id for run in history.runs] == ["run-6", "run-5", "run-4", "run-3", "run-2"]
    lease, newest, store, refused_run, its_store, reason, *_ = history.lines()
    assert lease == "lease: free"
    assert newest == (
        "run run-6: done after 90 s, exit code 0; began 2026-11-20 03:09:00 UTC as run on shop-1, version 0.1.0"
    )
    assert store == (
        "  default: done, rag-active became rag-20261120-030000; read 0 = indexed 0 + rejected 0 + skipped 0; "
        "9 tokens, 0 vectors taken over"
    )
    assert refused_run.startswith("run run-5: refused after 90 s, exit code 3")
    assert its_store.startswith("  default: refused, rag-active was not moved")
    assert reason == "    too few products"
