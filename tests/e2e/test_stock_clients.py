"""Rule 20 of the OpenAI wire: stock clients, unchanged, hear the same from our service, whatever its provider does."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
from support.chat import CHAT_KEY, FakeCatalogue, a_document, build_chat_app, serving
from support.speaking_shop import SPOKEN
from support.stock_clients import (
    Asked,
    Curl,
    Heard,
    LangChainClient,
    LiteLlmClient,
    OpenAiPython,
    StockClient,
    open_node,
)

from runtime.chat.service import ChatService
from sandbox.openai_server import Drop, Refuse, Say, ScriptedServer

pytestmark = pytest.mark.usefixtures("quiet")

QUESTION = Asked(key=CHAT_KEY)


class StockClientContract:
    """Subclasses say which client is asked."""

    keeps_fields = True
    """Whether the client shows the `vitrina` field."""

    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        raise NotImplementedError

    @pytest.fixture
    async def client(self, shop_url: str, provider: ScriptedServer) -> AsyncIterator[StockClient]:
        async with self.open(f"{shop_url}/v1") as client:
            yield client

    @pytest.mark.parametrize("streamed", [True, False])
    async def test_answer_is_heard_in_full(self, client: StockClient, streamed: bool) -> None:
        heard = await client.ask(replace(QUESTION, streamed=streamed))
        assert (heard.text, heard.finish, heard.error) == (SPOKEN, "stop", None)
        assert heard.tokens is not None
        assert heard.tokens > 0
        assert heard.products == (2 if self.keeps_fields else None)

    @pytest.mark.parametrize("streamed", [True, False])
    @pytest.mark.parametrize(
        "said", ["Сумка «Ёлка» 🎒\n\n80\u00a0% хлопка\u2028конец", "a", "\r\n\t\x00 data: [DONE]\n\n"]
    )
    async def test_every_character_arrives(
        self, client: StockClient, provider: ScriptedServer, streamed: bool, said: str
    ) -> None:
        provider.chat.then(Say(list(said)))
        assert (await client.ask(replace(QUESTION, streamed=streamed))).text == said

    @pytest.mark.parametrize("streamed", [True, False])
    @pytest.mark.parametrize("plan", [Refuse(500), Drop(), Say("")])
    async def test_without_a_model_products_are_told(
        self, client: StockClient, provider: ScriptedServer, streamed: bool, plan: Any
    ) -> None:
        provider.chat.then(plan)
        heard = await client.ask(replace(QUESTION, streamed=streamed))
        assert (heard.finish, heard.error) == ("stop", None)
        assert "Joust Duffle Bag — $34.00" in heard.text

    @pytest.mark.parametrize("plan", [Say(SPOKEN, cut_after=3), Say(SPOKEN, fail_after=3)])
    async def test_stream_that_breaks_off_is_an_error_behind_its_text(
        self, client: StockClient, provider: ScriptedServer, plan: Say
    ) -> None:
        provider.chat.then(plan)
        heard = await client.ask(QUESTION)
        assert (heard.finish, heard.error) == (None, 0)
        assert SPOKEN.startswith(heard.text)
        assert heard.text

    async def test_whole_answer_that_breaks_off_is_503(self, client: StockClient, provider: ScriptedServer) -> None:
        provider.chat.then(Say(SPOKEN, cut_after=3))
        assert await client.ask(replace(QUESTION, streamed=False)) == Heard(error=503)

    @pytest.mark.parametrize("streamed", [True, False])
    @pytest.mark.parametrize(
        ("wrong", "status"),
        [({"key": "vk_unknown"}, 401), ({"model": "gpt-9"}, 404), ({"more": {"n": 2}}, 400)],
        ids=["key", "model", "n"],
    )
    async def test_refusal_is_told_by_its_status(
        self, client: StockClient, streamed: bool, wrong: dict[str, Any], status: int
    ) -> None:
        assert await client.ask(replace(QUESTION, streamed=streamed, **wrong)) == Heard(error=status)

    async def test_too_many_questions_are_told_as_such(self, provider: ScriptedServer) -> None:
        with serving(build_chat_app(ChatService(FakeCatalogue(a_document()), None), rate="1/minute")) as url:
            async with self.open(f"{url}/v1") as client:
                assert (await client.ask(QUESTION)).error is None
                assert (await client.ask(QUESTION)).error == 429


class TestOpenAiPython(StockClientContract):
    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        return nullcontext(OpenAiPython(base_url))


class TestOpenAiNode(StockClientContract):
    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        return open_node(base_url)


class TestLangChain(StockClientContract):
    keeps_fields = False

    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        return nullcontext(LangChainClient(base_url))


class TestLiteLlm(StockClientContract):
    keeps_fields = False

    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        return nullcontext(LiteLlmClient(base_url))


class TestCurl(StockClientContract):
    def open(self, base_url: str) -> AbstractAsyncContextManager[StockClient]:
        return nullcontext(Curl(base_url))
