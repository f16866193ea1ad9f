"""What is told of an answer in a shop that has opted in: question, understanding, products, end and cost."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pytest
from support.llm import FakeModel, Step, says
from support.runtime import ACTION_KEY, CHAT_KEY, DEFAULT, Shop, client_of, some_services

from runtime.chat.answer_event import told
from runtime.chat.purse import DEEP
from runtime.chat.question import ChatQuestion
from runtime.chat.service import ChatService
from runtime.llm.model import LlmUnavailable, Route, Token, TokenUsage
from runtime.llm.price import Price
from runtime.web.answer_log import MAX_QUESTION, AnswerLog

PRICE = Price(prompt=2.0, completion=10.0)
WRITES = (Route(("main",), "gpt-4o", PRICE), *says("The Storm jacket.", usage=TokenUsage(1_000, 100)))


class HeardAnswers(AnswerLog):
    """An answer log that remembers what it was told."""

    wants_answers = True

    def __init__(self) -> None:
        self.heard: list[Mapping[str, Any]] = []

    def answer(self, fields: Mapping[str, Any]) -> None:
        self.heard.append(fields)

    def search(self, fields: Mapping[str, Any]) -> None:
        self.heard.append(fields)


@asynccontextmanager
async def a_shop(*steps: Step, answers: AnswerLog) -> AsyncIterator[httpx2.AsyncClient]:
    shop = Shop()
    model = FakeModel(steps) if steps else None
    services = some_services(shop, chat=ChatService(shop.retriever, model), answers=answers)
    async with client_of(services, key=CHAT_KEY) as client:
        yield client


def body(question: str, **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}], **more}


@pytest.fixture
def answers() -> HeardAnswers:
    return HeardAnswers()


@pytest.mark.parametrize("stream", [True, False])
async def test_whole_answer_is_told_with_all_that_is_known_of_it(answers: HeardAnswers, stream: bool) -> None:
    async with a_shop(*WRITES, answers=answers) as client:
        response = await client.post("/v1/chat/completions", json=body("jackets under $500", stream=stream))
    (event,) = answers.heard
    assert event["answer"] in response.text
    assert (event["store"], event["question"], event["turn"]) == ("default", "jackets under $500", 1)
    assert "price up to $500" in event["understood"]
    assert event["products"]
    assert set(event["named"]) <= set(event["products"])
    assert (event["found"], event["outcome"], event["degraded"]) == (True, "answered", None)
    assert (event["provider"], event["prompt_tokens"], event["completion_tokens"]) == ("main", 1_000, 100)
    assert event["costs"] == {"USD": 0.003}
    assert 0 <= event["first_ms"] <= event["ms"]


async def test_cards_without_a_model_cost_nothing(answers: HeardAnswers) -> None:
    async with a_shop(answers=answers) as client:
        await client.post("/v1/chat/completions", json=body("jackets"))
    (event,) = answers.heard
    assert (event["outcome"], event["degraded"]) == ("cards", "llm")
    assert not {"costs", "prompt_tokens"} & set(event)


async def test_question_that_finds_nothing_or_only_what_is_near_is_told_as_such(answers: HeardAnswers) -> None:
    async with a_shop(answers=answers) as client:
        for question in ("jackets under $1", "jackets"):
            await client.post("/v1/chat/completions", json=body(question))
    assert [event["found"] for event in answers.heard] == [False, True]


async def test_greeting_finds_nothing_and_misses_nothing(answers: HeardAnswers) -> None:
    async with a_shop(answers=answers) as client:
        await client.post("/v1/chat/completions", json=body("спасибо!"))
    assert [event["found"] for event in answers.heard] == [None]


async def test_asking_for_more_than_there_is_finds_nothing_and_misses_nothing(answers: HeardAnswers) -> None:
    said = [{"role": "user", "content": "jackets"}]
    async with a_shop(answers=answers) as client:
        for _ in range(3):
            response = await client.post("/v1/chat/completions", json={"messages": said})
            answered = response.json()["choices"][0]["message"]["content"]
            said += [{"role": "assistant", "content": answered}, {"role": "user", "content": "what else?"}]
    first, *_, last = answers.heard
    assert (first["found"], last["found"], last["products"]) == (True, None, [])


async def test_answer_that_breaks_off_says_so_and_what_it_cost(answers: HeardAnswers) -> None:
    async with a_shop(WRITES[0], Token("The"), LlmUnavailable("gone"), answers=answers) as client:
        await client.post("/v1/chat/completions", json=body("jackets", stream=True))
    (event,) = answers.heard
    assert (event["outcome"], event["code"]) == ("failed", "llm_interrupted")
    assert event["costs"]["USD"] > 0


async def test_question_that_cannot_be_answered_is_told_with_the_code(answers: HeardAnswers) -> None:
    shop = Shop()
    shop.search.aliases.clear()
    services = some_services(shop, chat=ChatService(shop.retriever, FakeModel(WRITES)), answers=answers)
    async with client_of(services, key=CHAT_KEY) as client:
        response = await client.post("/v1/chat/completions", json=body("jackets"))
    assert response.status_code == 503
    (event,) = answers.heard
    assert (event["outcome"], event["code"]) == ("refused", "catalog_unavailable")


async def test_reader_who_leaves_is_told_of(answers: HeardAnswers) -> None:
    service = ChatService(Shop().retriever, FakeModel(WRITES))
    events = told(service.answer, ChatQuestion(DEFAULT, "jackets"), DEEP, id="chatcmpl-1", answers=answers)
    await anext(events)
    await events.aclose()
    assert (answers.heard[0]["outcome"], answers.heard[0]["answer"]) == ("left", "chatcmpl-1")


async def test_long_question_is_cut(answers: HeardAnswers) -> None:
    async with a_shop(answers=answers) as client:
        await client.post("/v1/chat/completions", json=body("jacket " * 200))
    assert len(answers.heard[0]["question"]) == MAX_QUESTION


async def test_search_of_a_custom_gpt_is_told_without_an_answer(answers: HeardAnswers) -> None:
    shop = Shop()
    async with client_of(some_services(shop, answers=answers), key=ACTION_KEY) as client:
        await client.post("/api/v1/actions/retrieve_products", json={"query": "jackets under $500"})
    (event,) = answers.heard
    assert (event["store"], event["question"], event["found"]) == ("default", "jackets under $500", True)
    assert event["products"]
    assert "answer" not in event


async def test_shop_that_has_not_opted_in_tells_nothing() -> None:
    answers = HeardAnswers()
    answers.wants_answers = False
    async with a_shop(*WRITES, answers=answers) as client:
        await client.post("/v1/chat/completions", json=body("jackets", stream=True))
    assert answers.heard == []
