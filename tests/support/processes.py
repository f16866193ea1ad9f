"""The programs as processes of their own, with nothing of this machine's settings."""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.opensearch import REPOSITORY

TIMEOUT_SECONDS = 120
BOUND_SECONDS = 60

INDEXER = ("-m", "indexer")


def own_environment(**settings: str) -> dict[str, str]:
    """What a process needs to run our programs, and `settings`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "PYTHONPATH": str(REPOSITORY),
        "PYTHONWARNINGS": "error::RuntimeWarning",
        **settings,
    }


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether `condition()` came true within BOUND_SECONDS; what other processes do is seen with a delay."""
    deadline = time.monotonic() + BOUND_SECONDS
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    code: int
    output: str
    errors: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output, which must be one JSON object and nothing else."""
        found = json.loads(self.output)
        assert isinstance(found, dict)
        return found

    def logged(self, event: str) -> list[dict[str, Any]]:
        """Every log line of `event`; lines for the operator are none."""
        lines = [json.loads(line) for line in self.errors.splitlines() if line.startswith("{")]
        return [line for line in lines if line["event"] == event]


class IndexerProgram:
    """`python -m indexer` in a folder and an environment of its own."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.environment = own_environment(**settings)

    async def start(
        self, *arguments: str, entry: Sequence[str] = INDEXER, **settings: str
    ) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable, *entry, *arguments, cwd=self.folder, env={**self.environment, **settings},
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip

    async def run(self, *arguments: str, **settings: str) -> Finished:
        return await finished(await self.start(*arguments, **settings))


@asynccontextmanager
async def running(
    program: IndexerProgram, *arguments: str, entry: Sequence[str] = INDEXER
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The program at work; killed at the end if it still is."""
    process = await program.start(*arguments, entry=entry)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def finished(process: asyncio.subprocess.Process) -> Finished:
    """What `process` said, once it has ended; killed when that takes longer than TIMEOUT_SECONDS."""
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            output, errors = await process.communicate()
    except TimeoutError:
        process.kill()
        raise
    assert process.returncode is not None
    return Finished(code=process.returncode, output=output.decode(), errors=errors.decode())


async def told(process: asyncio.subprocess.Process, event: str) -> None:
    """Wait until the program has logged `event`."""
    assert process.stderr is not None
    async with asyncio.timeout(TIMEOUT_SECONDS):
        async for line in process.stderr:
            if json.loads(line)["event"] == event:
                return
    raise AssertionError(f"the program ended without the event {event!r}")
