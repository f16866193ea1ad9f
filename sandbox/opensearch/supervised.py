"""A process that ends with this one, however this one ends; see `watchdog` for the protocol."""

import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from sandbox.opensearch import watchdog
from sandbox.opensearch.account import Account

END_TIMEOUT_SECONDS = 60


class Supervised:
    """`command` running as `account` in `directory`, its output in `log`; `pid` is the command's own.

    The directory is removed with the process. Raises OSError when the command cannot be started; why is printed
    to stderr by the watchdog.
    """

    def __init__(
        self, command: Sequence[str], *, directory: Path, log: Path, environ: Mapping[str, str], account: Account
    ) -> None:
        order = {
            "command": list(command),
            "directory": str(directory),
            "log": str(log),
            "environ": dict(environ),
            "parent": os.getpid(),
            "uid": account.uid,
            "gid": account.gid,
            "groups": account.groups,
        }
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
            self.pid = self._read_pid()
        except BaseException:
            self.end()
            raise

    def ended(self) -> bool:
        """Whether the command has ended without being asked (a crash, a kill from outside)."""
        assert self._watchdog.stdout is not None
        readable, _, _ = select.select([self._watchdog.stdout], [], [], 0)
        return bool(readable)

    def _read_pid(self) -> int:
        assert self._watchdog.stdout is not None
        line = self._watchdog.stdout.readline()
        if not line:
            raise OSError("the watchdog could not start the command")
        return int(line)

    def end(self) -> None:
        """Kill the command with its process group, remove its directory; a second call does nothing."""
        for pipe in (self._watchdog.stdin, self._watchdog.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._watchdog.wait(END_TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self._watchdog.kill()
            self._watchdog.wait()
