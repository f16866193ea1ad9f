"""Prices that an answer tells: whether they are those of what it speaks of, and the right words where not. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from runtime.chat.truth.amounts import Amount, amounts_in
from runtime.chat.truth.correction import Span
from runtime.chat.truth.grounds import Grounds
from runtime.chat.truth.mentions import Mention, sentence_start
from runtime.chat.truth.price_truth import judge_crowded, judge_price, judge_range

_REACH: Final = 60
_PRICED: Final = re.compile(
    r"\b(?:costs?|costing|priced at|price|prices|priced|стоит|стоят|стоила?|стоимость\w?|цен(?:а|ы|е|у|ой|ам)"
    r"|обойд[её]тся в"
    r"|обойдутся в)\b(?:[\s*_:—–|-]+(?:is|are|at|of|from|starts?|starting|just|only|about|от|до|всего|около|по|в"
    r"|ровно|составляет)\b)*"
    r"[\s*_:—–|-]*\Z",
    re.IGNORECASE,
)
_SOLD_FOR: Final = re.compile(r"\b(?:за|for)\s+(?:всего\s+|just\s+|only\s+)?[*_]*\Z", re.IGNORECASE)
_BOUND: Final = re.compile(
    r"\b(?:under|below|less than|up to|budget|limit|over|above|more than|around|about|до|дороже|дешевле|бюджет\w*"
    r"|менее|более|около|примерно)\s*[*_]*\Z",
    re.IGNORECASE,
)
_GOES_ON: Final = re.compile(
    r"[*_]*(?:\Z|[.,;:!?)|]|\s*[—–-]\s|\s*\n|\s*(?:and|or|in|with|which|that|but|if|и|или|в|с|а|но|если|что|at"
    r"|is)\b(?!\s*\d))",
    re.IGNORECASE,
)
_JOINT: Final = re.compile(r"[*_]*\s?(?:-|–|—|to|and|до|и)\s?[*_]*", re.IGNORECASE)
_RANGE: Final = re.compile(r"[*_]*\s?(?:-|–|—|\bto\b|\bдо\b)\s?[*_]*", re.IGNORECASE)
_PAIR: Final = re.compile(r"[*_]*\s(?:and|и)\s[*_]*", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\b(?:between|между)\s*[*_]*\Z", re.IGNORECASE)
_YEARS: Final = range(1900, 2101)
_LEAST: Final = 100
_WIDEST: Final = 20
"""Times that the end of a range may be its beginning, where only the end is told with a currency."""
_MOST: Final = 6
"""Prices of a stretch that are judged by what they are said of; where more crowd in one, nobody says anything."""


def price_spans(text: str, start: int, end: int, grounds: Grounds) -> Iterator[Span]:
    """Every price of `text` between `start` and `end`."""
    # From the beginning of the sentence, for what it says of the row or the range that goes on.
    amounts = list(amounts_in(text, max(sentence_start(text, start), start - 4 * _REACH), end))
    if not amounts:
        return
    names = grounds.namings.within(text, max(0, amounts[0].start - _REACH), end)
    prices = [place for place in range(len(amounts)) if _is_price(text, amounts, place, names, grounds)]
    amounts = [amounts[place] for place in prices]
    place = next((place for place, amount in enumerate(amounts) if amount.start >= start), len(amounts))
    if place and _is_range(text, amounts, place - 1):
        # Its beginning has gone out.
        place += 1
    last = place + _MOST
    while place < len(amounts):
        width = 2 if _is_range(text, amounts, place) else 1
        judge = judge_crowded if place > last else judge_range if width > 1 else judge_price
        yield judge(text, amounts, place, end, grounds)
        place += width if place <= last else 1


def _is_price(text: str, amounts: Sequence[Amount], place: int, names: Sequence[Mention], grounds: Grounds) -> bool:
    amount = amounts[place]
    if any(at.start <= amount.start < at.end for at in names):
        return False
    if amount.money:
        return True
    if grounds.namings.is_of_name(text, amount.start, text[amount.start : amount.end]):
        return False
    if _in_range(text, amounts, place):
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


def _in_range(text: str, amounts: Sequence[Amount], place: int) -> bool:
    """Whether a number beside it, joined by a dash or a word, says for both that they are money."""
    amount = amounts[place]
    behind = amounts[place + 1] if place + 1 < len(amounts) else None
    if behind and behind.money and _JOINT.fullmatch(text, amount.end, behind.start):
        # "Size 42 — 8 490 ₽" is no range.
        return amount.value * _WIDEST >= behind.value
    before = amounts[place - 1] if place else None
    dash = before and text[before.end : amount.start].strip() in ("-", "–", "—")
    return bool(dash and before and before.money and _GOES_ON.match(text, amount.end))


def _is_range(text: str, amounts: Sequence[Amount], place: int) -> bool:
    """Whether the amount at `place` and the next are the two ends of one range."""
    if place + 1 == len(amounts):
        return False
    first, second = amounts[place], amounts[place + 1]
    if first.value * _WIDEST < second.value and not first.money:
        return False
    if _RANGE.fullmatch(text, first.end, second.start):
        return True
    between = _BETWEEN.search(text[max(0, first.start - 20) : first.start])
    return between is not None and _PAIR.fullmatch(text, first.end, second.start) is not None
