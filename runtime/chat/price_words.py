"""Words that ask for an order by price, Russian and English, in all their forms. Pure."""

import re
from typing import Final

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

_DEAR_FORMS: Final = r"дорог(?:ой|ая|ое|ие|ого|ому|ую|им|ими|их|ом)"

_WORDS: Final = re.compile(
    rf"""(?<![\w-])(?:
    (?P<neither>
        not \s+ (?:(?:the|too|so|very)\s+)* cheap(?:est)?
      | (?: how | (?:is|are) \s+ (?:it|this|that|they|these|those) ) \s+ (?:expensive|cheap)
      | не \s* (?:(?:сам\w+|слишком|очень)\s+)? деш[её]в\w+
    )
    # What is not expensive, less so, or too much so: the shopper wants to pay less.
  | (?P<cheap>
        (?:less|least) \s+ (?:expensive|pricey|costly)
      | (?:not|\w+n['’]t|nothing|too) \s+ (?:(?:too|so|that|very)\s+)? (?:expensive|pricey|costly)
      # "My budget is 50 dollars" tells a sum.
      | (?<!my\s)(?<!our\s)(?<!the\s)(?<!your\s) budget (?=\s+[a-z]) (?!\s+(?:is|was|of|for|up|under|around|about))
      | inexpensive | (?:(?:more|most)\s+)? affordable | budget-friendly | on \s+ a \s+ (?:tight\s+)? budget
      | low(?:er|est)? [\s-] (?:costs?|prices?|priced)
      | cheap(?:er|est)? (?! \s+ flights?)
      | не \s* (?:(?:слишком|очень|сильно|так\w*)\s+)? (?:{_DEAR_FORMS}|дорого)
      | слишком \s+ {_DEAR_FORMS} | (?:(?:слишком|очень|чересчур)\s+)? дорого | дороговат\w+
      | (?:по)?деш[её]в\w+ | (?:по)?бюджетн\w+
      | (?:низк|минимальн)\w+ \s+ цен\w+ | цен\w+ \s+ (?:по)?ниже
    )
  | (?P<dear>
        (?:(?:more|most)\s+)? expensive | priciest | pricier | pricey | dearest | dearer | costliest | costlier
      # "Перед дорогой" is before a journey.
      | (?:по)?дороже | (?<!перед\s) {_DEAR_FORMS}
    )
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def price_sort(text: str) -> PriceSort | None:
    """The order by price that `text` asks for; None when it asks for none, or for both."""
    found = {match.lastgroup for match in _WORDS.finditer(_BOUND.sub(" ", text))}
    if "cheap" in found:
        return None if "dear" in found else "price_asc"
    return "price_desc" if "dear" in found else None


def without_price_words(text: str) -> str:
    """`text` without what it says about price: no description of a product repeats it."""
    return _WORDS.sub(" ", _BOUND.sub(" ", text))
