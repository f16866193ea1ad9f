"""What an answer is paid with: asked for before the model is asked, told what it took however it ended."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

import pytest
from support.chains import a_chain, a_provider
from support.chat import FakeCatalogue, a_document, a_jacket, a_question, gather, started
from support.llm import FakeModel, Silence, Step, says

from runtime.chat.events import ChatEvent, Delta, Finish
from runtime.chat.generation import AnswerLimits
from runtime.chat.purse import Paid
from runtime.chat.service import ChatService
from runtime.llm.model import ChatModel, End, LlmUnavailable, Message, ModelPart, Route, Token, TokenUsage
from runtime.llm.price import Price
from runtime.web.budget import QuotaSpent

DOCUMENTS = (a_document(), a_jacket())
PRICE = Price(prompt=2.0, completion=10.0)
ASKED = Route(("main",), "model", PRICE)


@dataclass(slots=True)
class RecordingPurse:
    """Remembers what it was asked and told. answers: whether a model may be asked, or why not."""

    answers: bool | Exception = True
    asked: list[tuple[int, int]] = field(default_factory=list)
    paid: list[list[Paid]] = field(default_factory=list)

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        self.asked.append((prompt(), completion))
        if isinstance(self.answers, Exception):
            raise self.answers
        return self.answers

    def pay(self, bills: Sequence[Paid]) -> None:
        self.paid.append(list(bills))


def service_of(model: ChatModel) -> ChatService:
    return ChatService(FakeCatalogue(*DOCUMENTS), model, limits=AnswerLimits(max_tokens=300))


async def answer(model: ChatModel, purse: RecordingPurse, **question: int) -> list[ChatEvent]:
    return await gather(service_of(model).answer(a_question(**question), purse))


async def test_model_is_asked_for_what_was_put_aside_and_paid_what_it_took() -> None:
    purse = RecordingPurse()
    await answer(FakeModel((ASKED, *says("The bag.", usage=TokenUsage(400, 9)))), purse)
    ((prompt, completion),) = purse.asked
    assert prompt > 400
    assert completion == 300
    assert purse.paid == [[Paid(400, 9, PRICE)]]


async def test_shorter_answer_is_put_aside_for_as_that() -> None:
    purse = RecordingPurse()
    await answer(FakeModel(), purse, max_tokens=20)
    assert purse.asked[0][1] == 20


async def test_spent_shop_answers_in_cards_and_asks_nobody() -> None:
    model, purse = FakeModel(), RecordingPurse(answers=False)
    events = await answer(model, purse)
    assert events[0] == started(*DOCUMENTS, degraded="llm")
    assert isinstance(events[-1], Finish)
    assert any(isinstance(event, Delta) for event in events)
    assert (model.calls, purse.paid) == ([], [])


async def test_whoever_has_nothing_left_is_refused_before_anything_is_said() -> None:
    model, purse = FakeModel(), RecordingPurse(answers=QuotaSpent("spent", retry_after=5))
    with pytest.raises(QuotaSpent):
        await answer(model, purse)
    assert (model.calls, purse.paid) == ([], [])


ENDS: dict[str, tuple[tuple[Step, ...], bool]] = {
    "broken off": ((ASKED, Token("The bag is"), LlmUnavailable("gone")), True),
    "failed before a word": ((ASKED, LlmUnavailable("busy")), False),
    "without a word": ((ASKED, End("stop")), False),
}


@pytest.mark.parametrize("end", ENDS)
async def test_failed_model_is_paid_for_what_it_said(end: str) -> None:
    steps, said = ENDS[end]
    purse = RecordingPurse()
    await answer(FakeModel(steps), purse)
    (bills,) = purse.paid
    assert [bill.price for bill in bills] == ([PRICE] if said else [])
    assert all(bill.prompt > 0 and bill.completion > 0 for bill in bills)


@pytest.mark.parametrize("spoken", [True, False])
async def test_answer_that_is_left_is_paid_for_with_its_prompt(spoken: bool) -> None:
    purse, model = RecordingPurse(), FakeModel((ASKED, *([Token("The bag")] if spoken else []), Silence()))
    events: list[ChatEvent] = []

    async def read() -> None:
        async with aclosing(service_of(model).answer(a_question(), purse)) as answering:
            async for event in answering:
                events.append(event)

    reading = asyncio.create_task(read())
    while not model.open or bool(events) != spoken:
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait([reading])
    (bills,) = purse.paid
    assert [(bill.prompt > 100, bill.completion > 0) for bill in bills] == [(True, spoken)]


async def test_unforeseen_error_settles_too() -> None:
    class Broken(FakeModel):
        async def stream(
            self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
        ) -> AsyncGenerator[ModelPart, None]:
            yield ASKED
            raise RuntimeError("a mistake of ours")

    purse = RecordingPurse()
    with pytest.raises(RuntimeError):
        await answer(Broken(), purse)
    assert purse.paid == [[]]


async def test_thoughts_without_a_word_are_paid_beside_the_answer() -> None:
    thinker = FakeModel((TokenUsage(500, 900), End("stop")))
    speaker = FakeModel(says("The bag.", usage=TokenUsage(400, 9)))
    dear = a_provider("thinker", price=PRICE)
    purse = RecordingPurse()
    await answer(a_chain((dear, thinker), speaker), purse)
    assert purse.paid == [[Paid(500, 900, PRICE), Paid(400, 9)]]


async def test_thoughts_of_all_are_paid_where_nobody_speaks() -> None:
    thinkers = [(a_provider(f"p{n}", price=PRICE), FakeModel((TokenUsage(n, n), End("stop")))) for n in (1, 2)]
    purse = RecordingPurse()
    await answer(a_chain(*thinkers), purse)
    assert purse.paid == [[Paid(1, 1, PRICE), Paid(2, 2, PRICE)]]
