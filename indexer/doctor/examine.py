"""All checks, the cheap before the dear, and the shop's own pages at the end if they are wanted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final

from indexer.doctor.cluster import ClusterExam
from indexer.doctor.live import LiveExam, RunsExam
from indexer.doctor.models import model_checks
from indexer.doctor.patient import Chart, Patient
from indexer.doctor.rights import blocks_check, rights_check
from indexer.doctor.setup import setup_checks
from indexer.doctor.source import source_checks
from indexer.doctor.storefront import PAGES, Tour
from indexer.doctor.visitor import open_visitor
from indexer.doctor.wording import in_words_of
from shared.checklist import Check, run_checks
from shared.findings import Finding, Findings, skipped

_SECONDS_A_PAGE: Final = 3.0
_PATIENCE_SECONDS: Final = 30.0
"""Beside those: for a shop that answers slowly at first, or not at all."""

Sleep = Callable[[float], Awaitable[None]]


async def examine(
    patient: Patient,
    *,
    pages: int = 0,
    sleep: Sleep = asyncio.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Findings:
    """Everything there is to find; nothing is changed anywhere.

    pages: product pages of the shop itself to look at for each store view, one a second; `sleep` and `clock` pace them.
    Raises nothing expected: what goes wrong is a finding.
    """
    charts = tuple(Chart(job) for job in patient.jobs)
    found = await run_checks(_all_checks(patient, charts), again="run doctor again, or with --store CODE")
    for chart in charts if pages else ():
        found += await _tour(chart, pages=pages, version=patient.version, sleep=sleep, clock=clock)
    return Findings(tuple(in_words_of(patient.stores_file, finding) for finding in found))


def _all_checks(patient: Patient, charts: Sequence[Chart]) -> Iterator[Check]:
    cluster = ClusterExam(patient, charts)
    yield from setup_checks(patient, charts)
    yield from cluster.checks()
    yield rights_check(patient)
    yield blocks_check(patient)
    yield from RunsExam(patient).checks()
    yield from source_checks(patient, charts)
    for chart in charts:
        yield from LiveExam(patient, chart).checks()
    yield from cluster.room_checks()
    yield from model_checks(patient, charts)


async def _tour(chart: Chart, *, pages: int, version: str, sleep: Sleep, clock: Callable[[], float]) -> list[Finding]:
    store, sample = chart.job.store, chart.sample
    if store.base_url is None:
        return [Finding(PAGES, skipped("STORE_BASE_URL is unset", "set the shop's own address"), store=store.code)]
    if sample is None:
        return [Finding(PAGES, skipped("stands on 'products'"), store=store.code)]
    async with open_visitor(
        store.base_url, version=version, language=store.language, sleep=sleep, clock=clock
    ) as visitor:
        tour = Tour(sample, visitor)
        with suppress(TimeoutError):  # What was seen by then is judged all the same.
            async with asyncio.timeout(_PATIENCE_SECONDS + _SECONDS_A_PAGE * pages):
                await tour.walk(pages)
    return [Finding(name, verdict, store=store.code) for name, verdict in tour.verdicts()]
