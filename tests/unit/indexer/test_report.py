"""indexer.report: counts that add up, lists that stay short, one exit code."""

from collections import Counter

import pytest

from indexer.figures import told_cost
from indexer.proof import ErrorBudget, Proof
from indexer.report import (
    LISTED_REJECTS,
    MOST_REASONS,
    OTHER,
    Reject,
    RunReport,
    Status,
    StoreReport,
)


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
        report.reject(Reject(id=str(number), sku=None, reason="no name"), "nameless")
    assert (report.rejected, len(report.rejects)) == (LISTED_REJECTS + 7, LISTED_REJECTS)
    lines = list(report.lines())
    assert "  rejected 0 (SKU none): no name" in lines
    assert "  … and 7 more rejected; the log names them all" in lines
    assert report.as_json()["rejects"][0] == {"id": "0", "sku": None, "reason": "no name"}


def test_a_new_beginning_forgets_the_counts_of_the_last_and_not_what_was_paid() -> None:
    report = a_report(read=5, indexed=3, skipped=1, tokens=9)
    report.reject(Reject("1", None, "no name"), "nameless")
    report.begin(total=7)
    found = report.as_json()
    assert [found[name] for name in ("total", "read", "indexed", "rejected", "skipped", "tokens")] == [7, 0, 0, 0, 0, 9]
    assert found["rejects"] == []


def test_what_is_to_be_known_of_a_source_is_noted_anew_with_each_beginning() -> None:
    report = a_report()
    report.begin(total=7, notes=("of the first",))
    report.begin(total=7, notes=("of the second",))
    assert report.notes == ["of the second"]


def test_an_operator_reads_where_the_alias_is() -> None:
    report = a_report()
    report.index = "rag-20261120-030000"
    assert "rag-active was not moved, rag-20261120-030000 is left for inspection" in next(report.lines())
    report.swapped = True
    assert "rag-active is now rag-20261120-030000" in next(report.lines())


def test_what_was_skipped_proven_and_noted_is_told() -> None:
    report = StoreReport(store="default", alias="rag-active")
    report.begin(total=3)
    for reason in ("disabled", "excluded by SKU TEST-*", "disabled"):
        report.skip(reason)
    report.rejects_file = "/var/rejects/rejects-1.jsonl"
    report.notes.append("the heap of the cluster was not checked")
    report.proof = Proof(
        documents=1200,
        previous="rag-20261119-030000",
        previous_documents=1100,
        sampled=100,
        sound_vectors=99,
        same_as_source=98,
        searched=100,
        found=97,
        canaries=5,
        canaries_found=4,
        overlap=0.934,
        notes=("1200 documents, 109% of the live index' 1100",),
    )
    lines = list(report.lines())
    assert "  skipped: disabled 2, excluded by SKU TEST-* 1" in lines
    assert (
        "  proof: 1200 documents, 1100 live before; of 100 sampled 99 vectors sound, the source confirms 98; 97 of 100 "
        "find themselves; 4 of 5 canaries found; 93% of the live index' first answers"
    ) in lines
    assert "  note: the heap of the cluster was not checked" in lines
    assert "  note: 1200 documents, 109% of the live index' 1100" in lines
    assert "  every reject is listed in /var/rejects/rejects-1.jsonl" in lines
    told = report.as_json()
    assert (told["skipped"], told["skips"]) == (3, {"disabled": 2, "excluded by SKU TEST-*": 1})
    assert (told["proof"]["same_as_source"], told["proof"]["overlap"]) == (98, 0.934)
    report.reject(Reject("1", None, "no name"), "nameless")
    report.begin(total=3)
    assert report.reject_reasons == Counter()
    assert (report.skipped, report.skips, report.notes, report.proof) == (0, Counter(), [], None)


def test_a_first_build_without_a_source_to_ask_again_says_so() -> None:
    line = Proof(documents=3, sampled=3, sound_vectors=3, searched=3, found=3).line()
    assert line == (
        "3 documents, no live index before; of 3 sampled 3 vectors sound, the source could not be asked again; 3 of 3 "
        "find themselves"
    )


def test_a_live_index_that_went_away_is_not_told_as_none() -> None:
    line = Proof(documents=3, previous="rag-20261119-030000").line()
    assert line == "3 documents, the live index rag-20261119-030000 cannot be counted"


def test_answers_compared_by_words_alone_are_told_as_such() -> None:
    told = Proof(documents=3, overlap=0.5, overlap_by_words=True).line()
    assert told.endswith("50% of the live index' first answers, both asked by words alone")


def test_a_run_that_was_broken_off_claims_no_sum() -> None:
    assert (
        "  read 64, of which indexed 8, rejected 0, skipped 1 so far"
        in a_report(status="failed", read=64, indexed=8, skipped=1).lines()
    )
    assert "  read 9 = indexed 8 + rejected 0 + skipped 1" in a_report(read=9, indexed=8, skipped=1).lines()


def test_a_dry_run_says_what_would_be() -> None:
    report = a_report("en", "refused", read=9, indexed=8, skipped=1, embedded=8, tokens=90)
    report.dry_run, report.reasons = True, ["9 of 9 are missing"]
    lines = list(report.lines())
    assert lines[0] == "en: would be refused in 0.0 s, nothing was written to the cluster"
    assert "  read 9: 8 would be indexed, 0 rejected, 1 skipped" in lines
    assert "  vectors: 0 would be taken over, 0 shared, 8 would be embedded (90 tokens)" in lines
    assert lines[-1] == "  would be refused: 9 of 9 are missing"


def test_rejects_are_counted_by_reason_whatever_is_particular_to_a_document() -> None:
    report = a_report()
    for number in range(3):
        report.reject(
            Reject(str(number), None, f"mapper_parsing_exception: [price] in document with id '{number}'"), "nameless"
        )
    report.reject(Reject("x", None, "no name"), "nameless")
    told = "mapper_parsing_exception: [price] in document with id '…'"
    assert report.as_json()["reject_reasons"] == {told: 3, "no name": 1}
    assert f"  rejected for: {told} (3)" in report.lines()


def test_reasons_of_rejects_are_never_more_than_an_operator_reads() -> None:
    report = a_report()
    for number in range(MOST_REASONS + 5):
        report.reject(Reject(str(number), None, f"reason {number}"), "nameless")
    report.reject(Reject("again", None, "reason 1"), "nameless")
    assert len(report.reject_reasons) == MOST_REASONS + 1
    assert (report.reject_reasons[OTHER], report.reject_reasons["reason 1"]) == (5, 2)


@pytest.mark.parametrize(
    ("cost", "told"), [(0.0, "0"), (0.0003, "0.0003 EUR"), (0.00003, "less than 0.0001 EUR"), (12.5, "12.5000 EUR")]
)
def test_a_price_is_never_told_as_nothing(cost: float, told: str) -> None:
    assert told_cost(cost, "EUR") == told


@pytest.mark.parametrize(
    ("rejected", "total", "exceeded"), [(1, 10, False), (2, 10, True), (5, 1000, False), (6, 1000, True)]
)
def test_a_budget_that_is_used_up_is_certain_before_the_end(rejected: int, total: int, exceeded: bool) -> None:
    assert ErrorBudget().exceeded(rejected, of=total) is exceeded
    assert bool(ErrorBudget().complaints(rejected, of=total)) is exceeded
