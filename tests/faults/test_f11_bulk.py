"""F11: whatever becomes of bulk requests, no document is lost and none is there twice."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import LONG, a_product, a_program, put_shop

from sandbox.faults import (
    Answer,
    Delay,
    FailItems,
    LoseAnswer,
    LoseRequest,
    OpenSearchFaults,
    Plan,
    Seen,
    opensearch_faults,
    refusal,
)
from sandbox.openai_server import ScriptedServer
from shared import catalog

PRODUCTS = 300
BULK = r"rag-[0-9]+-[0-9]+-build/_bulk$"

BUSY = refusal(429, "es_rejected_execution_exception", "rejected execution of coordinating operation")

SCRIPTS: Mapping[str, Sequence[Plan]] = {
    "items put off": [FailItems(429, "es_rejected_execution_exception", every=3), FailItems(503, "busy", every=2)],
    "too large": [Answer(413), Answer(413), Answer(413)],
    "busy": [BUSY, refusal(503, "unavailable_shards_exception", "primary shard is not active")],
    "answer lost": [LoseAnswer(), LoseAnswer()],
    "request lost": [LoseRequest()],
    "slow": [Delay(1.5)],
}


def a_storm(seed: int) -> list[Plan]:
    """Five faults one after the other; a writer gives up after eight attempts, and that is another test's business."""
    plans = [plan for script in SCRIPTS.values() for plan in script if not isinstance(plan, Delay)]
    return random.Random(seed).sample(plans, 5)


AT_ONCE: Mapping[str, Sequence[Plan]] = {
    "of everything one": [*SCRIPTS["items put off"], Answer(413), LoseAnswer(), BUSY, LoseRequest()]
}

STORMS: Mapping[str, Sequence[Plan]] = {f"storm {seed}": a_storm(seed) for seed in range(10)}

TRIED = SCRIPTS | AT_ONCE | STORMS if LONG else AT_ONCE


@pytest.fixture
def target(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


@pytest.mark.parametrize("kind", TRIED)
async def test_f11_nothing_is_lost_and_nothing_doubled(
    kind: str, tmp_path: Path, cluster: AsyncOpenSearch, opensearch_url: str, namespace: str,
    openai_server: ScriptedServer, target: OpenSearchFaults,
) -> None:  # fmt: skip
    await put_shop(cluster, namespace, {str(n): a_product(n) for n in range(PRODUCTS)})
    for plan in TRIED[kind]:
        target.plan(plan, method="POST", path=BULK)
    await check(tmp_path, cluster, namespace, openai_server, target)
    bulks = [one for one in target.seen if re.search(BULK, one.path)]
    # What the last of a storm's faults are for may have been done before their turn came.
    assert sum(one.played for one in bulks) >= len(TRIED[kind]) - (kind in STORMS), bulks
    for one, following in pairwise(bulks):
        check_next(one, following)


async def check(
    folder: Path, cluster: AsyncOpenSearch, namespace: str, provider: ScriptedServer, target: OpenSearchFaults
) -> None:
    """A run through `target` goes live with every product once."""
    ended = await a_program(folder, target.url, provider=provider.base_url, namespace=namespace).run("run", "--json")
    assert ended.code == 0, ended.errors[-2000:]
    [told] = ended.json["stores"]
    assert (told["read"], told["indexed"], told["rejected"]) == (PRODUCTS, PRODUCTS, 0)
    body = {"size": 2 * PRODUCTS, "query": {"match_all": {}}, "_source": [catalog.NAME]}
    hits = (await cluster.search(index=f"{namespace}rag-active", body=body))["hits"]["hits"]
    found = sorted((hit["_id"], hit["_source"][catalog.NAME]) for hit in hits)
    assert found == sorted((str(n), a_product(n)["name"]) for n in range(PRODUCTS))


def check_next(bulk: Seen, following: Seen) -> None:
    """After each fault comes as much as was not written, and no more: bulks are sent one after the other."""
    match bulk.plan:
        case FailItems() | Answer(413):
            assert following.size < bulk.size, (bulk, following)
        case Answer() | LoseAnswer() | LoseRequest():
            assert following.size == bulk.size, (bulk, following)
