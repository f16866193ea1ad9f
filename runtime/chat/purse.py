"""What pays for an answer: asked before the model is, and told afterwards what it cost."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from starlette.requests import Request

from runtime.llm.model import TokenUsage
from runtime.llm.price import Price
from runtime.web.admission import caller_of
from runtime.web.auth import Caller
from runtime.web.budget import Budgets, Reservation
from runtime.web.callers import address_of, name_of
from runtime.web.usage import count_cost, count_tokens


@dataclass(frozen=True, slots=True)
class Paid:
    """What one provider took for an answer, or for none. price: None where it is not known."""

    prompt: int
    completion: int
    price: Price | None = None

    @classmethod
    def of(cls, usage: TokenUsage, price: Price | None) -> "Paid":
        """What `usage` is at `price`."""
        return cls(usage.prompt, usage.completion, price)


class Purse(Protocol):
    """Of one answer."""

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        """Whether a model may be asked; False where the shop has nothing left. prompt: tokens, counted only if it
        matters. completion: tokens at most. Raises ServiceError where whoever asks has nothing left.
        """
        ...

    def pay(self, bills: Sequence[Paid]) -> None:
        """Told once after each `open` that gave True, whatever became of the answer. Waits for nothing."""
        ...


class DeepPurse:
    """Pays for everything, and counts nothing."""

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        return True

    def pay(self, bills: Sequence[Paid]) -> None:
        return


DEEP: Final = DeepPurse()


class Purses:
    """A purse for each request. budgets: None where no budget is set. prices: of the providers that may be asked."""

    def __init__(self, budgets: Budgets | None = None, *, prices: Sequence[Price] = ()) -> None:
        self._budgets = budgets
        self._prices = tuple(prices)

    def of(self, request: Request) -> Purse:
        """The purse of whoever asks, on a guarded route. Raises QuotaSpent where it is known to be empty."""
        caller, address = caller_of(request), address_of(request)
        if self._budgets is not None:
            self._budgets.check(*_counted_under(caller, address))
        return CallerPurse(caller, address, budgets=self._budgets, prices=self._prices)


class CallerPurse:
    """Of one answer to `caller`, who asks from `address`."""

    __slots__ = ("_address", "_budgets", "_caller", "_prices", "_reservation")

    def __init__(self, caller: Caller, address: str, *, budgets: Budgets | None, prices: Sequence[Price]) -> None:
        self._caller = caller
        self._address = address
        self._budgets = budgets
        self._prices = prices
        self._reservation: Reservation | None = None

    async def open(self, *, prompt: Callable[[], int], completion: int) -> bool:
        if self._budgets is None:
            return True
        tokens = prompt()
        # Nobody knows yet who will answer: the dearest one is put aside for.
        dearest = max(
            (price.of(prompt_tokens=tokens, completion_tokens=completion) for price in self._prices), default=0
        )
        caller, address = _counted_under(self._caller, self._address)
        self._reservation = await self._budgets.reserve(caller, address, tokens=tokens + completion, cost=dearest)
        return self._reservation is not None

    def pay(self, bills: Sequence[Paid]) -> None:
        cost = 0.0
        for bill in bills:
            count_tokens(self._caller, prompt=bill.prompt, completion=bill.completion)
            if bill.price is not None:
                took = bill.price.of(prompt_tokens=bill.prompt, completion_tokens=bill.completion)
                count_cost(self._caller, took, bill.price.currency)
                cost += took
        if self._budgets is not None and self._reservation is not None:
            tokens = sum(bill.prompt + bill.completion for bill in bills)
            self._budgets.settle(self._reservation, tokens=tokens, cost=cost)


def _counted_under(caller: Caller, address: str) -> tuple[str, str | None]:
    """The caller's own name, and the address with whose ceiling they are counted: of a key none."""
    return name_of(caller, address), None if caller.via == "key" else address
