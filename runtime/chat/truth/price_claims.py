"""Prices that an answer tells: whether they are those of what it speaks of, and the right words where not. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from runtime.chat.truth.amounts import Amount, amounts_in, numbers_in
from runtime.chat.truth.correction import Span
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import Owners

_REACH: Final = 60
_BOUND: Final = re.compile(
    r"(?:\b(?:under|below|less than|up to|within|budget|limit|no more than|not more than|not over|at most|max(?:imum)?"
    r"|cheaper than|over|above|more than|exceed\w*|spend\w*|around|about"
    r"|до|не дороже|дешевле|в пределах|в рамках|бюджет\w*|лимит\w*|не более|не больше|меньше|менее|максимум|дороже"
    r"|свыше|больше|выше|ниже|потратить|уложи\w+ в|уклад\w+ в|вписыва\w+ в|около|в районе)|[<>≤≥])"
    r"(?:\s*(?:\b(?:your|the|a|of|is|to|in|up|ваш\w{0,4}|вас|бюджет\w*|сумм\w*|в|до|чем|than|budget|of)\b"
    r"|[:—–-]))*\s*[*_]*\Z",
    re.IGNORECASE,
)
_BOUND_BEHIND: Final = re.compile(
    r"[*_]*\s*(?:budget|limit|or (?:less|under|below)|and (?:under|below)|бюджет\w*|лимит\w*|и (?:ниже|меньше"
    r"|дешевле))\b",
    re.IGNORECASE,
)
_OWN_RANGE: Final = re.compile(
    r"(?:\b(?:between|from|between|от|между)\s*|(?:\b(?:between|from|от|между)\b[^.!?\n]{1,24}(?:\b(?:and|to|и"
    r"|до)\s*|[-–—]\s*)))\Z",
    re.IGNORECASE,
)
_PRICED: Final = re.compile(
    r"\b(?:costs?|costing|priced at|price|prices|priced|стоит|стоят|стоила?|стоимость\w?|цен(?:а|ы|е|у|ой|ам)"
    r"|обойд[её]тся в"
    r"|обойдутся в)\b(?:[\s*_:—–|-]+(?:is|are|at|of|from|starts?|starting|just|only|about|от|до|всего|около|по|в"
    r"|ровно|составляет)\b)*"
    r"[\s*_:—–|-]*\Z",
    re.IGNORECASE,
)
_SOLD_FOR: Final = re.compile(r"\b(?:за|for)\s+(?:всего\s+|just\s+|only\s+)?[*_]*\Z", re.IGNORECASE)
_GOES_ON: Final = re.compile(
    r"[*_]*(?:\Z|[.,;:!?)|]|\s*[—–-]\s|\s*\n|\s*(?:and|or|in|with|which|that|but|if|и|или|в|с|а|но|если|что|at"
    r"|is)\b(?!\s*\d))",
    re.IGNORECASE,
)
_RANGE: Final = re.compile(r"[*_]*\s?(?:-|–|—|to|and|до|и)\s?[*_]*", re.IGNORECASE)
_FROM: Final = re.compile(
    r"\b(?:from|starting at|starts at|от|за|в|по|for|at|of|only|just|всего)\s*[*_]*\Z", re.IGNORECASE
)
"""Behind these a price does not begin with another "from"."""
_UP_TO: Final = re.compile(r"(?:\b(?:up to|to|до)|\d[-–—]|[$€£₽]\s?[-–—]\s?)\s*[*_]*\Z", re.IGNORECASE)
_LEADING: Final = re.compile(r"\s*(?:from|от)\s+", re.IGNORECASE)
_LABEL: Final = re.compile(r"(?:[:(|—–-]|\b(?:цена|price))[\s*_]*\Z", re.IGNORECASE)
_DEARER: Final = re.compile(
    r"\b(?:(?:дешевле|дороже|разниц\w+|отлича\w+)[^.!?\n]* (?:на|в)|difference (?:is|of)|cheaper by"
    r"|dearer by)\s*[*_]*\Z",
    re.IGNORECASE,
)
_DEARER_BEHIND: Final = re.compile(r"[*_]*\s(?:cheaper|less|more|dearer|дешевле|дороже)\b", re.IGNORECASE)
_YEARS: Final = range(1900, 2101)
_LEAST: Final = 100

_CASES: Final = (
    (re.compile(r"\b(?:стоит|стоят)\s*[*_]*\Z", re.IGNORECASE), "столько, сколько указано в карточке товара"),
    (re.compile(r"\b(?:обойд[её]тся|обойдутся) в\s*[*_]*\Z", re.IGNORECASE), "цену из карточки товара"),
    (re.compile(r"\b(?:за|в)\s*[*_]*\Z", re.IGNORECASE), "цену из карточки товара"),
    (re.compile(r"\b(?:от|до|около)\s*[*_]*\Z", re.IGNORECASE), "цены из карточки товара"),
    (re.compile(r"\b(?:по цене|по)\s*[*_]*\Z", re.IGNORECASE), "цене из карточки товара"),
)


def price_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every price of `text` between `start` and `end`."""
    # From the amount before, for what it says of the range that goes on.
    amounts = list(amounts_in(text, max(0, start - _REACH), end))
    names = grounds.namings.within(text, max(0, start - _REACH), end) if amounts else []
    for place, amount in enumerate(amounts):
        if amount.start < start or any(at.start <= amount.start < at.end for at in names):
            continue
        if not amount.money and grounds.namings.is_of_name(text, amount.start, text[amount.start : amount.end]):
            continue
        if _is_price(text, amounts, place):
            yield _judge(text, amount, grounds)


def _is_price(text: str, amounts: list[Amount], place: int) -> bool:
    amount = amounts[place]
    if amount.money or _in_range(text, amounts, place):
        return True
    before, goes_on = text[max(0, amount.start - _REACH) : amount.start], _GOES_ON.match(text, amount.end) is not None
    if not goes_on:
        return False
    if _PRICED.search(before):
        return True
    year = not amount.grouped and amount.value in _YEARS
    sold = _SOLD_FOR.search(before) is not None and not year
    return (sold and (amount.grouped or amount.value >= _LEAST)) or (
        amount.scaled and (sold or _BOUND.search(before) is not None)
    )


def _in_range(text: str, amounts: list[Amount], place: int) -> bool:
    """Whether a number beside it, joined by a dash or a word, says for both that they are money."""
    amount = amounts[place]
    behind = amounts[place + 1] if place + 1 < len(amounts) else None
    if behind and behind.money and _RANGE.fullmatch(text, amount.end, behind.start):
        return True
    before = amounts[place - 1] if place else None
    dash = before and text[before.end : amount.start].strip() in ("-", "–", "—")
    return bool(dash and before and before.money and _GOES_ON.match(text, amount.end))


def _judge(text: str, amount: Amount, grounds: Grounds) -> Span:
    before = text[max(0, amount.start - _REACH) : amount.start]
    owners = grounds.namings.owners(text, amount.start, amount.end)
    ours = not amount.currencies or grounds.store.currency in amount.currencies
    if (
        (ours and grounds.is_price(amount.value, owners))
        or (grounds.is_own(amount.value) and _is_bound(text, before, amount, owners))
        or (grounds.is_difference(amount.value) and _compares(text, before, amount))
    ):
        return Span(amount.start, amount.end, "price")
    return Span(amount.start, amount.end, "price", _right(before, owners, grounds))


def _is_bound(text: str, before: str, amount: Amount, owners: Owners) -> bool:
    if _BOUND.search(before) or _BOUND_BEHIND.match(text, amount.end):
        return True
    return not owners.products and _OWN_RANGE.search(before) is not None


def _compares(text: str, before: str, amount: Amount) -> bool:
    return _DEARER_BEHIND.match(text, amount.end) is not None or _DEARER.search(before) is not None


def _right(before: str, owners: Owners, grounds: Grounds) -> str:
    """What is to stand where a wrong price stood behind `before`."""
    if len(owners.products) == 1 and owners.sole:
        (place,) = owners.products
        if _UP_TO.search(before) and (highest := grounds.highest_text(place)):
            return highest
        told = grounds.products[place].price_text
        if any(True for _ in numbers_in(told)):
            return _LEADING.sub("", told, count=1) if _FROM.search(before) else told
    if grounds.language == "en":
        return "see the card for the price" if _LABEL.search(before) else "the price in its card"
    for behind, words in _CASES:
        if behind.search(before):
            return words
    return "см. в карточке товара" if _LABEL.search(before) else "цена — в карточке товара"
