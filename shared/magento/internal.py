"""Which attribute codes nobody may ask for: figures of the merchant's own. Pure."""

import re
from typing import Final

_INTERNAL: Final = re.compile(
    r"cost(?!ume)|margin|markup|wholesale|purchas|supplier|dealer|procure|landed|profit|commission|rebate|secret"
    r"|internal_(?:code|comment|note|price|status)|tier_price|msrp|(?:buy|buying|net|base|trade)_?price"
    r"|sebestoim|zakup|postavs?h?c?h?ik|nacenk|natsenk|marzh|optov"
)
"""Parts of an attribute code that mark a figure of the merchant's own, in English and in transliterated Russian."""


def is_internal(code: str) -> bool:
    """Whether an attribute of this code must never be read, whoever asks for it."""
    return _INTERNAL.search(code.lower()) is not None
