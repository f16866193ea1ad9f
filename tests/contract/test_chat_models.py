"""What any `ChatModel` must do: the fake that other tests stand on, and LangChain before a scripted provider."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from support.chat_model_contract import PROMPT, ChatModelContract, ask, spoken
from support.llm import FakeModel, Silence, Step, says, until_let_go
from support.openai import BOUND_SECONDS, KEY

from runtime.llm.langchain import open_chat_model
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    Token,
    TokenUsage,
)
from sandbox.openai_server import Drop, Hang, Junk, Refuse, Say, ScriptedServer


class TestFakeModel(ChatModelContract):
    @pytest.fixture
    def model(self) -> ChatModel:
        self._model = FakeModel()
        return self._model

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        counted = [TokenUsage(prompt=10, completion=len(tokens))] if usage else []
        self._model.steps = (*map(Token, tokens), *counted, End(finish))

    def fail_at(self, position: int) -> None:
        self._model.steps = (*[Token("a ")] * position, LlmUnavailable("cut"))

    def stall_after(self, tokens: int) -> None:
        steps: list[Step] = [*[Token("a ")] * tokens, Silence()]
        self._model.steps = steps

    async def until_let_go(self) -> None:
        assert self._model.open == 0

    async def test_calls_are_remembered(self, model: ChatModel) -> None:
        self._model.steps = says("x")
        await ask(model, stop=("END",))
        assert self._model.calls[0].stop == ("END",)


class TestLangChainModel(ChatModelContract):
    @pytest.fixture
    async def model(self, openai_server: ScriptedServer) -> AsyncIterator[ChatModel]:
        self._server = openai_server
        async with opened(openai_server.base_url) as model:
            yield model

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        self._server.chat.always(Say(tokens, finish=finish, usage=usage))

    def fail_at(self, position: int) -> None:
        self._server.chat.always(Say("a b c d e f", cut_after=position))

    def stall_after(self, tokens: int) -> None:
        self._server.chat.always(Say("a b c d e f", stall_after=tokens))

    async def until_let_go(self) -> None:
        await until_let_go(self._server.chat)

    async def test_request_is_what_an_openai_endpoint_expects(self, model: ChatModel) -> None:
        self.play(tokens=["x"])
        await ask(model, temperature=0.2, max_tokens=7, stop=("END", "\n\n"))
        (received,) = self._server.chat.requests
        assert received.headers["authorization"] == f"Bearer {KEY}"
        assert received.body == {
            "model": "gpt-4o",
            "messages": [{"role": message.role, "content": message.content} for message in PROMPT],
            "stream": True,
            "stream_options": {"include_usage": True},
            "temperature": 0.2,
            "max_completion_tokens": 7,
            "stop": ["END", "\n\n"],
        }

    async def test_reasoning_is_never_part_of_the_answer(self, model: ChatModel) -> None:
        self._server.chat.then(Say(["The bag."], reasoning="The shopper seems to want a bag."))
        assert spoken(await ask(model)) == "The bag."

    async def test_half_a_surrogate_pair_is_replaced(self, model: ChatModel) -> None:
        self._server.chat.then(stream_of('{"delta":{"content":"a\\ud83d"},"finish_reason":"stop","index":0}'))
        assert spoken(await ask(model)) == "a\N{REPLACEMENT CHARACTER}"

    async def test_answer_is_whole_once_its_finish_reason_is_known(self, model: ChatModel) -> None:
        self._server.chat.then(Say(["done"], usage=False, done=False))
        assert await ask(model) == [Token("done"), End("stop")]

    @pytest.mark.parametrize(
        ("plan", "failure", "message"),
        [
            pytest.param(Refuse(429, retry_after=7), LlmUnavailable, "status 429", id="rate-limit"),
            pytest.param(Refuse(500), LlmUnavailable, "status 500", id="server-error"),
            pytest.param(Refuse(503), LlmUnavailable, "status 503", id="overloaded"),
            pytest.param(Refuse(401), LlmRefused, "check OPENAI_API_KEY", id="wrong-key"),
            pytest.param(Refuse(403), LlmRefused, "check OPENAI_API_KEY", id="forbidden"),
            pytest.param(Refuse(404), LlmRefused, "check CHAT_MODEL", id="unknown-model"),
            pytest.param(Refuse(400), LlmRefused, "status 400", id="bad-request"),
            pytest.param(Refuse(422), LlmRefused, "status 422", id="unprocessable"),
            pytest.param(Refuse(429, code="insufficient_quota"), LlmRefused, "quota", id="quota-used-up"),
            pytest.param(Drop(), LlmUnavailable, "cannot be reached", id="dropped"),
            pytest.param(Say("a b c", fail_after=0), LlmUnavailable, "reported an error", id="error-object-first"),
            pytest.param(Say("a b c", fail_after=2), LlmUnavailable, "reported an error", id="error-object-later"),
            pytest.param(Junk(b"<html>busy</html>", content_type="text/html"), LlmFailure, "gpt-4o", id="html"),
            pytest.param(Junk(b"", content_type="text/event-stream"), LlmFailure, "gpt-4o", id="empty-stream"),
            pytest.param(Junk(b"data: {nope\n\n", content_type="text/event-stream"), LlmMalformed, "no chat", id="bad"),
            pytest.param(Junk(b"data: [1]\n\n", content_type="text/event-stream"), LlmMalformed, "no chat", id="list"),
            pytest.param(
                Junk(b"data: \xff\xfe\n\n", content_type="text/event-stream"), LlmFailure, "gpt-4o", id="encoding"
            ),
        ],
    )
    async def test_failure_says_what_it_means(
        self, model: ChatModel, plan: Refuse | Drop | Say | Junk, failure: type[LlmFailure], message: str
    ) -> None:
        self._server.chat.then(plan)
        with pytest.raises(failure, match=message) as caught:
            await ask(model)
        assert KEY not in str(caught.value)
        # One call is one attempt: no library below may try again by itself.
        assert len(self._server.chat.requests) == 1

    async def test_wait_the_provider_asks_for_is_kept(self, model: ChatModel) -> None:
        self._server.chat.then(Refuse(429, retry_after=7), Refuse(503, retry_after="soon"))
        for asked in (7.0, None):
            with pytest.raises(LlmUnavailable) as caught:
                await ask(model)
            assert caught.value.retry_after == asked

    @pytest.mark.parametrize("plan", [Hang(), Say("a b c", delay=5), Say("a b c", stall_after=2)])
    async def test_silence_ends_at_the_gap_timeout(self, openai_server: ScriptedServer, plan: Hang | Say) -> None:
        openai_server.chat.then(plan)
        async with opened(openai_server.base_url, gap_timeout=0.1) as model:
            with pytest.raises(LlmUnavailable, match="in time"):
                await ask(model)

    async def test_nobody_listening_is_unavailable(self) -> None:
        async with opened("http://127.0.0.1:9/v1") as model:
            with pytest.raises(LlmUnavailable, match="cannot be reached"):
                await ask(model)

    async def test_environment_below_the_settings_changes_nothing(
        self, openai_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
        async with opened(openai_server.base_url) as model:
            assert (await ask(model))[-1] == End("stop")
        assert openai_server.chat.requests[0].headers["authorization"] == f"Bearer {KEY}"

    async def test_two_models_do_not_share_what_one_of_them_closes(self, openai_server: ScriptedServer) -> None:
        async with opened(openai_server.base_url) as lasting:
            async with opened(openai_server.base_url) as brief:
                await ask(brief)
            assert (await ask(lasting))[-1] == End("stop")


@asynccontextmanager
async def opened(base_url: str, *, gap_timeout: float = BOUND_SECONDS) -> AsyncIterator[ChatModel]:
    model = open_chat_model("gpt-4o", base_url=base_url, api_key=SecretStr(KEY), gap_timeout=gap_timeout)
    try:
        yield model
    finally:
        await model.aclose()


def stream_of(*choices: str) -> Junk:
    """A stream of hand-written choices."""
    lines = [f'data: {{"id":"1","object":"chat.completion.chunk","choices":[{choice}]}}\n\n' for choice in choices]
    return Junk("".join([*lines, "data: [DONE]\n\n"]).encode(), content_type="text/event-stream")
