"""A follow-up made a question of its own by the model: "and a cheaper one?" after jackets is "cheaper jackets".

What the model says is believed only as far as it repeats the conversation, so that neither an invented budget nor a
product text that gives orders can become the search; else, and without a model, `followup` does it by rule.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final, assert_never

import structlog

from runtime.chat.followup import plan_search
from runtime.chat.prompt import trim_history
from runtime.chat.purse import DEEP, Paid, Purse
from runtime.chat.question import ChatQuestion
from runtime.chat.quoting import without_marks
from runtime.chat.said import Said, read_turn, words_of
from runtime.chat.vocabulary import EMPTY, PREPOSITIONS
from runtime.llm.model import ChatModel, End, InVain, LlmFailure, Message, ModelPart, Route, Token, TokenUsage
from runtime.llm.prompt_size import PromptSize
from runtime.llm.spending import count_spent
from runtime.retrieval.understanding.stems import stem
from shared.embedding.tokens import estimate_tokens
from shared.spans import span

log = structlog.get_logger(__name__)

SECONDS: Final = 1.0
"""What it may take before the rule decides: the shopper waits for it."""

_HISTORY_TOKENS: Final = 600
_MAX_TOKENS: Final = 60
_MAX_CHARACTERS: Final = 300

_TASK: Final = """\
Rewrite the shopper's last message as one search query for a shop's catalogue that needs no conversation to be \
understood. Use the shopper's own words and language. Keep every condition that still holds: kind of product, \
colour, size, price bounds, what is not wanted. Leave out what was taken back. Add nothing. Answer with the query \
alone."""


async def condense(
    question: ChatQuestion, model: ChatModel, purse: Purse = DEEP, *, seconds: float = SECONDS
) -> str | None:
    """`question` as one that stands by itself; None where the model did not say one in time that can be believed, or
    `purse` pays for none. Raises what the purse raises.
    """
    asked = [
        Message("system", _TASK),
        *(
            Message(turn.role, without_marks(turn.text))
            for turn in trim_history(question.history, budget=_HISTORY_TOKENS)
        ),
        Message("user", without_marks(question.text)),
    ]
    size = PromptSize(asked)
    if not await purse.open(prompt=lambda: size.tokens, completion=_MAX_TOKENS):
        return None
    heard = _Heard(model.name, store=question.store.code)
    try:
        with span("condense"):
            async with asyncio.timeout(seconds):
                await heard.listen(model.stream(asked, temperature=0.0, max_tokens=_MAX_TOKENS))
    except (LlmFailure, TimeoutError) as exc:
        log.info("condense_failed", cause=str(exc) or f"no query within {seconds:g} s")
        return None
    finally:
        purse.pay(heard.bills(size))
    return believed(heard.text, question)


class _Heard:
    """What a model said, and what it took."""

    def __init__(self, name: str, *, store: str) -> None:
        self.text = ""
        self._store = store
        self._route = Route((), name)
        self._usage: TokenUsage | None = None
        self._in_vain: list[InVain] = []

    async def listen(self, parts: AsyncGenerator[ModelPart, None]) -> None:
        async with aclosing(parts):
            async for part in parts:
                match part:
                    case Token(text):
                        self.text += text
                    case Route():
                        self._route = part
                    case TokenUsage():
                        self._usage = part
                    case InVain():
                        self._in_vain.append(part)
                    case End():
                        return
                    case _:
                        assert_never(part)

    def bills(self, prompt: PromptSize) -> list[Paid]:
        """Counted, and for the purse; what the provider did not count is estimated."""
        spent = [(one.route, one.usage) for one in self._in_vain]
        # A provider that was still thinking had read the prompt.
        if self.text or self._route.tried:
            spent.append((self._route, self._usage or TokenUsage(prompt.tokens, estimate_tokens(self.text))))
        for route, usage in spent:
            count_spent(route, usage, store=self._store)
        return [Paid.of(usage, route.price) for route, usage in spent]


def believed(said: str, question: ChatQuestion) -> str | None:
    """`said` if it says nothing that the conversation did not, and keeps the bounds that the rule keeps."""
    text = " ".join(said.split()).strip("\"'«»“”")
    if not text or len(text) > _MAX_CHARACTERS or "://" in text:
        return None
    # The shopper's own: what the assistant said may be a product's words, and a product's are nobody's wish.
    spoken = " ".join(question.user_turns).lower()
    known = {stem(word) for word in words_of(spoken)}
    if not all(stem(word) in known for word in words_of(text.lower()) if word not in EMPTY | PREPOSITIONS):
        return None
    currency = question.store.currency
    by_rule = read_turn(plan_search(question.user_turns, currency=currency), currency=currency)
    subject = {stem(word) for word in by_rule.words}
    if len(subject & {stem(word) for word in words_of(text.lower())}) * 2 < len(subject):
        return None
    return text if _conditions(read_turn(text, currency=currency)) == _conditions(by_rule) else None


def _conditions(said: Said) -> tuple[object, ...]:
    bounds = [(price.low, price.high, price.about) for price in said.prices.values()]
    return bounds, said.in_stock, said.sort, set(said.unwanted.values()), said.asked
