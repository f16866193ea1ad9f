"""Words that ask for an order by price, Russian and English, in all their forms. Pure."""

import re
from typing import Final

from runtime.retrieval.understanding.order_words import ORDER_WORDS, PERHAPS
from shared.hybrid.query import PriceSort

# The quantifier is possessive: of "30 l" not even the 3 is a price.
_DIGITS: Final = r"\d[\d\s.,]*+"
_SIGN: Final = r"[$€£₽]"
_CURRENCY: Final = rf"(?:\s*(?:(?:dollars?|bucks|usd|euros?|eur|rub|roubles?|rubles?|руб\w*|тыс\w*|р)(?!\w)|{_SIGN}))"
_UNIT: Final = r"""\s*(?:
    (?:l|lit(?:er|re)s?|k?g|kilos?|lbs?|[cm]?m|inch(?:es)?|ft|years?|people|persons?|seasons?
      |л|литр\w*|к?г|килограмм\w*|грамм\w*|[см]?м|метр\w*|дюйм\w*|лет|год\w*|месяц\w*|человек\w*|градус\w*)(?!\w)
  | [%°"″×] )"""
_NUMBER: Final = rf"(?:{_SIGN}\s*)?{_DIGITS}(?:{_CURRENCY}|(?!{_UNIT}))"

_BOUND: Final = re.compile(
    rf"""
    (?<!\w)(?:
        (?:(?:no|not)\s+)? (?:cheaper|pricier|costlier|(?:less|more)(?:\s+expensive)?) \s+than
      | max(?:imum)? | min(?:imum)? | under | below | over | above | up\s+to | at\s+(?:most|least)
      | within | around | about
      | (?:from|between) \s+ {_NUMBER} \s* (?:to|and|[-–—])
      | (?:не\s+)? (?:дешевле|дороже|больше|более|меньше|менее) (?:,?\s*чем)?
      | от \s+ {_NUMBER} \s* (?:до|[-–—])
      | бюджет | максимум | минимум | до | от | около | в\s+пределах
    )\s*{_NUMBER}
  | {_SIGN}\s*{_DIGITS}
  | (?<![\w.,]) (?:{_DIGITS}[-–—]\s*)? {_DIGITS}{_CURRENCY} (?:\s+(?:max(?:imum)?|максимум)(?!\w))?
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""A number with a currency, or after a word of comparison, limits the price, and says nothing about order."""


def price_sort(text: str) -> PriceSort | None:
    """The order by price that `text` asks for; None when it asks for none, or for both."""
    # What may ask for an order does so here: what is sought was named before.
    matches = ORDER_WORDS.finditer(_BOUND.sub(" ", text))
    found = {(match.lastgroup or "").removeprefix(PERHAPS) for match in matches}
    if "cheap" in found:
        return None if "dear" in found else "price_asc"
    return "price_desc" if "dear" in found else None


def without_price_words(text: str) -> str:
    """`text` without what it says about price: no description of a product repeats it."""
    return ORDER_WORDS.sub(" ", _BOUND.sub(" ", text))
