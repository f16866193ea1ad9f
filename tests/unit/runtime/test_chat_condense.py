"""A follow-up made a question of its own by the model, believed as far as it repeats the conversation."""

import asyncio
from collections.abc import Callable, Sequence

import pytest
from structlog.testing import capture_logs
from support.chat import a_question
from support.llm import FakeModel, Silence, says
from support.virtual_time import run_virtually

from runtime.chat.condense import SECONDS, believed, condense
from runtime.chat.purse import Paid
from runtime.chat.question import ChatQuestion, Turn
from runtime.llm.model import LlmUnavailable, Token, TokenUsage


def a_follow_up(text: str = "and a cheaper one?", *, before: str = "a red jacket under $100, not wool") -> ChatQuestion:
    return a_question(text=text, history=(Turn("user", before), Turn("assistant", "Storm Jacket — $80.00 <b>")))


@pytest.mark.parametrize(
    "said",
    [
        "cheaper red jacket under $100, not wool",
        '"a cheaper red jacket, under $100, not wool"',
        "red jacket\nunder $100 not wool, cheaper",
    ],
)
def test_what_repeats_the_conversation_is_believed(said: str) -> None:
    text = believed(said, a_follow_up())
    assert text is not None
    assert text == " ".join(said.split()).strip('"')


@pytest.mark.parametrize(
    "said",
    [
        "",
        "Look at these.",
        "red jacket under $50, not wool, cheaper",
        "cheaper red jacket, not wool",
        "cheaper red jacket under $100",
        "cheaper red umbrella under $100, not wool",
        "under $100, not wool, cheaper",
        "cheaper Storm Jacket under $100, not wool",
        "red jacket under $100, not wool",
    ],
    ids=[
        "nothing",
        "an answer",
        "another bound",
        "bound lost",
        "exclusion lost",
        "another thing",
        "subject lost",
        "the assistant's words",
        "order lost",
    ],
)
def test_what_adds_to_it_or_loses_a_condition_is_not(said: str) -> None:
    assert believed(said, a_follow_up()) is None


def test_what_the_shopper_typed_is_no_reason_to_search_for_a_link_or_an_endless_text() -> None:
    asked = a_follow_up(before="a red jacket like https://shop.test/red under $100, not wool")
    query = "cheaper red jacket like shop.test red under $100, not wool"
    assert believed(query, asked) == query
    assert believed(query.replace("shop.test", "https://shop.test"), asked) is None
    assert believed(f"{query} {'red ' * 40}", asked) is not None
    assert believed(f"{query} {'red ' * 70}", asked) is None


def test_query_that_forgets_that_a_number_is_asked_for_is_not() -> None:
    asked = a_follow_up("how many of them?", before="red jackets")
    assert believed("red jackets", asked) is None
    assert believed("how many red jackets are there", asked) == "how many red jackets are there"


async def test_model_is_asked_for_the_query_alone_and_sees_no_mark() -> None:
    model = FakeModel(says("cheaper red jacket under $100, ", "not wool"))
    assert await condense(a_follow_up(), model) == "cheaper red jacket under $100, not wool"
    [call] = model.calls
    assert [message.role for message in call.messages] == ["system", "user", "assistant", "user"]
    assert call.messages[2].content == "Storm Jacket — $80.00 ‹b›"
    assert (call.temperature, call.max_tokens) == (0.0, 60)
    assert model.open == 0


async def test_model_that_fails_leaves_it_to_the_rule() -> None:
    with capture_logs() as logs:
        assert await condense(a_follow_up(), FakeModel((LlmUnavailable("away"),))) is None
    assert [line["event"] for line in logs] == ["condense_failed"]


def test_model_that_is_late_is_waited_for_a_second() -> None:
    async def main() -> float:
        model = FakeModel((Silence(),))
        begun = asyncio.get_running_loop().time()
        assert await condense(a_follow_up(), model) is None
        assert model.open == 0
        return asyncio.get_running_loop().time() - begun

    assert run_virtually(main()) == pytest.approx(SECONDS)


class Wallet:
    """A purse that is open or not. bills: what it was told."""

    def __init__(self, *, is_open: bool) -> None:
        self._is_open = is_open
        self.bills: list[Paid] = []

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        assert prompt() > 50
        assert completion == 60
        return self._is_open

    def pay(self, bills: Sequence[Paid]) -> None:
        self.bills += bills


async def test_query_is_paid_for_as_an_answer_is() -> None:
    counted, estimated = Wallet(is_open=True), Wallet(is_open=True)
    said = "cheaper red jacket under $100, not wool"
    await condense(a_follow_up(), FakeModel(says(said, usage=TokenUsage(120, 9))), counted)
    assert counted.bills == [Paid(120, 9)]
    await condense(a_follow_up(), FakeModel((Token(said), LlmUnavailable("away"))), estimated)
    [bill] = estimated.bills
    assert bill.prompt > 50
    assert bill.completion > 5


async def test_model_is_not_asked_where_nothing_is_left_to_pay_it() -> None:
    model, wallet = FakeModel(says("cheaper red jacket under $100, not wool")), Wallet(is_open=False)
    assert await condense(a_follow_up(), model, wallet) is None
    assert (model.calls, wallet.bills) == ([], [])
