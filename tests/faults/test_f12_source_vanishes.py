"""F12: the native index goes away under a run, as Magento's full reindex does it.

The run starts over on the index that took its place, or ends failed with the alias untouched; what only leaves the
alias is read to its end.
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.faults import a_product, a_program, put_shop, rounds

from sandbox.faults import Meanwhile, OpenSearchFaults, opensearch_faults
from sandbox.openai_server import ScriptedServer

PRODUCTS = 120
SLICES = 4
PAGES = r"/_search$"

KINDS = ("deleted", "replaced", "gone before the proof", "closed", "alias moved")


@pytest.fixture
def blocking(opensearch_url: str) -> Iterator[OpenSearch]:
    """A client for what happens meanwhile, in the proxy's thread."""
    with OpenSearch(hosts=[opensearch_url], timeout=60) as client:
        yield client


@pytest.fixture
def source(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    """What stands between the program and the native index."""
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


def replace(client: OpenSearch, alias: str, *, old: str, new: str, delete: bool) -> None:
    """The native alias moves on, and the old index may go at once."""
    moves = [{"remove": {"index": old, "alias": alias}}, {"add": {"index": new, "alias": alias}}]
    client.indices.update_aliases(body={"actions": moves})
    if delete:
        client.indices.delete(index=old)


def happening(kind: str, client: OpenSearch, *, alias: str, old: str, new: str) -> Callable[[], object]:
    match kind:
        case "deleted":
            return lambda: client.indices.delete(index=old)
        case "closed":
            return lambda: client.indices.close(index=old)
        case "alias moved":
            return lambda: replace(client, alias, old=old, new=new, delete=False)
        case _:
            return lambda: replace(client, alias, old=old, new=new, delete=True)


def shop(count: int, *, version: int) -> dict[str, dict[str, object]]:
    return {str(n): a_product(n, name=f"Jacket model {n} of year {version}") for n in range(count)}


async def test_f12_a_source_that_goes_away_is_read_anew_or_the_run_fails(
    tmp_path: Path,
    cluster: AsyncOpenSearch,
    opensearch_url: str,
    namespace: str,
    openai_server: ScriptedServer,
    blocking: OpenSearch,
    source: OpenSearchFaults,
) -> None:
    program = a_program(
        tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace,
        SOURCE_OPENSEARCH_URL=source.url, SOURCE_SLICES=str(SLICES),
    )  # fmt: skip
    native, live = f"{namespace}magento2_product_1", f"{namespace}rag-active"
    seeded = random.Random(12)
    await put_shop(cluster, namespace, shop(PRODUCTS, version=1))
    assert (await program.run("run", "--json")).code == 0
    before = list(await cluster.indices.get_alias(name=live))

    # A short run sees the first three.
    for turn in range(rounds(short=3, long=10)):
        kind, version = KINDS[turn % len(KINDS)], 10 + 2 * turn
        new = await put_shop(cluster, namespace, shop(PRODUCTS + 9, version=version + 1), version=version + 1)
        old = await put_shop(cluster, namespace, shop(PRODUCTS, version=version), version=version)
        # The first search looks at the index, the next ones are its pages, and then the proof reads some again.
        skip = 1 + SLICES if kind == "gone before the proof" else seeded.randint(1, SLICES)
        source.clear()
        source.plan(Meanwhile(happening(kind, blocking, alias=native, old=old, new=new)), path=PAGES, skip=skip)
        ended = await program.run("run", "--json")
        now = list(await cluster.indices.get_alias(name=live))
        [told] = ended.json["stores"]
        count = (await cluster.count(index=live))["count"]
        note = (turn, kind, skip, told)
        assert any(one.played for one in source.seen), note
        match kind:
            case "deleted" | "closed":
                assert (ended.code, told["swapped"], now) == (1, False, before), note
                assert old in told["reasons"][0] or native in told["reasons"][0], note
            case "replaced":
                assert (ended.code, now, count) == (0, [told["index"]], PRODUCTS + 9), note
                assert ended.logged("source_vanished"), note
            case "alias moved":
                assert (ended.code, now, count) == (0, [told["index"]], PRODUCTS), note
            case _:
                assert (ended.code, now, count) == (0, [told["index"]], PRODUCTS), note
                assert told["proof"]["same_as_source"] is None, note
        before = now
        for index in (old, new):
            await cluster.indices.delete(index=index, ignore_unavailable=True)
