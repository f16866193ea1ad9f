"""How a run shows itself while it goes on: a bar on a terminal, log events elsewhere."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, TextIO

import structlog
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from indexer.report import StoreReport
from indexer.workshop import Watch

log = structlog.get_logger(__name__)

BAR_SECONDS: Final = 0.1
LOG_SECONDS: Final = 10.0


@contextmanager
def progress(stream: TextIO) -> Iterator[Watch]:
    """Something to call with a report whenever it has changed; calling it often is cheap."""
    if not stream.isatty():
        yield _Throttled(_log_progress, seconds=LOG_SECONDS)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[stage]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=stream)) as bars:
        shown = _Bars(bars)
        yield _Throttled(shown.show, seconds=BAR_SECONDS)
        shown.finish()


class _Throttled:
    """Passes a report on when its stage is new or `seconds` have gone by."""

    def __init__(self, show: Watch, *, seconds: float) -> None:
        self._show = show
        self._seconds = seconds
        self._last = (0.0, ("", ""))

    def __call__(self, report: StoreReport) -> None:
        moment, stage = self._last
        now = time.monotonic()
        if now - moment >= self._seconds or stage != (report.store, report.stage):
            self._last = (now, (report.store, report.stage))
            self._show(report)


class _Bars:
    """One bar a store view, by documents that are done with."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, tuple[TaskID, StoreReport]] = {}

    def show(self, report: StoreReport) -> None:
        if report.store not in self._tasks:
            task = self._bars.add_task(report.store, total=report.total, stage=report.stage)
            self._tasks[report.store] = (task, report)
        task, _ = self._tasks[report.store]
        self._bars.update(task, total=report.total, completed=report.settled, stage=report.stage)

    def finish(self) -> None:
        """Leave every bar with the last of its report."""
        for _, report in list(self._tasks.values()):
            self.show(report)


def _log_progress(report: StoreReport) -> None:
    log.info(
        "run_progress", store=report.store, stage=report.stage, total=report.total, read=report.read,
        indexed=report.indexed, rejected=report.rejected, skipped=report.skipped,
    )  # fmt: skip
