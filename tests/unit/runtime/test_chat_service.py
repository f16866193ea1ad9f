"""The workflow from question to events: retrieve, prompt, model; and what happens when each of them fails."""

import asyncio
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.chat import (
    AS_OF,
    RUSSIAN_STORE,
    FakeCatalogue,
    a_document,
    a_hit,
    a_jacket,
    a_question,
    gather,
    started,
)
from support.llm import FakeModel, Silence, says

from runtime.chat.cards import write_cards
from runtime.chat.chain import Found, brief
from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.generation import AnswerLimits, generate
from runtime.chat.question import ChatQuestion, Turn
from runtime.chat.service import ChatService
from runtime.errors import CatalogUnavailable
from runtime.llm.model import End, LlmMalformed, LlmRefused, LlmUnavailable, Route, Token, TokenUsage
from runtime.llm.price import Price
from runtime.retrieval.hits import Retrieval

FAILURES = [LlmUnavailable("busy"), LlmRefused("wrong key"), LlmMalformed("no JSON")]
DOCUMENTS = (a_document(), a_jacket())
OFFERED = ("Only nylon ones", "Anything cheaper?", "Only what is in stock")
"""What they leave to ask."""


def value_of(metric: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(metric, labels) or 0.0


async def answer(
    model: FakeModel | None, *, catalogue: FakeCatalogue | None = None, question: str = "a bag?", **limits: float
) -> list[ChatEvent]:
    service = ChatService(
        catalogue or FakeCatalogue(*DOCUMENTS),
        model,
        limits=AnswerLimits(**limits),
    )
    return await gather(service.answer(a_question(question)))


async def test_answer_is_opened_spoken_counted_and_finished() -> None:
    model = FakeModel(says("The Joust Duffle Bag", " for $34.00.", usage=TokenUsage(prompt=400, completion=9)))
    assert await answer(model) == [
        started(*DOCUMENTS),
        Delta("The Joust Duffle Bag"),
        Delta(" for "),
        # What may be a price goes out once it is known to end.
        Delta("$34.00."),
        Usage(400, 9),
        Finish("stop", named=("1",), follow_ups=OFFERED),
    ]
    assert model.open == 0


async def test_model_gets_the_products_the_limits_and_a_low_temperature() -> None:
    model = FakeModel()
    service = ChatService(FakeCatalogue(*DOCUMENTS), model)
    await gather(service.answer(a_question(stop=("END",), max_tokens=99_999)))
    await gather(service.answer(a_question(temperature=0.0, max_tokens=50)))
    first, second = model.calls
    assert "[2] Montana Wind Jacket" in first.messages[-1].content
    assert (first.temperature, first.max_tokens, first.stop) == (0.1, 1_024, ("END",))
    assert (second.temperature, second.max_tokens, second.stop) == (0.0, 50, ())


async def test_usage_is_estimated_when_the_provider_tells_none() -> None:
    usage = next(event for event in await answer(FakeModel(says("abcd efgh"))) if isinstance(event, Usage))
    assert usage.completion_tokens == 3
    assert usage.prompt_tokens > 200


@pytest.mark.parametrize("reason", ["length", "content_filter"])
async def test_finish_reason_is_the_models(reason: str) -> None:
    events = await answer(FakeModel((Token("Joust"), End(reason))))
    assert events[-1] == Finish(reason, follow_ups=OFFERED)


async def test_follow_up_is_searched_with_the_conversation_in_mind() -> None:
    catalogue = FakeCatalogue(*DOCUMENTS)
    history = (Turn("user", "a warm jacket"), Turn("assistant", "The Montana Wind Jacket."))
    await gather(ChatService(catalogue, FakeModel()).answer(a_question("and a cheaper one?", history=history)))
    assert [asked.text for asked in catalogue.requests] == ["warm jacket, cheapest"]


async def test_page_product_comes_first() -> None:
    model = FakeModel()
    service = ChatService(FakeCatalogue(*DOCUMENTS), model)
    for product_id in ("2", "no such product"):
        await gather(service.answer(a_question("does it keep the rain off?", product_id=product_id)))
    assert "[1] Montana Wind Jacket" in model.calls[0].messages[-1].content
    assert "[1] Joust Duffle Bag" in model.calls[1].messages[-1].content


CARDS = [
    Delta("The assistant is not writing answers right now. Here is what the catalogue search found:"),
    Delta("\n\n1. Joust Duffle Bag — $34.00, in stock\n   http://shop.test/joust-duffle-bag.html"),
    Delta("\n\n2. Montana Wind Jacket — $77.00, out of stock\n   http://shop.test/montana-wind-jacket.html"),
    Usage(0, 0),
    Finish("stop", named=("1", "2"), follow_ups=OFFERED),
]


async def test_without_a_model_the_products_are_told_in_words_and_marked() -> None:
    before = value_of("vitrina_chat_requests_total", store="default", outcome="cards")
    expected = [started(*DOCUMENTS, degraded="llm"), Delta("Here is what the catalogue search found:"), *CARDS[1:]]
    assert await answer(None, question="Do you have a bag?") == expected
    assert value_of("vitrina_chat_requests_total", store="default", outcome="cards") == before + 1


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
async def test_model_that_fails_before_a_word_costs_the_prose_alone(failure: LlmUnavailable) -> None:
    events = await answer(FakeModel((failure,)), question="Do you have a bag?")
    assert events == [started(*DOCUMENTS, degraded="llm"), *CARDS]


@pytest.mark.parametrize("steps", [(End("stop"),), (TokenUsage(5, 0), End("length")), (End("content_filter"),)])
async def test_answer_without_a_word_is_no_answer(steps: tuple) -> None:
    assert (await answer(FakeModel(steps), question="Do you have a bag?"))[1:] == CARDS


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
async def test_model_that_fails_in_the_middle_ends_the_answer(failure: LlmUnavailable) -> None:
    model = FakeModel((Token("The Joust"), failure))
    opening, delta, failed = await answer(model)
    assert opening == started(*DOCUMENTS)
    assert delta == Delta("The Joust")
    assert isinstance(failed, Failed)
    assert failed.code == "llm_interrupted"
    assert "busy" not in failed.message
    assert model.open == 0


async def test_route_is_told_with_the_first_word_and_spending_counted_for_its_last_provider() -> None:
    tried = ("busy", "spoke")
    route = Route(tried, "second-model", Price(prompt=2.0, completion=10.0, currency="EUR"))
    model = FakeModel((Route(("busy",), "first-model"), route, *says("hi", usage=TokenUsage(1_000, 100))))
    spoke = {"model": "second-model", "provider": "spoke", "store": "default", "currency": "EUR"}
    before = value_of("vitrina_llm_cost_total", **spoke)
    with capture_logs() as logs:
        events = await answer(model)
    assert events[0] == started(*DOCUMENTS, route=tried)
    assert value_of("vitrina_llm_cost_total", **spoke) == pytest.approx(before + 0.003)
    assert value_of("vitrina_llm_tokens_total", store="default", model="second-model", kind="prompt") == 1_000
    (line,) = [event for event in logs if event["event"] == "llm_answered"]
    assert (line["route"], line["cost"], line["currency"]) == (tried, 0.003, "EUR")
    assert (line["prompt_tokens"], line["completion_tokens"]) == (1_000, 100)


async def test_failure_after_a_fallback_names_what_came_before_it() -> None:
    route = Route(("first", "second"), "second-model", passed_over=("first: busy.",))
    with capture_logs() as logs:
        await answer(FakeModel((route, Token("The"), LlmUnavailable("It fell silent."))))
    (line,) = [event for event in logs if event["event"] == "llm_failed"]
    assert (line["cause"], line["passed_over"], line["answer_begun"]) == ("It fell silent.", ("first: busy.",), True)


@pytest.mark.parametrize(("steps", "begun"), [((Silence(),), False), ((Token("The"), Silence()), True)])
async def test_answer_that_the_shopper_left_is_one_line_too(steps: tuple, begun: bool) -> None:
    model, heard = FakeModel(steps), list[ChatEvent]()

    async def read() -> None:
        async for event in ChatService(FakeCatalogue(*DOCUMENTS), model).answer(a_question()):
            heard.append(event)

    with capture_logs() as logs:
        reading = asyncio.ensure_future(read())
        while not model.open or bool(heard) != begun:
            await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
    (line,) = [event for event in logs if event["event"].startswith("llm_")]
    assert (line["event"], line["answer_begun"]) == ("llm_left", begun)


async def test_cards_tell_all_who_were_asked() -> None:
    model = FakeModel((Route(("a",), "m"), Route(("a", "b"), "m"), LlmUnavailable("busy")))
    events = await answer(model, question="Do you have a bag?")
    assert events == [started(*DOCUMENTS, degraded="llm", route=("a", "b")), *CARDS]


async def test_answer_under_way_keeps_neither_prompt_nor_products_nor_conversation() -> None:
    question = a_question(history=(Turn("user", "a bag?"),), notes=("a page",))
    briefing = brief(Found(question, Retrieval("default", AS_OF), tuple(map(a_hit, DOCUMENTS))))
    async with aclosing(generate(briefing, FakeModel(says("The Joust", " Duffle Bag")), AnswerLimits())) as events:
        async for event in events:
            if event == Delta(" Duffle Bag"):
                assert (briefing.messages, briefing.opening.hits) == ((), ())
                assert (briefing.question.history, briefing.question.notes) == ((), ())
    assert event == Finish("stop", named=("1",))


async def test_endless_answer_is_cut_at_the_limit_and_the_model_let_go() -> None:
    model = FakeModel((*[Token("word ")] * 1_000, Silence()))
    events = await answer(model, max_characters=12)
    assert "".join(event.text for event in events if isinstance(event, Delta)) == "word word wo"
    assert events[-1] == Finish("length", follow_ups=OFFERED)
    assert model.open == 0


async def test_nothing_found_is_said_in_the_shoppers_language() -> None:
    service = ChatService(FakeCatalogue(), None)
    russian = await gather(service.answer(a_question("палатка", store=RUSSIAN_STORE)))
    english = await gather(service.answer(a_question("Do you have a tent?", store=RUSSIAN_STORE)))
    assert "".join(write_cards([], language="ru", silent=False)) == russian[1].text
    assert "".join(write_cards([], language="en", silent=False)) == english[1].text


async def test_cards_keep_to_the_bounds_of_the_request() -> None:
    question = a_question(stop=("\n\n2.",))
    events = await gather(ChatService(FakeCatalogue(*DOCUMENTS), None).answer(question))
    assert events[-1] == Finish("stop", named=(DOCUMENTS[0].id,), follow_ups=OFFERED)
    short = await gather(ChatService(FakeCatalogue(*DOCUMENTS), None).answer(a_question(max_tokens=3)))
    assert events[0] == short[0]
    assert short[-1] == Finish("length", follow_ups=OFFERED)


async def test_missing_embeddings_are_marked_and_a_missing_model_weighs_more() -> None:
    catalogue = FakeCatalogue(*DOCUMENTS, degraded="embeddings")
    assert (await answer(FakeModel(), catalogue=catalogue))[0] == started(*DOCUMENTS, degraded="embeddings")
    assert (await answer(None, catalogue=catalogue))[0] == started(*DOCUMENTS, degraded="llm")


async def test_catalogue_out_of_reach_rises_before_the_first_event() -> None:
    model = FakeModel()
    before = value_of("vitrina_chat_requests_total", store="default", outcome="refused")
    with pytest.raises(CatalogUnavailable):
        await answer(model, catalogue=FakeCatalogue(error=CatalogUnavailable("down", retry_after=2)))
    assert model.calls == []
    assert value_of("vitrina_chat_requests_total", store="default", outcome="refused") == before + 1


async def test_shopper_who_leaves_closes_the_model_and_still_costs_its_tokens() -> None:
    model = FakeModel((*[Token("word ")] * 10, Silence()), name="left-model")
    before = value_of("vitrina_chat_requests_total", store="default", outcome="left")
    async with aclosing(ChatService(FakeCatalogue(a_document()), model).answer(a_question())) as events:
        assert isinstance(await anext(events), Started)
        assert isinstance(await anext(events), Delta)
    assert model.open == 0
    assert value_of("vitrina_chat_requests_total", store="default", outcome="left") == before + 1
    assert value_of("vitrina_llm_tokens_total", store="default", model="left-model", kind="completion") == 2


async def test_tokens_are_counted_by_model_and_kind() -> None:
    await answer(FakeModel(says("hi", usage=TokenUsage(prompt=70, completion=5)), name="counted"))
    assert value_of("vitrina_llm_tokens_total", store="default", model="counted", kind="prompt") == 70
    assert value_of("vitrina_llm_tokens_total", store="default", model="counted", kind="completion") == 5


async def test_first_word_is_timed_from_the_question() -> None:
    times = iter([100.0, 100.75])
    before = value_of("vitrina_chat_first_token_seconds_sum", store="default")
    service = ChatService(FakeCatalogue(a_document()), FakeModel(), clock=lambda: next(times))
    await gather(service.answer(a_question()))
    assert value_of("vitrina_chat_first_token_seconds_sum", store="default") - before == pytest.approx(0.75)


async def test_only_products_of_the_asked_store_are_searched() -> None:
    catalogue = FakeCatalogue(a_document())
    await gather(ChatService(catalogue, None).answer(a_question(store=RUSSIAN_STORE)))
    assert catalogue.requests[0].store == "ru"


async def test_products_told_to_the_model_are_those_on_the_wire() -> None:
    hits = [a_hit(a_document(id=str(number), name=f"Bag {number}")) for number in range(30)]
    model = FakeModel()
    events = await gather(ChatService(FakeCatalogue(hits=hits), model).answer(a_question()))
    assert isinstance(events[0], Started)
    names = [document.name for document in events[0].documents]
    assert len(names) == 10
    assert [name for name in names if name not in model.calls[0].messages[-1].content] == []


async def test_every_event_of_an_answer_passes_its_own_guard() -> None:
    class Held:
        """Holds text back until the end, and counts it."""

        def __init__(self, _question: ChatQuestion) -> None:
            self.text = ""

        def feed(self, event: ChatEvent) -> Iterable[ChatEvent]:
            match event:
                case Delta(text):
                    self.text += text.upper()
                case Finish():
                    yield Delta(self.text)
                    yield replace(event, corrections=1)
                case _:
                    yield event

    service = ChatService(FakeCatalogue(a_document()), FakeModel(says("a bag ", "for you")), new_guard=Held)
    for _ in range(2):
        events = await gather(service.answer(a_question()))
        assert [event.text for event in events if isinstance(event, Delta)] == ["A BAG FOR YOU"]
        assert isinstance(events[-1], Finish)
        assert events[-1].corrections == 1
