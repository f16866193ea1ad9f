"""Both programs through a proxy that refuses whatever the published roles do not allow, and that it does refuse."""

import json
import ssl
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop
from support.openai import KEY
from support.opensearch import own_namespace
from support.ports import a_port
from support.processes import Finished, IndexerProgram, finished
from support.published_guard import PublishedGuard, guarded_place, needed_by
from support.secured import Place

from sandbox.faults import Asked
from sandbox.openai_server import ScriptedServer
from sandbox.opensearch.security import PASSWORD
from sandbox.stack import Shop, running_runtime
from shared.opensearch import connect

PRODUCTS = 30


@dataclass(frozen=True)
class Guarded:
    """place: the proxy in front of the secured node. behind: that node. program: the indexer, by way of the proxy."""

    place: Place
    behind: Place
    namespace: str
    guard: PublishedGuard


@pytest.fixture(scope="module")
def guarded(secured: Place) -> Iterator[Guarded]:
    with own_namespace(secured.url, **secured.options) as namespace:
        guard = PublishedGuard(namespace)
        with guarded_place(secured, guard) as place:
            yield Guarded(place, secured, namespace, guard)


@pytest.fixture
async def admin(guarded: Guarded) -> AsyncIterator[AsyncOpenSearch]:
    async with connect(guarded.behind.address()) as client:
        yield client


@pytest.fixture
async def program(
    guarded: Guarded, admin: AsyncOpenSearch, tmp_path: Path, openai_server: ScriptedServer
) -> IndexerProgram:
    native = f"{guarded.namespace}magento2_product_1"
    if not await admin.indices.exists(index=native):
        documents = {str(number): a_product(number) for number in range(PRODUCTS)}
        await put_shop(admin, guarded.namespace, documents)
    program = a_program(
        tmp_path,
        guarded.place.url,
        provider=openai_server.base_url,
        namespace=guarded.namespace,
        OPENAI_BASE_URL=openai_server.base_url,
        OPENAI_API_KEY=KEY,
    )
    program.environment |= guarded.place.settings("vitrina-indexer")
    guarded.guard.refused.clear()
    return program


@pytest.mark.timeout(600)
async def test_whole_path_asks_for_nothing_beyond_the_published_roles(
    guarded: Guarded, program: IndexerProgram, admin: AsyncOpenSearch
) -> None:
    for command in ("run", "run", "status", "inspect SKU-7", "doctor", "rollback", "prune"):
        done = await program.run(*command.split(), "--json")
        assert done.code == 0, (guarded.guard.refused, command, done.output[-3000:], done.errors[-3000:])
    # The one look of doctor's that the roles leave out, and say so.
    assert [call for call in guarded.guard.refused if "_analyze" not in call] == []
    assert len(guarded.guard.refused) == 1
    guarded.guard.refused.clear()
    passed = guarded.guard.passed
    own = guarded.place.settings("vitrina-runtime")
    shop = Shop(opensearch_url=guarded.place.url, environment=program.environment, stores=None, report={})
    with running_runtime(shop, port=a_port(), extra={**own, "LIVE_PRICES_SECONDS": "1"}) as runtime:
        headers = {"authorization": f"Bearer {runtime.key.secret}"}
        async with httpx2.AsyncClient(base_url=runtime.url, headers=headers, timeout=60) as http:
            await ask_everything(http, guarded, admin)
    done = await runtime_doctor(program, own)
    assert {check["check"]: check["status"] for check in done.json["checks"]}["live index"] == "ok", done.output
    assert guarded.guard.refused == []
    assert guarded.guard.passed > passed


async def ask_everything(http: httpx2.AsyncClient, guarded: Guarded, admin: AsyncOpenSearch) -> None:
    """All that shoppers, a Custom GPT and Prometheus ask of a runtime."""
    index = f"{guarded.namespace}magento2_product_1_v1"
    await admin.update(index=index, id="7", body={"doc": {"price_0_1": "61.250000"}}, refresh=True)
    product = (await http.post("/api/v1/actions/get_product", json={"store": "default", "sku": "SKU-7"})).json()
    assert [one["price_text"] for one in product["products"]] == ["$61.25"]
    for question in ({"query": "jacket"}, {"query": "jacket under $60", "sort": "price_asc"}, {"query": "how many?"}):
        found = await http.post("/api/v1/actions/retrieve_products", json={"store": "default", **question})
        assert found.status_code == 200, found.text
        assert found.json()["products"], question
    body = {"model": "vitrina", "messages": [{"role": "user", "content": "which jacket is the cheapest?"}]}
    for stream in (True, False):
        answer = await http.post("/v1/chat/completions", json={**body, "stream": stream})
        assert answer.status_code == 200, answer.text
        assert "error" not in answer.text
    feedback = await http.post("/api/v1/feedback", json=FEEDBACK)
    assert feedback.status_code < 300, feedback.text
    for path in ("/metrics", "/health/ready", "/api/v1/widget/config", "/v1/models"):
        assert (await http.get(path)).status_code == 200, path


FEEDBACK = {"store": "default", "answer_id": "chatcmpl-0", "rating": "up"}


async def runtime_doctor(program: IndexerProgram, own: Mapping[str, str]) -> Finished:
    return await finished(await program.start("doctor", "--json", entry=("-m", "runtime"), **own))


OURS, THEIRS = "{ns}rag-20260101-000000", "{ns}magento2_product_1"
LINES = '{"index": {"_index": "%s"}}\n{}\n'
PLANTED: Mapping[str, tuple[str, str, str, str]] = {
    "a write to the native index": ("vitrina-indexer", "PUT", f"/{THEIRS}/_doc/1", "{}"),
    "its deletion": ("vitrina-indexer", "DELETE", f"/{THEIRS}", ""),
    "a bulk that writes there besides": ("vitrina-indexer", "POST", "/_bulk", LINES % OURS + LINES % THEIRS),
    "an alias put on it": (
        "vitrina-indexer", "POST", "/_aliases",
        '{"actions": [{"add": {"index": "{ns}magento2_product_1", "alias": "{ns}rag-active"}}]}',
    ),
    "an index of another name": ("vitrina-indexer", "PUT", "/products", "{}"),
    "the indices of everybody": ("vitrina-indexer", "GET", "/_all", ""),
    "a pattern for more than ours": ("vitrina-indexer", "DELETE", "/{ns}*", ""),
    "another installation's": ("vitrina-indexer", "POST", "/t000000000000-rag-active/_search", "{}"),
    "settings of the cluster": ("vitrina-indexer", "PUT", "/_cluster/settings", '{"transient": {}}'),
    "a way around": ("vitrina-indexer", "POST", "/_reindex", "{}"),
    "a look at users": ("vitrina-indexer", "GET", "/_plugins/_security/api/internalusers", ""),
    "a write of the runtime's": ("vitrina-runtime", "PUT", f"/{OURS}/_doc/1", "{}"),
    "a build of the runtime's": ("vitrina-runtime", "PUT", f"/{OURS}", "{}"),
    "a point in time of the runtime's": ("vitrina-runtime", "POST", f"/{THEIRS}/_search/point_in_time", ""),
    "the runtime in the indexer's state": ("vitrina-runtime", "GET", "/{ns}rag-state/_doc/lease", ""),
    "nobody": ("", "GET", f"/{OURS}", ""),
    "a stranger": ("somebody", "GET", f"/{OURS}", ""),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
async def test_proxy_refuses_what_no_published_role_allows(guarded: Guarded, planted: str) -> None:
    user, method, path, body = (part.replace("{ns}", guarded.namespace) for part in PLANTED[planted])
    guarded.guard.refused.clear()
    trusted = ssl.create_default_context(cafile=guarded.place.ca_file)
    async with httpx2.AsyncClient(verify=trusted, base_url=guarded.place.url, timeout=60) as http:
        headers = {"content-type": "application/json"}
        auth = (user, PASSWORD) if user else None
        refused = await http.request(method, path, content=body, headers=headers, auth=auth)
    assert (refused.status_code, refused.json()["error"]["type"]) == (403, "security_exception")
    [call] = guarded.guard.refused
    assert call.startswith(f"{method} {path}: ")


def test_call_takes_what_it_bundles() -> None:
    aliases = {"actions": [{"remove": {"index": "a", "alias": "b"}}, {"remove_index": {"index": "c"}}]}
    asked = Asked("POST", "/_aliases", {}, json.dumps(aliases).encode())
    assert [(one.action, one.on) for one in needed_by(asked)] == [
        ("indices:admin/aliases", "a"), ("indices:admin/aliases", "b"), ("indices:admin/delete", "c"),
    ]  # fmt: skip
    items = b'{"delete": {"_id": "1"}}\n{"index": {"_index": "d"}}\n{}\n'
    needed = [(one.action, one.on) for one in needed_by(Asked("POST", "/e/_bulk", {}, items))]
    assert ("indices:data/write/delete", "e") in needed
    assert ("indices:data/write/index", "d") in needed
    assert list(needed_by(Asked("POST", "/_reindex", {}, b"{}"))) == []
