"""Words that ask for an order by price, Russian and English, in all their forms. Pure."""

import re
from typing import Final

from runtime.retrieval.understanding.words import word_set

_DEAR_FORMS: Final = r"дорог(?:ой|ая|ое|ие|ого|ому|ую|им|ими|их|ом)"

PERHAPS: Final = "perhaps_"
ORDER_WORDS: Final = re.compile(
    rf"""(?<![\w-])(?:
    (?P<neither>
        not \s+ (?:(?:the|too|so|very)\s+)* cheap(?:est)?
      | (?: how | (?:is|are) \s+ (?:it|this|that|they|these|those) ) \s+ (?:expensive|cheap)
      | не \s* (?:(?:сам\w+|слишком|очень)\s+)? деш[её]в\w+
      | (?:looks?|looking|feels?|smells?|sounds?) \s+ (?:expensive|cheap) | (?:expensive|cheap) [\s-] looking
      | cheap \s+ (?:tricks?|thrills?|shots?|talk|flights?|dates?|laughs?)
      | expensive \s+ (?:tastes?|habits?|hobby|hobbies|jokes?)
      | affordable \s+ (?:care|housing)
      | \w+ing (?:\s+\w+)? \s+ on \s+ a \s+ (?:tight\s+)? budget
      | (?:выгляд|смотр|пахн)\w* \s+ (?:дорого|д[её]шево) | дорого \s+ (?:выгляд|смотр|пахн)\w+ | дорого-богато
      | деш[её]в\w+ \s+ (?:понт\w*|трюк\w*|театр\w*|при[её]м\w*)
      | бюджетн\w+ \s+ (?:кодекс|уч[её]т|процесс|систем|политик|планирован|классификац|финансирован|учрежден)\w*
    )
    # What is not expensive, less so, or too much so: the shopper wants to pay less.
  | (?P<cheap>
        (?:less|least) \s+ (?:expensive|pricey|costly)
      | (?:not|\w+n['’]t|nothing|too) \s+ (?:(?:too|so|that|very)\s+)? (?:expensive|pricey|costly)
      | inexpensive | (?:(?:more|most)\s+)? affordable | budget-friendly | on \s+ a \s+ (?:tight\s+)? budget
      | low(?:er|est)? [\s-] (?:costs?|prices?|priced)
      | (?:dirt [\s-])? cheap(?:er|est)?
      | не \s* (?:(?:слишком|очень|сильно|так\w*)\s+)? (?:{_DEAR_FORMS}|дорого)
      | слишком \s+ {_DEAR_FORMS} | (?:(?:слишком|очень|чересчур)\s+)? дорого | дороговат\w+
      | (?:по)?деш[её]в\w+ | (?:по)?бюджетн\w+
      | (?:низк|минимальн)\w+ \s+ цен\w+ | цен\w+ \s+ (?:по)?ниже
    )
  | (?P<dear>
        (?:(?:more|most)\s+)? expensive | priciest | pricier | pricey | the \s+ dearest | dearer | costliest | costlier
      | high(?:er|est) [\s-] (?:prices?|priced)
      | (?:по)?дороже | (?:сам(?:ый|ая|ое|ые|ую|ого|ой|ых|ому|ым|ыми)|наиболее) \s+ {_DEAR_FORMS}
    )
    # Words that ask for an order only where they describe what is sought.
  | (?P<perhaps_cheap>
      # "My budget is 50 dollars" tells a sum.
      (?<!my\s)(?<!our\s)(?<!the\s)(?<!your\s) budget (?=\s+[a-z]) (?!\s+(?:is|was|of|for|up|under|around|about))
    )
  | (?P<perhaps_dear>
      # "Перед дорогой" is before a journey.
      (?<!перед\s) {_DEAR_FORMS} | dearest
    )
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
"""The group that matched tells the order; with PERHAPS before its name, what stands around the words decides."""

KEPT_BY: Final = word_set(
    "planner planners planning plan plans book books binder binders tracker trackers tracking journal journals",
    "envelope envelopes sheet sheets calculator organizer organizers organiser worksheet worksheets spreadsheet",
    "software app apps template templates log logbook diary ledger workbook stickers notebook notebooks cookbook",
    "meals recipes jar box folder calendar pad challenge cuts cut control",
)
"""Behind "budget" these are what a budget is kept with, or done about it, and no cheap things."""
