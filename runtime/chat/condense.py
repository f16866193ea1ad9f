"""A follow-up made a question of its own by the model: "and a cheaper one?" after jackets is "cheaper jackets".

What the model says is believed only as far as it repeats the conversation, so that neither an invented budget nor a
product text that gives orders can become the search; else, and without a model, `followup` does it by rule.
"""

import asyncio
import re
from contextlib import aclosing
from typing import Final

import structlog

from runtime.chat.followup import plan_search
from runtime.chat.prompt import trim_history
from runtime.chat.question import ChatQuestion
from runtime.chat.quoting import without_marks
from runtime.chat.said import Said, read_turn, words_of
from runtime.chat.vocabulary import EMPTY, PREPOSITIONS
from runtime.llm.model import ChatModel, LlmFailure, Message, Route, Token, TokenUsage
from runtime.llm.spending import count_spent
from runtime.retrieval.understanding.stems import stem

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

_NUMBER: Final = re.compile(r"\d+")


async def condense(question: ChatQuestion, model: ChatModel, *, seconds: float = SECONDS) -> str | None:
    """`question` as one that stands by itself; None where the model did not say one in time that can be believed."""
    asked = [
        Message("system", _TASK),
        *(
            Message(turn.role, without_marks(turn.text))
            for turn in trim_history(question.history, budget=_HISTORY_TOKENS)
        ),
        Message("user", without_marks(question.text)),
    ]
    said, route, usage = "", Route((), model.name), None
    try:
        async with asyncio.timeout(seconds):
            parts = model.stream(asked, temperature=0.0, max_tokens=_MAX_TOKENS)
            async with aclosing(parts):
                async for part in parts:
                    match part:
                        case Token(text):
                            said += text
                        case Route():
                            route = part
                        case TokenUsage():
                            usage = part
    except (LlmFailure, TimeoutError) as exc:
        log.info("condense_failed", cause=str(exc) or f"no query within {seconds:g} s")
        return None
    finally:
        if usage is not None:
            count_spent(route, usage)
    return believed(said, question)


def believed(said: str, question: ChatQuestion) -> str | None:
    """`said` if it says nothing that the conversation did not, and keeps the bounds that the rule keeps."""
    text = " ".join(said.split()).strip("\"'«»“”")
    if not text or len(text) > _MAX_CHARACTERS or "://" in text:
        return None
    spoken = " ".join((*(turn.text for turn in question.history), question.text)).lower()
    known = {stem(word) for word in words_of(spoken)}
    if not all(stem(word) in known for word in words_of(text.lower()) if word not in EMPTY | PREPOSITIONS):
        return None
    if not set(_NUMBER.findall(text)) <= set(_NUMBER.findall(spoken)):
        return None
    currency = question.store.currency
    by_rule = read_turn(plan_search(question.user_turns, currency=currency), currency=currency)
    return text if _conditions(read_turn(text, currency=currency)) == _conditions(by_rule) else None


def _conditions(said: Said) -> tuple[object, ...]:
    bounds = [(price.low, price.high, price.about) for price in said.prices.values()]
    return bounds, said.in_stock, said.sort, set(said.unwanted.values())
