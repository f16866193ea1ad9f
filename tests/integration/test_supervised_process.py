"""A process that ends with its parent, however the parent ends; tried on a cheap command."""

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest
from support.processes import eventually

from sandbox.opensearch.supervised import Supervised

LONG_SECONDS = "600"

# Drains: says that it is ready, and when it is asked to stop says so, takes a while and ends.
DRAINING = """
trap 'echo stopping >> "$SAID"; sleep 0.3; echo drained >> "$SAID"; exit 0' TERM
echo ready >> "$SAID"
while :; do sleep 0.05; done
"""

DEAF = """
trap '' TERM
echo ready >> "$SAID"
while :; do sleep 0.05; done
"""

# Supervises DRAINING, perhaps in a second life, perhaps forks a child that keeps the pipe open, prints both pids and
# waits to be killed.
PARENT = """
import os, sys, time
from pathlib import Path
from sandbox.opensearch.supervised import Supervised

directory, said, command, how = Path(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
process = Supervised(
    ["/bin/sh", "-c", command], directory=directory, log=directory / "log", environ={"SAID": said}, grace=30
)
if how == "again":
    process.kill()
    Path(said).unlink(missing_ok=True)
    process.start_again()
forked = os.fork() if how == "fork" else None
if forked != 0:
    print(process.pid, forked or "", flush=True)
time.sleep(600)
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    path = tmp_path / "node"
    (path / "data").mkdir(parents=True)
    return path


@pytest.fixture
def said(tmp_path: Path) -> Path:
    """What DRAINING and DEAF say: outside of the directory that goes with them."""
    return tmp_path / "said"


def supervise(command: list[str], directory: Path) -> Supervised:
    return Supervised(command, directory=directory, log=directory / "log", environ={})


def supervise_talking(script: str, directory: Path, said: Path, *, grace: float) -> Supervised:
    process = Supervised(
        ["/bin/sh", "-c", script], directory=directory, log=directory / "log", environ={"SAID": str(said)}, grace=grace
    )
    assert eventually(lambda: has_said(said, "ready"))
    return process


def has_said(said: Path, word: str) -> bool:
    return said.exists() and word in said.read_text().split()


def has_lived(directory: Path, times: int) -> bool:
    lives = directory / "lives"
    return lives.exists() and lives.read_text() == "one of them\n" * times


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


@pytest.mark.parametrize(("script", "status"), [("exit 3", 3), ("kill -9 $$", -9)], ids=["exits", "is killed"])
def test_command_that_ends_by_itself_is_waited_for(directory: Path, script: str, status: int) -> None:
    process = supervise(["/bin/sh", "-c", script], directory)
    try:
        assert process.wait() == status
        assert process.wait() == status
        assert process.ended()
    finally:
        process.end()


def test_command_that_does_not_end_in_time_is_waited_for_no_longer(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    try:
        with pytest.raises(TimeoutError, match=r"still running after 0\.1 s"):
            process.wait(0.1)
        assert psutil.pid_exists(process.pid)
    finally:
        process.end()


def test_command_that_was_killed_is_started_again_in_its_directory_with_its_environment(directory: Path) -> None:
    process = Supervised(
        ["/bin/sh", "-c", f'echo "$LIFE" >> lives; exec /bin/sleep {LONG_SECONDS}'],
        directory=directory, log=directory / "log", environ={"LIFE": "one of them"},
    )  # fmt: skip
    try:
        pids = []
        for number in (1, 2, 3):
            assert eventually(partial(has_lived, directory, number))
            pids.append(process.pid)
            process.kill()
            assert not psutil.pid_exists(process.pid)
            assert process.ended()
            if number < 3:
                process.start_again()
                assert not process.ended()
        assert len(set(pids)) == 3
    finally:
        process.end()
    assert not directory.exists()


def test_command_is_not_started_again_while_it_runs(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    try:
        with pytest.raises(TimeoutError):
            process.start_again()
        assert psutil.pid_exists(process.pid)
    finally:
        process.end()


def test_children_of_a_command_that_ended_by_itself_are_killed_with_it(directory: Path) -> None:
    process = supervise(["/bin/sh", "-c", f"/bin/sleep {LONG_SECONDS} & echo $! > pid"], directory)
    try:
        assert process.wait() == 0
        child = int((directory / "pid").read_text())
        assert eventually(lambda: not psutil.pid_exists(child))
    finally:
        process.end()


def test_environment_reaches_the_command_and_no_process_list(directory: Path) -> None:
    environ = {"KEY": "sk-" + "secret" * 20_000}
    process = Supervised(
        ["/bin/sh", "-c", f'echo "${{#KEY}}"; exec /bin/sleep {LONG_SECONDS}'],
        directory=directory, log=directory / "log", environ=environ,
    )  # fmt: skip
    try:
        assert eventually(lambda: (directory / "log").read_text() == f"{len(environ['KEY'])}\n")
        watchdog = psutil.Process(process.pid).parent()
        assert watchdog is not None
        assert "secret" not in " ".join(watchdog.cmdline())
    finally:
        process.end()


def test_output_goes_apart_from_the_log_when_asked(directory: Path) -> None:
    process = Supervised(
        ["/bin/sh", "-c", "echo result; echo complaint >&2"],
        directory=directory, log=directory / "log", output=directory / "output", environ={},
    )  # fmt: skip
    try:
        assert process.wait() == 0
        assert (directory / "output").read_text() == "result\n"
        assert (directory / "log").read_text() == "complaint\n"
    finally:
        process.end()


def test_command_with_a_grace_is_asked_to_stop_and_finishes_what_it_does(directory: Path, said: Path) -> None:
    process = supervise_talking(DRAINING, directory, said, grace=30)
    process.end()
    assert has_said(said, "drained")
    assert not psutil.pid_exists(process.pid)
    assert not directory.exists()


def test_command_that_does_not_stop_within_its_grace_is_killed(directory: Path, said: Path) -> None:
    process = supervise_talking(DEAF, directory, said, grace=0.2)
    process.end()
    assert not psutil.pid_exists(process.pid)
    assert not directory.exists()


def test_running_command_has_not_ended(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    assert not process.ended()
    process.end()


def test_command_that_cannot_be_started_is_an_error(directory: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="could not start"):
        supervise(["/nowhere/java"], directory)
    assert "/nowhere/java" in capfd.readouterr().err


@pytest.mark.parametrize(
    "how",
    ["plain", "fork", "again"],
    ids=["killed", "killed while a forked child holds the pipe", "killed after the command was started again"],
)
def test_command_has_drained_and_is_gone_after_its_parent_was_killed(directory: Path, said: Path, how: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(directory), str(said), DRAINING, how],
        stdout=subprocess.PIPE, text=True, start_new_session=True,
    ) as parent:  # fmt: skip
        assert parent.stdout is not None
        pid, *forked = (int(word) for word in parent.stdout.readline().split())
        assert eventually(lambda: has_said(said, "ready"))
        parent.kill()
        parent.wait()
        try:
            assert eventually(lambda: not psutil.pid_exists(pid))
            assert eventually(lambda: not directory.exists())
            assert has_said(said, "drained")
        finally:
            for child in forked:
                os.kill(child, signal.SIGKILL)


def test_watchdog_asked_to_leave_takes_the_command_with_it(directory: Path) -> None:
    process = supervise(["/bin/sleep", LONG_SECONDS], directory)
    os.kill(psutil.Process(process.pid).ppid(), signal.SIGTERM)
    assert eventually(process.ended)
    assert not psutil.pid_exists(process.pid)
    with pytest.raises(OSError, match="from outside"):
        process.wait()
    process.end()


def test_watchdog_asked_twice_still_lets_the_command_drain_and_removes_the_directory(
    directory: Path, said: Path
) -> None:
    process = supervise_talking(DRAINING, directory, said, grace=30)
    watchdog = psutil.Process(psutil.Process(process.pid).ppid())
    watchdog.terminate()
    assert eventually(lambda: has_said(said, "stopping"))
    watchdog.terminate()
    assert eventually(lambda: not directory.exists())
    assert has_said(said, "drained")
    process.end()
