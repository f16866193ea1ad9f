"""Keys of a secrets file: revoked and added while the service runs, and a mistake locks nobody out."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.runtime import Clock

from runtime.setting_values import SecretFile, parse_keys
from runtime.web.auth import ApiKey, hash_key
from runtime.web.key_file import KeyFile

OLD, NEW = (f"{name}:{hash_key(name)}" for name in ("old", "new"))
PLANTED = "p1anted-va1ue"


class Watched:
    """A `KeyFile` over a real file in `directory`, which held `text` when the service started."""

    def __init__(self, directory: Path, text: str | None = None) -> None:
        self.directory = directory
        self.directory.mkdir()
        self.clock = Clock()
        self.reads = 0
        self._file = SecretFile(directory, "action_api_keys")
        if text is not None:
            self.write(text)
        self.keys = KeyFile(
            self._read,
            self._parse,
            setting="ACTION_API_KEYS",
            keys=self._parse(text or ""),
            clock=self.clock,
        )

    @property
    def path(self) -> Path:
        return self.directory / "ACTION_API_KEYS"

    def write(self, text: str) -> None:
        self.path.write_text(text, encoding="utf-8")

    def names(self, *, after: float = 5) -> list[str]:
        """Names of the keys accepted when `after` seconds have passed."""
        self.clock.now += after
        return [key.name for key in self.keys.current()]

    def _read(self) -> str | None:
        self.reads += 1
        return self._file.read()

    @staticmethod
    def _parse(text: str) -> list[ApiKey]:
        return [ApiKey(*entry) for entry in parse_keys("action_api_keys", text, stores=["default", "ru"])]


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    watched = Watched(tmp_path / "secrets", f"{OLD},{NEW}\n")
    assert watched.names() == ["old", "new"]
    return watched


def test_key_taken_out_of_the_file_is_accepted_for_five_seconds_at_most(watched: Watched) -> None:
    watched.write(NEW)

    assert watched.names(after=4.9) == ["old", "new"]
    assert watched.names(after=0.1) == ["new"]


def test_first_question_after_the_start_already_sees_what_changed_meanwhile(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "secrets", OLD)
    watched.write(NEW)

    assert watched.names(after=0) == ["new"]


def test_key_put_into_the_file_is_accepted(watched: Watched) -> None:
    watched.write(f"{OLD},{NEW},third@ru:{hash_key('third')}")

    assert watched.names() == ["old", "new", "third"]


def test_file_is_read_once_in_five_seconds_however_often_keys_are_asked_for(watched: Watched) -> None:
    watched.reads = 0
    for _ in range(100):
        watched.names(after=0.0625)

    assert watched.reads == 1


@pytest.mark.parametrize("text", ["", "\n", " , \n"], ids=["empty", "blank", "no entry"])
def test_empty_file_revokes_every_key(watched: Watched, text: str) -> None:
    watched.write(text)

    assert watched.names() == []


def test_change_is_told_with_names_and_without_hashes(watched: Watched) -> None:
    watched.write(NEW)

    with capture_logs() as events:
        watched.names()
        watched.names()

    assert events == [{"event": "keys_renewed", "log_level": "info", "setting": "ACTION_API_KEYS", "accepted": ["new"]}]


def truncated(watched: Watched) -> None:
    watched.write(f"{OLD},{NEW}"[:-1])


def plain(watched: Watched) -> None:
    watched.write(f"{OLD},{PLANTED}")


def twice(watched: Watched) -> None:
    watched.write(f"{OLD},{OLD}")


def foreign(watched: Watched) -> None:
    watched.write(f"{OLD},partner@nl:{hash_key(PLANTED)}")


def binary(watched: Watched) -> None:
    watched.path.write_bytes(OLD.encode() + b"\xff\xfe")


def gone(watched: Watched) -> None:
    watched.path.unlink()


def directory(watched: Watched) -> None:
    watched.path.unlink()
    watched.path.mkdir()


def unmounted(watched: Watched) -> None:
    shutil.rmtree(watched.directory)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (truncated, "must be name:sha256hex"),
        (plain, "must be name:sha256hex"),
        (twice, "names old twice"),
        (foreign, "names store 'nl'; known: default, ru"),
        (binary, "no UTF-8 text"),
        (gone, "put it back, or its keys end 60 seconds after it was missed"),
        (directory, "put it back, or its keys end 60 seconds after it was missed"),
        (unmounted, "cannot be read: No such file or directory"),
    ],
)
def test_mistake_changes_no_key_and_is_told_once(
    watched: Watched, spoil: Callable[[Watched], None], reason: str
) -> None:
    spoil(watched)

    with capture_logs() as events:
        assert [watched.names() for _ in range(3)] == [["old", "new"]] * 3

    (told,) = events
    assert (told["event"], told["log_level"], told["kept"]) == ("keys_not_renewed", "error", ["old", "new"])
    assert told["problem"].startswith("ACTION_API_KEYS: ")
    assert reason in told["problem"]
    assert PLANTED not in str(told)
    assert hash_key("old") not in str(told)


def test_next_mistake_is_told_again(watched: Watched) -> None:
    with capture_logs() as events:
        for text in ("first", "second", "second", OLD, "second"):
            watched.write(text)
            watched.names()

    assert [event["event"] for event in events] == [
        "keys_not_renewed",
        "keys_not_renewed",
        "keys_renewed",
        "keys_not_renewed",
    ]


@pytest.mark.parametrize("spoil", [truncated, binary, gone, unmounted])
def test_file_is_believed_again_once_it_is_mended(watched: Watched, spoil: Callable[[Watched], None]) -> None:
    spoil(watched)
    watched.names()
    watched.directory.mkdir(exist_ok=True)
    watched.write(NEW)

    assert watched.names() == ["new"]


def test_keys_of_a_file_that_stays_away_end_after_a_minute(watched: Watched) -> None:
    gone(watched)

    with capture_logs() as events:
        assert watched.names() == ["old", "new"]
        assert watched.names(after=59.9) == ["old", "new"]
        assert watched.names(after=5) == []

    assert [event["event"] for event in events] == ["keys_not_renewed", "keys_renewed"]
    assert events[1]["accepted"] == []


def test_minute_begins_anew_when_the_file_was_back(watched: Watched) -> None:
    gone(watched)
    watched.names(after=50)
    watched.write(OLD)
    watched.names()
    gone(watched)

    assert watched.names(after=50) == ["old"]
    assert watched.names(after=50) == ["old"]
    assert watched.names(after=50) == []


@pytest.mark.parametrize("spoil", [truncated, binary, unmounted])
def test_mistake_and_failed_read_keep_the_keys_for_good(watched: Watched, spoil: Callable[[Watched], None]) -> None:
    spoil(watched)

    assert [watched.names(after=600) for _ in range(3)] == [["old", "new"]] * 3


def test_file_put_back_after_its_keys_ended_is_believed_again(watched: Watched) -> None:
    gone(watched)
    watched.names()
    assert watched.names(after=60) == []
    watched.write(NEW)

    assert watched.names() == ["new"]


def test_file_that_appears_later_is_taken_and_its_absence_is_no_mistake(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "secrets")

    with capture_logs() as events:
        assert watched.names() == []
    watched.write(NEW)

    assert events == []
    assert watched.names() == ["new"]


def test_secret_that_kubernetes_swaps_is_seen(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "secrets")
    for version, text in (("..1", OLD), ("..2", NEW)):
        (watched.directory / version).mkdir()
        (watched.directory / version / "action_api_keys").write_text(text)
    data = watched.directory / "..data"
    data.symlink_to("..1")
    (watched.directory / "action_api_keys").symlink_to("..data/action_api_keys")
    before = watched.names()

    swapped = watched.directory / "..data_tmp"
    swapped.symlink_to("..2")
    swapped.rename(data)

    assert (before, watched.names()) == (["old"], ["new"])


def test_link_that_leads_out_of_the_directory_counts_for_nothing(tmp_path: Path) -> None:
    watched = Watched(tmp_path / "secrets")
    (tmp_path / "elsewhere").write_text(NEW)
    watched.path.symlink_to(tmp_path / "elsewhere")

    assert watched.names() == []
