"""A run: for each store view records → documents → vectors → writes → verdict → swap.

Whatever fails, the alias stays where it was, and the index under construction stays behind, marked `failed`.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog
from opensearchpy import AsyncOpenSearch
from prometheus_client import Counter

from indexer.embed import EmbeddedBatch, embed_all
from indexer.errors import BuildRefused
from indexer.extract.errors import SourceVanished
from indexer.load.bulk import BulkDocument, BulkWriter, encode
from indexer.load.create import create_index
from indexer.load.indices import fetch_live
from indexer.load.retention import prune
from indexer.load.seal import seal
from indexer.load.state import Build, describe_build, marked_if_failed
from indexer.load.verify import Claim, Pass, Refused, verify
from indexer.records import Accepted, Rejected, Skipped, SourceRecord, SourceSnapshot
from indexer.report import Reject, RunReport, StoreReport
from indexer.transform.chunk import TEMPLATE_VERSION
from indexer.transform.product import transform
from shared.embedding.embedder import Embedder
from shared.errors import AppError
from shared.indices import BuildCounts, RagNames
from shared.stores import StoreView
from shared.telemetry import tracer

log = structlog.get_logger(__name__)

RESTARTS: Final = 2
"""How often a build starts over because its source index was deleted under it."""

_RECORDS_A_TURN: Final = 32

documents_counted = Counter("vitrina_documents_total", "Documents by what became of them", ["store", "outcome"])
runs_counted = Counter("vitrina_runs_total", "Builds by how they ended", ["store", "status"])


class Source(Protocol):
    """An open native index."""

    @property
    def snapshot(self) -> SourceSnapshot: ...

    def read(self) -> AsyncIterator[SourceRecord]: ...


OpenSource = Callable[[StoreView], AbstractAsyncContextManager[Source]]
Watch = Callable[[StoreReport], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A store view and the names of its indices."""

    store: StoreView
    names: RagNames


@dataclass(frozen=True, slots=True)
class Workshop:
    """What every build of a run uses; who made it closes it. retain: previous indices kept for a rollback.

    watch: called with the report whenever it has changed.
    """

    open_source: OpenSource
    target: AsyncOpenSearch
    embedder: Embedder
    retain: int = 1
    watch: Watch = lambda report: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def run_all(jobs: Sequence[Job], shop: Workshop, run: RunReport) -> None:
    """Build every store view, one after the other; one that fails does not stop the next. Fills `run`."""
    run.stores.extend(StoreReport(store=job.store.code, alias=job.names.alias) for job in jobs)
    for job, report in zip(jobs, run.stores, strict=True):
        with structlog.contextvars.bound_contextvars(run_id=run.run_id, store=job.store.code):
            await _run_one(job, shop, run, report)


async def rebuild(job: Job, shop: Workshop, report: StoreReport, *, run_id: str) -> None:
    """Build one store view anew and make it live.

    Raises BuildRefused when the build is not fit, SwapConflict, AliasTaken, AliasAmbiguous, AliasForeign, and what the
    stages raise.
    """
    report.previous = await fetch_live(shop.target, job.names)
    await _tidy(job, shop, report)
    build = await _build_restarting(job, shop, report, run_id=run_id)
    await _settle(job, shop, report, build)


async def rehearse(job: Job, shop: Workshop, report: StoreReport) -> None:
    """Read and transform one store view and write nothing; `indexed` counts what would be."""
    async with shop.open_source(job.store) as source:
        report.begin(total=source.snapshot.total)
        with _stage(shop, report, "rehearse"):
            async for accepted in _transform_all(source, job.store, shop, report):
                report.indexed += 1
                report.tokens += accepted.tokens


async def _run_one(job: Job, shop: Workshop, run: RunReport, report: StoreReport) -> None:
    try:
        if run.dry_run:
            await rehearse(job, shop, report)
        else:
            await rebuild(job, shop, report, run_id=run.run_id)
        report.close("done")
    except BuildRefused as refusal:
        report.close("refused", *refusal.reasons)
    except AppError as error:
        report.break_off(str(error))
    except asyncio.CancelledError:
        report.break_off("the run was stopped")
        raise
    except Exception as error:
        report.break_off(f"unexpected {type(error).__name__}; the log has the details")
        log.exception("run_broke")
    finally:
        _publish(report)


async def _build_restarting(job: Job, shop: Workshop, report: StoreReport, *, run_id: str) -> Build:
    """Build and swap; from zero, on what the native alias names by then, when the source was deleted meanwhile."""
    for restart in range(1, RESTARTS + 1):
        try:
            return await _build(job, shop, report, run_id=run_id)
        except SourceVanished as vanished:
            log.warning("source_vanished", source=vanished.index, restart=restart)
    return await _build(job, shop, report, run_id=run_id)


async def _build(job: Job, shop: Workshop, report: StoreReport, *, run_id: str) -> Build:
    """One build, from an open source to the moved alias."""
    async with AsyncExitStack() as opened:
        with _stage(shop, report, "source"):
            source = await opened.enter_async_context(shop.open_source(job.store))
        report.begin(total=source.snapshot.total)
        build = await _begin(job, shop, source.snapshot, run_id=run_id)
        report.index = build.index
        try:
            async with marked_if_failed(build, alias=job.names.alias, counts=lambda: _counts(report)):
                with _stage(shop, report, "load"):
                    await _load(source, build.index, job, shop, report)
                await opened.aclose()
                with _stage(shop, report, "seal"):
                    await seal(shop.target, build.index, documents=report.indexed)
                with _stage(shop, report, "verify"):
                    await _prove(build, shop, report)
                with _stage(shop, report, "swap"):
                    await build.go_live(job.names.alias, old=report.previous)
        finally:
            report.swapped = build.live
    return build


async def _begin(job: Job, shop: Workshop, snapshot: SourceSnapshot, *, run_id: str) -> Build:
    """A new index that says of itself what it is going to be."""
    meta = describe_build(
        job.store,
        shop.embedder.model,
        snapshot,
        run_id=run_id,
        template_version=TEMPLATE_VERSION,
        started_at=shop.now(),
    )
    index = await create_index(shop.target, job.names, meta=meta, now=shop.now, sleep=shop.sleep)
    return Build(shop.target, index, meta, now=shop.now)


async def _load(source: Source, index: str, job: Job, shop: Workshop, report: StoreReport) -> None:
    """The stream from the native index into ours; every step is bounded, so memory does not follow the catalogue."""
    accepted = _transform_all(source, job.store, shop, report)
    embedded = embed_all(accepted, shop.embedder)
    documents = _encode_all(embedded, report)
    async with aclosing(BulkWriter(shop.target, index).write_all(documents)) as outcomes:
        async for outcome in outcomes:
            report.indexed += outcome.indexed
            for rejected in outcome.rejected:
                _reject(report, rejected)
            shop.watch(report)


async def _transform_all(
    source: Source, store: StoreView, shop: Workshop, report: StoreReport
) -> AsyncGenerator[Accepted, None]:
    embedder = shop.embedder
    async for record in source.read():
        outcome = transform(record, store, model_limit=embedder.model.max_tokens, count_tokens=embedder.count_tokens)
        report.read += 1
        shop.watch(report)
        match outcome:
            case Accepted():
                report.warnings.update(outcome.warnings)
                yield outcome
            case Rejected():
                _reject(report, outcome)
            case Skipped():
                report.skipped += 1
        if report.read % _RECORDS_A_TURN == 0:
            # A page of records is transformed without a single wait; requests in flight want their turn too.
            await asyncio.sleep(0)


async def _encode_all(
    embedded: AsyncGenerator[EmbeddedBatch, None], report: StoreReport
) -> AsyncGenerator[BulkDocument, None]:
    async with aclosing(embedded):
        async for batch in embedded:
            report.tokens += batch.batch.tokens
            for accepted, vector in batch:
                yield encode(accepted.document, text_hash=accepted.text_hash, vector=vector)


async def _prove(build: Build, shop: Workshop, report: StoreReport) -> None:
    """Record a build that passes as `ready`. Raises BuildRefused for one that does not."""
    claim = Claim(index=build.index, total=report.total, counts=_counts(report), meta=build.meta)
    match await verify(shop.target, claim):
        case Refused(reasons):
            raise BuildRefused(build.index, reasons)
        case Pass():
            await build.record("ready", counts=claim.counts)


async def _settle(job: Job, shop: Workshop, report: StoreReport, build: Build) -> None:
    """After the swap. What fails here is told and no more: the new index is live whatever happens."""
    try:
        await build.record("live")
    except AppError as error:
        report.reasons.append(f"{build.index} is live, but could not record it: {error}")
        log.warning("index_not_marked", index=build.index, cause=str(error))
    await _tidy(job, shop, report)


async def _tidy(job: Job, shop: Workshop, report: StoreReport) -> None:
    """Delete what earlier runs left behind and what is beyond RAG_RETAIN; no reason to stop a run."""
    try:
        await prune(shop.target, job.names, retain=shop.retain, now=shop.now())
    except AppError as error:
        report.reasons.append(f"old indices could not be removed: {error}")
        log.warning("prune_failed", cause=str(error))


def _counts(report: StoreReport) -> BuildCounts:
    return BuildCounts(read=report.read, indexed=report.indexed, rejected=report.rejected, skipped=report.skipped)


def _reject(report: StoreReport, rejected: Rejected) -> None:
    report.reject(Reject(id=rejected.id, sku=rejected.sku, reason=rejected.reason))
    log.warning("document_rejected", id=rejected.id, sku=rejected.sku, reason=rejected.reason)


def _publish(report: StoreReport) -> None:
    """The end of a build as a log event and as metrics."""
    told = {"index": report.index, "read": report.read, "indexed": report.indexed, "rejected": report.rejected,
            "skipped": report.skipped, "reasons": report.reasons}  # fmt: skip
    if report.status == "done":
        log.info("run_done", **told)
    else:
        log.error("run_failed" if report.status == "failed" else "run_refused", **told)
    runs_counted.labels(report.store, report.status).inc()
    for outcome in ("indexed", "rejected", "skipped"):
        documents_counted.labels(report.store, outcome).inc(getattr(report, outcome))


@contextmanager
def _stage(shop: Workshop, report: StoreReport, name: str) -> Iterator[None]:
    """Name the stage in the report, measure it, and trace it as a span."""
    report.stage = name
    shop.watch(report)
    started = time.perf_counter()
    try:
        with tracer.start_as_current_span(f"indexer.{name}", attributes={"vitrina.store": report.store}):
            yield
    finally:
        report.seconds[name] = report.seconds.get(name, 0.0) + time.perf_counter() - started
