"""What shoppers asked, summed up from the lines of answer events."""

import io
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runtime.report import event_lines, parse_since, read_events, sum_up
from shared.errors import ConfigurationError

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WEEK = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


def line(event: str = "answer", *, at: str = "2026-11-21T10:00:00+00:00", **fields: Any) -> bytes:
    return json.dumps({"event": event, "timestamp": at, "store": "en", **fields}).encode()


def asked(question: str, **fields: Any) -> bytes:
    return line(question=question, found=True, outcome="answered", **fields)


def report_of(*lines: bytes, **chosen: Any) -> Mapping[str, Any]:
    return sum_up(read_events(lines), since=WEEK, **chosen).as_json()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("7d", datetime(2026, 11, 15, 12, 0, tzinfo=UTC)),
        ("24h", datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
        ("30m", datetime(2026, 11, 22, 11, 30, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 8, 12, 0, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00:00+03:00", datetime(2026, 11, 1, 7, 0, tzinfo=UTC)),
    ],
)
def test_since_is_a_time_ago_or_a_date(text: str, moment: datetime) -> None:
    assert parse_since(text, now=NOW) == moment


@pytest.mark.parametrize("text", ["", "a week", "7", "-7d", "7y", "2026-13-01", "99999d"])
def test_since_that_means_nothing_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="neither a time such as 7d"):
        parse_since(text, now=NOW)


def test_questions_are_counted_however_they_were_typed() -> None:
    told = report_of(asked("Red bag?"), asked("red  bag"), asked("RED BAG!"), asked("a mug"), asked("?!"))
    assert told["questions"] == 5
    assert told["top"] == [{"question": "Red bag?", "times": 3}, {"question": "a mug", "times": 1}]


def test_questions_without_a_result_are_a_list_of_their_own() -> None:
    missed = line(question="skis", found=False, outcome="cards")
    told = report_of(missed, missed, asked("mug"), line("search", question="Skis", found=False))
    assert told["none_found"] == 3
    assert told["without_result"] == [{"question": "skis", "times": 3}]
    assert told["outcomes"] == {"cards": 2, "answered": 1, "searched": 1}


def test_thumbs_down_stand_beside_what_was_asked() -> None:
    told = report_of(
        asked("mug", answer="chatcmpl-1"),
        asked("bag", answer="chatcmpl-2"),
        line("feedback", answer="chatcmpl-1", rating="down", reason="wrong_price"),
        line("feedback", answer="chatcmpl-2", rating="up", at="2026-11-21T10:00:01+00:00"),
        line("feedback", answer="chatcmpl-2", rating="down"),
        line("feedback", answer="chatcmpl-of-last-month", rating="down", reason="other"),
    )
    assert told["ratings"] == {"down": 2, "up": 1}
    assert told["reasons"] == {"wrong_price": 1, "other": 1}
    assert told["disliked"] == [{"question": "mug", "reason": "wrong_price"}]


def test_cost_is_by_currency() -> None:
    paid = {"prompt_tokens": 900, "completion_tokens": 100}
    told = report_of(
        asked("mug", costs={"USD": 0.02}, **paid),
        asked("bag", costs={"USD": 0.01, "RUB": 0.5}, **paid),
        asked("hat", costs={"RUB": 1.5}, **paid),
        asked("cap", **paid),
    )
    assert told["tokens"] == 4_000
    assert told["costs"] == {"USD": 0.03, "RUB": 2.0}


def test_times_are_those_that_half_and_most_answers_kept_to() -> None:
    told = report_of(*(asked("mug", first_ms=n, ms=10 * n) for n in range(1, 101)), line(question="x", ms="soon"))
    assert told["milliseconds"] == {"first_ms": {"p50": 50, "p95": 95}, "ms": {"p50": 500, "p95": 950}}


def test_what_is_older_of_another_store_or_no_event_is_passed_over() -> None:
    lines = [
        asked("mug"),
        asked("old", at="2026-11-15T11:59:59+00:00"),
        asked("чашка", store="ru"),
        line("http_request", question="nothing"),
        asked("no time", at="yesterday"),
        b"Traceback (most recent call last):",
        b'["answer"]',
        b"\xff\xfe",
        b"",
    ]
    assert [one["question"] for one in report_of(*lines)["top"]] == ["mug", "чашка"]
    assert report_of(*lines, store="ru")["questions"] == 1


def test_damaged_numbers_spoil_nothing() -> None:
    told = report_of(
        line(question=5, outcome=None, prompt_tokens="many", costs={"USD": "dear"}, corrections=None, found="yes")
    )
    assert (told["questions"], told["tokens"], told["costs"], told["none_found"]) == (1, 0, {"USD": 0}, 0)


def test_lists_end_where_they_are_told_to() -> None:
    assert len(report_of(*(asked(f"mug {n}") for n in range(9)), top=3)["top"]) == 3


def test_report_in_words_says_all_of_it() -> None:
    events = read_events(
        [
            asked("mug", answer="a", first_ms=800, ms=2_000, costs={"USD": 0.02}, corrections=2,
                  prompt_tokens=10, completion_tokens=5),
            line(question="skis", found=False, outcome="cards", degraded="llm"),
            line("feedback", answer="a", rating="down", reason="wrong_price"),
        ]
    )  # fmt: skip
    assert list(sum_up(events, since=WEEK, store="en").lines()) == [
        "2 questions of store en since 2026-11-15 12:00 UTC: answered 1, cards 1",
        "nothing found for 1 (50%); answered without llm 1",
        "first word: half within 0.80 s, 95 of 100 within 0.80 s",
        "whole answer: half within 2.00 s, 95 of 100 within 2.00 s",
        "15 tokens, 0.0200 USD",
        "2 claims put right by the guard",
        "thumbs up 0, down 1: wrong_price 1",
        "asked most:",
        "      1  mug",
        "      1  skis",
        "nothing found for:",
        "      1  skis",
        "thumbs down:",
        "  wrong_price   mug",
    ]


def test_report_of_nothing_says_so() -> None:
    assert list(sum_up([], since=WEEK).lines()) == ["0 questions since 2026-11-15 12:00 UTC"]


def test_lines_come_from_files_and_standard_input(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "runtime.log"
    file.write_bytes(asked("mug") + b"\n")
    stream = io.TextIOWrapper(io.BytesIO(asked("bag") + b"\n"))
    monkeypatch.setattr(sys, "stdin", stream)
    events = read_events(event_lines([str(file), "-"], kept_in=None))
    assert [event["question"] for event in events] == ["mug", "bag"]


def test_lines_come_from_the_directory_of_answer_events(tmp_path: Path) -> None:
    for name, question in (("answers-20261121-pod-1.jsonl", "mug"), ("answers-20261122-pod-1.jsonl", "bag")):
        (tmp_path / name).write_bytes(asked(question) + b"\n")
    (tmp_path / "notes.txt").write_bytes(asked("none of ours"))
    events = read_events(event_lines([], kept_in=str(tmp_path)))
    assert [event["question"] for event in events] == ["mug", "bag"]


@pytest.mark.parametrize(
    ("files", "kept_in", "problem"),
    [
        ([], None, "ANSWER_EVENTS: is not set"),
        ([], "log", "ANSWER_EVENTS=log: name the files"),
        ([], "/nowhere/at/all", "/nowhere/at/all: cannot be read"),
        (["/nowhere.log"], None, "/nowhere.log: cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named(files: list[str], kept_in: str | None, problem: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        list(event_lines(files, kept_in=kept_in))
    assert told.value.problems[0].startswith(problem)
