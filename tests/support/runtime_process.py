"""`vitrina-runtime serve` as a process of its own, without a cluster."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import httpx2
import pytest
from support.processes import own_environment

START_SECONDS = 60
STOP_SECONDS = 60

UNREACHABLE = {"OPENSEARCH_URL": "http://127.0.0.1:9"}
"""Nothing listens there."""


@contextmanager
def serving(
    folder: Path, *, log: IO[bytes] | int = subprocess.PIPE, **settings: str
) -> Iterator[subprocess.Popen[str]]:
    """A process that has been told to serve; killed at the end if it still runs. log: where its lines go."""
    environment = own_environment(**(UNREACHABLE | settings))
    with subprocess.Popen(
        [sys.executable, "-m", "runtime", "serve"], cwd=folder, env=environment, stderr=log, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_until_alive(url: str, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(f"{url}/health/live", timeout=2).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    pytest.fail(f"not alive; exit code {process.poll()}")
