"""The order of checks: what stands on what, and what is left when the time is over."""

import asyncio
from typing import Any

import pytest

from shared.checklist import Check, run_checks
from shared.errors import Terminal
from shared.findings import Finding, Findings, Verdict, failed, misconfigured, ok, skipped, warning
from shared.opensearch import AccessDenied

FINE = ok("fine")


def a_check(name: str, outcome: Verdict | Exception = FINE, **changes: Any) -> Check:
    async def ask() -> Verdict:
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return Check(name, ask, "look there", **changes)


async def statuses(*checks: Check) -> list[str]:
    return [finding.verdict.status for finding in await run_checks(checks)]


async def test_what_stands_on_a_failure_is_skipped_and_so_is_what_stands_on_that() -> None:
    found = await run_checks(
        [
            a_check("first", Terminal("broken")),
            a_check("second", needs=("first",)),
            a_check("third", needs=("second",)),
            a_check("fourth"),
        ]
    )
    assert [finding.verdict for finding in found] == [
        failed("broken", "look there"),
        skipped("stands on 'first'"),
        skipped("stands on 'second'"),
        FINE,
    ]


async def test_failure_of_one_store_view_leaves_the_other_alone() -> None:
    assert await statuses(
        a_check("index", Terminal("gone"), store="en"),
        a_check("count", needs=("index",), store="en"),
        a_check("index", store="ru"),
        a_check("count", needs=("index",), store="ru"),
    ) == ["failed", "skipped", "ok", "ok"]


async def test_warning_and_what_nobody_may_ask_are_firm_ground() -> None:
    assert await statuses(
        a_check("worn", warning("worn", "mend it")),
        a_check("denied", AccessDenied("no"), advisory=True),
        a_check("next", needs=("worn", "denied")),
    ) == ["warning", "skipped", "ok"]


async def test_denied_question_that_a_run_asks_too_is_a_failure() -> None:
    assert await statuses(a_check("denied", AccessDenied("no"))) == ["failed"]


async def test_check_that_does_not_answer_fails_and_the_others_are_asked() -> None:
    async def never() -> Verdict:
        await asyncio.Event().wait()
        raise AssertionError

    found = await run_checks([Check("silent", never, "wake it", seconds=0.01), a_check("next")])
    assert found[0].verdict == failed("no answer within 0.01 s", "wake it")
    assert found[1].verdict == FINE


async def test_after_the_time_for_all_checks_the_rest_is_skipped_with_the_reason() -> None:
    times = iter([0.0, 1.0, 31.0, 32.0])
    found = await run_checks(
        [a_check("first"), a_check("second"), a_check("third", needs=("second",))], clock=lambda: next(times)
    )
    assert [finding.verdict.status for finding in found] == ["ok", "skipped", "skipped"]
    assert "30 s" in found[1].verdict.seen
    assert found[2].verdict.seen == "stands on 'second'"


@pytest.mark.parametrize(
    ("verdicts", "code"),
    [
        ([FINE, skipped("no"), warning("worn", "mend it")], 0),
        ([FINE, failed("broken", "mend it")], 1),
    ],
)
def test_exit_code_is_of_failures_alone(verdicts: list[Verdict], code: int) -> None:
    findings = Findings(tuple(Finding("a check", verdict) for verdict in verdicts))
    assert findings.exit_code == findings.as_json()["exit_code"] == code


def test_wrong_settings_are_all_told_and_exit_with_2() -> None:
    findings = misconfigured(["RAG_ALIAS: must be lower case", "STORE_CURRENCY: must be three letters"])
    assert findings.exit_code == 2
    assert [check["seen"] for check in findings.as_json()["checks"]] == [
        "RAG_ALIAS: must be lower case",
        "STORE_CURRENCY: must be three letters",
    ]
    assert "failed   settings: RAG_ALIAS: must be lower case" in list(findings.lines())
