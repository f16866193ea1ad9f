"""GigaChat as a `ChatModel`: LangChain's model of it, over our own connections. Needs the extra `gigachat`."""

import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import cached_property
from typing import Any

from langchain_gigachat.chat_models import GigaChat
from pydantic import PrivateAttr, SecretStr

from runtime.llm.failures import Advice
from runtime.llm.gigachat_wire import GigaChatWire
from runtime.llm.langchain import LangChainModel
from runtime.llm.model import ChatModel, End, Message, ModelPart, Token
from runtime.llm.stop_words import StopWords


def open_gigachat(
    name: str,
    *,
    base_url: str,
    auth_url: str,
    scope: str,
    api_key: SecretStr,
    connect_timeout: float,
    gap_timeout: float,
    advice: Advice,
    tls: ssl.SSLContext | None = None,
) -> ChatModel:
    """The model `name`. Connects to nothing yet, and reads no GIGACHAT_* variable.

    api_key: the authorization key, which access tokens are got for. connect_timeout: seconds to a connection.
    gap_timeout: seconds of silence of either server. tls: whom it trusts, None = the authorities of this machine.
    """
    wire = GigaChatWire(
        name,
        base_url=base_url,
        auth_url=auth_url,
        scope=scope,
        key=api_key.get_secret_value(),
        connect_timeout=connect_timeout,
        gap_timeout=gap_timeout,
        tls=tls,
        advice=advice,
    )
    return GigaChatModel(LangChainModel(_Chat.over(wire), wire.failures, gap_timeout=gap_timeout, close=wire.aclose))


class GigaChatModel:
    """A model that knows no stop sequences, and is made to keep them."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        return self._model.name

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        words = StopWords(stop)
        async with aclosing(self._model.stream(messages, temperature=temperature, max_tokens=max_tokens)) as parts:
            async for part in parts:
                if not isinstance(part, Token):
                    if rest := words.flush():
                        yield Token(rest)
                    yield part
                elif text := words.feed(part.text):
                    yield Token(text)
                if words.met:
                    yield End("stop")
                    return

    async def aclose(self) -> None:
        await self._model.aclose()


class _Chat(GigaChat):
    """LangChain's model; what it streams comes from a wire of ours."""

    _wire: GigaChatWire = PrivateAttr()

    @classmethod
    def over(cls, wire: GigaChatWire) -> "_Chat":
        # Of a model that is not said to stream, LangChain would await the whole answer.
        chat = cls(streaming=True)
        chat._wire = wire
        return chat

    @cached_property
    def _client(self) -> Any:
        return self._wire
