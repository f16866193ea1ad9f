"""indexer.report: counts that add up, lists that stay short, one exit code."""

import pytest

from indexer.report import LISTED_REJECTS, ErrorBudget, Reject, RunReport, Status, StoreReport


def a_report(store: str = "default", status: Status = "done", **changes: int) -> StoreReport:
    report = StoreReport(store=store, alias="rag-active")
    for name, value in changes.items():
        setattr(report, name, value)
    report.close(status)
    return report


@pytest.mark.parametrize(("total", "allowed"), [(0, 1), (3, 1), (200, 1), (399, 1), (400, 2), (30_000, 150)])
def test_half_a_percent_may_be_rejected_and_always_one(total: int, allowed: int) -> None:
    assert ErrorBudget().allowed(total) == allowed


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        (["done", "done"], 0),
        (["done", "refused"], 3),
        (["failed", "refused"], 1),
        (["done", "running"], 1),
        ([], 0),
    ],
)
def test_the_worst_store_view_decides_the_exit_code(statuses: list[Status], code: int) -> None:
    run = RunReport(run_id="r", stores=[a_report(status=status) for status in statuses])
    assert run.exit_code == code
    assert run.as_json()["exit_code"] == code


def test_a_run_that_could_not_begin_says_why() -> None:
    run = RunReport(run_id="r")
    run.fail(["RAG_RETAIN: too small", "STORES_FILE: missing"], exit_code=2)
    assert (run.exit_code, run.as_json()["reasons"]) == (2, ["RAG_RETAIN: too small", "STORES_FILE: missing"])


def test_totals_are_those_of_all_store_views() -> None:
    stores = [
        a_report("en", read=10, indexed=8, rejected=1, skipped=1, tokens=100),
        a_report("ru", read=5, indexed=5, tokens=50),
    ]
    found = RunReport(run_id="r", stores=stores).as_json()
    assert [found[name] for name in ("read", "indexed", "rejected", "skipped", "tokens")] == [15, 13, 1, 1, 150]
    assert [store["read"] for store in found["stores"]] == [10, 5]


def test_rejects_are_all_counted_and_listed_while_the_list_is_short() -> None:
    report = a_report()
    for number in range(LISTED_REJECTS + 7):
        report.reject(Reject(id=str(number), sku=None, reason="no name"))
    assert (report.rejected, len(report.rejects)) == (LISTED_REJECTS + 7, LISTED_REJECTS)
    lines = list(report.lines())
    assert "  rejected 0 (SKU none): no name" in lines
    assert "  … and 7 more rejected; the log names them all" in lines
    assert report.as_json()["rejects"][0] == {"id": "0", "sku": None, "reason": "no name"}


def test_a_new_beginning_forgets_the_counts_of_the_last() -> None:
    report = a_report(read=5, indexed=3, skipped=1, tokens=9)
    report.reject(Reject("1", None, "no name"))
    report.begin(total=7)
    found = report.as_json()
    assert [found[name] for name in ("total", "read", "indexed", "rejected", "skipped", "tokens")] == [7, 0, 0, 0, 0, 0]
    assert found["rejects"] == []


def test_an_operator_reads_where_the_alias_is() -> None:
    report = a_report()
    report.index = "rag-20261120-030000"
    assert "rag-active was not moved, rag-20261120-030000 is left for inspection" in next(report.lines())
    report.swapped = True
    assert "rag-active is now rag-20261120-030000" in next(report.lines())
