"""A process that ends with this one, however this one ends; see `watchdog` for the protocol."""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.opensearch import watchdog
from sandbox.opensearch.account import CURRENT_USER, Account

END_TIMEOUT_SECONDS = 60


class Supervised:
    """`command` running as `account` in `directory`; `pid` is the command's own.

    The directory is removed with the process. log: where stderr goes, and stdout unless `output` is given. grace:
    seconds between SIGTERM and SIGKILL at the end; 0 = killed at once. Raises OSError when the command cannot be
    started; why is printed to stderr by the watchdog.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        directory: Path,
        log: Path,
        environ: Mapping[str, str],
        output: Path | None = None,
        account: Account = CURRENT_USER,
        grace: float = 0.0,
    ) -> None:
        order = {
            "command": list(command),
            "directory": str(directory),
            "log": str(log),
            "output": str(output or log),
            "grace": grace,
            "parent": os.getpid(),
            "uid": account.uid,
            "gid": account.gid,
            "groups": account.groups,
        }
        self._grace = grace
        self._status: int | None = None
        # A session of its own: Ctrl-C in the terminal reaches this process alone, which then ends the other in order.
        # Unbuffered pipes: `ended` asks the pipe itself whether there is more to read.
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", "-S", watchdog.__file__, json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd="/",
            start_new_session=True,
        )
        try:
            self._write(json.dumps(dict(environ)).encode() + b"\n")
            self.pid = self._read_pid()
        except BaseException:
            self.end()
            raise

    def ended(self) -> bool:
        """Whether the command has ended without being asked (a crash, a kill from outside)."""
        return self._status is not None or self._has_news(timeout=0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, negative for a signal, of a command that ends by itself within `timeout` seconds.

        Raises TimeoutError, and OSError when the watchdog was ended from outside, which ends the command too.
        """
        if self._status is None:
            if not self._has_news(timeout=timeout):
                raise TimeoutError(f"still running after {timeout:g} s")
            line = self._read_line()
            if not line:
                raise OSError("ended together with its watchdog, from outside")
            self._status = int(line.removeprefix(b"exit "))
        return self._status

    def kill(self) -> None:
        """End the command as a crash would, by SIGKILL, and wait for that; its directory stays. Raises OSError."""
        if not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)
        self.wait(END_TIMEOUT_SECONDS)

    def start_again(self) -> None:
        """Start the command anew in the directory as it was left, after it has ended; `pid` is then another.

        Raises OSError when it cannot be started.
        """
        self.wait(0)
        self._write(watchdog.AGAIN)
        self.pid = self._read_pid()
        self._status = None

    def end(self) -> None:
        """End the command with its process group, remove its directory; a second call does nothing."""
        for pipe in (self._watchdog.stdin, self._watchdog.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._watchdog.wait(self._grace + END_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._watchdog.kill()
            self._watchdog.wait()

    def _write(self, line: bytes) -> None:
        assert self._watchdog.stdin is not None
        unsent = memoryview(line)
        while unsent:
            unsent = unsent[self._watchdog.stdin.write(unsent) :]

    def _read_pid(self) -> int:
        line = self._read_line()
        if not line:
            raise OSError("the watchdog could not start the command")
        return int(line)

    def _read_line(self) -> bytes:
        assert self._watchdog.stdout is not None
        return self._watchdog.stdout.readline()

    def _has_news(self, *, timeout: float | None) -> bool:
        assert self._watchdog.stdout is not None
        readable, _, _ = select.select([self._watchdog.stdout], [], [], timeout)
        return bool(readable)
