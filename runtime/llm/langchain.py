"""Any LangChain chat model as a `ChatModel`, and how one is opened for an OpenAI-compatible endpoint."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import openai
from langchain.chat_models import init_chat_model
from langchain_core.exceptions import ModelError
from langchain_core.language_models.chat_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage, SystemMessage
from pydantic import SecretStr

from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    Message,
    ModelPart,
    PromptRefused,
    PromptUnfit,
    Role,
    Token,
    TokenUsage,
)
from runtime.llm.presets import LimitField
from shared.openai import OPENAI_URL
from shared.retry import asked_wait

_MESSAGE_TYPES: Final[dict[Role, type[BaseMessage]]] = {
    "system": SystemMessage,
    "user": HumanMessage,
    "assistant": AIMessage,
}
_FINISH_REASONS: Final[dict[str, FinishReason]] = {"length": "length", "content_filter": "content_filter"}


def open_chat_model(
    name: str,
    *,
    base_url: str | None = None,
    api_key: SecretStr | None = None,
    connect_timeout: float = 5.0,
    gap_timeout: float = 20.0,
    limit_field: LimitField = "max_completion_tokens",
    stream_usage: bool = True,
    headers: Mapping[str, str] | None = None,
    ca_file: str | None = None,
    key_setting: str = "OPENAI_API_KEY",
    place: str = "CHAT_MODEL and OPENAI_BASE_URL",
) -> ChatModel:
    """The model `name` of an OpenAI-compatible endpoint, through LangChain.

    connect_timeout: seconds to a connection. gap_timeout: seconds of silence, before the first token and between
    tokens alike; keep-alive comments do not count as speech. A key-less endpoint (Ollama) gets a placeholder, as
    the client library insists on one. limit_field, stream_usage, headers: see presets.Dialect. ca_file: PEM file of
    the authorities to trust instead of the machine's. key_setting, place: where key and model are set, for messages.
    """
    timeout = openai.Timeout(gap_timeout, connect=connect_timeout)
    # A client of its own, because LangChain's default one is cached per address and shared between models, so
    # that closing one model would close the others.
    trust: dict[str, Any] = {"verify": ssl.create_default_context(cafile=ca_file)} if ca_file else {}
    http_client = openai.DefaultAsyncHttpxClient(timeout=timeout, **trust)
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
        stream_chunk_timeout=gap_timeout,
        # Off by default for any address but OpenAI's own; without it every answer would seem to cost nothing.
        stream_usage=stream_usage,
        default_headers=headers,
        use_responses_api=False,
    )
    advice = Advice(key=key_setting, place=place)
    return LangChainModel(model, name=name, close=http_client.aclose, limit_field=limit_field, advice=advice)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to check when the provider refuses. key: the setting of its key. place: where the model is named."""

    key: str = "OPENAI_API_KEY"
    place: str = "CHAT_MODEL and OPENAI_BASE_URL"

    def on(self, status: int) -> str:
        match status:
            case 401 | 403:
                return f"check {self.key}"
            case 404:
                return f"check {self.place}"
            case _:
                return f"check {self.place}, and what the model accepts"


class LangChainModel:
    """A LangChain chat model behind our port; `close` frees what the model holds."""

    def __init__(
        self,
        model: BaseChatModel,
        *,
        name: str,
        close: Callable[[], Awaitable[None]],
        limit_field: LimitField = "max_completion_tokens",
        advice: Advice = Advice(),
    ) -> None:
        self._model = model
        self._name = name
        self._close = close
        self._limit_field = limit_field
        self._advice = advice

    @property
    def name(self) -> str:
        return self._name

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        prompt = [_MESSAGE_TYPES[message.role](content=message.content) for message in messages]
        chunks = self._model.astream(prompt, stop=[*stop] or None, temperature=temperature, **self._limit(max_tokens))
        usage: TokenUsage | None = None
        finish: FinishReason | None = None
        try:
            async for chunk in chunks:
                if text := _text_of(chunk):
                    yield Token(text)
                finish = _finish_of(chunk) or finish
                usage = _usage_of(chunk) or usage
        except Exception as exc:
            # Once the finish reason is known the answer is whole, and only the token count can still get lost.
            if finish is None:
                raise self._translate(exc) from exc
        finally:
            if isinstance(chunks, AsyncGenerator):
                await chunks.aclose()
        if finish is None:
            raise LlmUnavailable(f"Model {self._name!r} broke off its answer.")
        if usage is not None:
            yield usage
        yield End(finish)

    async def aclose(self) -> None:
        await self._close()

    def _limit(self, max_tokens: int) -> dict[str, Any]:
        """The most tokens, as the library takes them: it renames `max_tokens`, but not what stands in extra_body."""
        if self._limit_field == "max_tokens":
            return {"extra_body": {"max_tokens": max_tokens}}
        return {"max_tokens": max_tokens}

    def _translate(self, error: Exception) -> LlmFailure:
        """What the failure means. The provider's own words stay in the cause: they may quote the key."""
        subject = f"Model {self._name!r}"
        match error:
            case openai.RateLimitError(code="insufficient_quota"):
                return LlmRefused(f"{subject}: the account's quota is used up.")
            case openai.APIStatusError(status_code=402):
                return LlmRefused(f"{subject}: the account's balance is used up.")
            case openai.APIStatusError(status_code=status) if status in (408, 429) or status >= 500:
                return LlmUnavailable(
                    f"{subject} answered with status {status}.", retry_after=asked_wait(error.response.headers)
                )
            case openai.APIStatusError(status_code=status):
                refusal = _refusal(status, code=error.code, param=error.param)
                return refusal(f"{subject} refused the request with status {status}; {self._advice.on(status)}.")
            case TimeoutError() | openai.APITimeoutError():
                return LlmUnavailable(f"{subject} did not answer in time.")
            case openai.APIConnectionError():
                return LlmUnavailable(f"{subject} cannot be reached, or the connection broke.")
            case openai.APIError():
                return LlmUnavailable(f"{subject} reported an error in the middle of its answer.")
            case ModelError(is_retryable=retryable):
                kind = type(error).__name__
                return LlmUnavailable(f"{subject}: {kind}.") if retryable else LlmRefused(f"{subject}: {kind}.")
            case _:
                return LlmMalformed(f"{subject} sent no chat completion ({type(error).__name__}).")


def _text_of(chunk: AIMessageChunk) -> str:
    """The visible text; reasoning is no part of it. Half a surrogate pair, which no encoder takes, is replaced."""
    text = chunk.content if isinstance(chunk.content, str) else str(chunk.text)
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _finish_of(chunk: AIMessageChunk) -> FinishReason | None:
    """Why the answer ends, once the chunk says so. No tools are offered, so `tool_calls` can only mean a stop."""
    reason = chunk.response_metadata.get("finish_reason")
    return _FINISH_REASONS.get(reason, "stop") if reason else None


def _usage_of(chunk: AIMessageChunk) -> TokenUsage | None:
    found = chunk.usage_metadata
    return None if found is None else TokenUsage(prompt=found["input_tokens"], completion=found["output_tokens"])


def _refusal(status: int, *, code: str | None, param: str | None) -> type[LlmRefused]:
    """Whom a refused request concerns: the configuration, this prompt here, or this prompt anywhere.

    Codes and params: https://platform.openai.com/docs/guides/error-codes. Where a provider does not say what it minds
    (Yandex gives 400 for a wrong model and for a long prompt alike), another one is asked and this one not blamed.
    """
    if status == 413 or code in ("context_length_exceeded", "string_above_max_length"):
        return PromptUnfit
    if status != 400:
        return LlmRefused
    if (param or "").startswith("messages") or code in ("content_policy_violation", "invalid_prompt"):
        return PromptRefused
    return LlmRefused if param or code else PromptUnfit
