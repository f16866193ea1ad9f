"""F7: the embedding service stays away.

The run gives up, the live index untouched, and the next run goes on where it stopped. That it waits where waiting helps
is in `test_f7_waits.py` and the storms.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.bills import Bill, texts_of, until_written
from support.faults import LONG, a_program, put_shop
from support.outages import BATCH, EMBEDDING, GIVE_UP_SECONDS, PRODUCTS, a_shop
from support.processes import Finished, IndexerProgram, finished, running

from indexer.embed.ledger import MOST_AHEAD
from indexer.embed.limiter import MOST_BATCHES
from indexer.load.indices import fetch_alias, fetch_own
from sandbox.faults import Down, Reset, TcpFaults, tcp_faults
from sandbox.openai_server import Drop, Embed, Hang, Refuse, ScriptedServer
from sandbox.openai_server.script import Plan
from shared.indices import RagNames


@pytest.fixture
def provider(openai_server: ScriptedServer) -> Iterator[TcpFaults]:
    """The way to the scripted server, which can be broken."""
    with tcp_faults(f"127.0.0.1:{openai_server.port}") as proxy:
        yield proxy


@pytest.fixture
def program(tmp_path: Path, opensearch_url: str, provider: TcpFaults, namespace: str) -> IndexerProgram:
    return a_program(
        tmp_path, opensearch_url, provider=f"{provider.url}/v1", namespace=namespace,
        **EMBEDDING,
    )  # fmt: skip


def unreachable(server: ScriptedServer, way: TcpFaults) -> None:
    way.set(Down())


def refusing(plan: Plan) -> Callable[[ScriptedServer, TcpFaults], None]:
    """The service refuses everything, what hangs included."""

    def refuse(server: ScriptedServer, way: TcpFaults) -> None:
        server.embeddings.always(plan)
        way.set(Reset())
        way.clear()

    return refuse


OUTAGES: Mapping[str, Callable[[ScriptedServer, TcpFaults], None]] = {
    "unreachable": unreachable,
    "busy": refusing(Refuse(429)),
    "broken": refusing(Refuse(503)),
    "back tomorrow": refusing(Refuse(429, retry_after=86_400)),
    "cutting off": refusing(Drop()),
}

FIRST_NIGHT, ANY_NIGHT = "first night", "any night"

NIGHTS = [(kind, ANY_NIGHT) for kind in OUTAGES] if LONG else []


@pytest.mark.parametrize(("kind", "night"), [("unreachable", FIRST_NIGHT), *NIGHTS])
async def test_f7_a_run_gives_up_on_a_service_that_stays_away_and_the_next_one_goes_on_where_it_stopped(
    kind: str,
    night: str,
    program: IndexerProgram,
    cluster: AsyncOpenSearch,
    namespace: str,
    openai_server: ScriptedServer,
    provider: TcpFaults,
) -> None:
    if night == ANY_NIGHT:
        await put_shop(cluster, namespace, a_shop(1))
        assert (await program.run("run", "--json")).code == 0
    live = await live_index(cluster, namespace)
    await put_shop(cluster, namespace, a_shop(2), version=2)

    # Away from the start: on the first night one text finds out before anything is built.
    OUTAGES[kind](openai_server, provider)
    ended = await program.run("run", "--json")
    if night == FIRST_NIGHT:
        assert (ended.code, ended.json["stores"]) == (1, [])
        assert "EMBEDDING_GIVE_UP_SECONDS" in ended.json["reasons"][0]
    else:
        check_given_up(kind, ended)
    nothing = await failed(cluster, namespace)
    assert nothing == [0] * (night == ANY_NIGHT)
    openai_server.reset()
    provider.clear()

    # Away in the middle of the next one.
    answered = PRODUCTS // BATCH * 2 // 3
    openai_server.embeddings.then(*[Embed()] * (answered + (night == FIRST_NIGHT)))
    openai_server.embeddings.always(Hang())
    async with running(program, "run", "--json") as process:
        others = [f"-{name}" for name in live]
        await until_written(cluster, ",".join([f"{namespace}rag-2*", *others]), answered * BATCH)
        # Only now: what hangs is counted, and is all that is lost.
        OUTAGES[kind](openai_server, provider)
        check_given_up(kind, await finished(process))
    assert await failed(cluster, namespace) == [answered * BATCH, *nothing]
    assert await live_index(cluster, namespace) == live
    before = Bill(openai_server).requests
    kept, lost = texts_of(before[:answered]), texts_of(before[answered:])
    openai_server.reset()
    provider.clear()

    ended = await program.run("run", "--json")
    assert ended.code == 0, ended.errors[-2000:]
    [told] = ended.json["stores"]
    bill = Bill(openai_server)
    assert (told["indexed"], told["taken_over"], told["recovered"]) == (PRODUCTS, len(kept), len(kept))
    assert bill.sent.keys().isdisjoint(kept)
    assert bill.sent.total() + len(kept) == PRODUCTS
    # What is sent once more is at most what was on its way, and the report says no less.
    again = lost & bill.sent
    assert 0 < again.total() <= MOST_BATCHES * BATCH
    assert again.total() <= told["texts_resent"] <= lost.total() + MOST_AHEAD
    assert await live_index(cluster, namespace) == [told["index"]]


def check_given_up(kind: str, ended: Finished) -> None:
    """The run says how long it waited and why in vain."""
    assert ended.code == 1
    [told] = ended.json["stores"]
    assert (told["status"], told["swapped"]) == ("failed", False)
    [reason] = told["reasons"]
    assert f"{GIVE_UP_SECONDS} s (EMBEDDING_GIVE_UP_SECONDS)" in reason
    assert "Embedding model" in reason
    assert ("it asks for 86400 s" in reason) == (kind == "back tomorrow")


async def live_index(cluster: AsyncOpenSearch, namespace: str) -> list[str]:
    """What the alias names."""
    return [*await fetch_alias(cluster, f"{namespace}rag-active")]


async def failed(cluster: AsyncOpenSearch, namespace: str) -> list[int]:
    """The documents of each index that says of itself that it failed, newest first."""
    names = RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
    found = [one for one in await fetch_own(cluster, names) if one.meta and one.meta.state == "failed"]
    for one in found:
        assert one.meta
        assert "EMBEDDING_GIVE_UP_SECONDS" in (one.meta.reason or "")
        await cluster.indices.refresh(index=one.name)
    return [(await cluster.count(index=one.name))["count"] for one in found]
