"""F14: the indexer is killed (SIGKILL) or stopped (SIGTERM) in the middle of anything it does.

The live index answers throughout, with all products of one build; the next run goes live, and pays for no vector that
OpenSearch had.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.faults import LONG, a_product, a_program, let_go, put_shop
from support.opensearch import REQUEST_TIMEOUT_SECONDS
from support.processes import BOUND_SECONDS, Finished, finished

from indexer.load.indices import fetch_own
from indexer.load.retention import prune
from indexer.runs.lease_document import LeaseDocument
from indexer.runs.lease_store import fetch_lease
from sandbox.faults import Meanwhile, OpenSearchFaults, opensearch_faults
from sandbox.openai_server import Embed, ScriptedServer
from shared import catalog
from shared.indices import RagNames

pytestmark = pytest.mark.timeout(900)

PRODUCTS = 120

SETTINGS = {"EMBEDDING_BATCH_TEXTS": "10", "INDEXER_MAX_DOCS_PER_SECOND": "100"}
"""Many requests to the model, and more than one bulk."""

BUILD = r"rag-[0-9]+-[0-9]+"

THE_MODEL: Final = "the model"


@dataclass(frozen=True)
class Moment:
    """The request of a run, the `skip`-th after the first of its kind, in the middle of which it is killed.

    loaded: every document has reached OpenSearch by then.
    """

    name: str
    method: str
    path: str
    skip: int = 0
    loaded: bool = False


MOMENTS: Sequence[Moment] = (
    Moment("putting up the fence", "POST", r"^/_aliases$"),
    Moment("writing the run record", "PUT", r"-runs/_doc/"),
    Moment("opening the view", "POST", r"/point_in_time$"),
    Moment("reading", "POST", r"^/_search$", skip=1),
    Moment("creating the index", "PUT", rf"{BUILD}$"),
    Moment("announcing a request to the model", "PUT", rf"{BUILD}/_mapping$"),
    Moment("the first vectors", THE_MODEL, ""),
    Moment("some more vectors", THE_MODEL, "", skip=5),
    Moment("the first bulk", "POST", r"/_bulk$"),
    Moment("the second bulk", "POST", r"/_bulk$", skip=1),
    Moment("sealing: merge", "POST", r"/_forcemerge$", loaded=True),
    Moment("sealing: commit", "POST", r"/_flush$", loaded=True),
    Moment("proving: count", "POST", r"/_count$", loaded=True),
    Moment("proving: self-retrieval", "POST", r"/_msearch$", skip=3, loaded=True),
    Moment("proving: the source once more", "POST", r"^/_search$", skip=2, loaded=True),
    Moment("renewing the lease", "PUT", r"/_doc/lease$", skip=1),
    Moment("the swap", "POST", r"^/_aliases$", skip=1, loaded=True),
    Moment("after the swap", "DELETE", r"/point_in_time$", loaded=True),
    Moment("removing an old index", "POST", r"^/_aliases$", skip=2, loaded=True),
    Moment("telling how it ended", "PUT", r"-runs/_doc/", skip=1, loaded=True),
)

SWAP = next(number for number, moment in enumerate(MOMENTS) if moment.name == "the swap")

PARTS = 4
"""Tests that the long form is divided among, for each has to end in a quarter of an hour."""


@dataclass(frozen=True)
class Kill:
    """Moment by its number, signal, seconds until the request goes on its way, and whether it never arrives."""

    at: int
    by: signal.Signals
    seconds: float
    lost: bool

    @property
    def moment(self) -> Moment:
        return MOMENTS[self.at]


def kills() -> list[Kill]:
    """Every moment by SIGKILL, every other one by SIGTERM too, in a seeded order; in the short form one of each."""
    seeded = random.Random(14)
    if not LONG:
        second_bulk = next(number for number, moment in enumerate(MOMENTS) if moment.name == "the second bulk")
        return [Kill(second_bulk, signal.SIGKILL, 0.0, lost=True), Kill(SWAP, signal.SIGTERM, 0.5, lost=False)]
    chosen = [(at, signal.SIGKILL) for at in range(len(MOMENTS))]
    chosen += [(at, signal.SIGTERM) for at in range(0, len(MOMENTS), 2)]
    seeded.shuffle(chosen)
    return [Kill(at, by, seeded.uniform(0.0, 0.5), lost=seeded.random() < 0.5) for at, by in chosen]


@pytest.fixture
def proxy(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


class Strike:
    """Sends a signal to a run in the middle of a request. lease: as it stood in that moment; None: it never came."""

    def __init__(self, kill: Kill, url: str, *, state: str) -> None:
        self.process: asyncio.subprocess.Process | None = None
        self.lease: LeaseDocument | None = None
        self._kill = kill
        self._url = url
        self._state = state

    def strike(self, *answer: Any) -> Any:
        """Runs in the thread of the proxy or of the model; says what it was given, an answer of the model."""
        assert self.process is not None
        with OpenSearch(hosts=[self._url], timeout=REQUEST_TIMEOUT_SECONDS) as client:
            self.lease = LeaseDocument.model_validate(client.get(index=self._state, id="lease")["_source"])
        os.kill(self.process.pid, self._kill.by)
        time.sleep(self._kill.seconds)
        return next(iter(answer), None)


@dataclass
class Reader:
    """Somebody who asks the live index how many products it has, again and again. allowed: what it may say."""

    client: AsyncOpenSearch
    alias: str
    allowed: frozenset[int]
    heard: list[int] = field(default_factory=list)

    async def ask(self) -> None:
        while True:
            before = self.allowed
            found = await self.client.count(index=self.alias)
            assert found["_shards"]["failed"] == 0, found
            assert found["count"] in before | self.allowed, (found, before, self.allowed)
            self.heard.append(found["count"])
            await asyncio.sleep(0.02)

    async def answered(self) -> None:
        """Wait for an answer to a question that has not been asked yet."""
        enough = len(self.heard) + 2
        async with asyncio.timeout(BOUND_SECONDS):
            while len(self.heard) < enough:
                await asyncio.sleep(0.02)


@asynccontextmanager
async def reading(client: AsyncOpenSearch, alias: str, *, count: int) -> AsyncIterator[Reader]:
    """A reader at work; whatever breaks it breaks the test."""
    reader = Reader(client, alias, frozenset({count}))
    async with asyncio.TaskGroup() as group:
        task = group.create_task(reader.ask())
        yield reader
        task.cancel()


@dataclass
class Shop:
    """A shop and the program that indexes it through `proxy`. Every turn has other texts, and one product more."""

    folder: Path
    cluster: AsyncOpenSearch
    url: str
    namespace: str
    provider: ScriptedServer
    proxy: OpenSearchFaults

    @property
    def names(self) -> RagNames:
        return RagNames(prefix=f"{self.namespace}rag", alias=f"{self.namespace}rag-active")

    async def stock(self, turn: int) -> None:
        products = {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS + turn)}
        await put_shop(self.cluster, self.namespace, products, version=turn)

    async def run(self, strike: Strike | None = None) -> Finished:
        provider, namespace = self.provider.base_url, self.namespace
        program = a_program(self.folder, self.proxy.url, provider=provider, namespace=namespace, **SETTINGS)
        process = await program.start("run", "--json")
        if strike is not None:
            strike.process = process
        return await finished(process)

    async def run_and_kill(self, kill: Kill) -> Finished:
        """A run that was struck while it was at work, as its lease says."""
        strike = Strike(kill, self.url, state=f"{self.names.prefix}-state")
        self.proxy.clear()
        self.provider.reset()
        moment = kill.moment
        if moment.method == THE_MODEL:
            self.provider.embeddings.then(*[Embed()] * moment.skip, Embed(edit=strike.strike))
        else:
            plan = Meanwhile(strike.strike, lost=kill.lost)
            self.proxy.plan(plan, method=moment.method, path=moment.path, skip=moment.skip)
        ended = await self.run(strike)
        assert strike.process is not None
        assert strike.lease is not None, f"the moment never came: {kill}"
        await self.gone(moment)
        assert (strike.lease.pid, strike.lease.released_at) == (strike.process.pid, None), kill
        return ended

    async def gone(self, moment: Moment) -> None:
        """Wait until the request of that moment has reached OpenSearch, or was lost; its sender may be long dead."""
        async with asyncio.timeout(BOUND_SECONDS):
            while moment.method != THE_MODEL and not any(one.played for one in self.proxy.seen):
                await asyncio.sleep(0.02)

    async def live(self) -> tuple[str, set[str]]:
        """The one live index, which is a complete one, and what its products are called."""
        [live] = [one for one in await fetch_own(self.cluster, self.names) if self.names.alias in one.aliases]
        assert live.complete, live
        body = {"size": 10_000, "_source": [catalog.NAME]}
        hits = (await self.cluster.search(index=self.names.alias, body=body))["hits"]["hits"]
        return live.name, {hit["_source"][catalog.NAME] for hit in hits}


def names_of(turn: int) -> set[str]:
    return {f"Jacket {n} of turn {turn}" for n in range(PRODUCTS + turn)}


@pytest.mark.parametrize("part", range(PARTS if LONG else 1))
async def test_f14_a_run_killed_at_any_moment_leaves_the_live_index_and_the_next_one_goes_live(
    part: int, tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str,
    openai_server: ScriptedServer, proxy: OpenSearchFaults,
) -> None:  # fmt: skip
    shop = Shop(tmp_path, cluster, opensearch_url, namespace, openai_server, proxy)
    # Two runs before the kills of the long form, so that there is an old index to be removed.
    turn = 0
    for turn in range(2 if LONG else 1):
        await shop.stock(turn)
        assert (await shop.run()).code == 0

    async with reading(cluster, shop.names.alias, count=PRODUCTS + turn) as reader:
        for kill in kills()[part :: PARTS if LONG else 1]:
            turn += 1
            await shop.stock(turn)
            reader.allowed |= {PRODUCTS + turn}
            ended = await shop.run_and_kill(kill)
            await reader.answered()
            note = (kill, ended.code, ended.output, ended.errors[-3000:])
            await check_end(shop, kill, ended, turn=turn, note=note)
            if kill.by == signal.SIGKILL:
                await let_go(cluster, namespace)
            await check_next_run(shop, kill, turn=turn, note=note)
            reader.allowed = frozenset({PRODUCTS + turn})
            await reader.answered()
    # An old number never comes back.
    assert reader.heard == sorted(reader.heard)


async def check_end(shop: Shop, kill: Kill, ended: Finished, *, turn: int, note: object) -> None:
    """What is live is a whole index, and the one that it has to be; who was asked to stop says so, and tidies up."""
    _, products = await shop.live()
    swapped = kill.at > SWAP or (kill.at == SWAP and not kill.lost)
    assert products == names_of(turn if swapped else turn - 1), note
    if kill.by == signal.SIGKILL:
        assert ended.code == -signal.SIGKILL, note
        return
    # Behind the swap its work is done.
    assert (ended.code, ended.json["reasons"]) == (0 if swapped else 1, ["the run was stopped"]), note
    assert all(store["swapped"] == swapped for store in ended.json["stores"]), note
    found = await fetch_lease(shop.cluster, shop.names.prefix)
    assert found is not None
    assert found.document.released_at is not None, note
    states = [one.meta.state for one in await fetch_own(shop.cluster, shop.names) if one.meta is not None]
    # An index whose making was not answered has a name that the run never learnt.
    assert "building" not in states or kill.moment.name == "creating the index", note


async def check_next_run(shop: Shop, kill: Kill, *, turn: int, note: object) -> None:
    """It goes live with everything, pays for nothing that OpenSearch had, and in time nothing of the other is left."""
    ended = await shop.run()
    assert ended.code == 0, (note, ended.errors[-3000:])
    [told] = ended.json["stores"]
    assert await shop.live() == (told["index"], names_of(turn)), note
    assert told["indexed"] == PRODUCTS + turn, note
    assert not kill.moment.loaded or told["embedded"] == 0, (note, told)
    await prune(shop.cluster, shop.names, retain=1, now=datetime.now(UTC) + timedelta(hours=2))
    left = await fetch_own(shop.cluster, shop.names)
    assert (len(left), all(one.complete for one in left)) == (2, True), (note, left)
