"""Prices and stock as they are now: what is about to be shown is read again from the native index, in time or not.

A `ProductSearch` around another one: every document that leaves it has been read again, so that no way to a shopper is
forgotten. What is counted and ranked stays as of the last run.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

import structlog
from prometheus_client import Counter, Histogram

from runtime.breaker import Breaker
from runtime.retrieval.counts import CatalogueCounts
from runtime.retrieval.facts import Facts, confirmed
from runtime.retrieval.legs import Candidates, PriceList, PriceQuestion, Question
from runtime.retrieval.matches import Matches, Sought
from runtime.retrieval.native import NativeProducts
from runtime.retrieval.offers import Offers, as_offered, in_price_order, still_meets
from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument
from shared.errors import AppError
from shared.indices import IndexMeta
from shared.magento.pricing import pricing_of
from shared.spans import DOCUMENTS, OUTCOME, STORE, begin, span
from shared.stores import StoreView

log = structlog.get_logger(__name__)

DEADLINE_SECONDS: Final = 0.1
"""What reading again may take; it mostly runs beside the reading of the same products' cards."""

_REST_SECONDS: Final = 1.0
"""After a failure, so that a question which reads several times waits once."""

_TOLD_FAILURES: Final = 3
"""In a row, after which an operator is told."""

_AT_THE_END: Final = 5
"""Products of the lowest or the highest price that are looked at: of which one that still costs that will do."""

ALL_READ: Final = 50
"""Products at most that are read again, all of them, before their prices are told from the lowest to the highest."""

Outcome = Literal["read", "late", "failed", "left_alone"]
"""late: not in time. left_alone: not asked, just after a failure or for a while after several."""

READS: Final = Counter("vitrina_live_prices_total", "Attempts to read prices again, by how they ended.", ["outcome"])
CHANGES: Final = Counter(
    "vitrina_live_prices_changed_total", "Products that had changed since the last run, by what had.", ["change"]
)
SECONDS: Final = Histogram(
    "vitrina_live_prices_seconds",
    "Seconds of one attempt to read prices again.",
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2),
)

Sources = Mapping[str, Mapping[str, object]]


class LiveSearch:
    """`search`, whose documents have prices and stock of now, where `native` tells them within the deadline.

    A store view whose settings are not those its index was built with is left as it is: its native prices would be
    turned into others. deadline: seconds. clock: seconds, monotonic, of the breaker. now: the time of day.
    """

    def __init__(
        self,
        search: ProductSearch,
        native: NativeProducts,
        stores: Iterable[StoreView],
        *,
        deadline: float = DEADLINE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._search = search
        self._native = native
        self._stores = {store.code: store for store in stores}
        self._deadline = deadline
        self._clock = clock
        self._offers = {code: Offers(store) for code, store in self._stores.items()}
        self._lines = {code: _Line(Breaker(clock=clock)) for code in self._stores}
        self._now = now
        self._of_index: dict[str, StoreView] = {}
        self._left: set[str] = set()
        """Indices that were found to be left as they are."""

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        index, meta = await self._search.fetch_live(alias)
        self._note(index, meta)
        return index, meta

    async def fetch_candidates(self, index: str, question: Question) -> Candidates:
        # Their documents would have to be read again, all of them, and come cheaper beside that.
        return await self._search.fetch_candidates(index, replace(question, whole=False))

    async def fetch_by_price(self, index: str, question: PriceQuestion) -> PriceList:
        listed = await self._search.fetch_by_price(index, question)
        now = await self._read(index, [document.id for document in listed.documents])
        if now is None:
            return listed
        documents = self._renewed(index, {document.id: document for document in listed.documents}, *now).values()
        kept = [document for document in documents if still_meets(document, question.filter)]
        moved = tuple(document for document in documents if not still_meets(document, question.filter))
        gone = len(listed.documents) - len(kept)
        return PriceList(tuple(in_price_order(kept, question.sort)), total=listed.total - gone, gone=gone, moved=moved)

    async def fetch_facts(self, index: str, question: PriceQuestion | None, *, named: Sequence[str] = ()) -> Facts:
        """The prices are told where those that ask the lowest and the highest of them still do."""
        facts = await self._search.fetch_facts(index, question, named=named)
        low, high = facts.price_min, facts.price_max
        if low is None or high is None or index not in self._of_index:
            return facts
        if facts.count <= ALL_READ:
            others = [self._meant(index, question, limit=ALL_READ)]
        else:
            others = [self._meant(index, question, limit=_AT_THE_END, price=price) for price in {low, high}]
        read = await asyncio.gather(self._named(index, named), *others)
        return confirmed(facts, {document.id: document for found in read for document in found}.values())

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        reading = asyncio.create_task(self._read(index, ids))
        try:
            documents = await self._search.fetch_documents(index, ids, texts=texts)
            now = await reading
        finally:
            reading.cancel()
        return documents if now is None else self._renewed(index, documents, *now)

    async def fetch_matches(self, index: str, ids: Sequence[str], sought: Sought) -> Mapping[str, Matches]:
        return await self._search.fetch_matches(index, ids, sought)

    async def fetch_by_code(self, index: str, code: str) -> Sequence[CatalogDocument]:
        found = await self._search.fetch_by_code(index, code)
        now = await self._read(index, [document.id for document in found])
        if now is None:
            return found
        return list(self._renewed(index, {document.id: document for document in found}, *now).values())

    async def fetch_counts(self, index: str) -> CatalogueCounts:
        return await self._search.fetch_counts(index)

    def _note(self, index: str, meta: IndexMeta) -> None:
        """Remember whose `index` is, if its prices can be read again."""
        store = self._stores.get(meta.store)
        if store is None or index in self._of_index:
            return
        if pricing_of(store) == meta.pricing:
            # Of a store view one index is live, and another one perhaps still being read.
            others = [known for known, whose in self._of_index.items() if whose is store]
            for known in others[:-1]:
                del self._of_index[known]
            self._of_index[index] = store
        elif index not in self._left:
            self._left.add(index)
            log.warning("live_prices_off", store=store.code, index=index, fix=_FIX)

    async def _read(self, index: str, ids: Sequence[str]) -> tuple[Sources, datetime] | None:
        """The native documents of `ids`, and when they were read; None where that cannot be told now."""
        store = self._of_index.get(index)
        if store is None or not ids:
            return None
        line, begun = self._lines[store.code], self._clock()
        ticket = line.breaker.admit() if begun >= line.rests_until else None
        if ticket is None:
            READS.labels("left_alone").inc()
            begin("live_prices", {STORE: store.code, OUTCOME: "left_alone"}).end()
            return None
        outcome: Outcome = "read"
        at, cause = self._now(), ""
        with SECONDS.time(), span("live_prices", {STORE: store.code, DOCUMENTS: len(ids)}) as own:
            try:
                async with asyncio.timeout(self._deadline):
                    found = await self._native.fetch(store, list(dict.fromkeys(ids)))
            except TimeoutError:
                outcome, cause = "late", f"no answer within {self._deadline:g} s"
            except AppError as exc:
                outcome, cause = "failed", str(exc)
            except Exception:
                # A shopper is served as of the last run, whatever the native index has come to say.
                log.exception("live_prices_broken", store=store.code)
                outcome, cause = "failed", "a mistake in reading it"
            own.set_attribute(OUTCOME, outcome)
        READS.labels(outcome).inc()
        if not cause:
            line.breaker.answered(ticket)
        elif begun >= line.rests_until:
            # Of several that fail together one counts.
            line.breaker.failed(ticket)
            line.rests_until = self._clock() + _REST_SECONDS
        else:
            return None
        line.tell(store, cause)
        return None if cause else (found, at)

    def _renewed(
        self, index: str, documents: Mapping[str, CatalogDocument], sources: Sources, at: datetime
    ) -> dict[str, CatalogDocument]:
        offers = self._offers[self._of_index[index].code]
        renewed: dict[str, CatalogDocument] = {}
        for id, document in documents.items():
            source = sources.get(id)
            offer = None if source is None else offers.of(id, source)
            now = None if offer is None else as_offered(document, offer, at=at)
            if now is not None:
                renewed[id] = now
            _count(document, now)
        return renewed

    async def _named(self, index: str, ids: Sequence[str]) -> Sequence[CatalogDocument]:
        return list((await self.fetch_documents(index, ids)).values())

    async def _meant(
        self, index: str, question: PriceQuestion | None, *, limit: int, price: float | None = None
    ) -> Sequence[CatalogDocument]:
        """price: at the last run, where only those that asked it are meant."""
        if question is None:
            return ()
        only = question.filter if price is None else replace(question.filter, price_min=price, price_max=price)
        found = await self.fetch_by_price(index, replace(question, filter=only, limit=limit, texts=False))
        return found.documents


class _Line:
    """The way to the native index of one store view."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.rests_until = float("-inf")
        self._failures = 0

    def tell(self, store: StoreView, cause: str) -> None:
        """One line when it goes on failing, and one when that ends; a single late answer is counted and not told."""
        was_told = self._failures >= _TOLD_FAILURES
        self._failures = self._failures + 1 if cause else 0
        if self._failures == _TOLD_FAILURES:
            log.warning("live_prices_unavailable", store=store.code, cause=cause, served="prices of the last run")
        elif was_told and not cause:
            log.info("live_prices_back", store=store.code)


_FIX: Final = (
    "give the runtime the same STORE_* settings or stores.toml as the indexer, or run `vitrina-indexer run` once more; "
    "until then prices are those of the last run"
)


def _count(before: CatalogDocument, now: CatalogDocument | None) -> None:
    if now is None:
        CHANGES.labels("removed").inc()
        return
    if (now.price_from, now.price_to) != (before.price_from, before.price_to):
        CHANGES.labels("price").inc()
    if now.in_stock != before.in_stock:
        CHANGES.labels("stock").inc()
