"""indexer.load.bulk: nothing is lost, nothing is doubled, nothing is silent."""

from collections.abc import Callable

import numpy as np
import orjson
import pytest
from opensearchpy.exceptions import HTTP_EXCEPTIONS
from opensearchpy.exceptions import ConnectionError as ConnectionLost
from support.builds import an_accepted, stream
from support.indices import FakeCluster, item_error, refused
from support.retries import AT_ONCE
from support.turns import some_turns

from indexer.errors import BuildSpoiled
from indexer.load.bulk import BulkDocument, BulkOutcome, BulkWriter, encode, plain_bytes
from indexer.load.indices import entrance
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.opensearch import AccessDenied, ClusterBusy, ClusterUnreachable, RequestRefused

INDEX = "rag-20261120-030000"

BUSY = item_error(429, "opensearch_rejected_execution_exception", "queue is full")
UNFIT = item_error(400, "mapper_parsing_exception", "failed to parse field [vector]")
FULL_DISK = item_error(429, "cluster_block_exception", "disk usage exceeded flood-stage watermark")


def a_document(number: int = 1) -> BulkDocument:
    product = an_accepted(number)
    vector = bag_of_stems(product.document.text, 8)
    return encode(product.document, text_hash=product.text_hash, vector=vector)


def a_window(count: int) -> list[BulkDocument]:
    return [a_document(number) for number in range(1, count + 1)]


@pytest.fixture
def cluster() -> FakeCluster:
    cluster = FakeCluster()
    cluster.put(INDEX, aliases=(entrance(INDEX),))
    return cluster


@pytest.fixture
def writer(cluster: FakeCluster) -> BulkWriter:
    return BulkWriter(cluster, INDEX, backoff=AT_ONCE)


def written(cluster: FakeCluster) -> list[str]:
    return sorted(cluster.state[INDEX].documents)


def test_a_vector_keeps_every_bit() -> None:
    vector = np.random.default_rng(7).normal(size=384).astype(np.float32)
    product = an_accepted()
    action, source = encode(product.document, text_hash="h", vector=vector).lines.splitlines()
    assert orjson.loads(action) == {"index": {"_id": product.document.id}}
    np.testing.assert_array_equal(np.array(orjson.loads(source)[catalog.VECTOR], dtype=np.float32), vector)


def test_what_a_document_takes_without_its_vector_is_known_before_there_is_one() -> None:
    product = an_accepted()
    vector = np.ones(8, dtype=np.float32)
    _, source = encode(product.document, text_hash=product.text_hash, vector=vector).lines.splitlines()
    assert plain_bytes(product.document) == len(source) - len(b',"vector":[1.0,1.0,1.0,1.0,1.0,1.0,1.0,1.0]')


async def test_all_goes_well(writer: BulkWriter, cluster: FakeCluster) -> None:
    assert await writer.write(a_window(3)) == BulkOutcome(indexed=3)
    assert written(cluster) == ["1", "2", "3"]


async def test_only_what_was_put_off_is_sent_again(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.answer_bulk({"2": BUSY, "3": BUSY}, {"3": item_error(503)})
    assert await writer.write(a_window(4)) == BulkOutcome(indexed=4)
    assert cluster.bulks == [["1", "2", "3", "4"], ["2", "3"], ["3"]]


async def test_a_cluster_without_a_manager_is_waited_for(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.answer_bulk({"1": item_error(503, "cluster_block_exception", "SERVICE_UNAVAILABLE/2/no cluster manager")})
    assert await writer.write(a_window(2)) == BulkOutcome(indexed=2)


async def test_a_full_disk_is_told_with_what_frees_it(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.answer_bulk({"1": FULL_DISK})
    with pytest.raises(BuildSpoiled, match="a disk of the cluster is full: delete indices or files there"):
        await writer.write(a_window(1))


async def test_what_cannot_be_indexed_is_rejected_with_the_reason(writer: BulkWriter, cluster: FakeCluster) -> None:
    cause = {"caused_by": {"type": "illegal_argument_exception", "reason": "zero vector"}}
    cluster.answer_bulk({"2": {"status": 400, "error": UNFIT["error"] | cause}})
    outcome = await writer.write(a_window(3))
    assert outcome.indexed == 2
    [rejected] = outcome.rejected
    assert (rejected.id, rejected.sku) == ("2", "SKU-2")
    assert "failed to parse field [vector]" in rejected.reason
    assert "zero vector" in rejected.reason


async def test_rejects_are_counted_once_beside_documents_put_off(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.answer_bulk({"1": UNFIT, "2": BUSY})
    outcome = await writer.write(a_window(3))
    assert (outcome.indexed, [rejected.id for rejected in outcome.rejected]) == (2, ["1"])


async def test_a_cluster_that_stays_busy_is_given_up(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.answer_bulk(*[{"1": BUSY}] * AT_ONCE.attempts)
    with pytest.raises(ClusterBusy, match="1 documents"):
        await writer.write(a_window(2))


SPOILING = {
    "disk full": FULL_DISK,
    "index deleted": item_error(404, "index_not_found_exception", "no such index"),
    "write block": item_error(403, "cluster_block_exception", "index read-only"),
    "shard broken": item_error(500, "engine_closed_exception", "engine is closed"),
}


@pytest.mark.parametrize("item", SPOILING.values(), ids=SPOILING.keys())
async def test_an_index_that_cannot_be_written_stops_at_once(
    writer: BulkWriter, cluster: FakeCluster, item: dict[str, object]
) -> None:
    cluster.answer_bulk({"2": item})
    with pytest.raises(BuildSpoiled, match=INDEX):
        await writer.write(a_window(3))
    assert len(cluster.bulks) == 1


async def test_a_connection_cut_in_the_middle_loses_and_doubles_nothing(
    writer: BulkWriter, cluster: FakeCluster
) -> None:
    cluster.after("bulk", _raise(ConnectionLost("N/A", "connection reset", OSError())))
    assert await writer.write(a_window(3)) == BulkOutcome(indexed=3)
    assert written(cluster) == ["1", "2", "3"]
    assert len(cluster.bulks) == 2


async def test_a_cluster_that_is_gone_is_given_up(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.fail("bulk", *[ConnectionLost("N/A", "refused", OSError())] * AT_ONCE.attempts)
    with pytest.raises(ClusterUnreachable, match=INDEX):
        await writer.write(a_window(1))


async def test_a_request_too_large_is_halved_until_it_fits(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.fail("bulk", refused(413, "too_large"), refused(413, "too_large"))
    assert await writer.write(a_window(4)) == BulkOutcome(indexed=4)
    assert cluster.bulks == [["1", "2", "3", "4"], ["1", "2"], ["1"], ["2"], ["3", "4"]]
    assert written(cluster) == ["1", "2", "3", "4"]


async def test_a_single_document_too_large_is_rejected(writer: BulkWriter, cluster: FakeCluster) -> None:
    cluster.fail("bulk", *[refused(413, "too_large")] * 2)
    outcome = await writer.write(a_window(2))
    assert outcome.indexed == 1
    assert [(rejected.id, "413" in rejected.reason) for rejected in outcome.rejected] == [("1", True)]


@pytest.mark.parametrize(("status", "error"), [(403, AccessDenied), (400, RequestRefused)])
async def test_a_request_refused_as_a_whole_is_not_repeated(
    writer: BulkWriter, cluster: FakeCluster, status: int, error: type[Exception]
) -> None:
    cluster.fail("bulk", HTTP_EXCEPTIONS[status](status, "some_exception", {}))
    with pytest.raises(error):
        await writer.write(a_window(1))
    assert len(cluster.bulks) == 1


async def test_requests_weigh_what_they_may_weigh(writer: BulkWriter, cluster: FakeCluster) -> None:
    documents = a_window(10)
    weight = max(len(document.lines) for document in documents)
    outcomes = [
        outcome
        async for outcome in writer.write_all(stream(documents), turns=some_turns(quiet=True), window_bytes=3 * weight)
    ]
    assert sum(outcome.indexed for outcome in outcomes) == 10
    assert [len(bulk) for bulk in cluster.bulks] == [3, 3, 3, 1]


async def test_a_document_heavier_than_a_request_goes_alone(writer: BulkWriter, cluster: FakeCluster) -> None:
    outcomes = [outcome async for outcome in writer.write_all(stream(a_window(3)), turns=some_turns(), window_bytes=10)]
    assert sum(outcome.indexed for outcome in outcomes) == 3
    assert [len(bulk) for bulk in cluster.bulks] == [1, 1, 1]


def _raise(error: Exception) -> Callable[[], None]:
    def action() -> None:
        raise error

    return action
