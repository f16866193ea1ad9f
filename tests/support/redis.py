"""A real Redis, Debian's, for limits and budgets."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.debian_programs import found
from support.openai import BOUND_SECONDS
from support.ports import listens
from support.processes import eventually


@contextmanager
def redis(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's redis-server, with nothing kept on disk."""
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([found("redis-server"), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: listens(port))
        yield process
    finally:
        process.kill()
        process.wait(BOUND_SECONDS)
