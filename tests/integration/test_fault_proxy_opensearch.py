"""The HTTP fault proxy in front of the real node, seen through the product's own client."""

from collections.abc import Iterator

import pytest
from opensearchpy import AsyncOpenSearch

from indexer.load.bulk import BulkDocument, BulkWriter
from indexer.load.indices import entrance
from sandbox.faults import (
    Answer,
    Delay,
    FailItems,
    LoseAnswer,
    LoseRequest,
    Meanwhile,
    OpenSearchFaults,
    flood_stage,
    opensearch_faults,
    refusal,
)
from shared.opensearch import (
    ClusterAddress,
    ClusterBusy,
    ClusterUnreachable,
    IndexBlocked,
    RequestRefused,
    connect,
    translated,
)
from shared.retry import Backoff

BULK = r"/_bulk$"
AT_ONCE = Backoff(attempts=5, base=0.0)


@pytest.fixture
def faults(opensearch_url: str) -> Iterator[OpenSearchFaults]:
    with opensearch_faults(opensearch_url) as proxy:
        yield proxy


@pytest.fixture
async def through(faults: OpenSearchFaults) -> AsyncOpenSearch:
    async with connect(ClusterAddress(url=faults.url)) as client:
        yield client


def documents(count: int) -> tuple[BulkDocument, ...]:
    return tuple(
        BulkDocument(id=str(n), sku=f"S-{n}", lines=b'{"index":{"_id":"%d"}}\n{"number":%d}\n' % (n, n))
        for n in range(count)
    )


async def stored(cluster: AsyncOpenSearch, index: str) -> int:
    await cluster.indices.refresh(index=index)
    return int((await cluster.count(index=index))["count"])


async def test_without_a_plan_requests_pass_as_they_are(
    through: AsyncOpenSearch, faults: OpenSearchFaults, namespace: str
) -> None:
    await through.indices.create(index=f"{namespace}x")
    await through.index(index=f"{namespace}x", id="a b/ü", body={"name": "Ü"}, refresh=True)
    assert (await through.get(index=f"{namespace}x", id="a b/ü"))["_source"] == {"name": "Ü"}
    found = await through.search(index=f"{namespace}x", body={"query": {"match_all": {}}}, params={"size": "1"})
    assert found["hits"]["total"]["value"] == 1
    assert [one.status for one in faults.seen] == [200, 201, 200, 200]
    assert not any(one.played for one in faults.seen)


async def test_a_plan_waits_for_its_request_and_has_its_turns(
    through: AsyncOpenSearch, faults: OpenSearchFaults, namespace: str
) -> None:
    faults.plan(refusal(503, "unavailable", "busy"), method="PUT", path=rf"^/{namespace}", skip=1, times=2)
    await through.indices.create(index=f"{namespace}1")
    for _ in range(2):
        with pytest.raises(ClusterBusy, match="unavailable: busy"), translated("x"):
            await through.indices.create(index=f"{namespace}2")
    await through.indices.create(index=f"{namespace}2")
    assert faults.asked("PUT", namespace) == 4
    assert [one.played for one in faults.seen] == [False, True, True, False]


async def test_a_flood_stage_reads_as_a_full_disk(
    through: AsyncOpenSearch, faults: OpenSearchFaults, cluster: AsyncOpenSearch, namespace: str
) -> None:
    """The scripted refusal and the node's own mean the same to the product."""
    index = f"{namespace}full"
    await cluster.indices.create(index=index, body={"settings": {"index.blocks.read_only_allow_delete": True}})
    told = []
    for _ in range(2):
        with pytest.raises(IndexBlocked) as caught, translated("x"):
            await through.index(index=index, id="1", body={})
        told.append(str(caught.value))
        faults.plan(flood_stage(index), method="PUT")
    assert told[0] == told[1]


async def test_a_lost_answer_was_carried_out_and_a_lost_request_was_not(
    through: AsyncOpenSearch, faults: OpenSearchFaults, cluster: AsyncOpenSearch, namespace: str
) -> None:
    lost = (LoseRequest(), Meanwhile(lambda: None, lost=True))
    for index, plan in ((f"{namespace}done", LoseAnswer()), *((f"{namespace}undone", plan) for plan in lost)):
        faults.plan(plan, method="POST", path=index)
        # By POST: what HTTP calls idempotent, aiohttp sends again by itself when a connection ends under it.
        with pytest.raises(ClusterUnreachable), translated("x"):
            await through.index(index=index, body={})
    assert list(await cluster.indices.get(index=f"{namespace}*")) == [f"{namespace}done"]
    assert [one.status for one in faults.seen] == [None] * 3


async def test_failed_items_are_not_written_and_stand_in_their_places(
    through: AsyncOpenSearch, faults: OpenSearchFaults, cluster: AsyncOpenSearch, namespace: str
) -> None:
    index = f"{namespace}items"
    await cluster.indices.create(index=index, body={"aliases": {entrance(index): {}}})
    faults.plan(FailItems(429, "es_rejected_execution_exception", every=3), path=BULK)
    faults.plan(FailItems(400, "mapper_parsing_exception", every=2), path=BULK)
    # 10 documents: four are put off, and of those four the first and the third are refused for good.
    outcome = await BulkWriter(through, index, backoff=AT_ONCE).write(documents(10))
    assert (outcome.indexed, [one.id for one in outcome.rejected]) == (8, ["0", "6"])
    assert await stored(cluster, index) == 8


async def test_any_answer_may_be_played(
    through: AsyncOpenSearch, faults: OpenSearchFaults, cluster: AsyncOpenSearch, namespace: str
) -> None:
    index = f"{namespace}x"
    await cluster.indices.create(index=index, body={"aliases": {entrance(index): {}}})
    faults.plan(Answer(413, {}), path=BULK)
    outcome = await BulkWriter(through, index, backoff=AT_ONCE).write(documents(4))
    assert outcome.indexed == 4
    assert faults.asked("POST", BULK) == 3
    faults.clear()
    faults.plan(Answer(418, {}), times=None)
    with pytest.raises(RequestRefused), translated("x"):
        await through.info()
    assert faults.asked() == 1


async def test_a_late_answer_is_the_same_answer(through: AsyncOpenSearch, faults: OpenSearchFaults) -> None:
    faults.plan(Delay(0.1))
    assert (await through.info())["version"]["distribution"] == "opensearch"


async def test_something_else_happens_meanwhile(through: AsyncOpenSearch, faults: OpenSearchFaults) -> None:
    happened: list[int] = []
    faults.plan(Meanwhile(lambda: happened.append(faults.asked())), skip=1)
    await through.info()
    await through.info()
    assert happened == [1]
