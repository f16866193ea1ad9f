"""indexer.console: a bar on a terminal, events elsewhere, and cheap in between."""

import re
from io import StringIO

import pytest
from structlog.testing import capture_logs

from indexer.console import progress
from indexer.report import StoreReport

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def a_report(store: str = "en", *, stage: str = "load", indexed: int = 0) -> StoreReport:
    return StoreReport(store=store, alias="rag-active", stage=stage, total=100, read=indexed, indexed=indexed)


def test_a_terminal_shows_the_last_state_of_every_store_view(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm")
    terminal = Terminal()
    reports = [a_report("en"), a_report("ru")]
    with progress(terminal) as watch:
        for report in reports:
            for report.indexed in range(101):
                watch(report)
    lines = [line for line in ANSI.sub("", terminal.getvalue().replace("\r", "\n")).splitlines() if line.strip()]
    assert [(line.split()[0], "100/100" in line) for line in lines[-2:]] == [("en", True), ("ru", True)]


def test_elsewhere_each_stage_is_one_event_however_often_the_report_changes() -> None:
    with capture_logs() as events, progress(StringIO()) as watch:
        for stage in ("source", "load", "seal"):
            for indexed in range(100):
                watch(a_report(stage=stage, indexed=indexed))
    assert [(event["event"], event["stage"]) for event in events] == [
        ("run_progress", "source"),
        ("run_progress", "load"),
        ("run_progress", "seal"),
    ]
