"""Directories in the cache: whole or absent, made once, open to the server's user."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.opensearch.account import Account
from sandbox.opensearch.home import publish


@pytest.fixture
def closed_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def build_one_file(scratch: Path) -> None:
    (scratch / "lib").mkdir()
    (scratch / "lib" / "a.jar").write_text("jar")


def break_half_way(scratch: Path) -> None:
    build_one_file(scratch)
    raise OSError("disk full")


def test_directory_is_built_once(tmp_path: Path) -> None:
    builds: list[Path] = []

    def build(scratch: Path) -> None:
        builds.append(scratch)
        build_one_file(scratch)

    for _ in range(2):
        assert publish(tmp_path / "homes" / "one", build) == tmp_path / "homes" / "one"
    assert len(builds) == 1
    assert (tmp_path / "homes" / "one" / "lib" / "a.jar").read_text() == "jar"


def test_build_that_fails_leaves_nothing_and_can_be_repeated(tmp_path: Path) -> None:
    home = tmp_path / "homes" / "one"
    with pytest.raises(OSError, match="disk full"):
        publish(home, break_half_way)
    assert not home.exists()
    assert (publish(home, build_one_file) / "lib" / "a.jar").exists()


def test_two_at_the_same_time_build_once_and_both_get_the_whole_directory(tmp_path: Path) -> None:
    home = tmp_path / "homes" / "one"
    building = threading.Event()
    second_is_waiting = threading.Event()
    builds: list[Path] = []

    def build(scratch: Path) -> None:
        builds.append(scratch)
        building.set()
        assert second_is_waiting.wait(timeout=30)
        build_one_file(scratch)

    def second() -> None:
        assert building.wait(timeout=30)
        second_is_waiting.set()
        publish(home, build)
        seen_by_second.append((home / "lib" / "a.jar").exists())

    seen_by_second: list[bool] = []
    thread = threading.Thread(target=second)
    thread.start()
    publish(home, build)
    thread.join(timeout=30)
    assert len(builds) == 1
    assert seen_by_second == [True]


def test_leftovers_of_a_killed_build_are_removed(tmp_path: Path) -> None:
    abandoned = tmp_path / "homes" / ".assembling-killed"
    abandoned.mkdir(parents=True)
    (abandoned / "half.jar").write_text("ha")
    publish(tmp_path / "homes" / "one", build_one_file)
    assert not abandoned.exists()


@pytest.mark.usefixtures("closed_umask")
def test_other_users_can_read_what_was_built_under_a_closed_umask(tmp_path: Path) -> None:
    home = publish(tmp_path / "homes" / "one", build_one_file)
    modes = {path.name: path.stat().st_mode & 0o777 for path in (home.parent, home, *home.rglob("*"))}
    assert modes == {"homes": 0o755, "one": 0o755, "lib": 0o755, "a.jar": 0o644}


def test_first_closed_directory_on_the_way_is_named(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "home").mkdir(parents=True)
    closed.chmod(0o700)
    stranger = Account(uid=os.getuid() + 1, gid=os.getgid() + 1)
    # pytest may close a directory above tmp_path already, hence "the first" and not "closed".
    blocked = stranger.blocked_by(closed / "home")
    assert blocked in {closed, *closed.parents}
    assert not blocked.stat().st_mode & 0o001
    assert all(parent.stat().st_mode & 0o001 for parent in blocked.parents)


def test_own_user_is_never_blocked(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert Account(uid=None, gid=None).blocked_by(tmp_path) is None
    assert Account(uid=os.getuid(), gid=os.getgid()).blocked_by(tmp_path) is None
