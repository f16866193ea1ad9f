"""`answer`: a question in, the events of one answer out, timed and counted."""

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Final, Literal, get_args

from prometheus_client import Counter, Histogram

from runtime.chat.chain import AnswerChain
from runtime.chat.events import ChatEvent, Delta, Failed, Finish, Started
from runtime.chat.generation import AnswerLimits
from runtime.chat.guard import Guard, TimedGuard
from runtime.chat.guards import AnswerGuards
from runtime.chat.purse import DEEP, Purse
from runtime.chat.question import ChatQuestion
from runtime.llm.model import ChatModel
from runtime.retrieval.retriever import Retriever
from shared.personal_data import unmasked
from shared.spans import OUTCOME, current

Outcome = Literal["answered", "cards", "failed", "refused", "left"]
"""cards: products without prose. failed: broken off. refused: an error before the answer. left: the client went."""

CHATS: Final = Counter("vitrina_chat_requests_total", "Chat answers by how they ended.", ["store", "outcome"])
FIRST_TOKEN_SECONDS: Final = Histogram(
    "vitrina_chat_first_token_seconds",
    "Seconds from the question to the first piece of the answer's text.",
    ["store"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32),
)


def chats_from_zero(store: str) -> None:
    """Begin the counters of the store view `store`: one that is born with its first failure shows no increase."""
    for outcome in get_args(Outcome):
        CHATS.labels(store, outcome)


class ChatService:
    """Answers questions about the products that `retriever` finds; without a model in product cards.

    Safe to share between requests. new_guard: of the answer to each question. condenses: whether the model
    makes follow-ups questions of their own. mask: what no model is to see in a conversation. clock: seconds, monotonic.
    """

    def __init__(
        self,
        retriever: Retriever,
        model: ChatModel | None,
        *,
        limits: AnswerLimits | None = None,
        new_guard: Callable[[ChatQuestion], Guard] = AnswerGuards,
        condenses: bool = True,
        mask: Callable[[str], str] = unmasked,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain = AnswerChain(retriever, model, limits or AnswerLimits(), condenses=condenses)
        self._new_guard = new_guard
        self._mask = mask
        self._clock = clock

    async def answer(self, question: ChatQuestion, purse: Purse = DEEP) -> AsyncGenerator[ChatEvent, None]:
        """Started, Delta…, Usage, then Finish or Failed; paid for by `purse`.

        Raises what retrieval raises (CatalogUnavailable) and what the purse does (QuotaSpent), and only before the
        first event. Close the generator (`contextlib.aclosing`) when leaving early: that closes the model's connection
        too.
        """
        asked_at = self._clock()
        outcome: Outcome = "left"
        degraded = spoken = False
        corrections = 0
        store = question.store.code
        question = question.masked(self._mask)
        guard = self._new_guard(question)
        timed = TimedGuard(guard, clock=self._clock)
        check = timed.feed if current().is_recording() else guard.feed
        try:
            chain = self._chain.stream(question, purse)
            # The conversation is to be gone once the answer is under way, so nobody on the way keeps a name for it.
            del question
            async with aclosing(chain) as events:
                async for event in events:
                    match event:
                        case Started():
                            degraded = event.degraded == "llm"
                        case Delta() if not spoken:
                            spoken = True
                            current().add_event("first_token")
                            FIRST_TOKEN_SECONDS.labels(store).observe(self._clock() - asked_at)
                        case Finish():
                            outcome = "cards" if degraded else "answered"
                        case Failed():
                            outcome = "failed"
                    for checked in check(event):
                        if type(checked) is Finish:
                            corrections = checked.corrections
                        yield checked
        except Exception:
            outcome = "refused"
            raise
        finally:
            CHATS.labels(store, outcome).inc()
            worked = {"vitrina.corrections": corrections, "vitrina.guard_seconds": timed.seconds}
            current().set_attributes({OUTCOME: outcome, **worked})
