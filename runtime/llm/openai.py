"""Any OpenAI-compatible `/chat/completions` as a `ChatModel`, read as it comes, with little between.

Wire: https://platform.openai.com/docs/api-reference/chat/create. `connection` brings the bytes, `event_stream` parts
them, `completion` reads them.
"""

import ssl
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

import orjson
from pydantic import SecretStr

from runtime.llm.completion import CompletionReader
from runtime.llm.connection import Endpoint
from runtime.llm.dialect import OPENAI_DIALECT, Dialect
from runtime.llm.failures import OPENAI_ADVICE, Advice, Failures
from runtime.llm.model import ChatModel, LlmFailure, Message, ModelPart, Token
from shared.openai import OPENAI_URL
from shared.proxy import way_to


def open_lean_model(
    name: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    connect_timeout: float = 5.0,
    gap_timeout: float = 20.0,
    dialect: Dialect = OPENAI_DIALECT,
    tls: ssl.SSLContext | None = None,
    advice: Advice = OPENAI_ADVICE,
) -> ChatModel:
    """The model `name` of an OpenAI-compatible endpoint. Connects to nothing yet.

    connect_timeout: seconds to a connection. gap_timeout: seconds of silence, before the first token and between
    tokens alike; keep-alive comments do not count as speech. tls: whom it trusts, None = the authorities of this
    machine. advice: what to check when it refuses. A key-less endpoint (Ollama) is sent no key.
    """
    key = {"authorization": f"Bearer {api_key.get_secret_value()}"} if api_key else {}
    url = f"{(base_url or OPENAI_URL).rstrip('/')}/chat/completions"
    failures = Failures(name, advice, way_to(url))
    endpoint = Endpoint(
        url,
        headers={**key, **dialect.headers},
        connect_timeout=connect_timeout,
        gap_timeout=gap_timeout,
        tls=tls,
        failures=failures,
    )
    return LeanModel(name, endpoint, dialect=dialect, failures=failures)


class LeanModel:
    """The model of an endpoint behind our port."""

    def __init__(self, name: str, endpoint: Endpoint, *, dialect: Dialect, failures: Failures) -> None:
        self._name = name
        self._endpoint = endpoint
        self._dialect = dialect
        self._failures = failures

    @property
    def name(self) -> str:
        return self._name

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        reader = CompletionReader(self._failures)
        request = self._endpoint.ask(self._request(messages, temperature=temperature, max_tokens=max_tokens, stop=stop))
        # An answer goes on for long, and a thousand prompts are megabytes.
        del messages
        async with request as answer:
            more = True
            while more and not reader.done:
                failure, words = None, list[str]()
                try:
                    payloads = await answer.hear()
                    more = bool(payloads)
                    for payload in payloads:
                        if token := reader.read(payload):
                            words.append(token.text)
                except LlmFailure as exc:
                    failure, more = exc, False
                # What came in one packet goes on as one token, so that the more is waiting, the less each costs.
                if words:
                    yield Token("".join(words))
                # Once the finish reason is known the answer is whole, and only the token count can still get lost.
                if failure is not None and not reader.finished:
                    raise failure
                if reader.finished:
                    answer.hasten()
            for part in reader.closing():
                yield part
            await answer.settle()

    async def aclose(self) -> None:
        await self._endpoint.aclose()

    def _request(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str]
    ) -> bytes:
        body: Mapping[str, Any] = {
            "model": self._name,
            "messages": [{"role": message.role, "content": message.content} for message in messages],
            "stream": True,
            **({"stream_options": {"include_usage": True}} if self._dialect.stream_usage else {}),
            "temperature": temperature,
            self._dialect.limit_field: max_tokens,
            **({"stop": [*stop]} if stop else {}),
        }
        return orjson.dumps(body)
