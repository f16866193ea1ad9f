"""From a briefing to chat events: the model's words while it has any, the products in words when it has none."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never

import structlog
from prometheus_client import Histogram

from runtime.chat.cards import within, write_cards
from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.follow_ups import Leads, leads_of
from runtime.chat.naming import Nameable, named_products
from runtime.chat.purse import DEEP, Paid, Purse
from runtime.chat.question import ChatQuestion
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    InVain,
    LlmFailure,
    LlmMalformed,
    Message,
    ModelPart,
    Route,
    Token,
    TokenUsage,
)
from runtime.llm.prompt_size import PromptSize
from runtime.llm.providers import MAX_TOKENS
from runtime.llm.spending import count_spent
from runtime.retrieval.language import Language
from runtime.web.metrics import count_degraded
from shared.embedding.tokens import estimate_tokens
from shared.spans import MODEL, OUTPUT_MESSAGES, current, messages, tell

log = structlog.get_logger(__name__)

GENERATION_SECONDS: Final = Histogram(
    "vitrina_generation_seconds",
    "Seconds from the first provider's being asked to the end of the answer, whatever ended it.",
    ["store"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128),
)

RETRY_AFTER_SECONDS: Final = 5


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """What bounds one answer.

    temperature: where the question leaves it open. max_tokens: the most tokens asked of the model.
    max_characters: the most text passed on, for a model that does not keep to max_tokens. How long an answer may take
    is the model's to keep (llm/call.py).
    """

    temperature: float = 0.1
    max_tokens: int = MAX_TOKENS
    max_characters: int = 16_000


@dataclass(slots=True)
class Briefing:
    """Everything an answer is written from, until it is under way.

    opening: the Started event, should all go well. messages: the prompt. reply: the whole answer, where it is ours and
    no model is asked. figures: of all that was found, in a sentence; empty where the
    question is not about them. empty: why nothing was found, or only what is near, in `language`; may be empty. total:
    how many products match; 0 where nothing may be asked further.
    """

    question: ChatQuestion
    opening: Started
    language: Language
    messages: Sequence[Message] = ()
    reply: str = ""
    figures: str = ""
    empty: str = ""
    total: int = 0

    def leads(self) -> Leads | None:
        """What there is to go on with behind this answer."""
        return leads_of(self.opening, total=self.total, language=self.language, asked=self.question.text)

    def let_go(self) -> None:
        """Forget prompt, products and conversation: an answer goes on for long, and those of a thousand are a hundred
        megabytes.
        """
        self.messages = ()
        self.question = replace(self.question, history=(), notes=())
        self.opening = replace(self.opening, hits=(), nearest=None)


async def generate(
    briefing: Briefing, model: ChatModel | None, limits: AnswerLimits, purse: Purse = DEEP
) -> AsyncGenerator[ChatEvent, None]:
    """The events of one answer, from Started to Finish or Failed. Raises what the purse raises, before Started.

    Started waits for the model's first token, so that it can say whether there is a model: a model that fails
    before it costs the shopper the prose and nothing else. One that fails after it ends the answer in Failed.
    """
    if model is None or briefing.reply:
        for event in _replied(briefing) if briefing.reply else _without_model(briefing, silent=False):
            yield event
        return
    draft = _Draft(briefing, model, limits)
    if not await purse.open(prompt=draft.count_prompt, completion=_most_tokens(briefing.question, limits)):
        for event in _without_model(briefing, silent=True):
            yield event
        return
    failed_by: LlmFailure | None = None
    left = False
    clock = asyncio.get_running_loop().time
    begun = clock()
    try:
        async with aclosing(_write(draft, model, limits)) as events:
            async for event in events:
                yield event
    except LlmFailure as failure:
        failed_by = failure
        for event in _broken_off() if draft.text else _without_model(briefing, silent=True, tried=draft.route.tried):
            yield event
    except (GeneratorExit, asyncio.CancelledError):
        left = True
        raise
    finally:
        GENERATION_SECONDS.labels(draft.store).observe(clock() - begun)
        _record(draft, failed_by, purse, left=left)


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
    """An answer as far as it has come. room: characters it may still have."""

    def __init__(self, briefing: Briefing, model: ChatModel, limits: AnswerLimits) -> None:
        self.text = ""
        self.room = limits.max_characters
        self.store = briefing.question.store.code
        self.route = Route((), model.name)
        self.finished = False
        self.in_vain: list[InVain] = []
        self.briefing = briefing
        self._finish: FinishReason = "stop"
        self._usage: TokenUsage | None = None
        self._prompt = PromptSize(briefing.messages)
        self._products: Sequence[Nameable] = ()
        self._leads: Leads | None = None

    def take(self, part: ModelPart) -> Iterator[ChatEvent]:
        """The events that `part` of the model's answer means."""
        match part:
            case Token(text):
                if first := not self.text:
                    yield replace(self.briefing.opening, route=self.route.tried)
                taken = text[: self.room]
                self.room -= len(taken)
                self.text += taken
                if self.room == 0:
                    self._finish = "length"
                yield Delta(taken)
                if first:
                    self._products = tuple(map(Nameable.of, self.briefing.opening.documents))
                    self._leads = self.briefing.leads()
                    self.briefing.let_go()
            case Route():
                self.route = part
            case InVain():
                self.in_vain.append(part)
            case TokenUsage():
                self._usage = part
            case End(reason):
                self._finish = reason
            case _:
                assert_never(part)

    def count_prompt(self) -> int:
        """An estimate that errs high."""
        return self._prompt.tokens

    def usage(self) -> TokenUsage:
        """The provider's count, else an estimate."""
        if self._usage is None:
            self._usage = TokenUsage(self._prompt.tokens, estimate_tokens(self.text))
        return self._usage

    def closing(self) -> Iterator[ChatEvent]:
        """What follows the last piece of text."""
        self.finished = True
        usage = self.usage()
        yield Usage(usage.prompt, usage.completion)
        named = named_products(self.text, self._products)
        yield Finish(self._finish, named=named, follow_ups=self._leads.after(named) if self._leads else ())


def _without_model(briefing: Briefing, *, silent: bool, tried: tuple[str, ...] = ()) -> Iterator[ChatEvent]:
    count_degraded("llm", briefing.question.store.code)
    opening, question = replace(briefing.opening, degraded="llm", route=tried), briefing.question
    cards = list(
        write_cards(
            opening.documents, language=briefing.language, figures=briefing.figures, empty=briefing.empty, silent=silent
        )
    )
    pieces, reason = within(cards, max_tokens=question.max_tokens, stop=question.stop)
    yield opening
    for piece in pieces:
        yield Delta(piece)
    yield Usage()
    named, leads = named_products("".join(pieces), opening.documents), briefing.leads()
    yield Finish(reason, named=named, follow_ups=leads.after(named) if leads else ())


def _replied(briefing: Briefing) -> Iterator[ChatEvent]:
    question = briefing.question
    pieces, reason = within([briefing.reply], max_tokens=question.max_tokens, stop=question.stop)
    yield briefing.opening
    for piece in pieces:
        yield Delta(piece)
    yield Usage()
    yield Finish(reason)


def _broken_off() -> Iterator[ChatEvent]:
    yield Failed(
        "The answer broke off because the language model stopped; ask again in a few seconds.",
        code="llm_interrupted",
        retry_after=RETRY_AFTER_SECONDS,
    )


def _stream(briefing: Briefing, model: ChatModel, limits: AnswerLimits) -> AsyncGenerator[ModelPart, None]:
    """The model's parts on the terms of the question."""
    question = briefing.question
    temperature = limits.temperature if question.temperature is None else question.temperature
    return model.stream(
        briefing.messages, temperature=temperature, max_tokens=_most_tokens(question, limits), stop=question.stop
    )


def _most_tokens(question: ChatQuestion, limits: AnswerLimits) -> int:
    """Of an answer."""
    return min(question.max_tokens or limits.max_tokens, limits.max_tokens)


def _record(draft: "_Draft", failed_by: LlmFailure | None, purse: Purse, *, left: bool) -> None:
    """Count and pay what was spent, also when the shopper left in the middle, and log one line for the answer. Of an
    error that nobody expected the line is written where it is caught.
    """
    route = draft.route
    told: dict[str, Any] = {"model": route.model, "route": route.tried, "passed_over": route.passed_over}
    for one in draft.in_vain:
        count_spent(one.route, one.usage, store=draft.store)
    bills = [Paid.of(one.usage, one.route.price) for one in draft.in_vain]
    # A provider that was still thinking had read the prompt: to ask and to leave is not free.
    if draft.text or (left and route.tried):
        spent = draft.usage()
        cost = count_spent(route, spent, store=draft.store)
        bills.append(Paid.of(spent, route.price))
        told |= {"prompt_tokens": spent.prompt, "completion_tokens": spent.completion}
        if route.price is not None:
            told |= {"cost": round(cost, 6), "currency": route.price.currency}
            current().set_attributes({"vitrina.cost": cost, "vitrina.currency": route.price.currency})
    purse.pay(bills)
    own = current()
    own.set_attributes({"vitrina.route": route.tried, MODEL: route.model})
    tell(own, OUTPUT_MESSAGES, lambda: messages(("assistant", draft.text)))
    if failed_by is not None:
        log.warning(
            "llm_failed", kind=type(failed_by).__name__, cause=str(failed_by), answer_begun=bool(draft.text), **told
        )
    elif draft.finished:
        log.info("llm_answered", **told)
    elif left:
        log.info("llm_left", answer_begun=bool(draft.text), **told)
