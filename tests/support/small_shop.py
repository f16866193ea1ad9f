"""Twenty products, indexed by the indexer's own program, and shoppers who ask at every door of a runtime over them."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx2
from support.faults import a_product, a_program, put_shop
from support.opensearch import REQUEST_TIMEOUT_SECONDS
from support.ports import a_port
from support.processes import BOUND_SECONDS, IndexerProgram
from support.secured import Place

from shared.opensearch import connect

PRODUCTS = 20
ACTION_KEY = "vk_a-key-of-the-fault-tests"


def index_small_shop(
    folder: Path, where: str | Place, *, provider: str, namespace: str, settings: Mapping[str, str] | None = None
) -> IndexerProgram:
    """The program that has indexed it on the cluster `where`, a URL or a place. settings: of that run alone."""
    place = Place(where) if isinstance(where, str) else where
    program = a_program(folder, place.url, provider=provider, namespace=namespace)
    program.environment |= place.settings("vitrina-indexer")

    async def index() -> None:
        async with connect(place.address(), timeout=REQUEST_TIMEOUT_SECONDS) as client:
            await put_shop(client, namespace, {str(number): a_product(number) for number in range(PRODUCTS)})
        ended = await program.run("run", "--json", **(settings or {}))
        assert ended.code == 0, ended.errors[-3000:]

    asyncio.run(index())
    return program


@dataclass(frozen=True)
class Served:
    """`vitrina-runtime serve` over the small shop. log: where its stderr goes, unless the test has it."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def stop(self) -> float:
        """Seconds from SIGTERM to its end, which must be a clean one."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(BOUND_SECONDS) == 0
        return time.monotonic() - begun


@contextmanager
def served(program: IndexerProgram, *, stderr: int | None = None, **settings: str) -> Iterator[Served]:
    """It, ready to answer; killed at the end if it still runs. stderr: a file descriptor of the test's."""
    port = a_port()
    environment = {
        **program.environment, "PORT": str(port), "CHAT_OPEN": "true", "RATE_LIMIT_CHAT": "10000/minute",
        "RATE_LIMIT_ACTIONS": "10000/minute", "ACTION_API_KEYS": f"gpt:{sha256(ACTION_KEY.encode()).hexdigest()}",
        **settings,
    }  # fmt: skip
    if "OPENSEARCH_USERNAME" in environment:
        environment["OPENSEARCH_USERNAME"] = "vitrina-runtime"
    log = program.folder / f"runtime-{port}.log"
    with (
        log.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", "runtime", "serve"], cwd=program.folder, env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=file if stderr is None else stderr,
        ) as process,
    ):  # fmt: skip
        try:
            runtime = Served(process, f"http://127.0.0.1:{port}", log)
            _until_ready(runtime)
            yield runtime
        finally:
            process.kill()


def _until_ready(runtime: Served) -> None:
    deadline = time.monotonic() + BOUND_SECONDS
    with httpx2.Client(base_url=runtime.url, timeout=5) as http:
        while time.monotonic() < deadline and runtime.process.poll() is None:
            try:
                if http.get("/health/ready").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
    raise AssertionError(f"not ready; exit code {runtime.process.poll()}: {runtime.log.read_text()[-3000:]}")


class Shoppers:
    """Ask at the three doors in turn, what nobody has asked before."""

    def __init__(self, http: httpx2.Client) -> None:
        self._http = http
        self._asked = 0

    def ask(self) -> httpx2.Response:
        self._asked += 1
        text = f"jacket for walk number {self._asked}"
        if self._asked % 3 == 0:
            key = {"authorization": f"Bearer {ACTION_KEY}"}
            return self._http.post("/api/v1/actions/retrieve_products", json={"query": text}, headers=key)
        body: dict[str, Any] = {"messages": [{"role": "user", "content": text}], "stream": self._asked % 3 == 1}
        return self._http.post("/v1/chat/completions", json=body)

    def check_answered(self, questions: int) -> None:
        """Every question gets an answer with products."""
        for _ in range(questions):
            answer = self.ask()
            assert answer.status_code == 200, answer.text
            assert "Jacket model" in answer.text

    def status(self, path: str) -> int:
        """Of a probe."""
        return self._http.get(path).status_code

    def metric(self, sample: str) -> float:
        """The value of a sample, written with its labels; 0 where there is none."""
        lines = self._http.get("/metrics").text.splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(f"{sample} ")), 0.0)


@contextmanager
def shoppers_of(runtime: Served) -> Iterator[Shoppers]:
    with httpx2.Client(base_url=runtime.url, timeout=BOUND_SECONDS) as http:
        yield Shoppers(http)


@contextmanager
def clogged_pipe() -> Iterator[tuple[int, int]]:
    """A pipe for a program to write into that holds a few lines and that nobody reads: (to read, to write)."""
    # Linux alone lets a pipe be made smaller; elsewhere it takes more lines to fill it.
    import fcntl

    to_read, to_write = os.pipe()
    fcntl.fcntl(to_write, getattr(fcntl, "F_SETPIPE_SZ", 1031), 4096)
    try:
        yield to_read, to_write
    finally:
        os.close(to_read)
        os.close(to_write)
