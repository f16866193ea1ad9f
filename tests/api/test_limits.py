"""Rate limits: whose budget a request is counted against, and what the answer says about it."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from redis.asyncio import Redis
from support.openai import BOUND_SECONDS
from support.ports import a_port
from support.redis import redis
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

from runtime.app import create_app
from runtime.web.rate_limit import RateLimit, ThreadlessMemory
from runtime.web.visitors import HEADER, Visitors

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
    return (await client.post(path, json=QUESTION, headers=named(headers))).status_code


def named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


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


VISITORS = Visitors(b"s" * 32)


def a_visitor() -> dict[str, str]:
    return {"origin": ORIGIN, HEADER.replace("-", "_"): VISITORS.issue().text}


@asynccontextmanager
async def visited(rate: str, *, times: int = 10, storage: str = "memory") -> AsyncIterator[httpx2.AsyncClient]:
    limit = RateLimit(rate, area="chat", storage=storage, address_times=times)
    async with client_of(some_services(Shop(), chat_limit=limit, visitors=VISITORS), key=None) as client:
        yield client


async def test_thirty_visitors_behind_one_address_are_not_limited_as_one() -> None:
    async with visited("5/hour") as client:
        statuses = [await chat(client, **one) for one in [a_visitor() for _ in range(30)]]
        one = a_visitor()
        own = [await chat(client, **one) for _ in range(6)]

    assert statuses == [200] * 30
    assert own == [200] * 5 + [429]


async def test_tokens_beyond_the_ceiling_of_the_address_buy_nothing() -> None:
    async with visited("5/hour", times=3) as client:
        # A token for each question: the visitors' own budgets are never used up.
        answers = [
            await client.post("/v1/chat/completions", json=QUESTION, headers=named(a_visitor())) for _ in range(16)
        ]

    assert [answer.status_code for answer in answers] == [200] * 15 + [429]
    refused = answers[-1]
    assert_error(refused, 429, code="rate_limit_exceeded")
    assert refused.headers["x-ratelimit-limit-requests"] == "15"
    assert refused.headers["x-ratelimit-remaining-requests"] == "0"
    assert 0 < int(refused.headers["retry-after"]) <= 3600
    assert answers[0].headers["x-ratelimit-limit-requests"] == "5"
    assert answers[0].headers["x-ratelimit-remaining-requests"] == "4"


async def test_those_without_a_token_share_what_one_visitor_has() -> None:
    async with visited("2/hour") as client:
        statuses = [await chat(client, origin=ORIGIN) for _ in range(3)]
        with_token = await chat(client, **a_visitor())

    assert statuses == [200, 200, 429]
    assert with_token == 200


async def test_key_knows_no_visitors_and_no_address() -> None:
    async with visited("4/hour", times=1) as client:
        key = {"authorization": f"Bearer {CHAT_KEY}"}
        statuses = [await chat(client, **key, **one) for one in [a_visitor() for _ in range(5)]]
        others = await chat(client, **a_visitor())

    assert statuses == [200] * 4 + [429]
    assert others == 200


async def test_who_was_refused_is_refused_again_without_asking_the_store(tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port):
        storage = f"redis://127.0.0.1:{port}/0"
        async with limited("1/hour", storage=storage) as client, Redis(port=port) as store:
            first = [(await client.post(RETRIEVE, json={"query": "x"})).status_code for _ in range(2)]
            before = (await store.info("stats"))["total_commands_processed"]
            refused = [await client.post(RETRIEVE, json={"query": "x"}) for _ in range(20)]
            asked = (await store.info("stats"))["total_commands_processed"] - before

    assert first == [200, 429]
    assert {answer.status_code for answer in refused} == {429}
    assert {answer.headers["x-ratelimit-remaining-requests"] for answer in refused} == {"0"}
    assert all(0 < int(answer.headers["retry-after"]) <= 3600 for answer in refused)
    # Ours is one of them.
    assert asked == 1


async def test_refusal_ends_with_its_window() -> None:
    async with limited("1/second") as client, asyncio.timeout(BOUND_SECONDS):
        for wanted in (429, 200):
            while (await client.post(RETRIEVE, json={"query": "x"})).status_code != wanted:
                await asyncio.sleep(0.01)


async def test_refused_stranger_shuts_out_no_visitor_of_the_same_address() -> None:
    async with visited("1/hour", times=4) as client:
        without = [await chat(client, origin=ORIGIN) for _ in range(4)]
        visitors = [await chat(client, **a_visitor()) for _ in range(4)]

    assert without == [200, 429, 429, 429]
    assert visitors == [200, 200, 200, 429]


async def test_expired_and_foreign_tokens_are_counted_by_address() -> None:
    foreign = Visitors(b"t" * 32).issue().text
    expired = Visitors(b"s" * 32, clock=lambda: 1.0).issue().text
    async with visited("1/hour") as client:
        statuses = [await chat(client, origin=ORIGIN, x_vitrina_visitor=token) for token in (foreign, expired, "")]

    assert statuses == [200, 429, 429]


@pytest.mark.parametrize(
    ("addresses", "statuses"),
    [
        (("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), [200, 429]),
        (("2001:db8:1:2::1", "2001:db8:1:3::1"), [200, 200]),
        (("192.0.2.1", "::ffff:192.0.2.1"), [200, 429]),
        (("192.0.2.1", "192.0.2.2"), [200, 200]),
        (("unix", "unix"), [200, 429]),
    ],
)
async def test_address_of_version_six_is_its_customers_network(addresses: tuple[str, str], statuses: list[int]) -> None:
    app = create_app(some_services(Shop(), chat_limit=RateLimit("1/hour", area="chat")))
    found = []
    for address in addresses:
        transport = httpx2.ASGITransport(app=app, client=(address, 1))
        async with httpx2.AsyncClient(transport=transport, base_url="http://runtime.test") as client:
            found.append(await chat(client, origin=ORIGIN))

    assert found == statuses


async def test_visitors_are_limited_by_a_redis_that_replicas_share(tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port):
        storage = f"redis://127.0.0.1:{port}/0"
        one = a_visitor()
        async with (
            visited("2/hour", times=2, storage=storage) as first,
            visited("2/hour", times=2, storage=storage) as second,
        ):
            statuses = [await chat(client, **one) for client in (first, second, first)]
            ceiling = [await chat(client, **a_visitor()) for client in (first, second, second)]

    assert statuses == [200, 200, 429]
    assert ceiling == [200, 200, 429]


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


def test_counters_whose_window_is_over_are_swept_without_a_thread() -> None:
    threads = threading.active_count()
    memory = ThreadlessMemory(sweep_seconds=0)
    memory.incr("over at once", expiry=0)
    memory.incr("goes on", expiry=60)
    assert set(memory.storage) == {"goes on"}
    assert threading.active_count() <= threads
