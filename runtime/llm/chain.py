"""Several providers as one `ChatModel`: the next one is asked until one has spoken its first token."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import Final

from prometheus_client import Gauge

from runtime.breaker import Ticket
from runtime.llm.attempt import Asked, Attempt, Link
from runtime.llm.call import Until
from runtime.llm.model import LlmFailure, LlmUnavailable, Message, ModelPart, PromptRefused, Route, Token
from shared.spans import current

UP: Final = Gauge(
    "vitrina_llm_provider_up", "Whether a provider is asked (1), or left alone after failures (0).", ["provider"]
)

LATER_SECONDS: Final = 1.5
"""What each later provider has to its first token at least, where the budget allows it."""


class NoProviderAnswered(LlmUnavailable):
    """Every provider failed before its first token, or was not asked. causes: one sentence each, in order."""

    def __init__(self, causes: Sequence[str]) -> None:
        super().__init__(f"No provider answered. {' '.join(causes)}")
        self.causes = tuple(causes)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A provider whose turn it is: let through by its breaker, with its deadlines."""

    link: Link
    ticket: Ticket
    until: Until


class ProviderChain:
    """`links` in the order they are asked, each at most once an answer. budget: seconds to the first token of all.

    A failure before the first token moves on, unless the prompt itself is refused; after it there is no other answer.
    """

    def __init__(self, links: Sequence[Link], *, budget: float) -> None:
        self._links = tuple(links)
        self._budget = budget
        for link in self._links:
            UP.labels(link.provider.name).set_function(partial(_up, link))
        # The first one has two shares at least: it is the one the operator wants.
        self._reserve = min(LATER_SECONDS, budget / (len(self._links) + 1))

    @property
    def name(self) -> str:
        return self._links[0].model.name

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        asked = Asked(messages, temperature=temperature, max_tokens=max_tokens, stop=stop)
        # The prompt is to be gone once it is let go, so nobody on the way keeps a name for it.
        del messages
        begun = asyncio.get_running_loop().time()
        tried: list[str] = []
        causes: list[str] = []
        for position in range(len(self._links)):
            turn = self._turn(position, asked, begun)
            if isinstance(turn, str):
                causes.append(turn)
                current().add_event("provider_not_asked", {"vitrina.cause": turn})
                continue
            provider = turn.link.provider
            tried.append(provider.name)
            yield Route(tuple(tried), turn.link.model.name, provider.price, tuple(causes))
            attempt = Attempt(turn.link, turn.ticket, asked)
            try:
                async with aclosing(attempt.open(turn.until)) as parts:
                    async for part in parts:
                        if type(part) is Token:
                            if not attempt.spoken:
                                attempt.speak()
                            yield part
                        else:
                            attempt.note(part)
                for part in attempt.finish():
                    yield part
            except LlmFailure as failure:
                attempt.fail(failure)
                if attempt.spoken or isinstance(failure, PromptRefused):
                    raise
                causes.append(f"{provider.name}: {failure}")
            else:
                return
            finally:
                attempt.close()
        raise NoProviderAnswered(causes)

    async def aclose(self) -> None:
        for link in self._links:
            await link.model.aclose()

    def _turn(self, position: int, asked: Asked, begun: float) -> _Turn | str:
        """The turn of the provider at `position`; a sentence where it is not asked."""
        link = self._links[position]
        provider = link.provider
        if provider.context_tokens is not None and asked.tokens(provider) > provider.context_tokens:
            return f"{provider.name}: not asked, as the prompt does not fit into context_tokens."
        now = asyncio.get_running_loop().time()
        later = sum(other.breaker.lets_through for other in self._links[position + 1 :])
        first_token = min(now + provider.deadlines.first_token, begun + self._budget - later * self._reserve)
        if first_token <= now:
            return f"{provider.name}: not asked, as no time was left for a first token."
        ticket = link.breaker.admit()
        if ticket is None:
            return f"{provider.name}: not asked, as it failed before (breaker open)."
        end = begun + provider.deadlines.total
        return _Turn(link, ticket, Until(first_token=first_token, gap=provider.deadlines.gap, end=end))


def _up(link: Link) -> float:
    return 0.0 if link.breaker.is_open else 1.0
