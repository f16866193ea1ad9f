"""What any `ChatModel` must do; subclasses say how their model is made to play its part."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from runtime.llm.model import ChatModel, End, FinishReason, LlmFailure, Message, ModelPart, Token, TokenUsage

PROMPT = (
    Message("system", "Be brief."),
    Message("user", "hello"),
    Message("assistant", "Hi."),
    Message("user", "Есть сумка?"),
)


async def ask(model: ChatModel, **options: object) -> list[ModelPart]:
    wanted = {"temperature": 0.1, "max_tokens": 100, "stop": ()} | options
    async with aclosing(model.stream(PROMPT, **wanted)) as parts:
        return [part async for part in parts]


def spoken(parts: Sequence[ModelPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Token))


class ChatModelContract:
    """Subclasses say how their model is made to play its part."""

    @pytest.fixture
    def model(self) -> ChatModel:
        raise NotImplementedError

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        """Answer the coming requests in full."""
        raise NotImplementedError

    def fail_at(self, position: int) -> None:
        """Break off after `position` tokens."""
        raise NotImplementedError

    def stall_after(self, tokens: int) -> None:
        """Say nothing more after `tokens` tokens."""
        raise NotImplementedError

    async def until_let_go(self) -> None:
        """Return once nothing holds the last answer any more."""
        raise NotImplementedError

    async def test_tokens_come_in_order_and_end_is_last(self, model: ChatModel) -> None:
        self.play(tokens=["Вот ", "сумка", " 🎒 ", "\n\n", "$34.00"])
        parts = await ask(model)
        assert spoken(parts) == "Вот сумка 🎒 \n\n$34.00"
        assert all(part.text for part in parts if isinstance(part, Token))
        assert parts[-1] == End("stop")
        assert [type(part) for part in parts[:-1] if not isinstance(part, Token)] == [TokenUsage]

    async def test_usage_may_be_missing(self, model: ChatModel) -> None:
        self.play(tokens=["a"], usage=False)
        assert await ask(model) == [Token("a"), End("stop")]

    @pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
    async def test_finish_reason_is_passed_on(self, model: ChatModel, reason: FinishReason) -> None:
        self.play(tokens=["a"], finish=reason)
        assert (await ask(model))[-1] == End(reason)

    @pytest.mark.parametrize("position", [0, 1, 3])
    async def test_answer_that_breaks_off_is_a_failure_and_never_an_end(self, model: ChatModel, position: int) -> None:
        self.fail_at(position)
        heard: list[ModelPart] = []

        async def listen() -> None:
            async for part in model.stream(PROMPT, temperature=0.1, max_tokens=100):
                heard.append(part)

        with pytest.raises(LlmFailure):
            await listen()
        assert [part for part in heard if not isinstance(part, Token)] == []
        # What comes in one packet may be one token.
        assert len("".join(part.text for part in heard if isinstance(part, Token)).split()) == position

    async def test_leaving_early_lets_the_provider_go(self, model: ChatModel) -> None:
        self.stall_after(2)
        async with aclosing(model.stream(PROMPT, temperature=0.1, max_tokens=100)) as parts:
            assert isinstance(await anext(parts), Token)
        await self.until_let_go()

    async def test_cancelled_reader_lets_the_provider_go(self, model: ChatModel) -> None:
        self.stall_after(1)
        heard = asyncio.Event()

        async def read() -> None:
            async for _ in model.stream(PROMPT, temperature=0.1, max_tokens=100):
                heard.set()

        reader = asyncio.create_task(read())
        await heard.wait()
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await self.until_let_go()
