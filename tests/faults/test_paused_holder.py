"""A run is stopped (SIGSTOP) for longer than its lease lives, and another one takes over. When it wakes, whatever it
still had on its way, it moves nothing, takes nothing of the other's away, and says that it lost the lease."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import LONG, a_product, a_program, put_shop
from support.processes import BOUND_SECONDS, IndexerProgram, finished

from indexer.load.indices import fetch_alias, fetch_own
from indexer.load.retention import prune
from indexer.runs.lease_store import fetch_lease
from sandbox.faults import Meanwhile, OpenSearchFaults, opensearch_faults
from sandbox.openai_server import ScriptedServer
from shared.indices import RagNames

pytestmark = pytest.mark.timeout(900)

PRODUCTS = 60

SHORT_LIVED = """
import sys
from functools import partial
from indexer import cli

cli.held_lease = partial(cli.held_lease, ttl=float(sys.argv.pop(1)))
cli.main()
"""
"""The program with a lease of as many seconds as its first argument says."""

LEASE_SECONDS = 12.0
"""The long form waits for the lease of the program as it is: a minute, and then half a one of watching."""


@dataclass(frozen=True)
class Moment:
    """The run is stopped with the `skip`-th request after the first of its kind.

    deleted: somebody deletes the index under construction while it is. refused: what the held request is answered.
    swapped: whether the run had made its index live by then.
    """

    path: str
    skip: int = 0
    deleted: bool = False
    refused: int | None = None
    swapped: bool = False


MOMENTS: Mapping[str, Moment] = {
    "about to swap": Moment(r"^/_aliases$", skip=1, refused=404),
    "loading": Moment(r"/_bulk$"),
    "loading, and its index is deleted": Moment(r"/_bulk$", deleted=True),
    "about to remove an old index": Moment(r"^/_aliases$", skip=2, refused=404, swapped=True),
}

TRIED = tuple(MOMENTS) if LONG else ("about to swap",)


class Pause:
    """Stops the process of a run with SIGSTOP and holds its request back; both until they are let go."""

    def __init__(self) -> None:
        self.process: asyncio.subprocess.Process | None = None
        self.begun = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._over = threading.Event()

    def begin(self) -> None:
        self._signal(signal.SIGSTOP)
        self._loop.call_soon_threadsafe(self.begun.set)
        self._over.wait()

    def let_request_pass(self) -> None:
        self._over.set()

    def wake(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        assert self.process is not None
        os.kill(self.process.pid, number)


@pytest.fixture
def proxy(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


@asynccontextmanager
async def stopped_run(
    program: IndexerProgram, moment: Moment, proxy: OpenSearchFaults
) -> AsyncIterator[tuple[Pause, asyncio.subprocess.Process]]:
    """A run through `proxy` that has been stopped at `moment`; nothing of it is left afterwards."""
    pause = Pause()
    proxy.plan(Meanwhile(pause.begin), method="POST", path=moment.path, skip=moment.skip)
    arguments = ("run", "--json")
    pause.process = process = (
        await program.start(*arguments)
        if LONG
        else await program.start(str(LEASE_SECONDS), *arguments, entry=("-c", SHORT_LIVED))
    )
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            await pause.begun.wait()
        yield pause, process
    finally:
        pause.let_request_pass()
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def expired(client: AsyncOpenSearch, prefix: str) -> None:
    """Wait until the lease is over by the clock; nobody ends it before."""
    left = 1.0
    while left > 0:
        found = await fetch_lease(client, prefix)
        assert found is not None
        assert found.document.released_at is None
        left = (found.document.expires_at - datetime.now(UTC)).total_seconds()
        await asyncio.sleep(max(0.0, left))


async def passed(proxy: OpenSearchFaults) -> int | None:
    """What the request that was held back is answered."""
    async with asyncio.timeout(BOUND_SECONDS):
        while not (held := [one for one in proxy.seen if one.played]):
            await asyncio.sleep(0.05)
    return held[0].status


def shop(version: int) -> dict[str, Any]:
    """Every version has other texts, and one product more."""
    return {str(n): a_product(n, name=f"Jacket {n} of version {version}") for n in range(PRODUCTS + version)}


async def live(client: AsyncOpenSearch, names: RagNames) -> tuple[str, set[str]]:
    """The one live index, and what its products are called."""
    [index] = await fetch_alias(client, names.alias)
    hits = (await client.search(index=names.alias, body={"size": 1000, "_source": ["name"]}))["hits"]["hits"]
    return index, {hit["_source"]["name"] for hit in hits}


@pytest.mark.parametrize("when", TRIED)
async def test_a_run_that_slept_through_its_lease_changes_nothing_any_more(
    when: str, tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str,
    openai_server: ScriptedServer, proxy: OpenSearchFaults,
) -> None:  # fmt: skip
    moment, names = MOMENTS[when], RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    slow = a_program(tmp_path, proxy.url, provider=openai_server.base_url, namespace=namespace)
    other = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace)
    # Two runs before it, if it is to have an index to remove.
    for version in (1, 2) if moment.swapped else (1,):
        await put_shop(cluster, namespace, shop(version), version=version)
        assert (await other.run("run", "--json")).code == 0
    await put_shop(cluster, namespace, shop(3), version=3)

    async with stopped_run(slow, moment, proxy) as (pause, process):
        await expired(cluster, names.prefix)
        await put_shop(cluster, namespace, shop(4), version=4)
        taken_over = await other.run("run", "--json")
        assert taken_over.code == 0, taken_over.errors[-3000:]
        made, expected = await live(cluster, names)
        assert (made, len(expected)) == (taken_over.json["stores"][0]["index"], PRODUCTS + 4)
        before = await fetch_own(cluster, names)
        if moment.deleted:
            [doomed] = [one.name for one in before if one.meta is not None and one.meta.state == "building"]
            await cluster.indices.delete(index=doomed)
        pause.let_request_pass()
        answered = await passed(proxy)
        assert moment.refused in (None, answered)
        assert await live(cluster, names) == (made, expected)
        pause.wake()
        ended = await finished(process)

    note = (ended.code, ended.output, ended.errors[-3000:])
    assert await live(cluster, names) == (made, expected), note
    own = await fetch_own(cluster, names)
    assert {one.name for one in before if one.complete} <= {one.name for one in own}, note
    # An index nobody could account for would never be removed.
    assert all(one.meta is not None for one in own), note
    told = ended.json
    reasons = [*told["reasons"], *(reason for store in told["stores"] for reason in store["reasons"])]
    assert [store["swapped"] for store in told["stores"]] == [moment.swapped], note
    assert moment.swapped or (ended.code, any("lease was lost" in reason for reason in reasons)) == (1, True), note
    await prune(cluster, names, retain=1, now=datetime.now(UTC) + timedelta(hours=2))
    assert all(one.complete for one in await fetch_own(cluster, names)), note
    assert await live(cluster, names) == (made, expected)
