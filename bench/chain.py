"""What the chain of models adds to a bare model, in CPU: the chain alone, no sockets, no adapter."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from typing import Final

from bench.harness import Goal, Spread, interleave
from runtime.llm.attempt import Link
from runtime.llm.breaker import Breaker
from runtime.llm.chain import ProviderChain
from runtime.llm.dialect import Dialect
from runtime.llm.model import ChatModel, End, Message, ModelPart, Token
from runtime.llm.providers import BUDGET_SECONDS, Provider

TOKENS: Final = 1_000
ANSWERS: Final = 50
ROUNDS: Final = 9
MOST_MICROSECONDS: Final = 3.0


class BareModel:
    """Says the same token a thousand times, without waiting."""

    name = "bare"

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        token = Token("word ")
        for _ in range(TOKENS):
            yield token
        yield End("stop")

    async def aclose(self) -> None:
        return


async def goals(say: Callable[[str], None]) -> list[Goal]:
    """Bare model and chain in turns."""
    provider = Provider(name="main", model="bare", base_url="http://127.0.0.1:9/v1", dialect=Dialect())
    chain = ProviderChain([Link(provider, BareModel(), Breaker(clock=time.monotonic))], budget=BUDGET_SECONDS)
    bare, chained = (
        Spread(tuple(taken))
        for taken in await interleave(ROUNDS, lambda: _microseconds(BareModel()), lambda: _microseconds(chain))
    )
    say(f"µs a token: bare {bare}, chained {chained}")
    added = chained.median - bare.median
    note = f"bare {bare}, chained {chained}; {TOKENS} tokens an answer"
    return [Goal("µs of CPU a token that the chain adds", added, MOST_MICROSECONDS, "at most", note)]


async def _microseconds(model: ChatModel) -> float:
    """CPU of a token."""
    begun = time.process_time()
    for _ in range(ANSWERS):
        async with aclosing(model.stream([Message("user", "hi")], temperature=0.1, max_tokens=TOKENS)) as parts:
            async for _part in parts:
                pass
    return (time.process_time() - begun) / (ANSWERS * TOKENS) * 1e6
