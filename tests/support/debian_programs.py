"""Programs of the machine that tests run as children of their own: found, started, and ended by their id."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from support.openai import BOUND_SECONDS

_PLACES: Final = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))


def found(program: str) -> str:
    """Where `program` is; `make test` has looked for it before."""
    path = shutil.which(program, path=_PLACES)
    assert path, f"{program} is missing; `make test` says how to install it"
    return path


@contextmanager
def running(command: Sequence[str], *, port: int, output: Path) -> Iterator[None]:
    """`command` until the block ends, from when it listens on the loopback `port`."""
    with output.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            _wait_until_listening(process, port, output)
            yield
        finally:
            process.terminate()
            try:
                process.wait(BOUND_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_listening(process: subprocess.Popen[bytes], port: int, output: Path) -> None:
    deadline = time.monotonic() + BOUND_SECONDS
    while not _listens(port):
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.01)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
