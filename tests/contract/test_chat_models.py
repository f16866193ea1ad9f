"""What any `ChatModel` must do: the fake that other tests stand on, and both adapters before a scripted provider."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr
from support.adapters import Adapter, opened
from support.chat_model_contract import PROMPT, ChatModelContract, ask, spoken
from support.llm import FakeModel, Silence, Step, says, until_let_go
from support.openai import KEY
from support.raw_provider import http, raw_provider

from runtime.llm.dialect import Dialect
from runtime.llm.langchain import open_chat_model
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    ModelPart,
    Token,
    TokenUsage,
)
from runtime.llm.openai import open_lean_model
from sandbox.faults import tcp_faults
from sandbox.openai_server import Drop, Hang, Junk, Refuse, Say, ScriptedServer, scripted_openai

AUTHORITY = trustme.CA()
"""Unknown to this machine."""

ANSWER = b'data: {"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}\n\n'


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


class OpenAiEndpointContract(ChatModelContract):
    """Subclasses say which adapter speaks to the endpoint."""

    adapter: Adapter

    @pytest.fixture
    async def model(self, openai_server: ScriptedServer) -> AsyncIterator[ChatModel]:
        self._server = openai_server
        async with opened(self.adapter, openai_server.base_url) as model:
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
        # Long enough for the question to be there: one that comes after its test would be given the next one's plan.
        async with opened(self.adapter, openai_server.base_url, gap_timeout=0.5) as model:
            with pytest.raises(LlmUnavailable, match="in time"):
                await ask(model)

    async def test_keep_alive_comments_are_no_speech(self, openai_server: ScriptedServer) -> None:
        openai_server.chat.then(Say("a", comments=10_000, gap=0.02))
        async with opened(self.adapter, openai_server.base_url, gap_timeout=0.3) as model:
            with pytest.raises(LlmUnavailable, match="in time"):
                await ask(model)

    async def test_thoughts_are_signs_of_life(self, openai_server: ScriptedServer) -> None:
        openai_server.chat.then(Say(["b"], reasoning="hm " * 20, gap=0.1))
        async with opened(self.adapter, openai_server.base_url, gap_timeout=1.5) as model:
            assert spoken(await ask(model)) == "b"

    async def test_reader_that_is_slow_itself_hears_the_whole_answer(self, openai_server: ScriptedServer) -> None:
        openai_server.chat.then(Say(["a", "b"]))
        heard = []
        async with opened(self.adapter, openai_server.base_url, gap_timeout=0.5) as model:
            async for part in model.stream(PROMPT, temperature=0.1, max_tokens=100):
                heard.append(part)
                await asyncio.sleep(0.7)
        assert spoken(heard) == "ab"
        assert heard[-1] == End("stop")

    async def test_words_that_came_before_the_connection_broke_are_heard_however_late(self, model: ChatModel) -> None:
        self._server.chat.then(Say(["a", "b", "c"], gap=0.1, cut_after=3))
        heard: list[ModelPart] = []

        async def listen() -> None:
            async for part in model.stream(PROMPT, temperature=0.1, max_tokens=100):
                heard.append(part)
                await asyncio.sleep(0.5)

        with pytest.raises(LlmUnavailable, match="connection broke"):
            await listen()
        assert spoken(heard) == "abc"

    async def test_proxy_of_the_environment_is_used_unless_the_host_is_exempt(
        self, openai_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("http_proxy", openai_server.base_url.removesuffix("/v1"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with opened(self.adapter, "http://provider.invalid/v1") as model:
            assert (await ask(model))[-1] == End("stop")
        async with opened(self.adapter, "http://127.0.0.1:9/v1") as model:
            with pytest.raises(LlmUnavailable, match="cannot be reached"):
                await ask(model)
        [received] = openai_server.chat.requests
        assert received.headers["host"] == "provider.invalid"

    async def test_login_of_a_netrc_is_not_sent_instead_of_the_key(
        self, openai_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        (tmp_path / "netrc").write_text("default login somebody password else\n")
        monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
        async with opened(self.adapter, openai_server.base_url) as model:
            assert (await ask(model))[-1] == End("stop")

    async def test_certificate_nobody_here_trusts_is_unavailable(self) -> None:
        with raw_provider(AUTHORITY) as stranger:
            async with opened(self.adapter, stranger.base_url) as model:
                with pytest.raises(LlmUnavailable, match="cannot be reached"):
                    await ask(model)

    async def test_nobody_listening_is_unavailable(self) -> None:
        async with opened(self.adapter, "http://127.0.0.1:9/v1") as model:
            with pytest.raises(LlmUnavailable, match="cannot be reached"):
                await ask(model)

    async def test_environment_below_the_settings_changes_nothing(
        self, openai_server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "OPENAI_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-somebody-else")
        async with opened(self.adapter, openai_server.base_url) as model:
            assert (await ask(model))[-1] == End("stop")
        assert openai_server.chat.requests[0].headers["authorization"] == f"Bearer {KEY}"

    async def test_two_models_do_not_share_what_one_of_them_closes(self, openai_server: ScriptedServer) -> None:
        async with opened(self.adapter, openai_server.base_url) as lasting:
            async with opened(self.adapter, openai_server.base_url) as brief:
                await ask(brief)
            assert (await ask(lasting))[-1] == End("stop")


class TestLangChainModel(OpenAiEndpointContract):
    adapter = staticmethod(open_chat_model)


class TestLeanModel(OpenAiEndpointContract):
    adapter = staticmethod(open_lean_model)

    async def test_request_is_in_the_providers_dialect(self, openai_server: ScriptedServer) -> None:
        dialect = Dialect(limit_field="max_tokens", stream_usage=False, headers={"x-folder": "b1g"})
        model = open_lean_model("gpt-4o", base_url=openai_server.base_url, api_key=SecretStr(KEY), dialect=dialect)
        await ask(model, max_tokens=7)
        await model.aclose()
        [received] = openai_server.chat.requests
        assert (received.body["max_tokens"], received.headers["x-folder"]) == (7, "b1g")
        assert not {"stream_options", "max_completion_tokens", "stop"} & set(received.body)

    async def test_endpoint_without_a_key_is_sent_none(self) -> None:
        with scripted_openai() as server:
            model = open_lean_model("gpt-4o", base_url=f"{server.base_url}/")
            assert (await ask(model))[-1] == End("stop")
            await model.aclose()
            assert "authorization" not in server.chat.requests[0].headers

    async def test_key_that_no_header_can_hold_is_refused_and_not_shown(self, openai_server: ScriptedServer) -> None:
        key = SecretStr(f"{KEY}\r\nx: y")
        model = open_lean_model("gpt-4o", base_url=openai_server.base_url, api_key=key)
        with pytest.raises(LlmRefused, match="check OPENAI_API_KEY") as caught:
            await ask(model)
        await model.aclose()
        assert KEY not in str(caught.value)

    async def test_answer_that_is_no_stream_is_read_as_one(self, model: ChatModel) -> None:
        whole = b'{"choices":[{"index":0,"message":{"content":"a b"},"finish_reason":"length"}]}'
        self._server.chat.then(Junk(whole))
        assert await ask(model) == [Token("a b"), End("length")]

    async def test_token_count_that_never_comes_is_not_waited_for_long(self) -> None:
        with raw_provider() as hanging:
            hanging.answer, hanging.stays = http(ANSWER).replace(b"content-length", b"x-length"), True
            async with opened(self.adapter, hanging.base_url) as model:
                assert await ask(model) == [Token("a"), End("stop")]

    async def test_authority_of_ones_own_is_trusted_where_it_is_told_to_be(self) -> None:
        context = ssl.create_default_context()
        AUTHORITY.configure_trust(context)
        with raw_provider(AUTHORITY) as house:
            house.answer = http(ANSWER)
            model = open_lean_model("gpt-4o", base_url=house.base_url, tls=context)
            assert await ask(model) == [Token("a"), End("stop")]
            await model.aclose()

    async def test_connection_serves_again_after_a_whole_answer_and_no_other(
        self, openai_server: ScriptedServer
    ) -> None:
        with tcp_faults(f"127.0.0.1:{openai_server.port}") as proxy:
            async with opened(self.adapter, f"{proxy.url}/v1") as model:
                for _ in range(3):
                    await ask(model)
                assert proxy.connections == 1
                openai_server.chat.then(Say("a b", stall_after=1))
                async with aclosing(model.stream(PROMPT, temperature=0.1, max_tokens=100)) as parts:
                    await anext(parts)
                await ask(model)
                assert proxy.connections == 2


def stream_of(*choices: str) -> Junk:
    """A stream of hand-written choices."""
    lines = [f'data: {{"id":"1","object":"chat.completion.chunk","choices":[{choice}]}}\n\n' for choice in choices]
    return Junk("".join([*lines, "data: [DONE]\n\n"]).encode(), content_type="text/event-stream")
