"""The port to a language model: messages in, a stream of parts out.

LlmFailure
├── LlmUnavailable (Transient)   busy, unreachable, timed out, or gone in the middle of its answer
├── LlmRefused (Terminal)        wrong key, unknown model, used-up quota, a parameter the model does not know
│   ├── PromptUnfit              too long for this model, or filtered by it; another one may take it
│   └── PromptRefused            a prompt that no provider would take
└── LlmMalformed (Terminal)      an answer that is no chat completion
"""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from runtime.llm.price import Price
from shared.errors import AppError, Terminal, Transient

Role = Literal["system", "user", "assistant"]

FinishReason = Literal["stop", "length", "content_filter"]


class LlmFailure(AppError):
    """A model that did not answer, for whatever reason."""


class LlmUnavailable(LlmFailure, Transient):
    """The model cannot answer now, or stopped before its answer was whole."""


class LlmRefused(LlmFailure, Terminal):
    """The provider will not take this request, now or later."""


class PromptUnfit(LlmRefused):
    """This model will not take this prompt, which says nothing about the provider's health."""


class PromptRefused(LlmRefused):
    """The provider names the messages themselves as the mistake: nobody else would take them either."""


class LlmMalformed(LlmFailure, Terminal):
    """The provider sent something that is no answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the answer, never empty, always valid Unicode."""

    text: str


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """What the provider says the request cost, in its own tokens."""

    prompt: int
    completion: int


@dataclass(frozen=True, slots=True)
class End:
    """The answer is whole; `length` and `content_filter` mean that the provider cut it."""

    reason: FinishReason


@dataclass(frozen=True, slots=True)
class Route:
    """Which providers were asked so far, the last one now; only a chain tells it, before it asks the next one.

    model, price: of that last one; price None where it is not known. passed_over: why those before it did not
    answer, and who was not even asked, in sentences for the log.
    """

    tried: tuple[str, ...]
    model: str
    price: Price | None = None
    passed_over: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InVain:
    """What the last provider of `route` counted for an answer without a word; only a chain tells it, before it asks the
    next one.
    """

    route: Route
    usage: TokenUsage


ModelPart = Route | InVain | Token | TokenUsage | End


class ChatModel(Protocol):
    """Answers a prompt. One call is one attempt; which failure moves on to what is the caller's.

    The owner calls `aclose` once. A stream that is not read to its end must be closed (`contextlib.aclosing`),
    which closes the provider's connection at once.
    """

    @property
    def name(self) -> str:
        """The model's name, for metrics and logs."""
        ...

    def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        """Tokens, at most one TokenUsage, and exactly one End as the last part; of a chain, Routes and InVain before
        all others.

        Raises LlmUnavailable, LlmRefused or LlmMalformed, at any point before End; a stream that the provider
        breaks off is LlmUnavailable, never an End.
        """
        ...

    async def aclose(self) -> None: ...
