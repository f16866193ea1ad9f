"""The images' own processes over a real node: a run, a shop that answers, an orderly end, and nothing written."""

import asyncio
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx2
import pytest
from support.image_build import Stage
from support.images import confined, ended, ran, terminate
from support.openai import KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.processes import BOUND_SECONDS, Finished, eventually

from sandbox.magento.load import load_sample_shop
from sandbox.openai_server import scripted_openai
from shared.opensearch import ClusterAddress, connect

# The first to ask for an image waits until it is built.
pytestmark = pytest.mark.timeout(900)

Settings = dict[str, str]


@pytest.fixture(scope="module")
def shop(opensearch_url: str) -> Iterator[Settings]:
    """What both programs are told of the English sample shop."""
    with own_namespace(opensearch_url) as prefix, scripted_openai(api_key=KEY) as provider:

        async def load() -> None:
            async with connect(ClusterAddress(url=opensearch_url)) as client:
                await load_sample_shop(client, store="en", prefix=f"{prefix}magento2")

        asyncio.run(load())
        yield {
            "OPENSEARCH_URL": opensearch_url,
            "MAGENTO_INDEX": f"{prefix}magento2_product_1",
            "STORE_BASE_URL": "http://shop.test/",
            "RAG_INDEX_PREFIX": f"{prefix}rag",
            "RAG_ALIAS": f"{prefix}rag-active",
            "OPENAI_BASE_URL": provider.base_url,
            "OPENAI_API_KEY": KEY,
        }


@pytest.fixture(scope="module")
def indexed(indexer_image: Stage, shop: Settings) -> Finished:
    """A run of the indexer's image, after a dry one."""
    before = contents(indexer_image)
    dry = ran(indexer_image, "run", "--dry-run", "--json", **shop)
    assert dry.code == 0, dry.errors
    assert not _indices(shop)
    outcome = ran(indexer_image, "run", "--json", **shop)
    assert contents(indexer_image) == before
    return outcome


def _indices(shop: Settings) -> dict[str, object]:
    found = httpx2.get(f"{shop['OPENSEARCH_URL']}/{shop['RAG_INDEX_PREFIX']}*").json()
    assert isinstance(found, dict)
    return found


def contents(image: Stage) -> set[Path]:
    """What is in the image, its place for state apart."""
    state = image.path("/var/lib/vitrina")
    return {path for path in image.root.rglob("*") if not path.is_relative_to(state)}


def test_image_of_the_indexer_builds_the_index_and_writes_nothing_elsewhere(shop: Settings, indexed: Finished) -> None:
    assert indexed.code == 0, indexed.errors
    assert indexed.json["indexed"] > 100
    assert _indices(shop)


def test_schedule_of_the_indexer_s_image_ends_when_it_is_told_to(indexer_image: Stage, shop: Settings) -> None:
    port = a_port()
    process = indexer_image.started("schedule", within=confined(), METRICS_PORT=str(port), **shop)
    try:
        assert eventually(lambda: _answers(f"http://127.0.0.1:{port}/metrics"))
        terminate(process)
        assert ended(process).code == 0
    finally:
        process.kill()


def test_runtime_s_image_answers_is_healthy_and_ends_when_it_is_told_to(
    runtime_image: Stage, shop: Settings, indexed: Finished
) -> None:
    assert indexed.code == 0, indexed.errors
    port = str(a_port())
    url = f"http://127.0.0.1:{port}"
    settings = {**shop, "HOST": "127.0.0.1", "PORT": port, "CHAT_OPEN": "true"}
    before = contents(runtime_image)
    process = runtime_image.started(within=confined(), **settings)
    try:
        assert eventually(lambda: _answers(f"{url}/health/ready")), process.poll()
        health = ended(runtime_image.checked(within=confined(), PORT=port))
        assert (health.code, health.output) == (0, "")
        question = {"model": "vitrina", "messages": [{"role": "user", "content": "a waterproof jacket"}]}
        answer = httpx2.post(f"{url}/v1/chat/completions", json=question, timeout=BOUND_SECONDS)
        assert answer.json()["vitrina"]["products"]
        assert httpx2.get(f"{url}/widget.js").status_code == 200
        terminate(process)
        stopped = ended(process)
        assert (stopped.code, contents(runtime_image)) == (0, before), stopped.errors
    finally:
        process.kill()


def test_health_check_fails_where_nobody_answers(runtime_image: Stage) -> None:
    health = ended(runtime_image.checked(within=confined(), PORT=str(a_port())))
    assert health.code == 1
    assert health.output


class _NotReady(BaseHTTPRequestHandler):
    """A runtime that is not, as `/health/ready` says it."""

    def do_GET(self) -> None:
        assert self.path == "/health/ready"
        self.send_response(503)
        self.end_headers()
        self.wfile.write(b'{"reason": "nothing behind the alias"}')

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_health_check_says_why_the_runtime_is_not_ready(runtime_image: Stage) -> None:
    with HTTPServer(("127.0.0.1", 0), _NotReady) as server:
        threading.Thread(target=server.handle_request).start()
        health = ended(runtime_image.checked(within=confined(), PORT=str(server.server_port)))
    assert (health.code, health.output) == (1, '{"reason": "nothing behind the alias"}\n')


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=2).status_code == 200
    except httpx2.TransportError:
        time.sleep(0.05)
        return False
