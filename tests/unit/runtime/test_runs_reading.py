"""Run records as the runtime reads them: each store view's last build, whatever else lies among them."""

from typing import Any

import pytest
from support.run_records import a_record, ended, of

from runtime.runs.reading import Build, StoreRuns, read_runs

EN_AND_RU = ("en", "ru")


def told(runs: StoreRuns) -> tuple[str | None, float | None, float | None]:
    """How the last build ended and when, and when the last good one did."""
    last = runs.last
    return (last.status, last.ended_at, runs.succeeded_at) if last else (None, None, runs.succeeded_at)


def test_newest_build_of_each_store_view_is_the_last() -> None:
    records = [a_record(of("en", "refused"), night=2, status="refused"), a_record(of("en"), of("ru"), night=1)]
    runs = read_runs(records, EN_AND_RU)
    assert told(runs["en"]) == ("refused", ended(2), ended(1))
    assert told(runs["ru"]) == ("done", ended(1), ended(1))


def test_run_that_failed_before_any_store_view_failed_for_all() -> None:
    runs = read_runs([a_record(night=1, status="failed"), a_record(of("en"))], EN_AND_RU)
    assert told(runs["en"]) == ("failed", ended(1), ended(0))
    assert runs["ru"] == StoreRuns(last=Build("failed", ended(1)))


def test_store_view_whose_turn_never_came_shares_the_fate_of_the_run() -> None:
    runs = read_runs([a_record(of("en"), of("ru", "running"), status="failed")], EN_AND_RU)
    assert [told(runs[store])[0] for store in EN_AND_RU] == ["done", "failed"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_record(of("en"), command="rollback"), id="rolled-back-by-hand"),
        pytest.param(a_record(status="running", finished_at=None), id="at-work-or-killed"),
        pytest.param({}, id="foreign"),
        pytest.param(a_record(of("en", "exploded")), id="unknown-status"),
        pytest.param(a_record(of("en", indexed=-1)), id="less-than-nothing"),
        pytest.param(a_record(of("en", tokens=10**400)), id="no-number-of-tokens"),
        pytest.param(a_record(of("en", cost="much", currency="USD")), id="cost-in-words"),
        pytest.param(a_record(of("en", cost=1.0, currency="<script>")), id="no-currency"),
        pytest.param(a_record(of("en", seconds={"load": float("inf")})), id="endless"),
        pytest.param(a_record(stores="en"), id="no-list"),
        pytest.param(a_record(started_at="yesterday"), id="no-time"),
    ],
)
def test_what_is_no_build_or_is_damaged_is_passed_over(other: dict[str, Any]) -> None:
    runs = read_runs([other, a_record(of("en"), night=-1)], ["en"])
    assert told(runs["en"]) == ("done", ended(-1), ended(-1))


def test_without_records_nothing_is_known() -> None:
    assert read_runs([], ["en"]) == {"en": StoreRuns()}
