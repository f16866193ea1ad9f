"""Probes, metrics, privacy and the published contracts."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs
from support.runtime import ACTION_KEY, Shop, assert_error, client_of, committed, some_services

from runtime.actions.rules import find_violations
from runtime.retrieval.index import LiveIndex
from runtime.runs.watch import RunWatch
from runtime.web.privacy import privacy_text
from runtime.web.visitors import SECONDS
from shared.opensearch import AccessDenied, ClusterUnreachable
from shared.stores import StoreView


async def test_ready_when_every_store_can_be_searched(client: httpx2.AsyncClient) -> None:
    response = await client.get("/health/ready")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_not_ready_names_alias_and_fix(client: httpx2.AsyncClient, shop: Shop) -> None:
    del shop.search.aliases["rag-ru-active"]
    shop.clock.now += 10

    error = assert_error(await client.get("/health/ready"), 503, code="not_ready")

    assert error["message"] == "Store 'ru': no index behind alias 'rag-ru-active' yet; run `vitrina-indexer run`."


async def test_not_ready_names_an_index_of_another_schema(client: httpx2.AsyncClient, shop: Shop) -> None:
    shop.search.indices["rag-default-1"].meta = None
    shop.clock.now += 10

    error = assert_error(await client.get("/health/ready"), 503, code="not_ready")

    assert "'rag-default-1' cannot be served" in error["message"]


async def test_not_ready_while_the_cluster_is_out_of_reach(client: httpx2.AsyncClient, shop: Shop) -> None:
    shop.clock.now += 10
    shop.search.failures += [ClusterUnreachable("OPENSEARCH_URL=http://node:9200: no answer")] * 2

    response = await client.get("/health/ready")

    assert_error(response, 503, code="not_ready")
    assert response.headers["retry-after"] == "5"


async def test_not_ready_where_an_index_may_not_be_searched(shop: Shop) -> None:
    async def denied(_store: str) -> LiveIndex:
        raise AccessDenied("no permissions for [indices:data/read/msearch]")

    runs = RunWatch(NoRecords(), stores=["default"], try_live=denied)
    with capture_logs():
        await runs.look()
    async with client_of(some_services(shop, runs=runs)) as client:
        error = assert_error(await client.get("/health/ready"), 503, code="not_ready")
    assert "Store 'default': " in error["message"]
    assert error["message"].endswith("give it the role in docs/permissions.md.")


class NoRecords:
    """Where nothing was recorded yet."""

    async def fetch(self, count: int) -> Sequence[Mapping[str, Any]]:
        return []


async def test_alive_whatever_the_cluster_does(client: httpx2.AsyncClient, shop: Shop) -> None:
    shop.search.aliases.clear()
    shop.clock.now += 10

    assert (await client.get("/health/live")).status_code == 200


@pytest.mark.parametrize(
    "path", ["/health/live", "/health/ready", "/v1/models", "/privacy", "/openapi.json", "/metrics"]
)
async def test_head_is_answered_wherever_get_is(client: httpx2.AsyncClient, path: str) -> None:
    head, get = await client.head(path), await client.get(path)

    assert head.status_code == get.status_code == 200
    assert head.headers["content-type"] == get.headers["content-type"]


async def test_head_says_not_ready_too(client: httpx2.AsyncClient, shop: Shop) -> None:
    shop.search.aliases.clear()
    shop.clock.now += 10

    assert (await client.head("/health/ready")).status_code == 503


async def test_head_where_there_is_no_get_is_refused_as_get_is(client: httpx2.AsyncClient) -> None:
    response = await client.head("/v1/chat/completions")

    assert (response.status_code, response.headers["allow"]) == (405, "POST")


async def test_service_starts_without_any_index(shop: Shop) -> None:
    shop.search.aliases.clear()

    async with client_of(some_services(shop), key=None) as client:
        assert (await client.get("/health/live")).status_code == 200


async def test_metrics_count_by_route_template_and_never_by_path(client: httpx2.AsyncClient) -> None:
    await client.get("/v1/models/gpt-4o-canary")
    await client.get("/nope-canary")
    await client.post(
        "/api/v1/actions/retrieve_products",
        json={"query": "jacket-canary"},
        headers={"authorization": f"Bearer {ACTION_KEY}"},
    )

    text = (await client.get("/metrics")).text

    assert re.search(
        r'vitrina_http_requests_total\{method="GET",route="/v1/models/\{model\}",status="404"\} [1-9]', text
    )
    assert re.search(r'vitrina_http_requests_total\{method="GET",route="unknown",status="404"\} [1-9]', text)
    assert re.search(
        r'vitrina_http_requests_total\{method="POST",route="/api/v1/actions/retrieve_products",status="200"\} [1-9]',
        text,
    )
    assert "vitrina_retrieval_seconds_count" in text
    assert "canary" not in text


async def test_metrics_with_a_port_of_their_own_are_not_on_this_one(shop: Shop) -> None:
    async with client_of(some_services(shop, serve_metrics=False), key=None) as client:
        assert_error(await client.get("/metrics"), 404, code="not_found")


async def test_published_contract_is_the_committed_one(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json() == committed("runtime.yaml")


async def test_published_action_specification_is_the_committed_one(client: httpx2.AsyncClient) -> None:
    assert (await client.get("/.well-known/gpt-actions/openapi.json")).json() == committed("actions.yaml")


async def test_public_url_is_the_server_of_both_contracts(shop: Shop) -> None:
    url = "https://assistant.example/shop"
    async with client_of(some_services(shop, public_url=url), key=None) as client:
        whole = (await client.get("/openapi.json")).json()
        actions = (await client.get("/.well-known/gpt-actions/openapi.json")).json()

    assert whole["servers"] == actions["servers"] == [{"url": url}]
    assert find_violations(actions) == []


@pytest.mark.parametrize("path", ["/assistant/v1/models", "/v1/models"], ids=["kept prefix", "stripped prefix"])
async def test_everything_works_under_a_path_prefix(shop: Shop, path: str) -> None:
    services = some_services(shop, public_url="https://shop.example/assistant", path_prefix="/assistant")
    async with client_of(services, key=None) as client:
        assert (await client.get(path)).status_code == 200


async def test_privacy_is_told_in_the_language_of_each_store(client: httpx2.AsyncClient) -> None:
    response = await client.get("/privacy")

    assert response.headers["content-type"].startswith("text/plain")
    assert "Lumen: how the shop assistant handles questions" in response.text
    assert "Люмен: как помощник магазина обращается с вопросами" in response.text


@pytest.mark.parametrize(
    ("locale", "masking", "chatgpt"),
    [
        ("en_US", "cards, passports and tax numbers in it are masked", "under the terms"),
        ("ru_RU", "в нём перед этим скрываются", "OpenAI"),
    ],
)
def test_privacy_says_of_masking_and_chatgpt_what_is_so(locale: str, masking: str, chatgpt: str) -> None:
    store = StoreView(locale=locale)

    assert masking in privacy_text(store)
    assert masking not in privacy_text(store, masked=False)
    assert chatgpt in privacy_text(store)


@pytest.mark.parametrize(
    ("locale", "kept", "held"),
    [
        ("en_US", "the browser keeps a random visitor number", f"holds for {SECONDS // 60} minutes"),
        ("ru_RU", "браузер хранит случайный номер посетителя", f"действует {SECONDS // 60} минут"),
    ],
)
def test_privacy_says_what_the_browser_keeps_and_for_how_long(locale: str, kept: str, held: str) -> None:
    text = privacy_text(StoreView(locale=locale))

    assert kept in text
    assert held in text


def test_privacy_links_the_policy_of_the_shop() -> None:
    store = StoreView(links={"privacy": "https://shop.example/privacy"})

    assert privacy_text(store).endswith("The shop's privacy policy: https://shop.example/privacy")
