"""F22: runs that begin at once, started by hand or by replicas of the schedule. One of them works, the others say so
and leave."""

import asyncio
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import LONG, a_product, a_program, put_shop, rounds
from support.processes import BOUND_SECONDS, Finished, finished, running, told

from indexer.load.indices import fetch_own
from indexer.runs.record import fetch_records
from sandbox.faults import Meanwhile, OpenSearchFaults, opensearch_faults
from sandbox.openai_server import ScriptedServer
from shared.indices import RagNames

PRODUCTS = 60
NEW_INDEX = r"/[^/]*rag-[0-9]+-[0-9]+$"


@pytest.fixture
def target(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


def hold_builder(target: OpenSearchFaults) -> threading.Event:
    """Whoever builds waits until the event is set; however slowly the others start, they find somebody at work."""
    somebody_left = threading.Event()
    target.clear()
    target.plan(Meanwhile(lambda: somebody_left.wait(BOUND_SECONDS)), method="PUT", path=NEW_INDEX)
    return somebody_left


async def test_f22_of_two_runs_started_at_once_exactly_one_is_made(
    tmp_path: Path, cluster: AsyncOpenSearch, namespace: str, openai_server: ScriptedServer, target: OpenSearchFaults
) -> None:
    program = a_program(tmp_path, target.url, provider=openai_server.base_url, namespace=namespace)
    live = f"{namespace}rag-active"

    for turn in range(rounds(short=2, long=50)):
        products = {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS)}
        await put_shop(cluster, namespace, products, version=1 + turn)
        somebody_left = hold_builder(target)
        runs = {asyncio.create_task(finished(await program.start("run", "--json"))) for _ in range(2)}
        await asyncio.wait(runs, return_when=asyncio.FIRST_COMPLETED)
        somebody_left.set()
        ended = await asyncio.gather(*runs)
        assert any(one.played for one in target.seen)
        assert sorted(one.code for one in ended) == [0, 75], [one.errors[-500:] for one in ended]
        [made] = [one.json["stores"][0] for one in ended if one.code == 0]
        [left] = [one.json for one in ended if one.code == 75]
        assert "holds the lease until" in left["reasons"][0]
        assert list(await cluster.indices.get_alias(name=live)) == [made["index"]]
        assert (await cluster.count(index=live))["count"] == PRODUCTS


MISSED, ON_TIME = "a minute ago, made up for at the start", "by the clock"

TRIED = (MISSED, ON_TIME) if LONG else (MISSED,)


@pytest.mark.parametrize("tick", TRIED)
async def test_f22_replicas_of_the_schedule_make_one_run_of_a_tick(
    tick: str, tmp_path: Path, cluster: AsyncOpenSearch, namespace: str, openai_server: ScriptedServer,
    target: OpenSearchFaults,
) -> None:  # fmt: skip
    names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    await put_shop(cluster, namespace, {str(n): a_product(n) for n in range(PRODUCTS)})
    now = datetime.now(UTC)
    due = full_minute(now - timedelta(minutes=2) if tick == MISSED else now + timedelta(minutes=1))
    program = a_program(
        tmp_path, target.url, provider=openai_server.base_url, namespace=namespace,
        INDEXER_SCHEDULE=f"{due.minute} {due.hour} * * *",
    )  # fmt: skip
    somebody_left = hold_builder(target)

    async with AsyncExitStack() as opened:

        async def replica() -> asyncio.subprocess.Process:
            process = await opened.enter_async_context(running(program, "schedule"))
            await told(process, "schedule_started")
            return process

        pair = [await replica() for _ in range(2)]
        builder = await one_that_stays(pair)
        somebody_left.set()
        await told(builder, "lease_released")
        # Nobody holds the lease any more; what this one finds is that its tick has been served.
        late = await replica()
        await told(late, "run_left_to_another")
        ended = [await stopped(process) for process in (*pair, late)]

    assert [one.code for one in ended] == [0, 0, 0], [one.errors[-500:] for one in ended]
    assert all(one.logged("schedule_stopped") for one in ended)
    [run] = await fetch_records(cluster, names.prefix, count=10)
    assert (run.command, run.status, run.pid) == ("schedule", "done", builder.pid)
    [live] = await fetch_own(cluster, names)
    assert live.aliases == {names.alias}
    assert (await cluster.count(index=names.alias))["count"] == PRODUCTS


def full_minute(moment: datetime) -> datetime:
    """The first one that is not before `moment`."""
    return moment + timedelta(minutes=1) - timedelta(seconds=moment.second, microseconds=moment.microsecond)


async def one_that_stays(pair: Sequence[asyncio.subprocess.Process]) -> asyncio.subprocess.Process:
    """Wait until one of two processes leaves the run to another; says which one did not."""
    leaving = [asyncio.create_task(told(process, "run_left_to_another")) for process in pair]
    [left], [staying] = await asyncio.wait(leaving, return_when=asyncio.FIRST_COMPLETED)
    staying.cancel()
    await asyncio.gather(staying, return_exceptions=True)
    await left
    return pair[leaving.index(staying)]


async def stopped(process: asyncio.subprocess.Process) -> Finished:
    """What became of a process that was told to stop."""
    process.send_signal(signal.SIGTERM)
    return await finished(process)
