"""Runs one command for a parent and ends it with the parent, however the parent ends, SIGKILL included.

    python -I -S watchdog.py '{"command": [...], "directory": ..., "log": ..., "environ": {...}, "uid": .., ...}'

Protocol: stdin is a pipe nobody writes to; it closes when the parent asks for the end or dies. stdout carries the
command's pid on one line and, when the command ends by itself, `exit <status>` on a second. At the end the whole
process group of the command is killed and `directory` removed: the data of such a node are thrown away with it, so
a slow, orderly shutdown would save nothing.

Standard library only, no imports from the repository: it starts in some 20 ms and needs no installed package.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from types import FrameType
from typing import Any

# A forked child of the parent may hold the pipe open after the parent's death, hence the look at the parent's pid.
PARENT_CHECK_SECONDS = 0.5


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _leave)
    command: subprocess.Popen[bytes] | None = None
    try:
        command = _start(order)
        _tell(str(command.pid))
        _wait_for_the_end(command, parent=order["parent"])
    except BrokenPipeError:
        pass  # The parent left before it heard the pid: the end has come early.
    finally:
        if command is not None:
            _kill_group(command)
        shutil.rmtree(order["directory"], ignore_errors=True)


def _start(order: dict[str, Any]) -> "subprocess.Popen[bytes]":
    with open(order["log"], "ab") as log:
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=order["directory"],
            env=order["environ"],
            start_new_session=True,
            user=order["uid"],
            group=order["gid"],
            extra_groups=order["groups"],
        )


def _wait_for_the_end(command: "subprocess.Popen[bytes]", *, parent: int) -> None:
    """Return when the parent closes the pipe or is gone; tell it once when the command ended by itself."""
    told = False
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], PARENT_CHECK_SECONDS)
        if readable:
            return
        if not told and command.poll() is not None:
            told = True
            _tell(f"exit {command.returncode}")


def _tell(line: str) -> None:
    # Past sys.stdout: a buffer that cannot be flushed at exit would complain once more.
    os.write(1, f"{line}\n".encode())


def _kill_group(command: "subprocess.Popen[bytes]") -> None:
    if command.poll() is None:
        os.killpg(command.pid, signal.SIGKILL)
        command.wait()


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
