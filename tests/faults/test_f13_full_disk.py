"""F13: the disk below the index is full. The run stops at once, says so, and does not storm the cluster."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch
from support.faults import LONG, a_product, a_program, put_shop

from sandbox.faults import Meanwhile, OpenSearchFaults, flood_stage, opensearch_faults
from sandbox.openai_server import ScriptedServer

PRODUCTS = 200
BULK = r"rag-[0-9]+-[0-9]+/_bulk$"
OURS = r"rag-[0-9]+-[0-9]+"
MOST_CALLS = 3


@pytest.fixture
def target(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


def block(url: str, pattern: str) -> None:
    """What OpenSearch itself does to an index at the flood stage."""
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
        target.plan(Meanwhile(lambda: block(opensearch_url, f"{namespace}rag-2*")), method="POST", path=BULK)
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
    calls = [one for one in target.seen if one.played or one.path.endswith("/_bulk")]
    assert 1 <= len(calls) <= 1 + MOST_CALLS
    first = next(number for number, one in enumerate(target.seen) if one.played)
    writes = [one for one in target.seen[first + 1 :] if one.method in ("PUT", "POST") and "/_bulk" in one.path]
    assert len(writes) <= MOST_CALLS
    assert not await cluster.indices.exists_alias(name=f"{namespace}rag-active")
