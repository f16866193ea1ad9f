"""F10: the OpenSearch node dies by SIGKILL under a run and comes back. The run goes on or fails, the alias names one
complete index throughout, and the next run goes live without paying for a vector that OpenSearch had."""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import LONG, a_product, a_program, let_go, put_shop
from support.opensearch import REQUEST_TIMEOUT_SECONDS, mortal_node
from support.processes import Finished

from indexer.embed.probe import PROBE_TEXT
from indexer.load.indices import OwnIndex, fetch_alias, fetch_own
from indexer.load.retention import prune
from indexer.runs.lease_store import fetch_lease
from indexer.transform.chunk import hash_text
from sandbox.faults import Meanwhile, OpenSearchFaults, opensearch_faults
from sandbox.openai_server import Embed, ScriptedServer
from sandbox.opensearch.node import Node
from shared import catalog
from shared.indices import RagNames
from shared.opensearch import ClusterAddress, connect

pytestmark = pytest.mark.timeout(900)

PRODUCTS = 120

SETTINGS = {"EMBEDDING_BATCH_TEXTS": "10", "INDEXER_MAX_DOCS_PER_SECOND": "100"}
"""Many requests, and more than one bulk."""

BUILD = r"rag-[0-9]+-[0-9]+"


@dataclass(frozen=True)
class Moment:
    """The request of a run, the `skip`-th after the first of its kind, at which the node dies."""

    name: str
    method: str
    path: str
    skip: int = 0


MOMENTS: Sequence[Moment] = (
    Moment("taking the lease", "PUT", r"/_doc/lease$"),
    Moment("putting up the fence", "POST", r"^/_aliases$"),
    Moment("writing the run record", "PUT", r"-runs/_doc/"),
    Moment("opening the view", "POST", r"/point_in_time$"),
    Moment("looking at the source", "POST", r"^/_search$"),
    Moment("reading", "POST", r"^/_search$", skip=1),
    Moment("creating the index", "PUT", rf"{BUILD}$"),
    Moment("announcing a request to the model", "PUT", rf"{BUILD}/_mapping$", skip=2),
    Moment("the first bulk", "POST", r"/_bulk$"),
    Moment("the second bulk", "POST", r"/_bulk$", skip=1),
    Moment("sealing: refresh", "POST", rf"{BUILD}/_refresh$", skip=1),
    Moment("sealing: merge", "POST", r"/_forcemerge$"),
    Moment("sealing: settings", "PUT", rf"{BUILD}/_settings$"),
    Moment("proving: count", "POST", r"/_count$"),
    Moment("proving: self-retrieval", "POST", r"/_msearch$", skip=3),
    Moment("proving: the source once more", "POST", r"^/_search$", skip=2),
    Moment("renewing the lease", "PUT", r"/_doc/lease$", skip=1),
    Moment("the swap", "POST", r"^/_aliases$", skip=1),
    Moment("after the swap", "DELETE", r"/point_in_time$"),
    Moment("removing an old index", "POST", r"^/_aliases$", skip=2),
)

SWAP = next(number for number, moment in enumerate(MOMENTS) if moment.name == "the swap")

IN_THE_SHORT_FORM = ("the second bulk", "the swap")

PARTS = 4
"""Tests that the twenty kills of the long form are divided among, for each has to end in a quarter of an hour."""


def kills() -> list[tuple[int, float]]:
    """Moments, by their number, in a seeded order; and the seconds into the request at which the node dies, 0 = before
    it hears of it."""
    seeded = random.Random(10)
    chosen = [at for at, moment in enumerate(MOMENTS) if LONG or moment.name in IN_THE_SHORT_FORM]
    seeded.shuffle(chosen)
    return [(at, max(0.0, seeded.uniform(-0.03, 0.06))) for at in chosen]


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with mortal_node(os.environ) as node:
        yield node


@pytest.fixture
def proxy(node: Node) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(node.url) as proxy:
        yield proxy


class Crash:
    """The death and the return of a node, in a thread of its own once they have begun."""

    def __init__(self, node: Node, *, after: float) -> None:
        self._node = node
        self._after = after
        self._pool = ThreadPoolExecutor(1)
        self._over: Future[None] | None = None

    def begin(self) -> None:
        if self._after == 0:
            self._node.kill()
        self._over = self._pool.submit(self._go_through)

    def wait(self) -> None:
        """Until the node is back. Fails when it never died."""
        assert self._over is not None, "the moment never came"
        self._over.result()
        self._pool.shutdown()

    def _go_through(self) -> None:
        time.sleep(self._after)
        self._node.kill()
        self._node.restart()


@dataclass
class Shop:
    """A shop on a mortal node, and the program that indexes it through `proxy`."""

    folder: Path
    node: Node
    proxy: OpenSearchFaults
    provider: ScriptedServer
    namespace: str

    @property
    def names(self) -> RagNames:
        return RagNames(prefix=f"{self.namespace}rag", alias=f"{self.namespace}rag-active")

    @asynccontextmanager
    async def client(self) -> AsyncIterator[AsyncOpenSearch]:
        """A new one, for connections do not outlive the node."""
        async with connect(ClusterAddress(url=self.node.url), timeout=REQUEST_TIMEOUT_SECONDS) as client:
            yield client

    async def stock(self, turn: int) -> None:
        """The native index of that turn."""
        async with self.client() as client:
            await put_shop(client, self.namespace, goods(turn), version=turn)

    async def run(self) -> tuple[Finished, Counter[str]]:
        """A run, and the texts that it sent to the model."""
        self.provider.embeddings.reset()
        self.provider.embeddings.always(Embed(delay=0.1))
        provider, namespace = self.provider.base_url, self.namespace
        ended = await a_program(
            self.folder, self.proxy.url, provider=provider, namespace=namespace, **SETTINGS
        ).run("run", "--json")  # fmt: skip
        sent = Counter(text for request in self.provider.embeddings.requests for text in request.body["input"])
        del sent[PROBE_TEXT]
        return ended, sent

    async def run_with_crash(self, moment: Moment, *, after: float) -> tuple[Finished, Counter[str]]:
        """The same, and meanwhile the node dies at `moment` and comes back."""
        crash = Crash(self.node, after=after)
        self.proxy.clear()
        self.proxy.plan(Meanwhile(crash.begin), method=moment.method, path=moment.path, skip=moment.skip)
        ended = await self.run()
        await asyncio.to_thread(crash.wait)
        return ended

    async def live(self) -> set[str]:
        """What the products of the one live index are called."""
        async with self.client() as client:
            assert len(await fetch_alias(client, self.names.alias)) == 1
            body = {"size": 10_000, "_source": [catalog.NAME]}
            hits = (await client.search(index=self.names.alias, body=body))["hits"]["hits"]
        return {hit["_source"][catalog.NAME] for hit in hits}

    async def held(self) -> set[str]:
        """The hashes of all texts whose vector is in any index of ours."""
        async with self.client() as client:
            await client.indices.refresh(index=f"{self.names.base}-*")
            body = {"size": 10_000, "_source": [catalog.TEXT_HASH], "query": {"exists": {"field": catalog.VECTOR}}}
            hits = (await client.search(index=f"{self.names.base}-*", body=body))["hits"]["hits"]
        return {hit["_source"][catalog.TEXT_HASH] for hit in hits}

    async def let_go_if_held(self) -> None:
        """A run that ended while the node was away could not give its lease back; nobody waits for its end here."""
        async with self.client() as client:
            found = await fetch_lease(client, self.names.prefix)
            if found is not None and found.document.released_at is None:
                await let_go(client, self.namespace)

    async def tidied(self) -> tuple[OwnIndex, ...]:
        """What is left of ours once two hours have passed."""
        async with self.client() as client:
            await prune(client, self.names, retain=1, now=datetime.now(UTC) + timedelta(hours=2))
            return await fetch_own(client, self.names)


def goods(turn: int) -> dict[str, Any]:
    """Every turn has other texts, and one product more."""
    return {str(n): a_product(n, name=f"Jacket {n} of turn {turn}") for n in range(PRODUCTS + turn)}


def names_of(turn: int) -> set[str]:
    return {product["name"] for product in goods(turn).values()}


@pytest.mark.parametrize("part", range(PARTS if LONG else 1))
async def test_f10_a_node_killed_under_a_run_costs_at_most_that_run(
    part: int, tmp_path: Path, node: Node, proxy: OpenSearchFaults, openai_server: ScriptedServer
) -> None:
    shop = Shop(tmp_path, node, proxy, openai_server, f"f10-{part}-")
    # Two runs before the kills of the long form, so that there is an old index to be removed.
    turn = 0
    for turn in range(2 if LONG else 1):
        await shop.stock(turn)
        ended, _ = await shop.run()
        assert ended.code == 0, ended.errors[-3000:]

    for at, after in kills()[part :: PARTS if LONG else 1]:
        turn += 1
        await shop.stock(turn)
        ended, sent = await shop.run_with_crash(MOMENTS[at], after=after)
        note = (MOMENTS[at].name, after, ended.code, ended.output, ended.errors[-3000:])
        await check_end(shop, ended, at, turn=turn, note=note)
        # Only a run that had to begin anew may have lost what was on its way.
        assert sent.total() == len(sent) or ended.logged("source_vanished"), note

        if LONG or ended.code != 0:
            await check_next_run(shop, turn=turn, note=note)
        left = await shop.tidied()
        assert all(one.complete for one in left), (note, left)
        assert len(left) == 2, (note, left)


async def check_end(shop: Shop, ended: Finished, at: int, *, turn: int, note: object) -> None:
    """The run went on, or failed and says why; the live index is a whole one, and the new one if the run says so."""
    assert ended.code in (0, 1), note
    told = ended.json
    reasons = [*told["reasons"], *(reason for store in told["stores"] for reason in store["reasons"])]
    assert ended.code == 0 or reasons, note
    assert not [reason for reason in reasons if reason.startswith("unexpected")], note
    assert "Traceback" not in ended.errors, note
    live = await shop.live()
    if ended.code == 0 or at > SWAP:
        assert live == names_of(turn), note
    elif at < SWAP:
        assert live == names_of(turn - 1), note
    else:
        assert live in (names_of(turn), names_of(turn - 1)), note


async def check_next_run(shop: Shop, *, turn: int, note: object) -> None:
    """It goes live with everything, and sends to the model what OpenSearch does not hold and nothing else."""
    held = await shop.held()
    await shop.let_go_if_held()
    ended, sent = await shop.run()
    assert ended.code == 0, (note, ended.errors[-3000:])
    assert await shop.live() == names_of(turn), note
    assert {hash_text(text) for text in sent} == await shop.held() - held, note
    assert sent.total() == len(sent), note
