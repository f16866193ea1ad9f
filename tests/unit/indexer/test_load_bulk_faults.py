"""indexer.load.bulk under every mixture of faults: no document is lost, none is counted twice (F11)."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from opensearchpy.exceptions import ConnectionError as ConnectionLost
from opensearchpy.exceptions import ConnectionTimeout
from support.builds import stream
from support.indices import FakeCluster, item_error, refused
from support.turns import some_turns

from indexer.load.bulk import BulkDocument, BulkWriter
from indexer.load.indices import entrance
from shared.retry import Backoff

INDEX = "rag-20261120-030000"
PATIENT = Backoff(attempts=60, base=0.0, cap=0.0)

LARGEST_REQUEST = 2_000
"""Bytes beyond which the scripted cluster answers 413."""

FAULTS = (
    "put off as a whole", "unavailable", "refused connection", "cut before it was read", "cut after it was done",
    "slow", "half put off", "half unavailable",
)  # fmt: skip


class FaultyCluster(FakeCluster):
    """A cluster that meets each bulk with the next fault of a script, and with none when the script has ended.

    unfit: ids that it can never index.
    """

    def __init__(self, script: list[str | None], unfit: frozenset[str]) -> None:
        super().__init__()
        self._script = script
        self._unfit = unfit
        self.put(INDEX, aliases=(entrance(INDEX),))

    def write(self, index: str, body: bytes) -> dict[str, Any]:
        if len(body) > LARGEST_REQUEST:
            raise refused(413, "too_large")
        fault = self._script.pop(0) if self._script else None
        match fault:
            case "put off as a whole":
                raise refused(429, "rejected_execution_exception")
            case "unavailable":
                raise refused(503, "cluster_block_exception", "no cluster manager")
            case "refused connection" | "cut before it was read":
                raise ConnectionLost("N/A", fault, OSError())
        ids = [line.split(b'"')[5].decode() for line in body.splitlines()[0::2]]
        self.answer_bulk({key: self._item(key, place, fault) for place, key in enumerate(ids)})
        answer = super().write(index, body)
        if fault == "cut after it was done":
            raise ConnectionLost("N/A", fault, OSError())
        if fault == "slow":
            raise ConnectionTimeout("TIMEOUT", fault, TimeoutError())
        return answer

    def _item(self, key: str, place: int, fault: str | None) -> dict[str, Any]:
        if key in self._unfit:
            return item_error(400)
        if fault == "half put off" and place % 2:
            return item_error(429, "opensearch_rejected_execution_exception", "queue is full")
        if fault == "half unavailable" and place % 2 == 0:
            return item_error(503, "unavailable_shards_exception", "primary shard is not active")
        return {"status": 201}


def a_document(number: int, size: int) -> BulkDocument:
    lines = b'{"index":{"_id":"%d"}}\n{"filler":"%s"}\n' % (number, b"x" * size)
    return BulkDocument(id=str(number), sku=f"SKU-{number}", lines=lines)


@given(
    sizes=st.lists(st.sampled_from([10, 100, 700, 2_500]), max_size=30),
    unfit=st.frozensets(st.integers(0, 29).map(str), max_size=4),
    script=st.lists(st.sampled_from([None, *FAULTS]), max_size=30),
    quiet=st.booleans(),
    window_bytes=st.sampled_from([1, 900, 4_000]),
)
async def test_every_document_is_either_written_or_rejected_and_counted_once(
    sizes: list[int], unfit: frozenset[str], script: list[str | None], quiet: bool, window_bytes: int
) -> None:
    cluster = FaultyCluster(script, unfit)
    documents = [a_document(number, size) for number, size in enumerate(sizes)]
    writer = BulkWriter(cluster, INDEX, backoff=PATIENT)
    async with asyncio.timeout(30):
        outcomes = [
            outcome
            async for outcome in writer.write_all(
                stream(documents), turns=some_turns(quiet=quiet), window_bytes=window_bytes
            )
        ]
    written = set(cluster.state[INDEX].documents)
    rejected = [one.id for outcome in outcomes for one in outcome.rejected]
    too_large = {document.id for document in documents if len(document.lines) > LARGEST_REQUEST}
    assert set(rejected) == (unfit & {document.id for document in documents}) | too_large
    assert len(rejected) == len(set(rejected))
    assert written == {document.id for document in documents} - set(rejected)
    assert sum(outcome.indexed for outcome in outcomes) == len(written)
