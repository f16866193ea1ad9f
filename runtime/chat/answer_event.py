"""One answer as an event: followed from its question to its end, and told once."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Any, Literal, assert_never

from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started, Usage
from runtime.chat.purse import Paid, Purse
from runtime.chat.question import ChatQuestion
from runtime.web.answer_log import MAX_QUESTION, AnswerLog
from shared.personal_data import masked

Outcome = Literal["answered", "cards", "failed", "refused", "left"]
"""As of `vitrina_chat_requests_total`."""


class AnswerEvent:
    """What is told of the answer `id` to `question`. clock: seconds, monotonic."""

    def __init__(self, question: ChatQuestion, purse: Purse, *, id: str, clock: Callable[[], float]) -> None:
        self.purse = _Watched(purse)
        self._clock = clock
        self._asked_at = clock()
        self._first_at: float | None = None
        self._outcome: Outcome = "left"
        self._fields: dict[str, Any] = {
            "answer": id,
            "store": question.store.code,
            # Masked before it is cut: half a number would not be known for one.
            "question": masked(question.text)[:MAX_QUESTION],
            "turn": len(question.user_turns),
        }

    def take(self, event: ChatEvent) -> None:
        """What happens in the answer next."""
        match event:
            case Delta():
                if self._first_at is None:
                    self._first_at = self._clock()
            case Started():
                self._fields |= {
                    "understood": [read.text for read in event.understood],
                    "products": [hit.document.id for hit in event.hits],
                    # A greeting looks for nothing, and what was shown already was found.
                    "found": None if event.ours or event.exhausted else bool(event.hits) and not event.unmet,
                    "degraded": event.degraded,
                    "provider": event.route[-1] if event.route else None,
                }
            case Usage():
                pass
            case Finish():
                self._outcome = "cards" if self._fields.get("degraded") == "llm" else "answered"
                self._fields |= {"named": list(event.named), "corrections": event.corrections}
            case Failed():
                self._outcome = "failed"
                self._fields["code"] = event.code
            case _:
                assert_never(event)

    def refuse(self, error: Exception) -> None:
        """There was no answer."""
        self._outcome = "refused"
        self._fields["code"] = getattr(error, "code", None) or type(error).__name__

    def fields(self) -> dict[str, Any]:
        """Everything, once the answer has come to its end."""
        now = self._clock()
        seconds = {"first_ms": self._first_at, "ms": now}
        times = {name: round((at - self._asked_at) * 1000, 1) for name, at in seconds.items() if at is not None}
        return self._fields | {"outcome": self._outcome} | times | self.purse.spent()


class _Watched:
    """A purse of which is known what it paid."""

    def __init__(self, purse: Purse) -> None:
        self._purse = purse
        self._bills: list[Paid] = []

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        return await self._purse.open(prompt=prompt, completion=completion)

    def pay(self, bills: Sequence[Paid]) -> None:
        self._bills += bills
        self._purse.pay(bills)

    def spent(self) -> dict[str, Any]:
        """Tokens, and money where its price is known; nothing where no model was asked."""
        if not self._bills:
            return {}
        told: dict[str, Any] = {
            "prompt_tokens": sum(bill.prompt for bill in self._bills),
            "completion_tokens": sum(bill.completion for bill in self._bills),
        }
        costs: dict[str, float] = {}
        for bill in self._bills:
            if (price := bill.price) is not None:
                took = price.of(prompt_tokens=bill.prompt, completion_tokens=bill.completion)
                costs[price.currency] = round(costs.get(price.currency, 0.0) + took, 6)
        return told | ({"costs": costs} if costs else {})


async def told(
    ask: Callable[[ChatQuestion, Purse], AsyncGenerator[ChatEvent, None]],
    question: ChatQuestion,
    purse: Purse,
    *,
    id: str,
    answers: AnswerLog,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncGenerator[ChatEvent, None]:
    """What `ask` answers to `question`; told to `answers` when it is over, whoever ends it. Raises what `ask` does."""
    event = AnswerEvent(question, purse, id=id, clock=clock)
    events = ask(question, event.purse)
    # The conversation is to be gone once the answer is under way.
    del question
    try:
        async with aclosing(events):
            async for one in events:
                event.take(one)
                yield one
    except Exception as error:
        event.refuse(error)
        raise
    finally:
        answers.answer(event.fields())
