"""One build's stream: records → documents → vectors → writes, every step bounded, so that memory does not follow the
catalogue. What happens on the way is counted in the report as it happens."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from itertools import chain
from typing import Final

import orjson
import structlog

from indexer.embed.rounds import Product, count_all, iter_rounds
from indexer.embed.sending import Portion
from indexer.errors import BuildRefused
from indexer.flow import bounded_map, grouped
from indexer.load.bulk import BulkWriter, encode, plain_bytes
from indexer.load.mapping import estimate_index_bytes
from indexer.load.neighbours import Neighbours, Turns
from indexer.load.throttle import throttled
from indexer.records import Accepted, BulkDocument, JsonVector, Rejected, Skipped, SourceDocument
from indexer.report import Reject, StoreReport
from indexer.runs.resume import Donor, DonorPlan, Donors, open_donors
from indexer.runs.unchanged import LiveProducts
from indexer.steps import Step, count_rejected, count_step
from indexer.workshop import Judge, Source, Workshop

log = structlog.get_logger(__name__)

_SEARCHES_AT_ONCE: Final = 2

_UNKNOWN: Final[tuple[None, JsonVector]] = (None, orjson.Fragment(b"null"))

_RECORDS_A_TURN: Final = 50
"""Records judged at a time: more would hold up the requests in flight."""


async def load(
    source: Source,
    index: str,
    judge: Judge,
    shop: Workshop,
    report: StoreReport,
    *,
    donors: Donors,
    live: LiveProducts | None = None,
) -> None:
    """Everything the source holds into `index`; copied from the `live` index, of the same recipe, what has not changed.

    Raises BuildRefused beyond the reject budget, and what the stages raise.
    """
    products = sifted(source, judge, shop, report, live=live) if live else judged(source, judge, shop, report)
    report.bulk_window = shop.sender.unwritten.most
    writer, turns = BulkWriter(shop.target, index), Turns(Neighbours(shop.target).quiet)
    itself = partial(_open_itself, shop, index)
    rounds = iter_rounds(products, shop.sender, donors=donors, built=itself, expected=report.total)
    async with aclosing(rounds):
        async for portions in rounds:
            documents = _encode_all(portions, shop, report)
            if shop.throttle is not None:
                documents = throttled(documents, shop.throttle)
            async with aclosing(writer.write_all(documents, turns=turns)) as outcomes:
                async for outcome in outcomes:
                    shop.sender.unwritten.settle(outcome.paid)
                    _step(report, "write", documents=outcome.indexed + len(outcome.rejected), seconds=outcome.seconds)
                    report.indexed += outcome.indexed
                    report.on_their_way = shop.sender.most_on_their_way
                    report.texts_resent, report.tokens_resent = shop.sender.texts_lost, shop.sender.tokens_lost
                    reject_all(outcome.rejected, shop, report)
                    shop.watch(report)
    if shop.budget.exceeded(report.rejected, of=report.total):
        raise BuildRefused(index, shop.budget.complaints(report.rejected, of=report.total))


async def rehearse(source: Source, judge: Judge, shop: Workshop, report: StoreReport, *, donors: Donors) -> None:
    """The same without a single write or request to the model; `indexed` counts what would be."""
    size = 0

    async def weighed() -> AsyncGenerator[Accepted, None]:
        nonlocal size
        async with aclosing(judged(source, judge, shop, report)) as accepted:
            async for product in accepted:
                size += plain_bytes(product.document)
                yield product

    count = partial(count_all, donors=donors, count_tokens=shop.embedder.count_tokens, expected=report.total)
    async with aclosing(count(weighed())) as portions:
        async for portion in portions:
            _count(portion, shop, report)
            report.indexed += portion.taken_over + portion.shared + portion.texts
            shop.watch(report)
    if report.indexed:
        report.estimated_bytes = estimate_index_bytes(
            report.indexed, dimension=shop.embedder.model.dimension, document_bytes=size / report.indexed
        )


async def judged(source: Source, judge: Judge, shop: Workshop, report: StoreReport) -> AsyncGenerator[Accepted, None]:
    """The products to be indexed; what becomes of the others is counted.

    Once the reject budget is exceeded nothing more comes, so that nothing more is paid for, but everything is judged:
    an operator wants to see all that is wrong.
    """
    async with aclosing(grouped(source.read(), limit=_RECORDS_A_TURN)) as turns:
        async for documents in turns:
            for accepted in _accept(documents, source, judge, shop, report):
                yield accepted
            # A page of records is judged without a single wait; requests in flight want their turn too.
            await asyncio.sleep(0)
    report.notes.extend(judge.selection.idle(report.skips))


async def sifted(
    source: Source, judge: Judge, shop: Workshop, report: StoreReport, *, live: LiveProducts
) -> AsyncGenerator[Product, None]:
    """As `judged`; but what has not changed since the `live` index was built is copied from it without being judged."""
    windows = grouped(source.read(), limit=live.window)
    async with aclosing(bounded_map(windows, live.split, limit=_SEARCHES_AT_ONCE)) as splits:
        async for split in splits:
            report.read += len(split.copies)
            report.unchanged += len(split.copies)
            report.warnings.update(chain.from_iterable([copy.warnings for copy in split.copies]))
            if not shop.budget.exceeded(report.rejected, of=report.total):
                for copy in split.copies:
                    yield copy.document
            for start in range(0, len(split.changed), _RECORDS_A_TURN):
                turn = split.changed[start : start + _RECORDS_A_TURN]
                for accepted in _accept(turn, source, judge, shop, report):
                    text_hash, vector = split.vectors.get(accepted.document.id, _UNKNOWN)
                    yield _encode(accepted, vector) if text_hash == accepted.text_hash else accepted
                await asyncio.sleep(0)
            shop.watch(report)
    report.notes.extend(judge.selection.idle(report.skips))


def _accept(
    documents: Sequence[SourceDocument], source: Source, judge: Judge, shop: Workshop, report: StoreReport
) -> list[Accepted]:
    accepted = []
    begun = time.perf_counter()
    outcomes = judge.judge([source.record(document) for document in documents])
    _step(report, "transform", documents=len(documents), seconds=time.perf_counter() - begun)
    for outcome in outcomes:
        report.read += 1
        match outcome:
            case Accepted():
                report.warnings.update(outcome.warnings)
                if not shop.budget.exceeded(report.rejected, of=report.total):
                    accepted.append(outcome)
            case Rejected():
                reject_all([outcome], shop, report)
            case Skipped():
                report.skip(outcome.reason)
    shop.watch(report)
    return accepted


def reject_all(rejected: Sequence[Rejected], shop: Workshop, report: StoreReport) -> None:
    """Count, list and log documents that cannot be indexed."""
    for one in rejected:
        reject = Reject(id=one.id, sku=one.sku, reason=one.reason)
        report.reject(reject, one.kind)
        count_rejected(report.store, one.kind)
        if shop.rejects is not None:
            shop.rejects.write(reject)
        log.warning("document_rejected", id=one.id, sku=one.sku, reason=one.reason)


async def _encode_all(
    portions: AsyncGenerator[Portion, None], shop: Workshop, report: StoreReport
) -> AsyncGenerator[BulkDocument, None]:
    async with aclosing(portions):
        async for portion in portions:
            _count(portion, shop, report)
            for document in portion.ready:
                yield document
            for accepted, vector in portion.embedded:
                yield _encode(accepted, vector, paid=portion.texts > 0)


def _encode(accepted: Accepted, vector: JsonVector, *, paid: bool = False) -> BulkDocument:
    return encode(
        accepted.document,
        text_hash=accepted.text_hash,
        vector=vector,
        source_hash=accepted.source_hash,
        warnings=accepted.warnings,
        paid=paid,
    )


def _step(report: StoreReport, step: Step, *, documents: int, seconds: float) -> None:
    report.work(step, documents, seconds)
    count_step(report.store, step, documents=documents, seconds=seconds)


def _count(portion: Portion, shop: Workshop, report: StoreReport) -> None:
    report.taken_over += portion.taken_over
    report.shared += portion.shared
    report.embedded += portion.texts
    report.recovered += portion.recovered
    report.tokens += portion.tokens
    model = shop.embedder.model
    report.cost, report.currency = model.cost(report.tokens), model.currency
    if portion.seconds:
        _step(report, "embed", documents=portion.texts, seconds=portion.seconds)
    reject_all(portion.rejected, shop, report)


async def _open_itself(shop: Workshop, index: str) -> Donors:
    """The index under construction as the donor of its own vectors."""
    return await open_donors(shop.target, DonorPlan((Donor(index),)), dimension=shop.embedder.model.dimension)
