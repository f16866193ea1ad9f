"""Answer events on their way to a directory: one file a day and process, masked, and gone after their time."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from runtime.web.answer_log import AnswerLog, KeptAnswers, answer_files, open_answer_log
from shared.errors import ConfigurationError
from shared.telemetry import Redactor

NIGHT = datetime(2026, 11, 22, 23, 59, tzinfo=UTC)
KEY = "canary-of-the-model"


class Days:
    """A calendar that goes on when told to."""

    def __init__(self) -> None:
        self.now = NIGHT

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def days() -> Days:
    return Days()


@pytest.fixture
def answers(tmp_path: Path, days: Days) -> Iterator[KeptAnswers]:
    with closing(KeptAnswers(tmp_path / "events", days=2, redact=Redactor([KEY]), now=days)) as answers:
        yield answers


def kept(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in answer_files(folder) for line in path.read_text().splitlines()]


def test_answer_is_a_line_with_its_time_and_request(answers: KeptAnswers, tmp_path: Path) -> None:
    with bound_contextvars(request_id="req_1", caller="https://shop.test", visitor="v1.x"):
        answers.answer({"question": "mug", "products": ["1"]})
    answers.search({"question": "bag"})
    answers.close()
    assert kept(tmp_path / "events") == [
        {"event": "answer", "timestamp": NIGHT.isoformat(), "request_id": "req_1", "question": "mug",
         "products": ["1"]},
        {"event": "search", "timestamp": NIGHT.isoformat(), "question": "bag"},
    ]  # fmt: skip


def test_rating_is_told_to_the_log_too(answers: KeptAnswers, tmp_path: Path) -> None:
    with capture_logs() as lines:
        answers.feedback({"answer": "chatcmpl-1", "rating": "down"})
    assert [line["event"] for line in lines] == ["feedback"]


def test_nothing_secret_or_personal_is_kept(tmp_path: Path) -> None:
    log = open_answer_log(str(tmp_path), days=1, secrets=[SecretStr(KEY), None])
    log.answer({"question": f"call 8 (916) 123-45-67 or {KEY}", "understood": ["паспорт 4509 123456"]})
    log.close()
    (line,) = kept(tmp_path)
    assert (line["question"], line["understood"]) == ("call [phone] or ***", ["паспорт [passport]"])


def test_files_are_of_one_day_and_go_after_their_time(answers: KeptAnswers, days: Days, tmp_path: Path) -> None:
    folder = tmp_path / "events"
    (folder / "answers-20261120-elsewhere-7.jsonl").touch()
    (folder / "answers-20261121-elsewhere-7.jsonl").touch()
    (folder / "answers.txt").touch()
    answers.answer({"question": "before midnight"})
    days.now += timedelta(minutes=2)
    answers.answer({"question": "after it"})
    answers.close()
    names = sorted(path.name.split("-")[1] for path in answer_files(folder))
    assert names == ["20261122", "20261123"], "of two days there are two files"
    assert (folder / "answers.txt").exists()
    assert [line["question"] for line in kept(folder)] == ["before midnight", "after it"]
    assert {path.stat().st_mode & 0o777 for path in answer_files(folder)} == {0o600}


def test_directory_that_cannot_be_written_is_a_mistake_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as told:
        open_answer_log(str(tmp_path / "file"), days=1)
    assert told.value.problems[0].startswith(f"ANSWER_EVENTS: nothing can be written to {tmp_path / 'file'} (")


def test_old_file_that_cannot_be_deleted_stops_nothing(tmp_path: Path, days: Days) -> None:
    (tmp_path / "answers-20200101-elsewhere-7.jsonl").mkdir()
    with capture_logs() as lines, closing(KeptAnswers(tmp_path, days=2, redact=Redactor(), now=days)) as answers:
        answers.answer({"question": "mug"})
    assert [line["event"] for line in lines] == ["answer_events_not_deleted"]


def test_without_the_setting_ratings_alone_are_told() -> None:
    with capture_logs() as lines:
        log = open_answer_log(None, days=1)
        log.answer({"question": "mug"})
        log.search({"question": "mug"})
        log.feedback({"rating": "up"})
    assert ([line["event"] for line in lines], log.wants_answers) == (["feedback"], False)


def test_log_takes_all_of_it_where_that_is_wanted() -> None:
    with capture_logs() as lines:
        log: AnswerLog = open_answer_log("log", days=1)
        log.answer({"question": "mug"})
        log.search({"question": "bag"})
        log.feedback({"rating": "up"})
    assert ([line["event"] for line in lines], log.wants_answers) == (["answer", "search", "feedback"], True)


def test_name_of_a_file_says_which_process_wrote_it(answers: KeptAnswers, tmp_path: Path) -> None:
    (path,) = answer_files(tmp_path / "events")
    assert path.name.endswith(f"-{os.getpid()}.jsonl")
