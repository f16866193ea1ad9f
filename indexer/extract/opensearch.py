"""The source: one concrete native index, pinned by a point in time and read to the last document.

Why the sort depends on the slices: `_doc` alone orders documents inside one shard only, so `search_after` skips ties
as soon as a slice spans several shards (measured: 198 of 100,000 lost, without an error). With at least one slice a
shard, every slice lies within one shard and `_doc` is exact and by far the fastest. Otherwise a unique field sorts.
"""

import time
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.attributes import NO_RULES, AttributeRules
from indexer.extract.errors import SourceIncomplete
from indexer.extract.fields import FieldPlan, plan_store
from indexer.extract.magento import read_document
from indexer.extract.pages import Page, read_page, read_source
from indexer.extract.point_in_time import PointInTime, point_in_time
from indexer.extract.resolve import ConcreteIndex, refuse_unsuitable, resolve_index, take_snapshot
from indexer.extract.slices import merge_pages
from indexer.records import SourceDocument, SourceRecord, SourceSnapshot
from indexer.steps import count_step
from shared.errors import AppError
from shared.opensearch import ClusterAddress, translated
from shared.retry import Backoff
from shared.spans import DOCUMENTS, STORE, begin, fail
from shared.stores import StoreView

log = structlog.get_logger(__name__)

_NUMBERS = frozenset({"integer", "long", "short"})

_HASH_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How the documents are paged: `slices` parts, each in the order of `sort`."""

    slices: int
    sort: str
    page_size: int


def plan_read(index: ConcreteIndex, *, slices: int | None, page_size: int) -> ReadPlan:
    """One slice a shard unless told otherwise; a sort that loses nothing with that number of slices. Pure."""
    wanted = index.shards if slices is None else slices
    if wanted >= index.shards:
        return ReadPlan(slices=wanted, sort="_doc", page_size=page_size)
    has_number = index.properties.get("entity_id", {}).get("type") in _NUMBERS
    return ReadPlan(slices=wanted, sort="entity_id" if has_number else "_id", page_size=page_size)


class MagentoSource:
    """An open source; `open_source` makes it. fields: what is read of each document, and as what. store: its code."""

    def __init__(
        self, pit: PointInTime, snapshot: SourceSnapshot, *, fields: FieldPlan, plan: ReadPlan, store: str
    ) -> None:
        self.snapshot = snapshot
        self.fields = fields
        self._pit = pit
        self._plan = plan
        self._store = store
        self._merging: list[AsyncGenerator[Page, None]] = []

    def record(self, document: SourceDocument) -> SourceRecord:
        """The product that a document is."""
        return read_document(document.id, read_source(document), self.fields, source_hash=document.source_hash)

    async def read(self) -> AsyncGenerator[SourceDocument, None]:
        """Every document exactly once, in no particular order.

        Raises SourceVanished when the index is deleted meanwhile, SourceIncomplete when the count is not the total.
        """
        pages = merge_pages([partial(self._read_slice, number) for number in range(self._plan.slices)])
        self._merging.append(pages)
        count = 0
        async for page in pages:
            count += len(page.documents)
            for document in page.documents:
                yield document
        if count != self.snapshot.total:
            raise SourceIncomplete(self.snapshot.index, expected=self.snapshot.total, read=count)

    async def fetch(self, ids: Sequence[str]) -> list[SourceRecord]:
        """The products of these ids once more; one that is not there is left out.

        Raises SourceVanished when the view of the index is gone, as after a reindex of Magento's.
        """
        records: list[SourceRecord] = []
        for start in range(0, len(ids), self._plan.page_size):
            wanted = list(ids[start : start + self._plan.page_size])
            body = {**self._page_body(), "query": {"ids": {"values": wanted}}, "size": len(wanted)}
            records += [self.record(document) for document in (await self._read_page(body)).documents]
        return records

    async def aclose(self) -> None:
        """Stop whatever is still being read; `open_source` calls it."""
        for pages in self._merging:
            await pages.aclose()

    async def _read_slice(self, number: int) -> AsyncGenerator[Page, None]:
        own, pages, documents, seconds = begin("indexer.slice", {STORE: self._store}), 0, 0, 0.0
        body = self._page_body() | self._slice_clause(number)
        try:
            while True:
                begun = time.perf_counter()
                page = await self._read_page(body)
                took = time.perf_counter() - begun
                count_step(self._store, "extract", documents=len(page.documents), seconds=took)
                pages, documents, seconds = pages + 1, documents + len(page.documents), seconds + took
                if page.documents:
                    yield page
                if len(page.documents) < self._plan.page_size:
                    return
                body["search_after"] = page.last
        except AppError as exc:
            fail(own, exc)
            raise
        finally:
            own.set_attributes({"vitrina.slice": number, "vitrina.pages": pages, DOCUMENTS: documents})
            own.set_attribute("vitrina.waited_seconds", seconds)
            own.end()

    async def _read_page(self, body: Mapping[str, Any]) -> Page:
        answer = await self._pit.search_raw(body)
        with translated(f"source index {self.snapshot.index!r}"):
            return read_page(answer, index=self.snapshot.index)

    def _page_body(self) -> dict[str, Any]:
        return {
            "query": {"match_all": {}},
            "sort": [{self._plan.sort: "asc"}],
            "size": self._plan.page_size,
            "track_total_hits": False,
            "_source": {"includes": self.fields.source},
        }

    def _slice_clause(self, number: int) -> dict[str, Any]:
        # OpenSearch refuses a slice clause with max 1.
        return {"slice": {"id": number, "max": self._plan.slices}} if self._plan.slices > 1 else {}


@asynccontextmanager
async def open_source(
    client: AsyncOpenSearch,
    address: ClusterAddress,
    store: StoreView,
    *,
    attributes: AttributeRules = NO_RULES,
    slices: int | None = None,
    page_size: int = 1000,
    backoff: Backoff | None = None,
) -> AsyncIterator[MagentoSource]:
    """The native index of `store`, pinned: what happens to its alias afterwards changes nothing.

    slices: parts read at once, None for one a primary shard. Raises UnsuitableCluster, SourceUnknown,
    SourceAmbiguous, SourceUnreadable, SourceEmpty, SourceVanished, AccessDenied, ConfigurationError.
    """
    backoff = backoff or Backoff()
    await refuse_unsuitable(client, address, backoff=backoff)
    index = await resolve_index(client, address, store, backoff=backoff)
    plan = plan_read(index, slices=slices, page_size=page_size)
    async with point_in_time(client, index.name, backoff=backoff) as pit:
        snapshot = await take_snapshot(index, pit.search)
        fields = plan_store(index.properties, store, dialect=snapshot.dialect, attributes=attributes)
        log.info("source_opened", store=store.code, index=index.name, dialect=snapshot.dialect, total=snapshot.total,
                 slices=plan.slices, sort=plan.sort)  # fmt: skip
        source = MagentoSource(pit, snapshot, fields=fields, plan=plan, store=store.code)
        try:
            yield source
        finally:
            await source.aclose()
