"""The other processes: each of this package's programs with a directory of its own, gone with the context."""

import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bench.runtime.told import Told, asked
from sandbox.opensearch.supervised import Supervised
from sandbox.programs import inherited_environment

Name = Literal["upstream", "subject", "yardstick", "native"]

START_SECONDS: Final = 60.0
GRACE_SECONDS: Final = 12.0
_TAIL: Final = 4_000


@dataclass(frozen=True, slots=True)
class Program:
    """One that listens on `port`."""

    name: Name
    port: int
    log: Path

    async def told(self) -> Told:
        return await asked(self.port)


@contextmanager
def running(
    name: Name, *arguments: str, environ: Mapping[str, str] | None = None, log_unread: bool = False
) -> Iterator[Program]:
    """`python -m bench.runtime.<name>`, once it listens. Raises RuntimeError with what it complained about.

    environ: what is set besides. log_unread: its log is a pipe that is held open and not read.
    """
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", ignore_cleanup_errors=True) as folder:
        directory = Path(folder)
        output, log = directory / "output", directory / "log"
        reader = _hold_unread(log) if log_unread else None
        process = Supervised(
            [sys.executable, "-m", f"bench.runtime.{name}", *arguments], directory=directory, output=output, log=log,
            environ={**inherited_environment(), **(environ or {})}, grace=GRACE_SECONDS,
        )  # fmt: skip
        try:
            port = _wait_for_port(process, output, log)
            yield Program(name=name, port=port, log=log)
        finally:
            process.end()
            if reader is not None:
                os.close(reader)


def _hold_unread(log: Path) -> int:
    os.mkfifo(log)
    # For both, so that it opens at once, whoever comes first.
    return os.open(log, os.O_RDWR | os.O_NONBLOCK)


def _wait_for_port(process: Supervised, output: Path, log: Path) -> int:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and not process.ended():
        said = output.read_text(encoding="ascii") if output.exists() else ""
        if said.endswith("\n"):
            return int(said)
        time.sleep(0.05)
    complaint = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    raise RuntimeError(f"a program of the benchmark does not listen: {complaint[-_TAIL:] or '(it said nothing)'}")
