"""F13: the disk below the index is full. The run stops at once, says so, and does not storm the cluster."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.faults import LONG, a_product, a_program, put_shop

from indexer.load.neighbours import MOST_AT_ONCE
from sandbox.faults import Meanwhile, OpenSearchFaults, Seen, flood_stage, opensearch_faults
from sandbox.openai_server import ScriptedServer

PRODUCTS = 200
BULK = r"rag-[0-9]+-[0-9]+-build/_bulk$"
READING = r"/(_search|_msearch|_count|_search/point_in_time)$"

MOST_CALLS = 3
"""After the first refusal: the run may try to mark its index, to write its record, and to give the lease back."""
ON_THEIR_WAY = MOST_AT_ONCE
"""What was sent before the run could know: an announcement of the next request to the model, and the other bulk."""


@pytest.fixture
def target(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


def block(url: str, pattern: str) -> None:
    """What OpenSearch itself does to every index on the full disk at the flood stage."""
    with OpenSearch(hosts=[url], timeout=60) as client:
        client.indices.put_settings(index=pattern, body={"index.blocks.read_only_allow_delete": True})


BY_THE_NODE = "blocked by the node"
TRIED = (BY_THE_NODE, "refused with 429", "refused with 403") if LONG else (BY_THE_NODE,)


@pytest.mark.parametrize("kind", TRIED)
async def test_f13_a_full_disk_stops_the_run_at_once(
    kind: str, tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str,
    openai_server: ScriptedServer, target: OpenSearchFaults,
) -> None:  # fmt: skip
    await put_shop(cluster, namespace, {str(n): a_product(n) for n in range(PRODUCTS)})
    if kind == BY_THE_NODE:
        target.plan(Meanwhile(lambda: block(opensearch_url, f"{namespace}*")), method="POST", path=BULK)
    else:
        refusal = flood_stage(f"{namespace}rag-2", status=int(kind[-3:]))
        target.plan(refusal, method="POST", path=BULK, times=None)

    ended = await a_program(tmp_path, target.url, provider=openai_server.base_url, namespace=namespace).run(
        "run", "--json"
    )

    [told] = ended.json["stores"]
    assert (ended.code, told["status"], told["swapped"]) == (1, "failed", False), told
    [reason] = told["reasons"]
    assert "flood-stage" in reason
    assert "a disk of the cluster is full" in reason
    calls = writes_from_the_first_refusal(target.seen)
    assert len(calls) <= 1 + MOST_CALLS + ON_THEIR_WAY, calls
    assert 1 <= len([one for one in calls if "_bulk" in one.path]) <= MOST_AT_ONCE, calls
    assert not await cluster.indices.exists_alias(name=f"{namespace}rag-active")


def writes_from_the_first_refusal(seen: Sequence[Seen]) -> list[Seen]:
    """Every request that would change something, from the first bulk on that was refused."""
    first = next(number for number, one in enumerate(seen) if one.played)
    return [one for one in seen[first:] if one.method != "GET" and not re.search(READING, one.path)]
