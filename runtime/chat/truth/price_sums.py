"""Sums that an answer works out of prices: how much more one costs, what several cost together. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from runtime.chat.truth.amounts import Amount
from runtime.chat.truth.folding import fold
from runtime.chat.truth.grounds import Grounds, is_among
from runtime.chat.truth.mentions import Owners, sentence_start
from runtime.chat.truth.spelled import spelled_in

_DEARER: Final = re.compile(
    r"\b(?:(?:cheaper|dearer|less|lower|higher|pricier|more|more expensive|less expensive) by|differ\w* by"
    r"|difference[^.!?;:\n₽$€]{0,120}?"
    r"(?:\bis|\bof|[:—–=-])|(?:дешевле|дороже|больше|меньше|выше|ниже|отлича\w+)\b[^.!?;:\n₽$€]{0,80}?\bна"
    r"|разниц\w+[^.!?;:\n₽$€]{0,120}?(?:\bв|\bсоставляет|[:—–=-]))\s*(?:just |only |about |всего |около "
    r"|примерно )?[*_]*\Z",
    re.IGNORECASE,
)
_DEARER_BEHIND: Final = re.compile(
    r"[*_]*\s*(?:cheaper|less|more|dearer|pricier|higher|lower|extra|дешевле|дороже)\b(?! or\b)", re.IGNORECASE
)
_TOGETHER: Final = re.compile(
    r"\b(?:together|totals?|altogether|in all|sum|plus|combined|for both|get both|buy both|take both"
    r"|все вместе|вместе|итого"
    r"|в сумме|сумма|общ\w+|плюс|обойдутся в)\b|[+=]|\bboth\b[^.!?\n]{0,90}\bfor\b|\b(?:оба|обе)\b[^.!?\n]{0,60}\bза\b",
    re.IGNORECASE,
)
_TOGETHER_BEHIND: Final = re.compile(
    r"[*_]*\s*(?:in total|together|altogether|for both|for (?:the )?(?:two|three|pair|set)|in all|in sum|combined"
    r"|за (?:оба|обе|все|всё|двоих)|в сумме|вместе)\b",
    re.IGNORECASE,
)
_NEAR: Final = 24
_EACH: Final = re.compile(r"\b(?:(?<!of )each|apiece|кажд\w+|за штуку)\b", re.IGNORECASE)
_COUNT: Final = re.compile(r"(?<![\w.,$€£₽-])(\d{1,2})(?![\w.,%-])")
_PAIRS: Final = re.compile(r"\b(?:pair|couple|пар[аыу])\b", re.IGNORECASE)
_OF_THEM: Final = re.compile(r"\s+(?:of the\s+|пар[аы]?\s+|комплект\w*\s+|штук\w*\s+|pairs? of\s+)?[*_«\"“]*")
_REACH: Final = 400
_MOST: Final = 6
"""Products that are added up, each with the others; more come to too many sums to say anything."""


def is_difference(text: str, amount: Amount) -> bool:
    """Whether it is told how much more or less something costs."""
    before = text[sentence_start(text, amount.start) : amount.start]
    return _DEARER_BEHIND.match(text, amount.end) is not None or _DEARER.search(before) is not None


def is_total(text: str, amount: Amount) -> bool:
    """Whether it is told what several things cost together."""
    start = sentence_start(text, amount.start)
    if _EACH.search(text, max(start, amount.start - _NEAR), amount.start) or _EACH.match(
        text[amount.end : amount.end + 12].lstrip()
    ):
        return False
    return (
        _TOGETHER.search(text, start, amount.start) is not None or _TOGETHER_BEHIND.match(text, amount.end) is not None
    )


def differences(text: str, start: int, end: int, grounds: Grounds) -> Iterator[float]:
    """By how much the products of a sentence may differ that has a sum from `start` on and ends at `end`."""
    named = _named(text, start, end, grounds)
    ones = named or range(len(grounds.products))
    others = named if len(named) > 1 else range(len(grounds.products))
    for one in ones:
        for other in others:
            if one != other:
                yield from (
                    round(abs(this - that), 2)
                    for this in grounds.products[one].prices
                    for that in grounds.products[other].prices
                )


def totals(text: str, start: int, end: int, grounds: Grounds) -> set[float]:
    """What the products may cost together of which a sentence speaks that has a sum from `start` on; none where it
    speaks of one only.
    """
    named = _named(text, start, end, grounds)[-_MOST:]
    sums = {(0.0, 0)}
    for place in named:
        sums |= {
            (round(total + price, 2), count + 1)
            for total, count in sums
            for price in {grounds.products[place].low, grounds.products[place].high}
        }
    return {total for total, count in sums if count > 1}


def is_multiple(text: str, amount: Amount, prices: Iterable[float]) -> bool:
    """Whether it is a price so many times as the sentence says before."""
    said = text[sentence_start(text, amount.start) : amount.start]
    counts = {count for _, count in _counts(said)} - {0.0, 1.0}
    return any(is_among(amount.value, [count * price for price in prices]) for count in counts)


def right_multiple(text: str, amount: Amount, owners: Owners, grounds: Grounds) -> float | None:
    """The price of so many of the one product spoken of as its name says: "Two Joust Duffle Bags"."""
    if len(owners.products) != 1 or len(prices := grounds.products[owners.products[0]].prices) != 1:
        return None
    start = sentence_start(text, amount.start)
    for mention in grounds.namings.within(text, start, amount.start):
        before = text[start : mention.start]
        for end, count in _counts(before):
            if count > 1 and _OF_THEM.fullmatch(before, end):
                return count * prices[0]
    return None


def _counts(said: str) -> Iterator[tuple[int, float]]:
    """Numbers of things in `said`, each with the place behind it."""
    yield from ((match.end(), float(match[1])) for match in _COUNT.finditer(said))
    yield from ((end, value) for _, end, value in spelled_in(fold(said), 0, len(said)))
    yield from ((match.end(), 2.0) for match in _PAIRS.finditer(said))


def right_sum(text: str, amount: Amount, end: int, grounds: Grounds) -> float | None:
    """What the difference or the total of the products before a wrong one is; None where that cannot be told."""
    named = _named(text, amount.start, amount.start, grounds)
    if is_difference(text, amount):
        named = _named(text, amount.start, end, grounds)
        if len(named) != 2:
            return None
    prices = [grounds.products[place].prices for place in named]
    if len(named) < 2 or any(len(of_one) != 1 for of_one in prices):
        return None
    if is_difference(text, amount):
        return round(abs(prices[0][0] - prices[1][0]), 2) or None
    return round(sum(of_one[0] for of_one in prices), 2)


def _named(text: str, start: int, end: int, grounds: Grounds) -> Sequence[int]:
    """The products named in the sentence around `start`; where it names none, in what stands before it."""
    sentence = sentence_start(text, start)
    named = grounds.namings.within(text, sentence, max(start, end))
    if not named:
        named = grounds.namings.within(text, max(0, sentence - _REACH), sentence)
    return list(dict.fromkeys(mention.product for mention in named))
