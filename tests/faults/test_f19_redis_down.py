"""F19: the store of the rate limits goes away and comes back. Nobody is answered 5xx, limits hold, and it is told."""

import asyncio
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.faults import LONG, rounds
from support.openai import BOUND_SECONDS
from support.ports import a_port
from support.redis import redis
from support.runtime import ACTION_KEY, Shop, client_of, some_services
from support.serving import serving_here

from runtime.app import create_app
from runtime.web.rate_limit import RateLimit

RETRIEVE = "/api/v1/actions/retrieve_products"
METRIC = "vitrina_rate_limit_store_failures_total"

RUSHES = rounds(short=3, long=20)
"""Of ten questions at once, every half a second."""

WITHIN_SECONDS = 1.0 if LONG else 15.0
"""For an answer while the store hangs; in the short run the machine may be busy with other tests."""


async def ask(client: httpx2.AsyncClient) -> int:
    return (await client.post(RETRIEVE, json={"query": "jacket"})).status_code


def failures() -> float:
    return REGISTRY.get_sample_value(METRIC) or 0.0


def events(logs: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What was told of the store."""
    return [(line["log_level"], line["event"]) for line in logs if line["event"].startswith("rate_limit")]


LOST, BACK = ("warning", "rate_limit_store_lost"), ("info", "rate_limit_store_back")


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
    assert events(logs) == [LOST, BACK]


@pytest.mark.parametrize("hangs", ["in the middle", "from the beginning"] if LONG else ["in the middle"])
async def test_f19_a_store_that_hangs_holds_nobody_up(tmp_path: Path, hangs: str) -> None:
    port = a_port()
    limit = RateLimit("1000/hour", area="actions", storage=f"redis://127.0.0.1:{port}/0")
    app, key = create_app(some_services(Shop(), action_limit=limit)), {"authorization": f"Bearer {ACTION_KEY}"}
    with redis(tmp_path, port) as store, capture_logs() as logs:
        async with (
            serving_here(app) as url,
            httpx2.AsyncClient(base_url=url, headers=key, timeout=BOUND_SECONDS) as client,
        ):
            answers = [await ask(client) for _ in range(2 if hangs == "in the middle" else 0)]
            before = failures()
            store.send_signal(signal.SIGSTOP)
            longest = 0.0
            for _ in range(RUSHES):
                begun = time.monotonic()
                answers += await asyncio.gather(*[ask(client) for _ in range(10)])
                longest = max(longest, time.monotonic() - begun)
                # In between, it is looked whether the store is back.
                await asyncio.sleep(0.5)
            counted = failures() - before
            store.send_signal(signal.SIGCONT)
            async with asyncio.timeout(BOUND_SECONDS):
                while BACK not in events(logs):
                    answers.append(await ask(client))
                    await asyncio.sleep(0.1)
    assert set(answers) == {200}
    assert longest <= WITHIN_SECONDS
    assert counted == 10 * RUSHES
    assert events(logs) == [LOST, BACK]
