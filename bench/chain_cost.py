"""What the chain of models costs a token beside the bare model, in CPU: `python -m bench.chain_cost`."""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Final

from runtime.llm.attempt import Link
from runtime.llm.breaker import Breaker
from runtime.llm.call import Until, within
from runtime.llm.chain import ProviderChain
from runtime.llm.model import ChatModel, End, Message, ModelPart, Token
from runtime.llm.presets import Dialect
from runtime.llm.providers import BUDGET_SECONDS, Provider

TOKENS: Final = 1_000
ANSWERS: Final = 50
ROUNDS: Final = 9
PROMPT: Final = (Message("user", "hi"),)


class Bare:
    """A model that says the same token a thousand times, without waiting."""

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


class InDeadlines(Bare):
    """The same inside the deadlines of a call alone."""

    async def stream(
        self, messages: Sequence[Message], *, temperature: float, max_tokens: int, stop: Sequence[str] = ()
    ) -> AsyncGenerator[ModelPart, None]:
        now = asyncio.get_running_loop().time()
        bare = super().stream(messages, temperature=temperature, max_tokens=max_tokens, stop=stop)
        async with aclosing(within(bare, Until(first_token=now + 6, gap=15, end=now + 60))) as parts:
            async for part in parts:
                yield part


async def _microseconds(model: ChatModel) -> float:
    """CPU of a token."""
    begun = time.process_time()
    for _ in range(ANSWERS):
        async with aclosing(model.stream(PROMPT, temperature=0.1, max_tokens=TOKENS)) as parts:
            async for _part in parts:
                pass
    return (time.process_time() - begun) / (ANSWERS * TOKENS) * 1e6


async def main() -> int:
    """Bare model and chain in turns; 0 when the chain adds 3 µs a token or less."""
    provider = Provider(name="main", model="bare", base_url="http://127.0.0.1:9/v1", dialect=Dialect())
    chain = ProviderChain([Link(provider, Bare(), Breaker(clock=time.monotonic))], budget=BUDGET_SECONDS)
    sides: dict[str, ChatModel] = {"bare": Bare(), "deadlines": InDeadlines(), "chain": chain}
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, model in sides.items():
            taken[name].append(await _microseconds(model))
    medians = {name: statistics.median(values) for name, values in taken.items()}
    for name, values in taken.items():
        print(f"{name:10} {medians[name]:.2f} µs a token ({min(values):.2f}–{max(values):.2f})")
    added = medians["chain"] - medians["bare"]
    print(f"the chain adds {added:.2f} µs a token")
    return int(added > 3)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
