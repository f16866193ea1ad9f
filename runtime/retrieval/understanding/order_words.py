"""Words that ask for an order by price, Russian and English, in all their forms. Pure."""

import re
from typing import Final

_DEAR_FORMS: Final = r"дорог(?:ой|ая|ое|ие|ого|ому|ую|им|ими|их|ом)"

ORDER_WORDS: Final = re.compile(
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
"""The group that matched tells the order."""
