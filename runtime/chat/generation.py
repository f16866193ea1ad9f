"""From a briefing to chat events: the model's words while it has any, the products in words when it has none."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final, assert_never

import structlog
from prometheus_client import Counter

from runtime.chat.cards import within, write_cards
from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.naming import named_products
from runtime.chat.question import ChatQuestion
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    LlmMalformed,
    LlmUnavailable,
    Message,
    ModelPart,
    Token,
    TokenUsage,
)
from runtime.retrieval.language import Language
from runtime.web.metrics import count_degraded
from shared.embedding.tokens import estimate_tokens

log = structlog.get_logger(__name__)

TOKENS: Final = Counter("vitrina_llm_tokens_total", "Tokens by model and kind (prompt, completion).", ["model", "kind"])
LLM_FAILURES: Final = Counter("vitrina_llm_failures_total", "Failed model calls by model and kind.", ["model", "kind"])

RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """What bounds one answer.

    temperature: where the question leaves it open. max_tokens: the most tokens asked of the model.
    max_characters: the most text passed on, for a model that does not keep to max_tokens. first_token, total:
    seconds of wall clock to the first and to the last token.
    """

    temperature: float = 0.1
    max_tokens: int = 1_024
    max_characters: int = 16_000
    first_token: float = 20.0
    total: float = 60.0


@dataclass(frozen=True, slots=True)
class Briefing:
    """Everything an answer is written from.

    opening: the Started event, should all go well. figures: of all that was found, in a sentence; empty where the
    question is not about them. empty: why nothing was found, or only what is near, in `language`; may be empty.
    """

    question: ChatQuestion
    opening: Started
    language: Language
    messages: Sequence[Message]
    figures: str = ""
    empty: str = ""


async def generate(
    briefing: Briefing, model: ChatModel | None, limits: AnswerLimits
) -> AsyncGenerator[ChatEvent, None]:
    """The events of one answer, from Started to Finish or Failed.

    Started waits for the model's first token, so that it can say whether there is a model: a model that fails
    before it costs the shopper the prose and nothing else. One that fails after it ends the answer in Failed.
    """
    if model is None:
        for event in _without_model(briefing):
            yield event
        return
    draft = _Draft(briefing, room=limits.max_characters)
    try:
        async with aclosing(_write(draft, model, limits)) as events:
            async for event in events:
                yield event
    except LlmFailure as failure:
        _record_failure(failure, model, begun=bool(draft.text))
        for event in _broken_off() if draft.text else _without_model(briefing):
            yield event
    finally:
        _count_tokens(model, draft)


async def _write(draft: "_Draft", model: ChatModel, limits: AnswerLimits) -> AsyncGenerator[ChatEvent, None]:
    """The events of an answer that the model writes to its end. Raises LlmFailure when it does not."""
    async with aclosing(_stream(draft.briefing, model, limits)) as parts:
        async for part in parts:
            for event in draft.take(part):
                yield event
            if draft.room == 0:
                break
    if not draft.text:
        raise LlmMalformed(f"Model {model.name!r} ended its answer without a word of text.")
    for event in draft.closing():
        yield event


class _Draft:
    """An answer as far as it has come. room: characters it may still have; finish: why it ends."""

    def __init__(self, briefing: Briefing, *, room: int) -> None:
        self.text = ""
        self.room = room
        self._finish: FinishReason = "stop"
        self._usage: TokenUsage | None = None
        self.briefing = briefing

    def take(self, part: ModelPart) -> Iterator[ChatEvent]:
        """The events that `part` of the model's answer means."""
        match part:
            case Token(text):
                if not self.text:
                    yield self.briefing.opening
                taken = text[: self.room]
                self.room -= len(taken)
                self.text += taken
                if self.room == 0:
                    self._finish = "length"
                yield Delta(taken)
            case TokenUsage():
                self._usage = part
            case End(reason):
                self._finish = reason
            case _:
                assert_never(part)

    def usage(self) -> Usage:
        """The provider's count, else an estimate."""
        if self._usage is not None:
            return Usage(self._usage.prompt, self._usage.completion)
        prompt = sum(estimate_tokens(message.content) for message in self.briefing.messages)
        return Usage(prompt, estimate_tokens(self.text))

    def closing(self) -> Iterator[ChatEvent]:
        """What follows the last piece of text."""
        yield self.usage()
        yield Finish(self._finish, named=named_products(self.text, self.briefing.opening.products))


def _without_model(briefing: Briefing) -> Iterator[ChatEvent]:
    count_degraded("llm")
    opening, question = replace(briefing.opening, degraded="llm"), briefing.question
    cards = list(
        write_cards(opening.products, language=briefing.language, figures=briefing.figures, empty=briefing.empty)
    )
    pieces, reason = within(cards, max_tokens=question.max_tokens, stop=question.stop)
    yield opening
    for piece in pieces:
        yield Delta(piece)
    yield Usage()
    yield Finish(reason, named=named_products("".join(pieces), opening.products))


def _broken_off() -> Iterator[ChatEvent]:
    yield Failed(
        "The answer broke off because the language model stopped; ask again in a few seconds.",
        code="llm_interrupted",
        retry_after=RETRY_AFTER_SECONDS,
    )


async def _stream(briefing: Briefing, model: ChatModel, limits: AnswerLimits) -> AsyncGenerator[ModelPart, None]:
    """The model's parts, inside the deadlines. Raises LlmUnavailable when one passes, and what the model raises."""
    question = briefing.question
    now = asyncio.get_running_loop().time()
    deadline, last_deadline = now + min(limits.first_token, limits.total), now + limits.total
    temperature = limits.temperature if question.temperature is None else question.temperature
    max_tokens = min(question.max_tokens or limits.max_tokens, limits.max_tokens)
    parts = model.stream(briefing.messages, temperature=temperature, max_tokens=max_tokens, stop=question.stop)
    async with aclosing(parts):
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    part = await anext(parts)
            except StopAsyncIteration:
                return
            except TimeoutError as exc:
                raise LlmUnavailable(f"Model {model.name!r} did not keep to the time an answer may take.") from exc
            yield part
            deadline = last_deadline


def _record_failure(failure: LlmFailure, model: ChatModel, *, begun: bool) -> None:
    kind = type(failure).__name__
    LLM_FAILURES.labels(model.name, kind).inc()
    log.warning("llm_failed", model=model.name, kind=kind, cause=str(failure), answer_begun=begun)


def _count_tokens(model: ChatModel, draft: _Draft) -> None:
    """Count what was spent, also when the shopper left in the middle."""
    if draft.text:
        spent = draft.usage()
        TOKENS.labels(model.name, "prompt").inc(spent.prompt_tokens)
        TOKENS.labels(model.name, "completion").inc(spent.completion_tokens)
