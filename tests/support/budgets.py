"""Budgets as tests want them: a ledger, a day's clock, what is left of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from runtime.web.budget import Allowance, Budgets, Reservation
from runtime.web.ledger import Ledger

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC).timestamp()
HALF_A_DAY = 12 * 3_600


class Day:
    """Seconds since the epoch, from noon on; pass when told to."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


def budgets(storage: str = "memory", *, clock: Day | None = None, **allowances: Any) -> Budgets:
    """shop, caller: tokens, or an Allowance."""
    given = {
        name: Allowance(tokens=value) if isinstance(value, int) and name != "address_times" else value
        for name, value in allowances.items()
    }
    return Budgets(Ledger(storage), clock=clock or Day(), **given)


async def spend(given: Budgets, tokens: int, *, who: str = "key:gpt", cost: float = 0.0) -> bool:
    """Whether an answer of so many tokens was let begin; it takes what was put aside."""
    reservation = await given.reserve(who, None, tokens=tokens, cost=cost)
    if reservation is not None:
        given.settle(reservation, tokens=tokens, cost=cost)
    return reservation is not None


async def taken_at_once(given: Budgets, answers: int, *, tokens: int) -> list[Reservation]:
    found = await asyncio.gather(*(given.reserve(f"key:{n}", None, tokens=tokens, cost=0) for n in range(answers)))
    return [one for one in found if one is not None]
