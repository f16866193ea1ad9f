"""A build as others see it: its stages while they pass, and its end as a log event and as metrics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Literal

import structlog
from prometheus_client import Counter

from indexer.report import StoreReport
from indexer.steps import count_stage
from indexer.workshop import Workshop
from shared.runs import Stage
from shared.spans import OUTCOME, STORE, Attributes, current, span

log = structlog.get_logger(__name__)

DOCUMENTS: Final = Counter("vitrina_documents_total", "Documents by what became of them", ["store", "outcome"])
RUNS: Final = Counter("vitrina_runs_total", "Builds by how they ended", ["store", "status"])
COST: Final = Counter(
    "vitrina_embedding_cost_total", "What embedded texts cost, where the price is known.", ["store", "currency"]
)


@contextmanager
def stage(shop: Workshop, report: StoreReport, name: Stage | Literal["rehearse"]) -> Iterator[None]:
    """Name the stage in the report, measure it, and trace it as a span; that of `load` says what its steps did, which
    have thousands of requests and so no spans of their own.
    """
    report.stage = name
    shop.watch(report)
    started = time.perf_counter()
    try:
        with span(f"indexer.{name}", {STORE: report.store}) as own:
            try:
                yield
            finally:
                if name == "load":
                    own.set_attributes(_steps(report))
    finally:
        seconds = time.perf_counter() - started
        report.seconds[name] = report.seconds.get(name, 0.0) + seconds
        count_stage(report.store, name, seconds=seconds)


def publish(shop: Workshop, report: StoreReport) -> None:
    """Tell the end of a build."""
    if shop.rejects is not None and report.rejected:
        report.rejects_file = str(shop.rejects.path) if shop.rejects.path else None
        report.notes += [shop.rejects.problem] if shop.rejects.problem else []
    told = {"index": report.index, "read": report.read, "indexed": report.indexed, "rejected": report.rejected,
            "skipped": report.skipped, "reasons": report.reasons}  # fmt: skip
    if report.status == "done":
        log.info("run_done", **told)
    else:
        log.error("run_failed" if report.status == "failed" else "run_refused", **told)
    RUNS.labels(report.store, report.status).inc()
    for outcome in ("indexed", "rejected", "skipped"):
        DOCUMENTS.labels(report.store, outcome).inc(getattr(report, outcome))
    if report.cost and report.currency is not None and not report.dry_run:
        COST.labels(report.store, report.currency).inc(report.cost)
    counts = {outcome: getattr(report, outcome) for outcome in ("read", "indexed", "rejected", "skipped", "tokens")}
    current().set_attributes({OUTCOME: report.status, **{f"vitrina.{name}": count for name, count in counts.items()}})


def _steps(report: StoreReport) -> Attributes:
    return {
        f"vitrina.{step}.{name}": figure
        for step, work in report.steps.items()
        for name, figure in work.as_json().items()
    }
