"""The chain of providers is a model like any other, over fakes and over real sockets, whoever of it answers."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import pytest
from pydantic import SecretStr
from support.chains import a_chain, a_provider, hear
from support.chat_model_contract import ChatModelContract, spoken
from support.llm import FakeModel, Silence, until_let_go
from support.openai import BOUND_SECONDS, KEY

from runtime.llm.model import ChatModel, End, FinishReason, LlmUnavailable, Message, ModelPart, Route, Token, TokenUsage
from runtime.llm.opening import open_provider
from runtime.llm.providers import Deadlines
from sandbox.openai_server import Refuse, Say, ScriptedServer


class Unrouted:
    """A chain as the contract knows a model: without the parts that tell the route."""

    def __init__(self, chain: ChatModel) -> None:
        self._chain = chain
        self.name = chain.name
        self.aclose = chain.aclose

    async def stream(self, messages: Sequence[Message], **options: Any) -> AsyncGenerator[ModelPart, None]:
        async with aclosing(self._chain.stream(messages, **options)) as parts:
            async for part in parts:
                if not isinstance(part, Route):
                    yield part


class TestChainOfFakes(ChatModelContract):
    """The second of two answers."""

    @pytest.fixture
    async def model(self) -> ChatModel:
        self._model = FakeModel()
        return Unrouted(a_chain(FakeModel((LlmUnavailable("busy"),)), self._model))

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        counted = [TokenUsage(prompt=10, completion=len(tokens))] if usage else []
        self._model.steps = (*map(Token, tokens), *counted, End(finish))

    def fail_at(self, position: int) -> None:
        self._model.steps = (*[Token("a ")] * position, LlmUnavailable("cut"))

    def stall_after(self, tokens: int) -> None:
        self._model.steps = (*[Token("a ")] * tokens, Silence())

    async def until_let_go(self) -> None:
        assert self._model.open == 0


class TestChainOverSockets(ChatModelContract):
    """The second of two answers; the first is busy."""

    @pytest.fixture
    async def model(self, openai_server: ScriptedServer) -> AsyncIterator[ChatModel]:
        self._server = openai_server
        providers = [
            a_provider(
                name,
                base_url=openai_server.base_url,
                key=SecretStr(KEY),
                deadlines=Deadlines(first_token=BOUND_SECONDS),
            )
            for name in ("first", "second")
        ]
        chain = a_chain(*((each, open_provider(each)) for each in providers), budget=3 * BOUND_SECONDS)
        openai_server.chat.then(Refuse(503))
        yield Unrouted(chain)
        await chain.aclose()

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        self._server.chat.always(Say(tokens, finish=finish, usage=usage))

    def fail_at(self, position: int) -> None:
        self._server.chat.always(Say("a b c d e f", cut_after=position))

    def stall_after(self, tokens: int) -> None:
        self._server.chat.always(Say("a b c d e f", stall_after=tokens))

    async def until_let_go(self) -> None:
        await until_let_go(self._server.chat)


async def test_silence_before_the_first_token_is_no_gap(openai_server: ScriptedServer) -> None:
    deadlines = Deadlines(first_token=BOUND_SECONDS, gap=0.1)
    provider = a_provider(base_url=openai_server.base_url, key=SecretStr(KEY), deadlines=deadlines)
    chain = a_chain((provider, open_provider(provider)), budget=BOUND_SECONDS)
    openai_server.chat.then(Say(["late"], delay=0.5))
    try:
        assert spoken(await hear(chain)) == "late"
    finally:
        await chain.aclose()
