"""F19: the store of the rate limits goes away and comes back. Nobody is answered 5xx, limits hold, and it is told."""

import asyncio
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.openai import BOUND_SECONDS
from support.ports import a_port, listens
from support.processes import eventually
from support.runtime import ACTION_KEY, Shop, client_of, some_services

from runtime.web.rate_limit import RateLimit

RETRIEVE = "/api/v1/actions/retrieve_products"
METRIC = "vitrina_rate_limit_store_failures_total"


@contextmanager
def redis(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Debian's redis-server, with nothing kept on disk."""
    program = shutil.which("redis-server")
    assert program, "apt-get install redis-server"
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen([program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        assert eventually(lambda: listens(port))
        yield process
    finally:
        process.kill()
        process.wait(BOUND_SECONDS)


async def ask(client: httpx2.AsyncClient) -> int:
    return (await client.post(RETRIEVE, json={"query": "jacket"})).status_code


def failures() -> float:
    return REGISTRY.get_sample_value(METRIC) or 0.0


async def test_f19_limits_go_on_in_memory_and_back_to_the_store(tmp_path: Path) -> None:
    port = a_port()
    limit = RateLimit("4/hour", area="actions", storage=f"redis://127.0.0.1:{port}/0")
    services = some_services(Shop(), action_limit=limit)
    async with client_of(services, key=ACTION_KEY) as client:
        with capture_logs() as logs:
            with redis(tmp_path, port):
                shared = [await ask(client) for _ in range(2)]
            before = failures()
            alone = [await ask(client) for _ in range(5)]
            counted = failures() - before
            with redis(tmp_path, port):
                async with asyncio.timeout(BOUND_SECONDS):
                    # What another replica counted is not known here: the new store begins at nothing.
                    while 200 not in (back := [await ask(client)]):
                        await asyncio.sleep(0.1)
    assert shared == [200, 200]
    assert alone == [200, 200, 200, 200, 429]
    assert counted == len(alone)
    assert back == [200]
    told = [(entry["log_level"], entry["event"]) for entry in logs if entry["event"].startswith("rate_limit")]
    assert told == [("warning", "rate_limit_store_lost"), ("info", "rate_limit_store_back")]
