"""Any LangChain chat model as a `ChatModel`, and how one is opened for an OpenAI-compatible endpoint."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, Final

import openai
from langchain.chat_models import init_chat_model
from langchain_core.exceptions import ModelError
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from pydantic import SecretStr

from runtime.llm.completion import finish_reason, token_usage
from runtime.llm.dialect import OPENAI_DIALECT, Dialect
from runtime.llm.failures import OPENAI_ADVICE, Advice, Failures
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    Message,
    ModelPart,
    Role,
    Token,
    TokenUsage,
)
from shared.openai import OPENAI_URL
from shared.proxy import way_to
from shared.retry import asked_wait

_MESSAGE_TYPES: Final[dict[Role, type[BaseMessage]]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}


def open_chat_model(
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
    """The model `name` of an OpenAI-compatible endpoint, through LangChain.

    connect_timeout: seconds to a connection. gap_timeout: seconds of silence, before the first token and between
    tokens alike; keep-alive comments do not count as speech. A key-less endpoint (Ollama) gets a placeholder, as
    the client library insists on one. tls: whom it trusts, None = the authorities of this machine. advice: what to
    check when it refuses.
    """
    timeout = openai.Timeout(gap_timeout, connect=connect_timeout)
    # A client of its own, because LangChain's default one is cached per address and shared between models, so
    # that closing one model would close the others. A key goes nowhere but where it was told to go.
    trust: dict[str, Any] = {"verify": tls} if tls else {}
    http_client = openai.DefaultAsyncHttpxClient(timeout=timeout, follow_redirects=False, **trust)
    model: BaseChatModel = init_chat_model(
        name,
        model_provider="openai",
        base_url=base_url or OPENAI_URL,
        api_key=api_key or SecretStr("none"),
        timeout=timeout,
        http_async_client=http_client,
        # Else read from OPENAI_PROXY, and then refused beside a client; HTTPS_PROXY works as everywhere.
        openai_proxy=None,
        # shared.retry is the only loop; the two retries that the library has by default would triple each wait.
        max_retries=0,
        # The library would keep the gap by asyncio.wait_for, which on Python 3.11 loses a cancellation that comes at
        # the same moment as a token: a client's departure.
        stream_chunk_timeout=None,
        # Off by default for any address but OpenAI's own; without it every answer would seem to cost nothing.
        stream_usage=dialect.stream_usage,
        default_headers=dialect.headers,
        use_responses_api=False,
    )
    failures = Failures(name, advice, way_to(base_url or OPENAI_URL))
    return LangChainModel(model, failures, gap_timeout=gap_timeout, close=http_client.aclose, dialect=dialect)


class LangChainModel:
    """A LangChain chat model behind our port; `close` frees what the model holds.

    gap_timeout: seconds of silence, before the first token and between tokens alike.
    """

    def __init__(
        self,
        model: BaseChatModel,
        failures: Failures,
        *,
        gap_timeout: float,
        close: Callable[[], Awaitable[None]],
        dialect: Dialect = OPENAI_DIALECT,
    ) -> None:
        self._model = model
        self._failures = failures
        self._gap_timeout = gap_timeout
        self._close = close
        self._limit_field = dialect.limit_field

    @property
    def name(self) -> str:
        return self._failures.model

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        prompt = [_MESSAGE_TYPES[message.role](content=message.content) for message in messages]
        chunks = self._model.astream(prompt, stop=[*stop] or None, temperature=temperature, **self._limit(max_tokens))
        usage: TokenUsage | None = None
        finish: FinishReason | None = None
        try:
            while (chunk := await self._next_of(chunks)) is not None:
                if text := _text_of(chunk):
                    yield Token(text)
                finish = _finish_of(chunk) or finish
                usage = _usage_of(chunk) or usage
        except LlmFailure:
            if finish is None:
                raise
        except Exception as exc:
            # Once the finish reason is known the answer is whole, and only the token count can still get lost.
            if finish is None:
                raise self._translate(exc) from exc
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
        if finish is None:
            raise self._failures.broken_off()
        if usage is not None:
            yield usage
        yield End(finish)

    async def aclose(self) -> None:
        await self._close()

    async def _next_of(self, chunks: AsyncIterator[AIMessageChunk]) -> AIMessageChunk | None:
        """None after the last one. Raises TimeoutError when the gap has passed."""
        async with asyncio.timeout(self._gap_timeout):
            return await anext(chunks, None)

    def _limit(self, max_tokens: int) -> dict[str, Any]:
        """The most tokens, as the library takes them: it renames `max_tokens`, but not what stands in extra_body."""
        if self._limit_field == "max_tokens":
            return {"extra_body": {"max_tokens": max_tokens}}
        return {"max_tokens": max_tokens}

    def _translate(self, error: Exception) -> LlmFailure:
        """What the failure means. The provider's own words stay in the cause: they may quote the key."""
        match error:
            case openai.APIStatusError(status_code=status, body=told):
                return self._failures.by_status(status, retry_after=asked_wait(error.response.headers), error=told)
            case TimeoutError() | openai.APITimeoutError():
                return self._failures.timed_out()
            case openai.APIConnectionError():
                return self._failures.unreachable()
            case openai.APIError(body=told):
                return self._failures.reported(told)
            case ModelError(is_retryable=retryable):
                return self._failures.other(type(error).__name__, may_pass=retryable)
            case _:
                return self._failures.malformed(type(error).__name__)


def _text_of(chunk: AIMessageChunk) -> str:
    """The visible text; reasoning is no part of it. Half a surrogate pair, which no encoder takes, is replaced."""
    text = chunk.content if isinstance(chunk.content, str) else str(chunk.text)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _finish_of(chunk: AIMessageChunk) -> FinishReason | None:
    reason = chunk.response_metadata.get("finish_reason")
    return finish_reason(reason) if reason else None


def _usage_of(chunk: AIMessageChunk) -> TokenUsage | None:
    found = chunk.usage_metadata
    return None if found is None else token_usage(found["input_tokens"], found["output_tokens"])
