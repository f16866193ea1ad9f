"""What every part is given: the provider, subjects to start, questions with numbers of their own, someone to tell."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final

from bench.runtime.load import Caller, call_all
from bench.runtime.programs import Program, running
from bench.runtime.subject import SHOP_ORIGIN, VISITOR_SECRET
from bench.runtime.told import fetch, load_average
from bench.runtime.upstream import ENDED, LAST
from bench.runtime.wire import Order, reordered
from runtime.llm.providers import Adapter
from runtime.web.visitors import HEADER, Visitors

WARMING_ALONE: Final = 50
WARMING_TOGETHER: Final = 20
_FIRST_NUMBER: Final = 1_000_000
"""All numbers have as many digits, so that all questions are of one length."""


_A_SHOPPER: Final = f"origin: {SHOP_ORIGIN}\r\n{HEADER}: {Visitors(VISITOR_SECRET).issue().text}\r\n"
"""How whoever asks passes the doors: from the shop's page, with a visitor's token."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """streams: of G12 and G13. pairs, rounds: of G11. soak: minutes."""

    streams: int = 1_000
    pairs: int = 300
    rounds: int = 6
    soak: float = 10.0


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything happens. adapter: that of all parts but `langchain`."""

    upstream: Program
    adapter: Adapter
    sizes: Sizes
    say: Callable[[str], None]
    _numbers: Iterator[int] = field(default_factory=lambda: count(_FIRST_NUMBER))

    def caller(self, *, rate: int, tokens: int, padding: int = 0) -> Caller:
        """A client with a question nobody else asks."""
        order = Order(next(self._numbers), rate, tokens, padding)
        return Caller(order, order.body, headers=_A_SHOPPER)

    def callers(self, how_many: int, *, rate: int, tokens: int, padding: int = 0) -> list[Caller]:
        return [self.caller(rate=rate, tokens=tokens, padding=padding) for _ in range(how_many)]

    async def direct_callers(self, how_many: int, *, rate: int, tokens: int) -> list[Caller]:
        """Clients for the provider itself, who send it what the subject last sent, but for the order."""
        prompt: str = await fetch(self.upstream.port, LAST)
        wanted = self.callers(how_many, rate=rate, tokens=tokens)
        for caller in wanted:
            caller.body = reordered(prompt.encode(), caller.order)
        return wanted

    async def ended(self) -> dict[str, Any]:
        """What the provider has to tell of its answers."""
        told: dict[str, Any] = await fetch(self.upstream.port, ENDED)
        return told

    @asynccontextmanager
    async def subject(
        self,
        *arguments: str,
        adapter: Adapter | None = None,
        environ: Mapping[str, str] | None = None,
        log_unread: bool = False,
        dress: Callable[[Caller], Caller] = lambda caller: caller,
    ) -> AsyncIterator[Program]:
        """The product in a process of its own, warm. environ, log_unread: as `running`. dress: what makes a caller one
        that is let in.
        """
        chosen = adapter or self.adapter
        told = (str(self.upstream.port), "--adapter", chosen, *arguments)
        with running("subject", *told, environ=environ, log_unread=log_unread) as subject:
            await self.warm(subject, dress)
            yield subject

    async def warm(self, program: Program, dress: Callable[[Caller], Caller] = lambda caller: caller) -> None:
        """Ask until imports, caches and connections are there; few at once, so that memory stays as when idle."""
        for _ in range(WARMING_ALONE):
            await call_all(program.port, [dress(self.caller(rate=1_000, tokens=3))], ramp=1_000)
        together = [dress(caller) for caller in self.callers(WARMING_TOGETHER, rate=50, tokens=20)]
        crowd = await call_all(program.port, together, ramp=1_000)
        if crowd.errors:
            raise RuntimeError(f"the {program.name} does not answer: {_end_of(program)}")
        await asyncio.sleep(0.5)

    def noise(self) -> str:
        """For a note: how much else the machine had to do."""
        return f"load average {load_average():.1f}"


def _end_of(program: Program) -> str:
    return program.log.read_text(encoding="utf-8", errors="replace")[-2_000:]
