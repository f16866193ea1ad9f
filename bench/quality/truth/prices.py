"""Sums that people name, and how they write them. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from bench.quality.truth.shop import Test, Ware
from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

_STEPS: Final = ((20, 1), (100, 5), (500, 10), (2_000, 100), (20_000, 500))
"""Sums below the first are round when they are multiples of the second."""
_COARSEST: Final = 1_000

_SUMS: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("${n}", "${n}", "{n} dollars", "{n} usd"),
    "ru": ("{n} рублей", "{n} рублей", "{n} руб", "{n} руб.", "{n} ₽", "{n}р", "{spaced} рублей"),
}
_THOUSANDS: Final = ("{thousands} тыс", "{thousands} тысяч рублей")
"""Only where a round number of them is a genitive plural: from five on."""
_RANGES: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": (
        "between ${low} and ${high}",
        "between {low} and {high} dollars",
        "${low}-{high}",
        "${low}–${high}",
        "from {low} to {high} dollars",
    ),
    "ru": (
        "от {low} до {high} рублей",
        "от {low} до {high}",
        "{low}-{high} рублей",
        "от {low} до {high} руб",
        "{low}–{high} ₽",
    ),
}
"""Two numbers with a hyphen need a currency: alone they may be sizes."""


def costs(*, least: float | None = None, most: float | None = None) -> Test:
    """Whether a product has a price in [least, most]. On request is never inside a range."""

    def test(ware: Ware) -> bool:
        return (
            ware.price is not None and (least is None or ware.price >= least) and (most is None or ware.price <= most)
        )

    return test


def pick_bound(wares: Sequence[Ware], dice: Dice) -> int | None:
    """A round sum with prices of `wares` on either side of it; None if one of them is that sum, so that "under" and "up
    to" mean the same."""
    prices = sorted(ware.price for ware in wares if ware.price is not None)
    if not prices:
        return None
    bound = rounded(prices[len(prices) * (15 + dice.below(70)) // 100])
    return bound if prices[0] < bound < prices[-1] and bound not in prices else None


def rounded(price: float) -> int:
    """The nearest sum that someone would name."""
    step = next((step for below, step in _STEPS if price < below), _COARSEST)
    return max(step, round(price / step) * step)


def written_sum(bound: int, language: Locale, dice: Dice) -> str:
    """`bound` with a currency in words, its symbol, or bare."""
    spellings = ["{n}", *_SUMS[language]]
    if language == "ru" and bound % 1000 == 0 and bound >= 5000 and bound % 10_000 != 1000:
        spellings += _THOUSANDS
    return dice.pick(spellings).format(n=bound, spaced=f"{bound:,}".replace(",", " "), thousands=bound // 1000)


def written_range(low: int, high: int, language: Locale, dice: Dice) -> str:
    """Both bounds of a range."""
    return dice.pick(_RANGES[language]).format(low=low, high=high)
