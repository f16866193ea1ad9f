"""A run: for each store view records → documents → vectors → writes → verdict → swap.

Whatever fails, the alias stays where it was, and the index under construction stays behind, marked `failed`: the next
run takes over what it holds.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from typing import Final

import structlog

from indexer.embed.probe import probe
from indexer.errors import BuildRefused, LeaseLost, reason_of
from indexer.extract.errors import SourceVanished
from indexer.load.canaries import embed_canaries
from indexer.load.capacity import check_capacity
from indexer.load.create import create_index
from indexer.load.indices import fetch_live, fetch_own
from indexer.load.retention import prune
from indexer.load.seal import seal
from indexer.load.state import Build, describe_build, marked_if_failed
from indexer.load.verify import Claim, Pass, Refused, foresee, verify
from indexer.proof import NO_LIMIT
from indexer.records import Accepted, SourceSnapshot
from indexer.report import RunReport, StoreReport
from indexer.runs.resume import DonorPlan, Donors, open_donors, plan_donors
from indexer.runs.unchanged import open_live
from indexer.stream import load, rehearse
from indexer.telling import publish, stage
from indexer.transform.chunk import TEMPLATE_VERSION
from indexer.workshop import Job, Judge, Source, Workshop
from shared.errors import AppError
from shared.indices import BuildCounts
from shared.spans import STORE, log_fields, span

log = structlog.get_logger(__name__)

RESTARTS: Final = 2
"""How often a build starts over because its source index was deleted under it."""


async def run_all(jobs: Sequence[Job], shop: Workshop, run: RunReport) -> None:
    """Build every store view, one after the other; one that fails does not stop the next. Fills `run`.

    Raises ConfigurationError, EmbeddingUnavailable for a model that is no use, before anything is built; LeaseLost.
    """
    with span("indexer.run", {"vitrina.run_id": run.run_id, "vitrina.dry_run": run.dry_run}) as whole:
        if not run.dry_run and not await _is_proven(jobs, shop):
            await probe(shop.sender)
        run.stores.extend(StoreReport(job.store.code, job.names.alias, dry_run=run.dry_run) for job in jobs)
        for job, report in zip(jobs, run.stores, strict=True):
            told = structlog.contextvars.bound_contextvars(run_id=run.run_id, store=job.store.code, **log_fields(whole))
            with told, span("indexer.store", {STORE: job.store.code}):
                await _run_one(job, shop, run, report)


async def rebuild(job: Job, shop: Workshop, report: StoreReport, *, run_id: str) -> None:
    """Build one store view anew and make it live.

    Raises BuildRefused when the build is not fit, SwapConflict, LeaseLost, AliasTaken, AliasAmbiguous, AliasForeign,
    NoRoom, and what the stages raise.
    """
    report.previous = await fetch_live(shop.target, job.names)
    build = await _build_restarting(job, shop, report, run_id=run_id)
    await _settle(job, shop, report, build)


async def try_out(job: Job, shop: Workshop, report: StoreReport) -> None:
    """Read and transform one store view and write nothing. Raises BuildRefused as far as that can be foreseen."""
    report.previous = await fetch_live(shop.target, job.names)
    async with shop.open_source(job.store) as source:
        _begin_report(shop, report, source.snapshot)
        with stage(shop, report, "rehearse"):
            plan = await _plan_donors(job, shop, live=report.previous)
            report.notes += plan.notes
            donors = await _open_donors(shop, plan)
            await rehearse(source, _judge(job, shop), replace(shop, budget=NO_LIMIT), report, donors=donors)
    if reasons := await foresee(shop.target, report, budget=shop.budget, allow_shrink=shop.allow_shrink):
        raise BuildRefused(job.names.base, reasons)


async def _run_one(job: Job, shop: Workshop, run: RunReport, report: StoreReport) -> None:
    try:
        if run.dry_run:
            await try_out(job, shop, report)
        else:
            await rebuild(job, shop, report, run_id=run.run_id)
        report.close("done")
    except BuildRefused as refusal:
        report.close("refused", *refusal.reasons)
    except (LeaseLost, asyncio.CancelledError) as error:
        # Nothing of this run may go live any more, the other store views included.
        report.break_off(reason_of(error))
        raise
    except AppError as error:
        report.break_off(reason_of(error))
    except Exception as error:
        report.break_off(reason_of(error))
        log.exception("run_broke")
    finally:
        publish(shop, report)


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
        with stage(shop, report, "source"):
            source = await opened.enter_async_context(shop.open_source(job.store))
        _begin_report(shop, report, source.snapshot)
        with stage(shop, report, "prepare"):
            plan = await _prepare(job, shop, report)
        build = await _begin(job, shop, source, run_id=run_id)
        report.index = build.index
        try:
            async with marked_if_failed(build, alias=job.names.alias, counts=partial(_counts, report)):
                with stage(shop, report, "load"):
                    await _load(source, build, job, shop, report, plan)
                with stage(shop, report, "seal"):
                    await seal(shop.target, build.index, documents=report.indexed)
                with stage(shop, report, "verify"):
                    await _prove(build, source, job, shop, report)
                with stage(shop, report, "swap"):
                    await _swap(build, job, shop, report)
        finally:
            report.swapped = build.live
    return build


async def _is_proven(jobs: Sequence[Job], shop: Workshop) -> bool:
    """Whether every live index was made by the same model; a night without changes then sends nothing at all."""
    for job in jobs:
        try:
            plan = await _plan_donors(job, shop, live=await fetch_live(shop.target, job.names))
        except AppError:
            # What is wrong with this store view is told when its turn comes.
            continue
        if plan.live is None:
            return False
    return True


async def _prepare(job: Job, shop: Workshop, report: StoreReport) -> DonorPlan:
    """What has to be known before anything is built. Raises NoRoom."""
    dimension = shop.embedder.model.dimension
    report.notes += await check_capacity(
        shop.target, shop.address, job.names, documents=report.total, dimension=dimension, previous=report.previous
    )
    plan = await _plan_donors(job, shop, live=report.previous)
    report.notes += plan.notes
    return plan


async def _begin(job: Job, shop: Workshop, source: Source, *, run_id: str) -> Build:
    """A new index that says of itself what it is going to be."""
    meta = describe_build(
        job.store,
        shop.embedder.model,
        source.snapshot,
        run_id=run_id,
        template_version=TEMPLATE_VERSION,
        recipe=_judge(job, shop).recipe(source),
        started_at=shop.now(),
    )
    index = await create_index(shop.target, job.names, meta=meta, now=shop.now, sleep=shop.sleep)
    return Build(shop.target, index, meta, now=shop.now)


async def _load(source: Source, build: Build, job: Job, shop: Workshop, report: StoreReport, plan: DonorPlan) -> None:
    """Fill the index, and add what an interrupted run had sent for nothing to what is sent once more."""
    shop.sender.begin(refusals=shop.budget.allowed(report.total), announce=build.announce)
    donors = await _open_donors(shop, plan)
    live = open_live(shop.target, plan, recipe=build.meta.recipe, dimension=shop.embedder.model.dimension)
    await load(source, build.index, _judge(job, shop), shop, report, donors=donors, live=live)
    if donors.interrupted is not None:
        texts, tokens = donors.interrupted.lost(report.recovered)
        report.resend(min(texts, report.embedded), min(tokens, report.tokens))


async def _prove(build: Build, source: Source, job: Job, shop: Workshop, report: StoreReport) -> None:
    """Record a build that passes as `ready`. Raises BuildRefused for one that does not."""
    store = job.store
    asked = await embed_canaries(
        tuple(shop.canaries), shop.embedder, store=store.code, language=store.language, insist=shop.sender.insist
    )
    report.tokens += asked.tokens
    claim = Claim(
        index=build.index,
        total=report.total,
        counts=_counts(report),
        meta=build.meta,
        previous=report.previous,
        allow_shrink=shop.allow_shrink,
    )
    recheck = partial(_read_again, source, _judge(job, shop))
    verdict = await verify(shop.target, claim, budget=shop.budget, asked=asked, recheck=recheck)
    report.proof = verdict.proof
    match verdict:
        case Refused(reasons):
            raise BuildRefused(build.index, reasons)
        case Pass():
            await build.record("ready", counts=claim.counts)


async def _swap(build: Build, job: Job, shop: Workshop, report: StoreReport) -> None:
    """Make the build live and record it. Raises SwapConflict when the alias has moved, LeaseLost when the lease has."""
    if shop.lease is not None:
        await shop.lease.check()
    await build.go_live(job.names.alias, old=report.previous, fence=shop.lease.fence if shop.lease else None)
    try:
        await build.record("live")
    except AppError as error:
        report.reasons.append(f"{build.index} is live, but could not record it: {error}")
        log.warning("index_not_marked", index=build.index, cause=str(error))


async def _read_again(source: Source, judge: Judge, ids: Sequence[str]) -> Mapping[str, Accepted] | None:
    """What becomes of these native documents now; None when the source is gone, as after a reindex of Magento's."""
    try:
        records = await source.fetch(ids)
    except SourceVanished:
        return None
    return {outcome.document.id: outcome for outcome in judge.judge(records) if isinstance(outcome, Accepted)}


async def _settle(job: Job, shop: Workshop, report: StoreReport, build: Build) -> None:
    """After the swap. What fails here is told and no more: the new index is live whatever happens."""
    try:
        await prune(shop.target, job.names, retain=shop.retain, now=shop.now(), held_by=build.meta.run_id)
    except AppError as error:
        report.reasons.append(f"old indices could not be removed: {error}")
        log.warning("prune_failed", cause=str(error))


async def _plan_donors(job: Job, shop: Workshop, *, live: str | None) -> DonorPlan:
    own = await fetch_own(shop.target, job.names)
    found = {index.name: index.meta for index in own if index.meta is not None}
    return plan_donors(found, live=live, model=shop.embedder.model, template_version=TEMPLATE_VERSION)


async def _open_donors(shop: Workshop, plan: DonorPlan) -> Donors:
    return await open_donors(shop.target, plan, dimension=shop.embedder.model.dimension)


def _judge(job: Job, shop: Workshop) -> Judge:
    return Judge(job.store, shop.embedder, shop.attributes)


def _begin_report(shop: Workshop, report: StoreReport, source: SourceSnapshot) -> None:
    report.begin(total=source.total, notes=source.notes)
    if shop.rejects is not None:
        shop.rejects.begin(report.store)


def _counts(report: StoreReport) -> BuildCounts:
    return BuildCounts(read=report.read, indexed=report.indexed, rejected=report.rejected, skipped=report.skipped)
