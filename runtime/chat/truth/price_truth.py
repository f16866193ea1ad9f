"""Whether a price, a bound, a rough figure or a sum is true of what it is said of. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from runtime.chat.truth.amounts import Amount
from runtime.chat.truth.correction import Span
from runtime.chat.truth.grounds import Grounds, is_among
from runtime.chat.truth.mentions import Owners, sentence_start
from runtime.chat.truth.price_bounds import (
    Bound,
    bound_before,
    holds,
    is_denied,
    is_shoppers,
    is_shoppers_range,
    is_up_to,
    rounded,
    says_nothing_there,
)
from runtime.chat.truth.price_owner import owner_of
from runtime.chat.truth.price_sums import (
    differences,
    is_difference,
    is_multiple,
    is_total,
    right_multiple,
    right_sum,
    totals,
)
from runtime.chat.truth.price_words import (
    neutral_difference,
    neutral_sum,
    neutral_words,
    right_price,
    right_range,
)
from runtime.chat.truth.variants_told import prices_told

_REACH: Final = 60
_BEHIND: Final = 48
_ROUNDED: Final = 0.001
"""How far a price in thousands may be off, as a part of it: "$1.3k" is $1,299.00."""
_FROM: Final = re.compile(r"\b(?:from|starts? at|starting at|от|начина\w+ с)\s*[*_]*\Z", re.IGNORECASE)


def judge_price(text: str, amounts: Sequence[Amount], place: int, end: int, grounds: Grounds) -> Span:
    """What is to become of the price `amounts[place]` of `text`, which is known up to `end`."""
    amount = amounts[place]
    before = text[max(0, amount.start - _REACH) : amount.start]
    fine = Span(amount.start, amount.end, "price")
    if grounds.is_own(amount.value) and is_shoppers(before, text[amount.end : amount.end + _BEHIND]):
        return fine
    if is_denied(before):
        return fine
    ours = not amount.currencies or grounds.store.currency in amount.currencies
    owners = owner_of(text, amounts, place, grounds.namings, end)
    if is_difference(text, amount):
        right = ours and is_among(amount.value, list(differences(text, amount.start, end, grounds)))
        return fine if right else _instead_of_sum(text, amount, end, grounds)
    if is_total(text, amount):
        if ours and (
            is_among(amount.value, list(totals(text, amount.start, end, grounds)))
            or _is_so(text, amount, owners, grounds)
        ):
            return fine
        return _instead_of_sum(text, amount, end, grounds, owners=owners)
    if bound := bound_before(before):
        return _judge_bound(text, amount, bound, owners, grounds, ours=ours)
    if ours and (
        _is_so(text, amount, owners, grounds)
        or (owners.each and is_among(amount.value, list(totals(text, amount.start, amount.start, grounds))))
        or (not owners.products and is_up_to(before) and grounds.is_own(amount.value))
    ):
        return fine
    return Span(amount.start, amount.end, "price", _words(text, amount, owners, grounds))


def judge_crowded(text: str, amounts: Sequence[Amount], place: int, end: int, grounds: Grounds) -> Span:
    """The same where so many stand together that what each is said of cannot matter: any product's price will do."""
    amount = amounts[place]
    ours = not amount.currencies or grounds.store.currency in amount.currencies
    if ours and is_among(amount.value, grounds.prices_of(Owners())):
        return Span(amount.start, amount.end, "price")
    before = text[max(0, amount.start - _REACH) : amount.start]
    return Span(amount.start, amount.end, "price", neutral_words(before, before, grounds.language))


def judge_range(text: str, amounts: Sequence[Amount], place: int, end: int, grounds: Grounds) -> Span:
    """The same of the two prices from `amounts[place]` on, the ends of one range."""
    low, high = amounts[place], amounts[place + 1]
    before = text[max(0, low.start - _REACH) : low.start]
    fine = Span(low.start, high.end, "price")
    owners = owner_of(text, amounts, place, grounds.namings, end)
    ours = all(not one.currencies or grounds.store.currency in one.currencies for one in (low, high))
    own = grounds.is_own(low.value) and grounds.is_own(high.value)
    # A thousand said once is said of both: "5-7k".
    if ours and _is_range_of(low.value, high.value, owners, grounds):
        return fine
    if own and (not owners.products or _nothing_there(text, low, high)):
        return fine
    if own and is_shoppers_range(before) and not owners.sole:
        return fine
    words = right_range(before, text[low.end : high.start], owners, grounds)
    if words is None and not owners.products and len(grounds.figures) > 1:
        joint = text[low.end : high.start]
        words = f"{grounds.money(grounds.figures[0])}{joint}{grounds.money(grounds.figures[1])}"
    return Span(low.start, high.end, "price", words or _neutral(text, low, owners, grounds))


def _nothing_there(text: str, low: Amount, high: Amount) -> bool:
    """Whether the clause says that between the two nothing is found."""
    before, behind = text[sentence_start(text, low.start) : low.start], text[high.end : high.end + _BEHIND]
    return says_nothing_there(before) or says_nothing_there(re.split(r"[.;!?\n]", behind)[0])


def _is_range_of(low: float, high: float, owners: Owners, grounds: Grounds) -> bool:
    if not owners.each:
        prices = grounds.prices_of(owners)
        return is_among(low, prices) and is_among(high, prices) and low <= high
    prices = tuple(price for place in owners.products for price in grounds.products[place].prices)
    return bool(prices) and is_among(low, [min(prices)]) and is_among(high, [max(prices)])


def _is_so(text: str, amount: Amount, owners: Owners, grounds: Grounds) -> bool:
    """Whether it is a price of what it is said of, or that price so many times as is said."""
    prices = prices_told(text, amount.start, owners.products, grounds) or grounds.prices_of(owners)
    if owners.each:
        lowest = min(prices, default=0.0)
        return grounds.is_price(amount.value, owners) or (
            _FROM.search(text[max(0, amount.start - 20) : amount.start]) is not None
            and is_among(amount.value, [lowest])
        )
    if is_among(amount.value, prices) or (owners.products and is_multiple(text, amount, prices)):
        return True
    return amount.scaled and any(abs(amount.value - price) <= _ROUNDED * price for price in prices)


def _judge_bound(text: str, amount: Amount, bound: Bound, owners: Owners, grounds: Grounds, *, ours: bool) -> Span:
    """A bound is true of a product that keeps to it; of nobody in particular, where any does or none is said to."""
    prices = grounds.prices_of(owners)
    fits = [holds(bound, amount.value, price) for price in prices]
    if owners.each:
        true = all(
            any(holds(bound, amount.value, price) for price in grounds.products[place].prices)
            for place in owners.products
        )
    else:
        true = any(fits)
    sentence = text[sentence_start(text, amount.start) : amount.start]
    if (ours and true) or (not owners.products and says_nothing_there(sentence)):
        return Span(amount.start, amount.end, "price")
    if not prices:
        return Span(amount.start, amount.end, "price", _words(text, amount, owners, grounds))
    if bound == "about" and (owners.each or not owners.products):
        return Span(amount.start, amount.end, "price", _neutral(text, amount, owners, grounds))
    farthest = max(prices) if bound == "below" and owners.each else min(prices) if bound != "above" else max(prices)
    return Span(amount.start, amount.end, "price", grounds.money(rounded(bound, farthest)))


def _instead_of_sum(text: str, amount: Amount, end: int, grounds: Grounds, *, owners: Owners | None = None) -> Span:
    before = text[max(0, amount.start - _REACH) : amount.start]
    right = right_sum(text, amount, end, grounds)
    if right is None and owners is not None:
        right = right_multiple(text, amount, owners, grounds)
    if right is not None:
        words = grounds.money(right)
    elif owners is None:
        adverb = re.match(
            r"[*_]*\s*(?:cheaper|less|more|higher|lower|dearer|pricier|дешевле|дороже)\b",
            text[amount.end : end],
            re.IGNORECASE,
        )
        words = neutral_difference(before, adverb=adverb is not None, language=grounds.language)
    else:
        words = neutral_sum(before, text[sentence_start(text, amount.start) : amount.start], grounds.language)
    return Span(amount.start, amount.end, "price", words)


def _words(text: str, amount: Amount, owners: Owners, grounds: Grounds) -> str:
    before = text[max(0, amount.start - _REACH) : amount.start]
    variants = prices_told(text, amount.start, owners.products, grounds)
    if len(variants) == 1:
        return grounds.money(variants[0])
    if (several := right_multiple(text, amount, owners, grounds)) is not None:
        return grounds.money(several)
    return right_price(before, owners, grounds) or _neutral(text, amount, owners, grounds)


def _neutral(text: str, amount: Amount, owners: Owners, grounds: Grounds) -> str:
    before = text[max(0, amount.start - _REACH) : amount.start]
    sentence = text[sentence_start(text, amount.start) : amount.start]
    return neutral_words(before, sentence, grounds.language)
