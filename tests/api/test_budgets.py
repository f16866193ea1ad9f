"""Budgets over HTTP: a shop that has spent its day answers in cards, a key or visitor that has is refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client import REGISTRY
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs
from support.budgets import HALF_A_DAY, Day, budgets
from support.chains import a_chain, a_provider
from support.llm import FakeModel, Silence, says
from support.ports import a_port
from support.redis import redis
from support.runtime import CHAT_KEY, ORIGIN, Shop, assert_error, client_of, some_services

from runtime.chat.purse import Purses
from runtime.chat.service import ChatService
from runtime.llm.model import Token, TokenUsage
from runtime.llm.price import Price
from runtime.web.auth import ApiKey, ChatDoor, KeyRing, hash_key
from runtime.web.budget import Allowance, Budgets
from runtime.web.draining import Draining
from runtime.web.ledger import Ledger
from runtime.web.visitors import HEADER, Visitors

CHAT = "/v1/chat/completions"
QUESTION = {"messages": [{"role": "user", "content": "wool jacket"}], "max_tokens": 50}
OTHER_KEY = "vk_another-chat-key"
PRICE = Price(prompt=1.0, completion=2.0, currency="EUR")
USAGE = TokenUsage(400, 50)
TAKEN = USAGE.prompt + USAGE.completion
VISITORS = Visitors(b"s" * 32)


@asynccontextmanager
async def shop(given: Budgets | None, model: FakeModel, **changes: Any) -> AsyncIterator[httpx2.AsyncClient]:
    """The chat with one provider, and two keys. changes: of the services."""
    ring = KeyRing([ApiKey("widget", None, hash_key(CHAT_KEY)), ApiKey("partner", None, hash_key(OTHER_KEY))])
    place = Shop()
    services = some_services(
        place,
        chat=ChatService(place.retriever, a_chain((a_provider(price=PRICE), model))),
        chat_door=ChatDoor(ring, origins=[ORIGIN], open_to_all=False),
        purses=Purses(given, prices=[PRICE]),
        visitors=VISITORS,
        **changes,
    )
    async with client_of(services, key=None) as client:
        yield client


def a_model() -> FakeModel:
    return FakeModel(says("The Wool Jacket.", usage=USAGE))


def by_key(key: str = CHAT_KEY) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def a_visitor() -> dict[str, str]:
    return {"origin": ORIGIN, HEADER: VISITORS.issue().text}


async def ask(client: httpx2.AsyncClient, headers: dict[str, str], **options: Any) -> httpx2.Response:
    return await client.post(CHAT, json=QUESTION | options, headers=headers)


@pytest.mark.parametrize("stream", [False, True])
async def test_spent_shop_answers_in_cards_until_the_next_day(stream: bool) -> None:
    clock, model = Day(), a_model()
    async with shop(budgets(clock=clock, shop=TAKEN), model) as client:
        answers = [await ask(client, by_key(), stream=stream) for _ in range(3)]
        clock.now += HALF_A_DAY
        tomorrow = await ask(client, by_key(), stream=stream)

    assert [answer.status_code for answer in (*answers, tomorrow)] == [200] * 4
    assert [answer.headers.get("x-degraded") for answer in (*answers, tomorrow)] == [None, "llm", "llm", None]
    assert len(model.calls) == 2
    assert all("Wool Jacket" in answer.text for answer in answers)


@pytest.mark.parametrize("stream", [False, True])
async def test_spent_key_is_refused_until_midnight_and_no_other_is(stream: bool) -> None:
    model = a_model()
    async with shop(budgets(caller=TAKEN), model) as client:
        first = await ask(client, by_key(), stream=stream)
        refused = await ask(client, by_key(), stream=stream)
        other = await ask(client, by_key(OTHER_KEY), stream=stream)

    assert (first.status_code, other.status_code) == (200, 200)
    error = assert_error(refused, 429, code="insufficient_quota")
    assert error["type"] == "insufficient_quota"
    assert refused.headers["retry-after"] == str(HALF_A_DAY)
    assert len(model.calls) == 2


async def test_spent_key_costs_the_shop_no_search() -> None:
    async with shop(budgets(caller=TAKEN), a_model()) as client:
        answers = [await ask(client, by_key()) for _ in range(2)]
        searched = counted("vitrina_retrieval_seconds_count", store="default")
        answers += [await ask(client, by_key()) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 429, 429, 429, 429]
    assert counted("vitrina_retrieval_seconds_count", store="default") == searched


async def test_visitors_have_a_budget_each_and_addresses_an_end() -> None:
    async with shop(budgets(caller=TAKEN, address_times=3), a_model()) as client:
        one = a_visitor()
        own = [(await ask(client, one)).status_code for _ in range(2)]
        others = [(await ask(client, a_visitor())).status_code for _ in range(3)]

    assert own == [200, 429]
    assert others == [200, 200, 429]


async def test_budget_of_money_counts_what_the_provider_takes() -> None:
    cost = PRICE.of(prompt_tokens=USAGE.prompt, completion_tokens=USAGE.completion)
    async with shop(budgets(shop=Allowance(cost=2 * cost)), a_model()) as client:
        degraded = [(await ask(client, by_key())).headers.get("x-degraded") for _ in range(4)]

    assert degraded == [None, None, "llm", "llm"]


@pytest.mark.parametrize("where", ["memory", "redis"])
async def test_fifty_at_once_overrun_a_budget_by_one_answer_at_most(tmp_path: Path, where: str) -> None:
    answers, budget = 50, 5 * TAKEN
    model = a_model()

    async def rush(storage: str) -> list[str | None]:
        given = budgets(storage, shop=budget)
        async with shop(given, model) as client:
            found = await asyncio.gather(*(ask(client, by_key()) for _ in range(answers)))
            # What was put aside and not needed is there again: the day goes on to its very end.
            while (last := await ask(client, by_key())).headers.get("x-degraded") is None:
                found.append(last)
        assert [answer.status_code for answer in found] == [200] * len(found)
        return [answer.headers.get("x-degraded") for answer in found]

    if where == "memory":
        degraded = await rush("memory")
    else:
        with redis(tmp_path, port := a_port()):
            degraded = await rush(f"redis://127.0.0.1:{port}/0")
    spent = degraded.count(None) * TAKEN
    assert degraded.count(None) == len(model.calls)
    assert budget <= spent < budget + TAKEN


@pytest.mark.parametrize("end", ["the client leaves", "the process ends"])
@pytest.mark.parametrize("begun", [True, False])
async def test_answer_that_is_cut_off_leaves_nothing_put_aside(end: str, begun: bool) -> None:
    draining, model = Draining(grace=0), FakeModel((*([Token("The")] if begun else []), Silence()))
    ledger = Ledger()
    given = Budgets(ledger, shop=Allowance(tokens=1_000_000), clock=Day())

    def sum_of_today() -> int:
        return ledger.add("budget/2026-11-22/shop/tokens", 0)

    async with shop(given, model, draining=draining) as client:
        asking = asyncio.create_task(ask(client, by_key(), stream=True))
        while not model.open:
            await asyncio.sleep(0)
        aside = sum_of_today()
        if end == "the client leaves":
            asking.cancel()
        else:
            draining.begin()
            draining.advance()
        await asyncio.wait([asking])
        while model.open:
            await asyncio.sleep(0)
        left = sum_of_today()

    # The prompt was read by then, and of fifty tokens of an answer one was said at most.
    assert 100 < left < aside
    assert aside - left < 50 if begun else aside - left == 50


async def test_no_budget_asks_nothing_of_anybody() -> None:
    model = a_model()
    async with shop(None, model) as client:
        assert [(await ask(client, by_key())).status_code for _ in range(3)] == [200] * 3
    assert len(model.calls) == 3


def counted(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


async def test_use_is_counted_by_name_of_the_key_and_stands_on_the_answers_log_line() -> None:
    def figures(key: str) -> list[float]:
        return [
            counted("vitrina_key_requests_total", key=key),
            counted("vitrina_key_tokens_total", key=key, kind="prompt"),
            counted("vitrina_key_tokens_total", key=key, kind="completion"),
            counted("vitrina_key_cost_total", key=key, currency="EUR"),
        ]

    keys = ("partner", "(origin)")
    before = {key: figures(key) for key in keys}
    async with shop(None, a_model()) as client:
        with capture_logs(processors=[merge_contextvars]) as logs:
            await ask(client, by_key(OTHER_KEY), stream=True)
            await ask(client, {"origin": ORIGIN, "x-request-id": "partner"})

    for key in keys:
        grown = [after - was for after, was in zip(figures(key), before[key], strict=True)]
        assert grown == pytest.approx([1, 400, 50, 0.0005])
    lines = [(line["caller"], line["via"]) for line in logs if line["event"] == "llm_answered"]
    assert lines == [("partner", "key"), (ORIGIN, "origin")]


async def test_names_from_outside_are_no_labels() -> None:
    async with shop(None, a_model()) as client:
        await ask(client, {"origin": "https://evil.test"})
        await ask(client, {"authorization": "Bearer evil"})
        await ask(client, {**a_visitor(), HEADER: "v1.evil.9999999999.x"})
    labels = {
        sample.labels["key"]
        for metric in REGISTRY.collect()
        if metric.name.startswith("vitrina_key_")
        for sample in metric.samples
    }
    assert not any("evil" in label for label in labels)
