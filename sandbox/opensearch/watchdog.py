"""Runs one command for a parent and ends it with the parent, however the parent ends, SIGKILL included.

    python -I -S watchdog.py '{"command": [...], "directory": ..., "log": ..., "grace": 20, "uid": .., ...}'

Protocol: stdin carries the command's environment as one line of JSON (its secrets must not show in a process list),
then an `again` for every time that the command, once it has ended, is to be started anew in the same directory; it
closes when the parent asks for the end or dies. stdout carries for each start the command's pid on one line and, when
the command ends by itself, `exit <status>` on another. At the end the command gets SIGTERM and `grace` seconds, where
it was given any; then its whole process group is killed and `directory` removed.

Standard library only, no imports from the repository: it starts in some 20 ms and needs no installed package.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType
from typing import Any

# A forked child of the parent may hold the pipe open after the parent's death, hence the look at the parent's pid.
PARENT_CHECK_SECONDS = 0.5

AGAIN = b"again\n"

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def main() -> None:
    order: dict[str, Any] = json.loads(sys.argv[1])
    for number in STOP_SIGNALS:
        signal.signal(number, _leave)
    command: subprocess.Popen[bytes] | None = None
    try:
        environ = _read_environ()
        wanted = True
        while wanted:
            command = _start(order, environ=environ)
            _tell(str(command.pid))
            wanted = _is_wanted_again(command, parent=order["parent"])
    except (BrokenPipeError, EOFError):
        pass  # The parent left before it sent the environment or heard the pid: the end has come early.
    finally:
        # Nothing may cut the end short: what it would leave behind nobody else knows of.
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        if command is not None and command.returncode is None:
            _end(command, grace=order["grace"])
        shutil.rmtree(order["directory"], ignore_errors=True)


def _read_environ() -> dict[str, str]:
    line = sys.stdin.buffer.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    environ: dict[str, str] = json.loads(line)
    return environ


def _start(order: Mapping[str, Any], *, environ: Mapping[str, str]) -> "subprocess.Popen[bytes]":
    with open(order["output"], "ab") as output, open(order["log"], "ab") as log:
        return subprocess.Popen(
            order["command"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            cwd=order["directory"],
            env=environ,
            start_new_session=True,
            user=order["uid"],
            group=order["gid"],
            extra_groups=order["groups"],
        )


def _is_wanted_again(command: "subprocess.Popen[bytes]", *, parent: int) -> bool:
    """Watch `command` until the parent wants it anew, or closes the pipe or is gone; an end by itself is told once."""
    while os.getppid() == parent:
        readable, _, _ = select.select([sys.stdin], [], [], PARENT_CHECK_SECONDS)
        if readable:
            return sys.stdin.buffer.readline() == AGAIN
        if command.returncode is None and command.poll() is not None:
            # At once: as long as the group has members its number is theirs, later it may be somebody else's.
            _kill_group(command.pid)
            _tell(f"exit {command.returncode}")
    return False


def _tell(line: str) -> None:
    # Past sys.stdout: a buffer that cannot be flushed at exit would complain once more.
    os.write(1, f"{line}\n".encode())


def _end(command: "subprocess.Popen[bytes]", *, grace: float) -> None:
    if grace:
        command.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(grace)
    _kill_group(command.pid)
    command.wait()


def _kill_group(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(number, signal.SIGKILL)


def _leave(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
