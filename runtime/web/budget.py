"""Budgets of a day (UTC), in tokens and in money: of the whole shop, and of each key or visitor.

What an answer may take at most is put aside before the model is asked, and made what it did take afterwards. An answer
begins while anything is left, so that the last one may go beyond it, and no other.
"""

import asyncio
import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, get_args

import structlog
from prometheus_client import Counter

from runtime.errors import ServiceError
from runtime.web.ledger import Ledger

log = structlog.get_logger(__name__)

Whose = Literal["shop", "caller"]
Kind = Literal["tokens", "cost"]

REFUSED: Final = Counter(
    "vitrina_budget_refused_total",
    "Answers that got no model because a budget of the day was spent.",
    ["whose", "kind"],
)
for _whose in get_args(Whose):
    for _kind in get_args(Kind):
        # There from the start: of a counter that begins with its first refusal Prometheus sees no increase.
        REFUSED.labels(_whose, _kind)

SOON_SECONDS: Final = 5
"""When what others have put aside and will not need is there again."""
KNOWN_SECONDS: Final = 60.0
"""For which a caller whose day is spent is refused unasked: another replica may still give something back."""
_MOST_KNOWN: Final = 10_000
_MICRO: Final = 1_000_000


class QuotaSpent(ServiceError):
    """A key or visitor has had what a day holds for them."""

    status = 429
    type = "insufficient_quota"
    code = "insufficient_quota"


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a day holds; None = no end. cost: in the currency of the providers' prices."""

    tokens: int | None = None
    cost: float | None = None

    def __bool__(self) -> bool:
        return self.tokens is not None or self.cost is not None

    def times(self, factor: int) -> "Allowance":
        """So many times as much."""
        return Allowance(
            None if self.tokens is None else self.tokens * factor, None if self.cost is None else self.cost * factor
        )


@dataclass(frozen=True, slots=True)
class _Line:
    """A sum of the ledger with its end, in whole tokens or millionths of the currency."""

    name: str
    whose: Whose
    kind: Kind
    end: int


@dataclass(slots=True)
class Reservation:
    """What is put aside for one answer; `settle` it once, whatever became of the answer."""

    lines: Sequence[_Line]
    tokens: int
    cost: int
    settled: bool = False

    def amount(self, line: _Line) -> int:
        return self.tokens if line.kind == "tokens" else self.cost


class Budgets:
    """The budgets of the shop and of each caller. address_times: how many times a caller's all visitors of one address
    have together. clock: seconds since the epoch.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        shop: Allowance = Allowance(),
        caller: Allowance = Allowance(),
        address_times: int = 1,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._ledger = ledger
        self._shop = shop
        self._caller = caller
        self._address = caller.times(address_times)
        self._clock = clock
        self._told = ""
        self._aside: dict[str, int] = {}
        self._spent: dict[str, float] = {}
        # One thread, so that no two answers look at a sum between each other's steps.
        self._thread = ThreadPoolExecutor(1, "budget") if ledger.blocks else None

    def check(self, caller: str, address: str | None) -> None:
        """Raises QuotaSpent where the caller is known to have nothing left, before any work is done for them."""
        if not self._spent:
            return
        for line in self._lines(caller, address):
            if line.whose == "caller" and self._clock() < self._spent.get(line.name, 0.0):
                raise self._refusal(line)

    async def reserve(self, caller: str, address: str | None, *, tokens: int, cost: float) -> Reservation | None:
        """What is put aside for an answer of `tokens` and `cost` at most; None where the shop's budget is spent.

        address: of whoever is not known by a key. Raises QuotaSpent where the caller's is.
        """
        wanted = Reservation(self._lines(caller, address), tokens, _micro(cost))
        spent = await self._take_aside(wanted)
        if spent is None:
            return wanted
        if spent.whose == "caller":
            raise self._refusal(spent)
        REFUSED.labels(spent.whose, spent.kind).inc()
        self._tell(spent)
        return None

    def settle(self, reservation: Reservation, *, tokens: int, cost: float) -> None:
        """Make what was put aside what was spent. Waits for nothing, and does it once."""
        if reservation.settled:
            return
        reservation.settled = True
        if self._thread is None:
            self._book(reservation, tokens, _micro(cost))
        else:
            self._thread.submit(self._book, reservation, tokens, _micro(cost))

    async def aclose(self) -> None:
        """Return once all that was settled is written down."""
        if self._thread is not None:
            await asyncio.wrap_future(self._thread.submit(lambda: None))

    async def _take_aside(self, wanted: Reservation) -> _Line | None:
        if self._thread is None:
            return self._take(wanted)
        taking = self._thread.submit(self._take, wanted)
        try:
            return await asyncio.wrap_future(taking)
        except asyncio.CancelledError:
            taking.add_done_callback(lambda done: self._give_back(done, wanted))
            raise

    def _give_back(self, done: "Future[_Line | None]", wanted: Reservation) -> None:
        """The answer will not be given, and yet something may have been put aside for it."""
        if not done.cancelled() and done.result() is None:
            self.settle(wanted, tokens=0, cost=0.0)

    def _take(self, wanted: Reservation) -> _Line | None:
        """Put aside on every line; the first line that is spent, where nothing is put aside on any."""
        for place, line in enumerate(wanted.lines):
            amount = wanted.amount(line)
            if self._ledger.add(line.name, amount) - amount >= line.end:
                for taken in wanted.lines[: place + 1]:
                    self._ledger.add(taken.name, -wanted.amount(taken))
                return line
        for line in wanted.lines:
            self._aside[line.name] = self._aside.get(line.name, 0) + wanted.amount(line)
        return None

    def _book(self, reservation: Reservation, tokens: int, cost: int) -> None:
        for line in reservation.lines:
            aside = reservation.amount(line)
            self._ledger.add(line.name, (tokens if line.kind == "tokens" else cost) - aside)
            left = self._aside.pop(line.name, 0) - aside
            if left > 0:
                self._aside[line.name] = left

    def _lines(self, caller: str, address: str | None) -> list[_Line]:
        """The caller's own before the shop's: who is refused is told, whatever else is spent."""
        day = self._today().date().isoformat()
        found = _lines_of(self._caller, f"budget/{day}/{caller}", "caller")
        if address is not None:
            found += _lines_of(self._address, f"budget/{day}/all of {address}", "caller")
        return found + _lines_of(self._shop, f"budget/{day}/shop", "shop")

    def _refusal(self, spent: _Line) -> QuotaSpent:
        REFUSED.labels(spent.whose, spent.kind).inc()
        # What others have only put aside may be there again in seconds.
        aside = self._aside.get(spent.name, 0)
        wait = SOON_SECONDS if aside else self._seconds_of_today()
        if not aside:
            self._remember(spent.name)
        what = "tokens" if spent.kind == "tokens" else "money"
        return QuotaSpent(f"Today's budget of {what} is used up; it begins anew at midnight UTC.", retry_after=wait)

    def _remember(self, name: str) -> None:
        now = self._clock()
        if name not in self._spent and len(self._spent) >= _MOST_KNOWN:
            self._spent = {known: until for known, until in self._spent.items() if until > now}
        if self._spent.get(name, 0.0) <= now:
            self._spent[name] = now + KNOWN_SECONDS

    def _tell(self, spent: _Line) -> None:
        """Once a day and kind, which the name of the sum holds."""
        if self._told != spent.name:
            self._told = spent.name
            setting = "BUDGET_TOKENS_DAY" if spent.kind == "tokens" else "BUDGET_COST_DAY"
            log.warning(
                "budget_spent", setting=setting, seconds=self._seconds_of_today(), answers="product cards until then"
            )

    def _today(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def _seconds_of_today(self) -> int:
        """To the next day, at least 1."""
        now = self._today()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        return max(1, math.ceil((midnight - now).total_seconds()))


def _lines_of(allowance: Allowance, name: str, whose: Whose) -> list[_Line]:
    lines = []
    if allowance.tokens is not None:
        lines.append(_Line(f"{name}/tokens", whose, "tokens", allowance.tokens))
    if allowance.cost is not None:
        lines.append(_Line(f"{name}/cost", whose, "cost", _micro(allowance.cost)))
    return lines


def _micro(cost: float) -> int:
    return math.ceil(cost * _MICRO)
