"""Browsers: exact origins only, and the headers a page needs to read."""

import httpx2
import pytest
from support.runtime import ORIGIN, Shop, assert_error, client_of, some_services

CHAT = "/v1/chat/completions"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}


async def test_preflight_of_the_shop_is_allowed(client: httpx2.AsyncClient) -> None:
    wanted = "authorization,content-type,x-request-id,x-vitrina-visitor"
    headers = {**PREFLIGHT, "origin": ORIGIN, "access-control-request-headers": wanted}

    response = await client.options(CHAT, headers=headers)

    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]


@pytest.mark.parametrize(
    "headers",
    [
        {**PREFLIGHT, "origin": "https://evil.test"},
        {**PREFLIGHT, "origin": "https://shop.test.evil.test"},
        {**PREFLIGHT, "origin": ORIGIN, "access-control-request-method": "DELETE"},
        {**PREFLIGHT, "origin": ORIGIN, "access-control-request-headers": "x-evil"},
    ],
    ids=["other origin", "longer origin", "method", "header"],
)
async def test_other_preflight_is_refused_in_the_error_shape(
    client: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    assert_error(await client.options(CHAT, headers=headers), 400, code="origin_not_allowed")


async def test_page_may_read_the_headers_it_needs(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/models", headers={"origin": ORIGIN})

    exposed = {name.strip() for name in response.headers["access-control-expose-headers"].split(",")}
    assert exposed == {
        "x-request-id",
        "x-degraded",
        "x-llm-route",
        "retry-after",
        "x-ratelimit-limit-requests",
        "x-ratelimit-remaining-requests",
        "x-ratelimit-reset-requests",
    }


async def test_error_can_be_read_by_the_page_too(client: httpx2.AsyncClient) -> None:
    response = await client.post(CHAT, json={"messages": []}, headers={"origin": ORIGIN})

    assert response.status_code == 400
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_other_origin_gets_no_permission_to_read(client: httpx2.AsyncClient) -> None:
    response = await client.get("/v1/models", headers={"origin": "https://evil.test"})

    assert "access-control-allow-origin" not in response.headers


async def test_without_origins_nobody_is_named() -> None:
    async with client_of(some_services(Shop(), origins=()), key=None) as client:
        response = await client.get("/v1/models", headers={"origin": ORIGIN})

    assert "access-control-allow-origin" not in response.headers
