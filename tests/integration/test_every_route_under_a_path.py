"""Every public route behind a real nginx that knows the runtime by a path, as docs/operations.md sets it up."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, Literal

import httpx2
import pytest
from support.nginx import PREFIX, SHOP, nginx
from support.openai import BOUND_SECONDS
from support.runtime import ACTION_KEY, CHAT_KEY, Shop, committed, some_services
from support.serving import serving_here

from runtime.app import create_app
from runtime.storefront.script import PINNED_PATH, WidgetScript
from runtime.web.contract import iter_operations

SCRIPT: Final = WidgetScript(b"(()=>{})();", "1.2.3")
PUBLIC_URL: Final = f"https://{SHOP}{PREFIX}"
QUESTION: Final = {"model": "vitrina", "messages": [{"role": "user", "content": "a black bag"}]}
RATING: Final = {"answer_id": "chatcmpl-1", "rating": "up"}

Route = tuple[Literal["get", "post"], str]

ASKED: Final[dict[Route, dict[str, Any] | None]] = {
    ("post", "/api/v1/chat/completions"): {**QUESTION, "stream": True},
    ("post", "/v1/chat/completions"): QUESTION,
    ("post", "/api/v1/actions/retrieve_products"): {"query": "a black bag"},
    ("post", "/api/v1/actions/get_product"): {"sku": "BG-10-RED"},
    ("get", "/api/v1/widget/config"): None,
    ("post", "/api/v1/feedback"): RATING,
    ("get", "/widget.js"): None,
    ("get", "/widget/{build}/widget.js"): None,
    ("get", "/v1/models"): None,
    ("get", "/v1/models/{model}"): None,
    ("get", "/health/live"): None,
    ("get", "/health/ready"): None,
    ("get", "/metrics"): None,
    ("get", "/privacy"): None,
    ("get", "/openapi.json"): None,
    ("get", "/.well-known/gpt-actions/openapi.json"): None,
}
"""What is sent to each; None where nothing is."""
CLOSED: Final[Route] = ("get", "/metrics")
"""For Prometheus, which asks the runtime itself."""


@pytest.fixture
async def assistant(tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the shop's nginx."""
    services = some_services(Shop(), public_url=PUBLIC_URL, path_prefix=PREFIX, script=SCRIPT)
    async with serving_here(create_app(services)) as upstream:
        with nginx(tmp_path, upstream) as url:
            async with httpx2.AsyncClient(base_url=url, timeout=BOUND_SECONDS) as client:
                yield client


def test_routes_of_the_contract_are_all_here() -> None:
    contract = {(method, path) for path, method, _ in iter_operations(committed("runtime.yaml"))}
    # The chat answers at the address that stock clients put together as well.
    assert contract == ASKED.keys() - {("post", "/v1/chat/completions")}


@pytest.mark.parametrize(("method", "path"), [route for route in ASKED if route != CLOSED], ids=lambda part: part)
async def test_route_answers_under_the_path_and_nowhere_else(
    assistant: httpx2.AsyncClient, method: str, path: str
) -> None:
    path = path.replace(PINNED_PATH, PINNED_PATH.format(build=SCRIPT.name)).replace("{model}", "vitrina")
    key = ACTION_KEY if "/actions/" in path else CHAT_KEY
    options = {"json": ASKED[(method, path)]} if method == "post" else {}  # type: ignore[index]

    answer = await assistant.request(method, f"{PREFIX}{path}", headers={"authorization": f"Bearer {key}"}, **options)
    elsewhere = await assistant.request(method, path, **options)

    assert answer.is_success, (answer.status_code, answer.text)
    # nginx's own page says so: nothing of ours was asked.
    assert elsewhere.status_code in (404, 405)
    assert "nginx" in elsewhere.text


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/x/../metrics", "/%6Detrics", "/metrics?x", "/metrics/"])
async def test_nobody_outside_reads_the_metrics(assistant: httpx2.AsyncClient, path: str) -> None:
    answer = await assistant.get(f"{PREFIX}{path}", follow_redirects=True)

    assert answer.status_code == 404
    assert "vitrina_" not in answer.text


async def test_addresses_that_answers_lead_to_are_under_the_path_too(assistant: httpx2.AsyncClient) -> None:
    specification = (await assistant.get(f"{PREFIX}/.well-known/gpt-actions/openapi.json")).json()
    contract = (await assistant.get(f"{PREFIX}/openapi.json")).json()

    assert specification["servers"] == contract["servers"] == [{"url": PUBLIC_URL}]
    assert specification["externalDocs"]["url"] == f"{PUBLIC_URL}/privacy"
