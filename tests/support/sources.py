"""A native index without a cluster, for tests of the pipeline."""

import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from support.records import a_record

from indexer.extract.errors import SourceEmpty, SourceIncomplete, SourceVanished
from indexer.records import SourceDocument, SourceRecord, SourceSnapshot
from shared.stores import StoreView


def some_records(count: int) -> list[SourceRecord]:
    """Different products with ids from 1."""
    return [
        a_record(id=str(number), skus=(f"SKU-{number}",), names=(f"Product {number} of {count}",))
        for number in range(1, count + 1)
    ]


NAMELESS = a_record(id="nameless", skus=(), names=())
"""A native document without name and SKU."""


class FakeSource:
    """What `open_source` gives: a snapshot and its records; tests/contract compares it with the real one.

    total: what the snapshot says, when that should differ. vanish_at: how many records come before the index is
    gone, for each opening that has an entry. opened: openings tried; closed: those that ended. gone: whether the index
    went away after it was read.
    """

    def __init__(
        self, records: Sequence[SourceRecord], *, total: int | None = None, vanish_at: Sequence[int] = ()
    ) -> None:
        self._records = records
        self._by_id = {record.id: record for record in records}
        self._total = len(records) if total is None else total
        self._vanish_at = list(vanish_at)
        self._stop: int | None = None
        self.gone = False
        self.opened = 0
        self.closed = 0

    @property
    def snapshot(self) -> SourceSnapshot:
        return SourceSnapshot(
            index=f"magento2_product_1_v{self.opened}", uuid=f"uuid-{self.opened}", dialect="core", total=self._total
        )

    @asynccontextmanager
    async def open(self, store: StoreView) -> AsyncIterator["FakeSource"]:
        self.opened += 1
        self._stop = self._vanish_at.pop(0) if self._vanish_at else None
        try:
            if not self._total:
                raise SourceEmpty(self.snapshot.index)
            yield self
        finally:
            self.closed += 1

    async def fetch(self, ids: Sequence[str]) -> list[SourceRecord]:
        if self.gone:
            raise SourceVanished(self.snapshot.index, "index_not_found_exception")
        return [self.record(_document(record)) for record in self._records if record.id in set(ids)]

    fields = "as tests read them"

    def record(self, document: SourceDocument) -> SourceRecord:
        return replace(self._by_id[document.id], source_hash=document.source_hash)

    async def read(self) -> AsyncGenerator[SourceDocument, None]:
        for number, record in enumerate(self._records):
            if number == self._stop:
                raise SourceVanished(self.snapshot.index, "index_not_found_exception")
            yield _document(record)
        if len(self._records) != self._total:
            raise SourceIncomplete(self.snapshot.index, expected=self._total, read=len(self._records))


def _document(record: SourceRecord) -> SourceDocument:
    digest = hashlib.blake2b(repr(record).encode(), digest_size=16)
    return SourceDocument(id=record.id, json=b"{}", source_hash=digest.hexdigest())
