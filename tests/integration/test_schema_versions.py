"""An index of the version before is served, upgraded by a run, and gone back to; any other is refused by name."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_program
from support.openai import DIMENSION, KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.previous_index import PRODUCTS, put_kept, put_native
from support.processes import BOUND_SECONDS, IndexerProgram, finished

from sandbox.openai_server import ScriptedServer, scripted_openai
from sandbox.stack import Runtime, Shop, running_runtime
from shared.opensearch import ClusterAddress, connect

BEFORE = "20260101-030000"
"""When the index of the version before was built, as its name says."""

UNLIMITED = {"LIVE_PRICES_SECONDS": "1", "RATE_LIMIT_CHAT": "10000/minute", "RATE_LIMIT_ACTIONS": "10000/minute"}


class Installation:
    """Both programs over names of their own; a runtime that was started while the index of the version before was
    live.
    """

    def __init__(self, url: str, namespace: str, program: IndexerProgram, runtime: Runtime) -> None:
        self.url = url
        self.namespace = namespace
        self.program = program
        self.runtime = runtime
        self.alias = f"{namespace}rag-active"

    def index(self, date: str = BEFORE) -> str:
        return f"{self.namespace}rag-{date}"

    async def make_live(self, cluster: AsyncOpenSearch, index: str) -> None:
        leave = {"remove": {"index": f"{self.namespace}rag-2*", "alias": self.alias, "must_exist": False}}
        add = {"add": {"index": index, "alias": self.alias, "is_write_index": True}}
        await cluster.indices.update_aliases(body={"actions": [leave, add]})

    async def make_dearer(self, cluster: AsyncOpenSearch) -> None:
        """A price changes in the native index."""
        change = {"doc": {"price_0_1": "61.250000"}}
        await cluster.update(index=f"{self.namespace}magento2_product_1", id="7", body=change, refresh=True)

    async def ready(self, http: httpx2.AsyncClient, status: int) -> httpx2.Response:
        """The answer of the probe, once it has `status`."""
        async with asyncio.timeout(BOUND_SECONDS):
            while (answer := await http.get("/health/ready")).status_code != status:
                await asyncio.sleep(0.2)
        return answer


@pytest.fixture(scope="module")
def provider() -> Iterator[ScriptedServer]:
    with scripted_openai(api_key=KEY, embedding_models={"house-model": DIMENSION}) as server:
        yield server


@pytest.fixture(scope="module")
def installation(
    opensearch_url: str, provider: ScriptedServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    async def lay() -> None:
        async with connect(ClusterAddress(url=opensearch_url)) as client:
            await put_native(client, namespace)
            await put_kept(client, f"{namespace}rag-{BEFORE}")
            alias = f"{namespace}rag-active"
            await client.indices.put_alias(index=f"{namespace}rag-{BEFORE}", name=alias, body={"is_write_index": True})

    with own_namespace(opensearch_url) as namespace:
        asyncio.run(lay())
        folder: Path = tmp_path_factory.mktemp("schema_versions")
        settings = {"EMBEDDING_MODEL": "house-model", "OPENAI_BASE_URL": provider.base_url, "OPENAI_API_KEY": KEY}
        program = a_program(folder, opensearch_url, provider=provider.base_url, namespace=namespace, **settings)
        shop = Shop(opensearch_url=opensearch_url, environment=program.environment, stores=None, report={})
        with running_runtime(shop, port=a_port(), extra=UNLIMITED) as runtime:
            yield Installation(opensearch_url, namespace, program, runtime)


@pytest.fixture
async def http(installation: Installation) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"authorization": f"Bearer {installation.runtime.key.secret}"}
    async with httpx2.AsyncClient(base_url=installation.runtime.url, headers=headers, timeout=60) as http:
        yield http


async def found(http: httpx2.AsyncClient, **wanted: Any) -> list[dict[str, Any]]:
    answer = await http.post("/api/v1/actions/retrieve_products", json={"store": "default", "limit": 50, **wanted})
    assert answer.status_code == 200, answer.text
    products: list[dict[str, Any]] = answer.json()["products"]
    return products


def question(text: str) -> dict[str, Any]:
    return {"model": "vitrina", "messages": [{"role": "user", "content": text}]}


async def test_index_of_the_version_before_answers_at_every_door(
    installation: Installation, http: httpx2.AsyncClient, cluster: AsyncOpenSearch
) -> None:
    await installation.ready(http, 200)
    # By a word of its text that no name has, by a value, by price, by code.
    [described] = await found(http, query="babariri series", limit=1)
    assert ("babariri" in described["short_text"], "babariri" in described["name"]) == (True, False)
    red = await found(http, query="red jacket")
    assert "Red" in str(red[0]["attributes"])
    cheapest = await found(http, query="jacket", sort="price_asc")
    assert len(cheapest) == PRODUCTS
    [one] = (await http.post("/api/v1/actions/get_product", json={"store": "default", "sku": "SKU-7"})).json()[
        "products"
    ]
    answer = await http.post("/v1/chat/completions", json=question("which jacket do you have?"))
    assert answer.status_code == 200, answer.text
    products = answer.json()["vitrina"]["products"]
    assert answer.json()["vitrina"]["degraded"] is None
    assert any(product["name"] in answer.json()["choices"][0]["message"]["content"] for product in products)
    # It does not say by which settings its prices were made, so they stay those of its run.
    await installation.make_dearer(cluster)
    again = await http.post("/api/v1/actions/get_product", json={"store": "default", "sku": "SKU-7"})
    assert again.json()["products"] == [one]
    assert "live_prices_off" in installation.runtime.program.log.read_text(encoding="utf-8")
    doctor = await finished(await installation.program.start("doctor", "--json", entry=("-m", "runtime")))
    [live] = [check for check in doctor.json["checks"] if check["check"] == "live index"]
    assert live["status"] == "warning"
    assert "is of schema version 1, and this program writes 2" in live["seen"]


async def test_ordinary_run_upgrades_it_and_rollback_goes_back(
    installation: Installation, http: httpx2.AsyncClient, cluster: AsyncOpenSearch
) -> None:
    await installation.make_dearer(cluster)
    done = await installation.program.run("run", "--json")
    assert done.code == 0, done.errors[-3000:]
    assert (done.json["indexed"], done.json["stores"][0]["previous"]) == (PRODUCTS, installation.index())

    async def price() -> str:
        answer = await http.post("/api/v1/actions/get_product", json={"store": "default", "sku": "SKU-7"})
        return str(answer.json()["products"][0]["price_text"])

    async with asyncio.timeout(BOUND_SECONDS):
        while await price() != "$61.25":
            await asyncio.sleep(0.2)
    back = await installation.program.run("rollback", "--json")
    assert back.code == 0, back.errors
    async with asyncio.timeout(BOUND_SECONDS):
        while await price() != "$52.00":
            await asyncio.sleep(0.2)
    status = await installation.program.run("status", "--json")
    assert status.code == 0, status.output
    assert status.json["stores"][0]["live"] == installation.index()


@pytest.mark.parametrize(("version", "named"), [(3, "schema version 3"), (None, "no schema version")])
async def test_index_of_another_version_is_refused_by_name_everywhere(
    installation: Installation, http: httpx2.AsyncClient, cluster: AsyncOpenSearch, version: int | None, named: str
) -> None:
    index = installation.index(f"2026010{version or 9}-030000")
    await put_kept(cluster, index, schema_version=version)
    await installation.make_live(cluster, index)
    try:
        not_ready = (await installation.ready(http, 503)).json()["error"]
        answer = await http.post("/v1/chat/completions", json=question("a jacket"))
        action = await http.post("/api/v1/actions/get_product", json={"store": "default", "sku": "SKU-7"})
        runtimes = await installation.program.start("doctor", "--json", entry=("-m", "runtime"))
        status, indexer, runtime = await asyncio.gather(
            installation.program.run("status", "--json"),
            installation.program.run("doctor", "--json"),
            finished(runtimes),
        )
    finally:
        await installation.make_live(cluster, installation.index())
        await installation.ready(http, 200)
        await cluster.indices.delete(index=index)
    both = f"it has {named} and this program reads 1 and 2"
    assert (not_ready["code"], both in not_ready["message"]) == ("not_ready", True), not_ready
    for refused in (answer, action):
        assert refused.status_code == 503, refused.text
        assert refused.json()["error"].keys() == {"message", "type", "param", "code"}
    assert both in status.json["stores"][0]["problem"]
    for doctor in (indexer, runtime):
        [live] = [check for check in doctor.json["checks"] if check["check"] == "live index"]
        assert (live["status"], both in live["seen"]) == ("failed", True), live
