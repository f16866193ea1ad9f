"""Words beside a sum that make of it no price but a bound, a rough figure, or what the shopper has to spend. Pure."""

import math
import re
from typing import Final, Literal

Bound = Literal["below", "above", "about"]

_FILLERS: Final = (
    r"(?:\s*(?:\b(?:your|the|a|an|of|is|to|in|up|than|budget|limit|around|about|just|only|total|price|ваш\w{0,4}|вас|у|бюджет\w*"
    r"|лимит\w*|сумм\w*|в|до|чем|только|всего|примерно|около|цен\w{1,2})\b|[:—–-]))*\s*[*_~]*\Z"
)
_BELOW: Final = re.compile(
    r"(?:\b(?:under|below|less than|lower than|within|no more than|not more than|not over|at most"
    r"|max(?:imum)?|cheaper than"
    r"|дешевле|ниже|не дороже|в пределах|в рамках|не более|не больше|не выше|меньше|менее|максимум)|[<≤])"
    r"(?:\s+(?:чем|a|the|your|budget of))*\s*[*_]*\Z",
    re.IGNORECASE,
)
_UP_TO: Final = re.compile(r"\b(?:up to|до)\s*[*_]*\Z", re.IGNORECASE)
_ABOVE: Final = re.compile(
    r"(?:\b(?:over|above|more than|higher than|exceed\w*|at least|more expensive than|дороже|свыше|больше"
    r"|выше|более|не менее"
    r"|не меньше|не дешевле)|[>≥])(?:\s+(?:чем|a|the))*\s*[*_]*\Z",
    re.IGNORECASE,
)
_ABOUT: Final = re.compile(
    r"(?:\b(?:around|about|approximately|approx\.?|roughly|nearly|almost|close to|circa|some|около|примерно|почти"
    r"|приблизительно|порядка|в районе|где-то)|[~≈])\s*[*_]*\Z",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"(?:\b(?:under|below|less than|up to|within|budget|limit|no more than|not more than|not over|at most|max(?:imum)?"
    r"|cheaper than|over|above|more than|exceed\w*|spend\w*|around|about|with|have|has|instead of|mention\w*"
    r"|asked|said|wanted"
    r"|offer\w*|pay|до|не дороже|дешевле|в пределах|в рамках|бюджет\w*|лимит\w*|не более|не больше|меньше"
    r"|менее|максимум"
    r"|дороже|свыше|больше|выше|ниже|потратить|уложи\w+|уклад\w+|вписыва\w+|около|в районе|вместо|имея|говорили|просили"
    r"|запрос\w*|заплатить|платить)|[<>≤≥])" + _FILLERS,
    re.IGNORECASE,
)
_INSTEAD: Final = re.compile(r"\b(?:instead of|вместо)\b[^.!?;,\n]{0,40}\Z", re.IGNORECASE)
_OWN_BEHIND: Final = re.compile(
    r"[*_]*\s*(?:budget|limit|or (?:less|under|below)|and (?:under|below)|(?:(?:is|are|will be|would be|should be)\s+)?"
    r"(?:more than |quite |just )?(?:enough|sufficient)|will do|covers?|бюджет\w*|лимит\w*|и (?:ниже|меньше|дешевле)"
    r"|(?:вам |будет |вполне )*(?:хватит|достаточно))\b",
    re.IGNORECASE,
)
_OWN_RANGE: Final = re.compile(
    r"\b(?:between|from|от|между|диапазон\w*(?: от)?|range(?: of)?)\s*[*_]*\Z", re.IGNORECASE
)
_DENIED: Final = re.compile(r"(?:\b(?:not|никак не|не)|n['’]t)\s*[*_]*\Z", re.IGNORECASE)
_NOTHING: Final = re.compile(
    r"\b(?:no|not|nothing|none|any|neither|without|нет|не|ничего|ни|никак\w*)\b|n['’]t\b", re.IGNORECASE
)
_CLOSE: Final = 0.05


def bound_before(before: str) -> Bound | None:
    """What the words right before a sum make of it."""
    if _ABOUT.search(before):
        return "about"
    above = _ABOVE.search(before)
    if _BELOW.search(before) or (above and _DENIED.search(before, 0, above.start())):
        return "below"
    return "above" if above else None


def is_up_to(before: str) -> bool:
    """Whether a sum behind `before` is the highest there is, or the most there may be."""
    return _UP_TO.search(before) is not None


def is_shoppers(before: str, behind: str) -> bool:
    """Whether a sum between them, which the shopper has spoken of, is told as what there is to spend."""
    return bool(_OWN.search(before) or _OWN_BEHIND.match(behind) or _INSTEAD.search(before) or _DENIED.search(before))


def is_shoppers_range(before: str) -> bool:
    """Whether two such sums behind `before` are."""
    return _OWN_RANGE.search(before) is not None or _OWN.search(before) is not None


def is_denied(before: str) -> bool:
    """Whether a sum behind `before` is said not to be the price."""
    return _DENIED.search(before) is not None


def says_nothing_there(before: str) -> bool:
    """Whether the sentence that begins with `before` says that nothing is found."""
    return _NOTHING.search(before) is not None


def holds(bound: Bound, value: float, price: float) -> bool:
    """Whether it is true of a product that costs `price`."""
    if bound == "about":
        return abs(value - price) <= _CLOSE * price
    return price <= value if bound == "below" else price >= value


def rounded(bound: Bound, price: float) -> float:
    """A plain sum below or above which `price` is; itself where it is to be about."""
    if bound == "about" or price <= 0:
        return price
    step = 10.0 ** (math.floor(math.log10(price)) - 1)
    return (math.floor(price / step) + 1) * step if bound == "below" else (math.ceil(price / step) - 1) * step
