"""indexer.rejects: a file a run, complete as far as it goes, and never the end of a run."""

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from indexer.rejects import KEPT, RejectFile
from indexer.report import Reject

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


def a_file(directory: Path, *, day: int = 0) -> RejectFile:
    return RejectFile(directory, run_id="0123456789abcdef", now=lambda: NOW + timedelta(days=day))


def a_reject(number: int) -> Reject:
    return Reject(id=str(number), sku=None if number % 2 else f"SKU-{number}", reason="no name")


def lines(file: RejectFile) -> list[dict[str, Any]]:
    assert file.path is not None
    return [json.loads(line) for line in file.path.read_text(encoding="utf-8").rstrip("\n").split("\n")]


def test_a_run_without_rejects_leaves_no_file(tmp_path: Path) -> None:
    with a_file(tmp_path / "rejects") as file:
        file.begin("default")
    assert (file.path, file.problem) == (None, None)
    assert list(tmp_path.iterdir()) == []


def test_rejects_are_there_as_soon_as_they_come(tmp_path: Path) -> None:
    with a_file(tmp_path / "not" / "there" / "yet") as file:
        file.begin("default")
        file.write(Reject(id="9", sku=None, reason="ни имени,\nни артикула \u2028"))
        assert lines(file) == [{"store": "default", "id": "9", "sku": None, "reason": "ни имени,\nни артикула \u2028"}]
        file.write(a_reject(2))
        assert [line["id"] for line in lines(file)] == ["9", "2"]
    assert file.path is not None
    assert file.path.name == "rejects-20261120-030000-0123456789abcdef.jsonl"


def test_every_store_view_of_a_run_is_in_the_one_file(tmp_path: Path) -> None:
    with a_file(tmp_path) as file:
        for store, number in (("default", 1), ("ru", 2), ("kk", 3)):
            file.begin(store)
            file.write(a_reject(number))
    assert [(line["store"], line["id"]) for line in lines(file)] == [("default", "1"), ("ru", "2"), ("kk", "3")]


def test_a_store_view_that_is_read_once_more_is_listed_once(tmp_path: Path) -> None:
    with a_file(tmp_path) as file:
        file.begin("default")
        file.write(a_reject(1))
        for number in (2, 3, 4):
            file.begin("ru")
            file.write(a_reject(number))
    assert [(line["store"], line["id"]) for line in lines(file)] == [("default", "1"), ("ru", "4")]


def test_a_first_store_view_that_is_read_once_more_is_listed_once(tmp_path: Path) -> None:
    with a_file(tmp_path) as file:
        for number in (2, 3):
            file.begin("default")
            file.write(a_reject(number))
    assert [line["id"] for line in lines(file)] == ["3"]


def test_the_files_of_the_last_runs_stay_and_strangers_are_left_alone(tmp_path: Path) -> None:
    strangers = ["notes.txt", "rejects-2026.jsonl", "rejects-20261120-030000-XYZ.jsonl", "rejects.jsonl"]
    for name in strangers:
        (tmp_path / name).touch()
    files = []
    for day in range(KEPT + 3):
        with a_file(tmp_path, day=day) as file:
            file.begin("default")
            file.write(a_reject(1))
        files.append(file.path)
    assert sorted(tmp_path.iterdir()) == sorted([*files[-KEPT:], *(tmp_path / name for name in strangers)])


def test_a_place_that_cannot_be_written_is_told_once_and_the_run_goes_on(tmp_path: Path) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    with a_file(blocked) as file:
        file.begin("default")
        for number in range(3):
            file.write(a_reject(number))
        file.begin("ru")
    assert file.path is None
    assert file.problem is not None
    assert str(blocked) in file.problem


def test_a_link_under_the_name_of_the_file_is_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_text("kept")
    (tmp_path / "rejects-20261120-030000-0123456789abcdef.jsonl").symlink_to(precious)
    with a_file(tmp_path) as file:
        file.begin("default")
        file.write(a_reject(1))
    assert file.problem is not None
    assert precious.read_text() == "kept"


def test_a_disk_that_takes_no_more_leaves_what_was_written(tmp_path: Path) -> None:
    with a_file(tmp_path) as file:
        file.begin("default")
        file.write(a_reject(1))
        with no_more_than(100_000):
            file.write(Reject(id="2", sku=None, reason="x" * 200_000))
        file.write(a_reject(4))
    assert file.problem is not None
    assert "File too large" in file.problem
    assert file.path is not None
    assert json.loads(file.path.read_text(encoding="utf-8").splitlines()[0])["id"] == "1"


@contextmanager
def no_more_than(size: int) -> Iterator[None]:
    """Files of this process may not grow beyond `size` bytes; Python answers with an OSError, as for a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
