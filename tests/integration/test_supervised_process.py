"""A process that ends with its parent, however the parent ends; tried on a cheap command."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from support.processes import eventually

from sandbox.opensearch.account import Account
from sandbox.opensearch.supervised import Supervised

MYSELF = Account(uid=None, gid=None)
LONG_SECONDS = "600"

# Supervises a long sleep, perhaps forks a child that keeps the pipe open, prints both pids and waits to be killed.
PARENT = """
import os, sys, time
from pathlib import Path
from sandbox.opensearch.account import Account
from sandbox.opensearch.supervised import Supervised

directory = Path(sys.argv[1])
process = Supervised(
    ["/bin/sleep", "600"], directory=directory, log=directory / "log", environ={}, account=Account(None, None)
)
forked = os.fork() if sys.argv[2] == "fork" else None
if forked != 0:
    print(process.pid, forked or "", flush=True)
time.sleep(600)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "node"
    (path / "data").mkdir(parents=True)
    return path


def supervise(command: list[str], directory: Path) -> Supervised:
    return Supervised(command, directory=directory, log=directory / "log", environ={}, account=MYSELF)


def test_end_kills_the_whole_process_group_and_removes_the_directory(directory: Path) -> None:
    process = supervise(["/bin/sh", "-c", f"/bin/sleep {LONG_SECONDS} & echo $! > pid; wait"], directory)
    assert eventually(lambda: (directory / "pid").exists() and (directory / "pid").read_text().strip() != "")
    grandchild = int((directory / "pid").read_text())
    process.end()
    process.end()
    assert not psutil.pid_exists(process.pid)
    assert eventually(lambda: not psutil.pid_exists(grandchild))
    assert not directory.exists()


def test_command_that_ends_by_itself_is_noticed_and_its_directory_kept_for_reading(directory: Path) -> None:
    process = supervise(["/bin/sh", "-c", "echo last words; exit 3"], directory)
    try:
        assert eventually(process.ended)
        assert (directory / "log").read_text() == "last words\n"
    finally:
        process.end()
    assert not directory.exists()


def test_running_command_has_not_ended(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    assert not process.ended()
    process.end()


def test_command_that_cannot_be_started_is_an_error(directory: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="could not start"):
        supervise(["/nowhere/java"], directory)
    assert "/nowhere/java" in capfd.readouterr().err


@pytest.mark.parametrize("how", ["plain", "fork"], ids=["killed", "killed while a forked child holds the pipe"])
def test_command_is_gone_after_its_parent_was_killed(directory: Path, how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(directory), how], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as parent:
        assert parent.stdout is not None
        pid, *forked = (int(word) for word in parent.stdout.readline().split())
        assert psutil.pid_exists(pid)
        parent.kill()
        parent.wait()
        try:
            assert eventually(lambda: not psutil.pid_exists(pid))
            assert eventually(lambda: not directory.exists())
        finally:
            for child in forked:
                os.kill(child, signal.SIGKILL)


def test_watchdog_asked_to_leave_takes_the_command_with_it(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    os.kill(psutil.Process(process.pid).ppid(), signal.SIGTERM)
    assert eventually(lambda: not psutil.pid_exists(process.pid))
    assert process.ended()
    process.end()
