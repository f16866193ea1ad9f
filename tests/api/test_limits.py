"""Rate limits: whose budget a request is counted against, and what the answer says about it."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from support.runtime import (
    ACTION_KEY,
    CHAT_KEY,
    ORIGIN,
    RUSSIAN_ACTION_KEY,
    Shop,
    assert_error,
    client_of,
    some_services,
)

from runtime.web.rate_limit import RateLimit

RETRIEVE = "/api/v1/actions/retrieve_products"
GET = "/api/v1/actions/get_product"
QUESTION = {"model": "vitrina", "messages": [{"role": "user", "content": "jacket"}]}


@asynccontextmanager
async def limited(
    rate: str = "2/hour", *, key: str | None = ACTION_KEY, storage: str = "memory"
) -> AsyncIterator[httpx2.AsyncClient]:
    services = some_services(
        Shop(),
        action_limit=RateLimit(rate, area="actions", storage=storage),
        chat_limit=RateLimit(rate, area="chat", storage=storage),
    )
    async with client_of(services, key=key) as client:
        yield client


async def chat(client: httpx2.AsyncClient, path: str = "/v1/chat/completions", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return (await client.post(path, json=QUESTION, headers=named)).status_code


async def test_budget_is_told_on_every_answer() -> None:
    async with limited() as client:
        first = await client.post(RETRIEVE, json={"query": "jacket"})
        second = await client.post(RETRIEVE, json={"query": ""})

    assert first.headers["x-ratelimit-limit-requests"] == "2"
    assert (first.status_code, first.headers["x-ratelimit-remaining-requests"]) == (200, "1")
    assert (second.status_code, second.headers["x-ratelimit-remaining-requests"]) == (400, "0")
    assert 0 < int(first.headers["x-ratelimit-reset-requests"].removesuffix("s")) <= 3600
    assert "retry-after" not in first.headers


async def test_request_beyond_the_budget_is_429_with_the_wait() -> None:
    async with limited() as client:
        for _ in range(2):
            await client.post(RETRIEVE, json={"query": "jacket"})
        response = await client.post(RETRIEVE, json={"query": "jacket"})

    error = assert_error(response, 429, code="rate_limit_exceeded")
    assert error["type"] == "rate_limit_error"
    assert 0 < int(response.headers["retry-after"]) <= 3600
    assert response.headers["x-ratelimit-remaining-requests"] == "0"
    assert "x-should-retry" not in response.headers


async def test_routes_of_an_area_share_a_budget() -> None:
    async with limited() as client:
        statuses = [
            (await client.post(route, json=body)).status_code
            for route, body in ((RETRIEVE, {"query": "x"}), (GET, {"id": "1"}), (GET, {"id": "1"}))
        ]

    assert statuses == [200, 200, 429]


async def test_both_chat_addresses_share_a_budget() -> None:
    async with limited(key=CHAT_KEY) as client:
        statuses = [
            await chat(client, path)
            for path in ("/v1/chat/completions", "/api/v1/chat/completions", "/v1/chat/completions")
        ]

    assert statuses == [200, 200, 429]


async def test_each_key_has_a_budget_of_its_own() -> None:
    async with limited("1/hour") as client:
        other = {"authorization": f"Bearer {RUSSIAN_ACTION_KEY}"}
        statuses = [
            (await client.post(RETRIEVE, json={"query": "x"}, headers=headers)).status_code
            for headers in ({}, {}, other, other)
        ]

    assert statuses == [200, 429, 200, 429]


@pytest.mark.parametrize("header", ["x_vitrina_visitor", "user_agent", "x_request_id"])
async def test_nothing_a_caller_may_invent_buys_a_budget_of_its_own(header: str) -> None:
    async with limited("1/hour", key=None) as client:
        statuses = [await chat(client, origin=ORIGIN, **{header: value}) for value in ("visitor-one", "visitor-two")]

    assert statuses == [200, 429]


async def test_forwarded_address_in_a_header_is_not_believed() -> None:
    async with limited("1/hour", key=None) as client:
        statuses = [await chat(client, origin=ORIGIN, x_forwarded_for=address) for address in ("1.1.1.1", "2.2.2.2")]

    assert statuses == [200, 429]


async def test_refused_strangers_use_up_nobodys_budget() -> None:
    async with limited("1/hour") as client:
        for _ in range(3):
            await client.post(RETRIEVE, json={"query": "x"}, headers={"authorization": "Bearer nope"})

        assert (await client.post(RETRIEVE, json={"query": "x"})).status_code == 200


@pytest.mark.parametrize("where", ["environment", ".env"])
@pytest.mark.parametrize(("name", "value"), [("RATELIMIT_ENABLED", "false"), ("RATELIMIT_STRATEGY", "none")])
async def test_limits_hear_no_settings_but_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str, where: str
) -> None:
    monkeypatch.chdir(tmp_path)
    if where == ".env":
        (tmp_path / ".env").write_text(f"{name}={value}\n")
    else:
        monkeypatch.setenv(name, value)

    async with limited("1/hour") as client:
        statuses = [(await client.post(RETRIEVE, json={"query": "jacket"})).status_code for _ in range(2)]

    assert statuses == [200, 429]


async def test_requests_are_limited_from_memory_while_redis_is_down() -> None:
    with socket.socket() as bound:
        # Bound and never listening: nobody else can take the port, and every connection is refused.
        bound.bind(("127.0.0.1", 0))
        async with limited(storage=f"redis://127.0.0.1:{bound.getsockname()[1]}/0") as client:
            answers = [await client.post(RETRIEVE, json={"query": "jacket"}) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert_error(answers[2], 429, code="rate_limit_exceeded")


async def test_answer_beyond_the_room_is_refused_before_the_door_and_the_rest_goes_on() -> None:
    services = some_services(Shop(), most_running=0)
    async with client_of(services, key=None) as client:
        response = await client.post("/v1/chat/completions", json=QUESTION)
        alive = await client.get("/health/live")

    assert_error(response, 503, code="overloaded")
    assert response.headers["retry-after"] == "1"
    assert alive.status_code == 200
