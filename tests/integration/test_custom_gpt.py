"""The Action API as ChatGPT meets it: fetched, read and called over TLS, through a real nginx and under a path."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx2
import pytest
import trustme
from jsonschema import Draft202012Validator
from support.nginx import PREFIX, SHOP, nginx
from support.openai import BOUND_SECONDS
from support.runtime import ACTION_KEY, Shop, some_services
from support.serving import serving_here

from runtime.actions.rules import find_violations
from runtime.app import create_app
from runtime.web.contract import iter_operations

PUBLIC_URL: Final = f"https://{SHOP}{PREFIX}"
SPECIFICATION: Final = "/.well-known/gpt-actions/openapi.json"
ASKED: Final[dict[str, dict[str, Any]]] = {
    "retrieveProducts": {"query": "a black bag", "filters": {"price_max": 50}, "limit": 5},
    "getProduct": {"sku": "BG-10-RED"},
}
"""What ChatGPT might fill an operation in with."""
NO_FILTER: Final = {
    "NaN": b'{"query": "bag", "filters": {"price_max": NaN}}',
    "Infinity": b'{"query": "bag", "filters": {"price_min": -Infinity}}',
    "overflow": b'{"query": "bag", "filters": {"price_max": 1e999}}',
    "surrogate": b'{"query": "bag", "filters": {"category": "\\ud800"}}',
    "words": b'{"query": "bag", "filters": {"price_max": "50"}}',
    "turned round": b'{"query": "bag", "filters": {"price_min": 50, "price_max": 5}}',
    "unknown": b'{"query": "bag", "filters": {"colour": "red"}}',
    "cut": b'{"query": "bag", "filters": {"price_max": 5',
}


class ChatGpt:
    """Asks the shop by its name, though it lies on this machine, and trusts the certificate of that name alone."""

    def __init__(self, address: str, http: httpx2.AsyncClient) -> None:
        self._address = address
        self._http = http

    async def ask(self, method: str, url: str, **options: Any) -> httpx2.Response:
        parts = urlsplit(url)
        assert (parts.scheme, parts.hostname, parts.port) == ("https", SHOP, None)
        headers = {"host": SHOP, **options.pop("headers", {})}
        answer = await self._http.request(
            method, f"{self._address}{parts.path}", headers=headers, extensions={"sni_hostname": SHOP}, **options
        )
        assert len(answer.text) < 100_000
        return answer

    async def call(self, specification: dict[str, Any], operation_id: str, **options: Any) -> httpx2.Response:
        """Calls an operation as `specification` says, and holds the answer to it."""
        ((path, method, operation),) = (
            found for found in iter_operations(specification) if found[2]["operationId"] == operation_id
        )
        headers = {"authorization": f"Bearer {ACTION_KEY}", "content-type": "application/json"}
        url = specification["servers"][0]["url"] + path
        answer = await self.ask(method.upper(), url, **{"headers": headers, **options})
        schema = operation["responses"][str(answer.status_code)]["content"]["application/json"]["schema"]
        Draft202012Validator({**specification, **schema}).validate(answer.json())
        return answer


@asynccontextmanager
async def shop_on_the_internet(folder: Path) -> AsyncIterator[tuple[str, trustme.CA]]:
    """The address of nginx before a shop at PUBLIC_URL, and who has signed its certificate."""
    authority = trustme.CA()
    app = create_app(some_services(Shop(), public_url=PUBLIC_URL, path_prefix=PREFIX))
    async with serving_here(app) as upstream:
        with nginx(folder, upstream, certificate=authority.issue_cert(SHOP)) as address:
            yield address, authority


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
async def chatgpt(tmp_path: Path) -> AsyncIterator[ChatGpt]:
    async with (
        shop_on_the_internet(tmp_path) as (address, authority),
        httpx2.AsyncClient(verify=trusting(authority), timeout=BOUND_SECONDS) as http,
    ):
        yield ChatGpt(address, http)


@pytest.fixture
async def specification(chatgpt: ChatGpt) -> dict[str, Any]:
    """What ChatGPT imports."""
    answer = await chatgpt.ask("GET", f"{PUBLIC_URL}{SPECIFICATION}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def test_specification_is_imported_without_a_violation(specification: dict[str, Any]) -> None:
    assert find_violations(specification) == []
    assert specification["servers"] == [{"url": PUBLIC_URL}]


async def test_every_operation_is_called_as_the_specification_says(
    chatgpt: ChatGpt, specification: dict[str, Any]
) -> None:
    operations = {operation["operationId"] for _, _, operation in iter_operations(specification)}
    assert operations == ASKED.keys()
    for operation_id, body in ASKED.items():
        answer = await chatgpt.call(specification, operation_id, json=body)
        assert answer.status_code == 200
        assert answer.json()["products"][0]["name"] == "City Bag"


@pytest.mark.parametrize("body", NO_FILTER.values(), ids=NO_FILTER.keys())
async def test_filter_that_is_none_is_400_in_the_documented_shape(
    chatgpt: ChatGpt, specification: dict[str, Any], body: bytes
) -> None:
    answer = await chatgpt.call(specification, "retrieveProducts", content=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_wrong_key_is_401_in_the_documented_shape(chatgpt: ChatGpt, specification: dict[str, Any]) -> None:
    for operation_id, body in ASKED.items():
        wrong = {"authorization": "Bearer vk_wrong"}
        assert (await chatgpt.call(specification, operation_id, json=body, headers=wrong)).status_code == 401


async def test_privacy_policy_is_where_the_specification_says(chatgpt: ChatGpt, specification: dict[str, Any]) -> None:
    answer = await chatgpt.ask("GET", specification["externalDocs"]["url"])

    assert answer.status_code == 200
    assert "how the shop assistant handles questions" in answer.text
    assert "как помощник магазина обращается с вопросами" in answer.text


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
async def test_tls_is_as_new_as_chatgpt_asks_for(tmp_path: Path, version: ssl.TLSVersion) -> None:
    async with shop_on_the_internet(tmp_path) as (address, authority):
        context = trusting(authority)
        context.minimum_version = context.maximum_version = version
        async with httpx2.AsyncClient(verify=context, timeout=BOUND_SECONDS) as http:
            assert (await ChatGpt(address, http).ask("GET", f"{PUBLIC_URL}{SPECIFICATION}")).status_code == 200


async def test_certificate_of_another_name_is_not_taken(tmp_path: Path) -> None:
    async with (
        shop_on_the_internet(tmp_path) as (address, authority),
        httpx2.AsyncClient(verify=trusting(authority), timeout=BOUND_SECONDS) as http,
    ):
        with pytest.raises(httpx2.ConnectError):
            await http.get(address)
