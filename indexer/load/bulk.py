"""Documents into the index: NDJSON as bytes, bounded requests, an answer for every single document.

Bulk API: one action line and one source line a document; the answer has one item a document, in order.
"""

import time
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any, Final, Literal

import orjson
from opensearchpy import AsyncOpenSearch
from prometheus_client import Histogram

from indexer.errors import BuildSpoiled
from indexer.flow import bounded_map, grouped
from indexer.load.indices import entrance
from indexer.load.neighbours import MOST_AT_ONCE, Turns
from indexer.records import BulkDocument, JsonVector, Rejected, json_bytes
from shared import catalog
from shared.catalog import CatalogDocument
from shared.opensearch import ClusterBusy, RequestRefused, block_advice, is_block, translated
from shared.retry import Backoff, retry
from shared.runs import RejectKind

WINDOW_BYTES: Final = 4_000_000
"""About what a bulk request should weigh: half a second of a busy core when vectors have 384 dimensions, which is
soon repeated when it is lost, and short enough for a shop's own searches to come between."""

LINGER_SECONDS: Final = 1.0
"""The longest that embedded documents wait for a request to fill up: what was paid for is kept, and soon."""

_ONE_PIECE: Final = 1 << 20
"""Bytes that aiohttp sends without a pause; of a longer body it wants a stream, to let other tasks in between."""

BULK_TIMEOUT_SECONDS: Final = 120.0

PATIENT: Final = Backoff(attempts=8)
"""Half a minute on average, long enough for a node to restart."""

_DONE: Final = frozenset({200, 201})
_BUSY: Final = frozenset({429, 503})
_UNFIT: Final = frozenset({400, 413})
_TOO_LARGE: Final = 413
_MISSING: Final = 404

_HEADERS: Final = {"content-type": "application/x-ndjson"}
_PARAMS: Final = {
    "require_alias": "true",
    "filter_path": "errors,items.*.status,items.*.error",
    "request_timeout": BULK_TIMEOUT_SECONDS,
}

bulk_seconds = Histogram(
    "vitrina_bulk_seconds", "Seconds a bulk request took", buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
)


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """What became of one window: indexed + len(rejected) documents, of which `paid` had a vector bought by this run.

    seconds: until it was written.
    """

    indexed: int
    rejected: tuple[Rejected, ...] = ()
    paid: int = 0
    seconds: float = field(default=0.0, compare=False)


def products_a_window(dimension: int) -> int:
    """About how many products with their vectors a bulk request holds."""
    return max(1, WINDOW_BYTES // json_bytes(dimension))


def plain_bytes(document: CatalogDocument) -> int:
    """What `document` takes as JSON without its vector, for an estimate of the index before there is one."""
    return len(orjson.dumps(catalog.to_source(document, text_hash="0" * 32)))


def encode(
    document: CatalogDocument,
    *,
    text_hash: str,
    vector: JsonVector,
    source_hash: str = "",
    warnings: Sequence[str] = (),
    paid: bool = False,
) -> BulkDocument:
    """Action and source lines; an embedded vector is written straight from its float32 array, in the shortest digits.

    The vector stands last, behind the source's hash: indexer.runs finds them there without parsing the document.
    """
    source = catalog.to_source(document, text_hash=text_hash, source_hash=source_hash, warnings=warnings)
    source[catalog.VECTOR] = vector
    action = orjson.dumps({"index": {"_id": document.id}}, option=orjson.OPT_APPEND_NEWLINE)
    lines = orjson.dumps(source, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_APPEND_NEWLINE)
    return BulkDocument(id=document.id, sku=document.sku, lines=action + lines, paid=paid)


class BulkWriter:
    """Writes windows of documents to one index, through its entrance; safe to repeat, for every document has its own
    id."""

    def __init__(self, client: AsyncOpenSearch, index: str, *, backoff: Backoff = PATIENT) -> None:
        self._client = client
        self._index = index
        self._backoff = backoff

    def write_all(
        self,
        documents: AsyncGenerator[BulkDocument, None],
        *,
        turns: Turns,
        window_bytes: int = WINDOW_BYTES,
    ) -> AsyncGenerator[BulkOutcome, None]:
        """Write a stream of documents, as many requests at once as `turns` allow; outcomes as they come.

        Raises BuildSpoiled, AccessDenied, RequestRefused; ClusterBusy, ClusterUnreachable when the backoff is
        used up.
        """
        windows = grouped(documents, limit=window_bytes, weigh=_weight, linger=LINGER_SECONDS)

        async def write(window: Sequence[BulkDocument]) -> BulkOutcome:
            async with turns.take():
                begun = time.perf_counter()
                outcome = await self.write(window)
                seconds = time.perf_counter() - begun
            return replace(outcome, paid=sum([document.paid for document in window]), seconds=seconds)

        return bounded_map(windows, write, limit=MOST_AT_ONCE)

    async def write(self, window: Sequence[BulkDocument]) -> BulkOutcome:
        """Write one window, trying again what the cluster had no time for; raises as `write_all` does."""
        waiting, indexed, rejected = tuple(window), 0, list[Rejected]()

        async def attempt() -> None:
            nonlocal waiting, indexed
            busy: list[BulkDocument] = []
            for document, item in zip(waiting, await self._send(waiting), strict=True):
                match _verdict(item):
                    case "done":
                        indexed += 1
                    case "busy":
                        busy.append(document)
                    case "unfit":
                        rejected.append(
                            Rejected(id=document.id, sku=document.sku, reason=_reason(item), kind=_kind(item))
                        )
                    case "spoiled":
                        raise BuildSpoiled(self._index, _reason(item))
            waiting = tuple(busy)
            if waiting:
                raise ClusterBusy(f"index {self._index!r}: the cluster put off {len(waiting)} documents of a bulk")

        try:
            await retry(attempt, self._backoff)
        except RequestRefused as refusal:
            if refusal.status != _TOO_LARGE:
                raise
            rest = await self._write_smaller(waiting, refusal)
            return BulkOutcome(indexed + rest.indexed, (*rejected, *rest.rejected))
        return BulkOutcome(indexed=indexed, rejected=tuple(rejected))

    async def _write_smaller(self, window: Sequence[BulkDocument], refusal: RequestRefused) -> BulkOutcome:
        """Two halves of a request that was too large; a single document that is, is rejected."""
        if len(window) == 1:
            return BulkOutcome(0, (_too_large(window[0], refusal),))
        middle = len(window) // 2
        first, second = await self.write(window[:middle]), await self.write(window[middle:])
        return BulkOutcome(first.indexed + second.indexed, first.rejected + second.rejected)

    async def _send(self, window: Sequence[BulkDocument]) -> list[Mapping[str, Any]]:
        """The answer's items, one a document."""
        body = b"".join(document.lines for document in window)
        with translated(f"index {self._index!r}"), bulk_seconds.time():
            # Not `client.bulk`, which takes no stream.
            answer = await self._client.http.post(
                f"/{entrance(self._index)}/_bulk",
                params=dict(_PARAMS),
                headers=_HEADERS,
                body=body if len(body) <= _ONE_PIECE else BytesIO(body),
            )
        items: list[Mapping[str, Any]] = [item["index"] for item in answer["items"]]
        if len(items) != len(window):
            raise BuildSpoiled(self._index, f"a bulk of {len(window)} documents was answered with {len(items)} items")
        return items


def _weight(document: BulkDocument) -> int:
    """In bytes; what was paid for counts twice, so that it is written before the sender stops for a full window."""
    return len(document.lines) * (2 if document.paid else 1)


def _verdict(item: Mapping[str, Any]) -> Literal["done", "busy", "unfit", "spoiled"]:
    """What an item of the answer means. A full disk also says 429, and no waiting helps it."""
    status = item["status"]
    if status in _DONE:
        return "done"
    if status in _BUSY and not is_block(status, item["error"]["type"]):
        return "busy"
    return "unfit" if status in _UNFIT else "spoiled"


def _kind(item: Mapping[str, Any]) -> RejectKind:
    return "too_large" if item["status"] == _TOO_LARGE else "not_indexed"


def _too_large(document: BulkDocument, refusal: RequestRefused) -> Rejected:
    return Rejected(id=document.id, sku=document.sku, reason=str(refusal), kind="too_large")


def _reason(item: Mapping[str, Any]) -> str:
    """OpenSearch's own words, with the innermost cause."""
    if item["status"] == _MISSING:
        return "something deleted it, or its alias that ends with -build; run again"
    error = item["error"]
    cause = error
    while cause.get("caused_by"):
        cause = cause["caused_by"]
    reasons = dict.fromkeys([error.get("reason", ""), cause.get("reason", "")])
    told = f"{error.get('type', item['status'])}: {' / '.join(filter(None, reasons))}"[:300]
    return f"{told}; {block_advice(told)}" if is_block(item["status"], error.get("type")) else told
