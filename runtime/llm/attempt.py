"""What one provider of a chain is asked, and what comes of it: for its breaker, for the counters, for the log."""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import structlog
from opentelemetry.trace import SpanKind
from prometheus_client import Counter

from runtime.breaker import Breaker, Ticket
from runtime.llm.call import Until, within
from runtime.llm.model import (
    ChatModel,
    End,
    InVain,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    Message,
    ModelPart,
    PromptRefused,
    PromptUnfit,
    Route,
    TokenUsage,
)
from runtime.llm.price import Price
from runtime.llm.providers import Provider
from shared.embedding.tokens import estimate_tokens
from shared.spans import (
    FINISH_REASONS,
    FIRST_CHUNK_SECONDS,
    INPUT_TOKENS,
    MODEL,
    OPERATION,
    OUTCOME,
    OUTPUT_TOKENS,
    PROVIDER,
    Attributes,
    begin,
    fail,
)

log = structlog.get_logger(__name__)

Outcome = Literal["answered", "unavailable", "malformed", "refused", "prompt", "broken_off", "left"]
"""prompt: this prompt was not taken. broken_off: after the first token. left: the shopper went."""

CALLS: Final = Counter("vitrina_llm_calls_total", "Calls of providers by how they ended.", ["provider", "outcome"])
FAILURES: Final = Counter("vitrina_llm_failures_total", "Failed calls of providers by class.", ["provider", "kind"])
CUTS: Final = Counter("vitrina_llm_prompt_cut_total", "Prompts a provider cut without saying so.", ["provider"])

_NEAR: Final = 4
"""Tokens by which a server may count otherwise at the edge of its context."""


@dataclass(frozen=True, slots=True)
class Link:
    """A provider of a chain, opened, with what is known of its health."""

    provider: Provider
    model: ChatModel
    breaker: Breaker


class Asked:
    """A question as it came to the chain."""

    def __init__(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str]
    ) -> None:
        self._messages: Sequence[Message] = messages
        self._temperature = temperature
        self._max_tokens = max_tokens
        self._stop = stop
        self._counted: int | None = None

    def let_go(self) -> None:
        """Nobody else will be asked: forget the prompt."""
        self._messages = ()

    def put_to(self, link: Link) -> AsyncGenerator[ModelPart, None]:
        """The question on this provider's terms: its temperature, its limit, its addition to the system prompt."""
        provider = link.provider
        if provider.dialect.cuts_prompts:
            # Asked for again when the answer is whole, and the prompt gone.
            self._count()
        return link.model.stream(
            _with_addition(self._messages, provider.system_prompt),
            temperature=self._temperature if provider.temperature is None else provider.temperature,
            max_tokens=self._limit(provider),
            stop=self._stop,
        )

    def prompt_tokens(self, provider: Provider) -> int:
        """An estimate that errs high, of the whole prompt."""
        return self._count() + estimate_tokens(provider.system_prompt)

    def tokens(self, provider: Provider) -> int:
        """Of prompt and answer, at most."""
        return self.prompt_tokens(provider) + self._limit(provider)

    def _count(self) -> int:
        """Made once, and only for those who ask: it takes half a millisecond."""
        if self._counted is None:
            self._counted = sum(estimate_tokens(message.content) for message in self._messages)
        return self._counted

    def _limit(self, provider: Provider) -> int:
        return min(self._max_tokens, provider.max_tokens or self._max_tokens)


class Attempt:
    """One provider asked once. `close` it: what nobody has judged by then was left by the reader."""

    def __init__(self, link: Link, ticket: Ticket, asked: Asked) -> None:
        self._link = link
        self._ticket = ticket
        self._asked = asked
        self._usage: TokenUsage | None = None
        self._end: End | None = None
        self._outcome: Outcome = "left"
        self.spoken = False
        model = link.model.name
        described = {OPERATION: "chat", PROVIDER: link.provider.name, MODEL: model}
        self._span = begin(f"chat {model}", described, kind=SpanKind.CLIENT)
        self._begun = time.monotonic()

    def open(self, until: Until) -> AsyncGenerator[ModelPart, None]:
        return within(self._asked.put_to(self._link), until)

    def speak(self) -> None:
        """The first token has come."""
        self.spoken = True
        self._asked.let_go()
        self._span.set_attribute(FIRST_CHUNK_SECONDS, time.monotonic() - self._begun)
        self._link.breaker.spoke(self._ticket)

    def note(self, part: ModelPart) -> None:
        """What is no token is kept to the end: an answer without a word never was one."""
        if isinstance(part, TokenUsage):
            self._usage = part
        elif isinstance(part, End):
            self._end = part

    def finish(self) -> Iterator[ModelPart]:
        """What ends an answer. Raises LlmFailure where there was none, after what that took."""
        provider, end = self._link.provider, self._end
        if end is None:
            raise LlmUnavailable("The model broke off its answer.")
        if not self.spoken:
            yield from self._in_vain()
            # A filter judges the prompt, and a prompt must not be able to switch a provider off for everyone.
            kind = PromptUnfit if end.reason == "content_filter" else LlmMalformed
            raise kind(f"The answer ended ({end.reason}) without a word of text.")
        self._outcome = "answered"
        self._link.breaker.answered(self._ticket)
        if self._usage is not None:
            if provider.dialect.cuts_prompts and self._was_cut(self._usage.prompt):
                CUTS.labels(provider.name).inc()
                log.warning("llm_prompt_cut", provider=provider.name, prompt_tokens=self._usage.prompt, fix=_CUT_FIX)
            yield self._usage
        yield end

    def fail(self, failure: LlmFailure) -> None:
        """Tell the breaker what the failure means for the next question."""
        self._outcome = "broken_off" if self.spoken else _outcome(failure)
        fail(self._span, failure)
        FAILURES.labels(self._link.provider.name, type(failure).__name__).inc()
        match failure:
            case PromptUnfit() | PromptRefused():
                pass
            case LlmRefused():
                self._link.breaker.refused()
            case LlmUnavailable(retry_after=asked):
                self._link.breaker.failed(self._ticket, retry_after=asked)
            case _:
                self._link.breaker.failed(self._ticket)

    def close(self) -> None:
        CALLS.labels(self._link.provider.name, self._outcome).inc()
        self._span.set_attribute(OUTCOME, self._outcome)
        if self._end is not None:
            self._span.set_attribute(FINISH_REASONS, (self._end.reason,))
        if self._usage is not None:
            self._span.set_attributes(_spent(self._usage, self._link.provider.price))
        self._span.end()

    def _in_vain(self) -> Iterator[InVain]:
        """Thoughts nobody gets to see are paid for, too."""
        if self._usage is not None:
            provider = self._link.provider
            yield InVain(Route((provider.name,), self._link.model.name, provider.price), self._usage)

    def _was_cut(self, counted: int) -> bool:
        """Whether the server counted fewer prompt tokens than there can have been.

        Ollama keeps the latest half of its context of a prompt that is longer than the whole (ollama issue 17427),
        and counts what it kept. A count of zero tells nothing.
        """
        provider = self._link.provider
        expected = self._asked.prompt_tokens(provider)
        if provider.num_ctx is not None and expected > provider.num_ctx:
            edges = (provider.num_ctx, provider.num_ctx // 2)
            if any(abs(counted - edge) <= _NEAR for edge in edges):
                return True
        return 0 < counted < expected / 2


_CUT_FIX: Final = "raise the server's context (OLLAMA_CONTEXT_LENGTH, or num_ctx in a Modelfile)"


def _spent(usage: TokenUsage, price: Price | None) -> Attributes:
    """What the provider counted, and what that costs."""
    told: Attributes = {INPUT_TOKENS: usage.prompt, OUTPUT_TOKENS: usage.completion}
    if price is None:
        return told
    cost = price.of(prompt_tokens=usage.prompt, completion_tokens=usage.completion)
    return {**told, "vitrina.cost": cost, "vitrina.currency": price.currency}


def _outcome(failure: LlmFailure) -> Outcome:
    match failure:
        case PromptUnfit() | PromptRefused():
            return "prompt"
        case LlmRefused():
            return "refused"
        case LlmMalformed():
            return "malformed"
        case _:
            return "unavailable"


def _with_addition(messages: Sequence[Message], addition: str) -> Sequence[Message]:
    """`messages` with `addition` below the system prompt, which comes first."""
    if not addition:
        return messages
    first, *others = messages
    if first.role != "system":
        return [Message("system", addition), *messages]
    return [replace(first, content=f"{first.content}\n\n{addition}"), *others]
