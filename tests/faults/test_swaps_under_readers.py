"""Swaps under a reader loop (§2 step 7, L5): no error, no empty answer, no answer made of two indices.

The indexer's own runs swap, and its retention deletes what they replace, the very index that readers remember included;
meanwhile shoppers ask through the runtime's own retriever. Every build holds the same shop under other ids and other
names, so that an answer made of two builds shows: parts of it are missing, or they say different builds.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
import structlog
from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop, rounds
from support.retriever import SHOP, a_retriever

from runtime.errors import ServiceError
from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.retriever import Retriever
from sandbox.openai_server import ScriptedServer
from shared.hybrid.filters import ProductFilter
from shared.indices import RagNames

log = structlog.get_logger(__name__)

PRODUCTS = 60
LIMIT = 10
QUERIES_A_SECOND = rounds(short=25, long=200)
READERS = 20
BOUND_SECONDS = 60.0

QUESTIONS = (
    RetrievalRequest(text="jacket", store=SHOP.code, limit=LIMIT),
    RetrievalRequest(text="warm jackets of the model series", store=SHOP.code, limit=LIMIT),
    RetrievalRequest(text="jacket", store=SHOP.code, limit=LIMIT, sort="price_asc"),
    RetrievalRequest(text="jacket", store=SHOP.code, limit=LIMIT, filter=ProductFilter(categories=("Jackets",))),
    RetrievalRequest(text="", store=SHOP.code, limit=LIMIT, sort="price_desc"),
)


def a_shop(build: int) -> dict[str, dict[str, object]]:
    """The products of one build. Neither an id nor a name is that of another build; what they mean is the same."""
    return {
        f"{build}-{number}": a_product(number, name=f"Jacket model {number} of build {build}")
        for number in range(PRODUCTS)
    }


@dataclass
class Readers:
    """Shoppers who never stop asking. seen: build -> answers of it. times: build -> when their index says it was read.
    latest: reader -> the build of its last answer. wrong: everything that should not have been.
    """

    retriever: Retriever
    seen: Counter[int] = field(default_factory=Counter)
    times: dict[int, set[datetime]] = field(default_factory=dict)
    latest: dict[int, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    async def ask(self, reader: int) -> None:
        """Ask one question after the other, as fast as this reader's share of QUERIES_A_SECOND."""
        clock = asyncio.get_running_loop().time
        for question in itertools.cycle(QUESTIONS):
            began = clock()
            try:
                answer = await self.retriever.retrieve(question)
            except ServiceError as error:
                self.wrong.append(f"{question.text!r}: {error!r} because of {error.__cause__!r}")
            else:
                self.note(reader, question, answer)
            await asyncio.sleep(began + READERS / QUERIES_A_SECOND - clock())

    def note(self, reader: int, question: RetrievalRequest, answer: Retrieval) -> None:
        products = [hit.document for hit in answer.hits]
        builds = {int(one.id.split("-")[0]) for one in products} | {int(one.name.split()[-1]) for one in products}
        if len(products) != LIMIT or len(builds) != 1 or answer.total < LIMIT or answer.degraded:
            self.wrong.append(f"{question}: {len(products)} of {answer.total}, builds {builds}, {answer.degraded}")
        for build in builds:
            self.seen[build] += 1
            self.times.setdefault(build, set()).add(answer.as_of)
            self.latest[reader] = build

    async def all_see(self, build: int) -> None:
        """Return once every reader has had an answer of `build`: none is then still at work on an earlier one."""
        async with asyncio.timeout(BOUND_SECONDS):
            while [self.latest.get(reader) for reader in range(READERS)] != [build] * READERS:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def reading(retriever: Retriever) -> AsyncIterator[Readers]:
    """Readers at work; whatever breaks one of them breaks the test."""
    readers = Readers(retriever)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(readers.ask(reader)) for reader in range(READERS)]
        yield readers
        for task in tasks:
            task.cancel()


@pytest.mark.timeout(rounds(short=900, long=3600))
async def test_l5_readers_see_no_error_no_gap_and_no_mixture_while_indices_are_swapped_and_deleted(
    tmp_path: Path,
    cluster: AsyncOpenSearch,
    opensearch_url: str,
    namespace: str,
    openai_server: ScriptedServer,
) -> None:
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace)
    builds = range(1 + rounds(short=5, long=50))

    async def make(build: int) -> None:
        await put_shop(cluster, namespace, a_shop(build), version=1 + build)
        # Nearly always the very index that readers remember is gone at once, and not only out of the alias.
        done = await program.run("run", "--json", RAG_RETAIN="1" if build % 5 == 0 else "0")
        assert done.code == 0, done.errors[-3000:]

    await make(builds[0])
    names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    async with a_retriever(cluster, names) as retriever, reading(retriever) as readers:
        for build in builds[1:]:
            await make(build)
            await readers.all_see(build)

    answers = readers.seen.total()
    log.info("read_across_swaps", swaps=len(builds) - 1, answers=answers, fewest=min(readers.seen.values()))
    assert readers.wrong == [], f"{len(readers.wrong)} of {answers}"
    assert sorted(readers.seen) == list(builds)
    assert all(len(times) == 1 for times in readers.times.values())
    assert len(set.union(*readers.times.values())) == len(builds)
