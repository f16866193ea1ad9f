"""Which of the two languages we write in a store or a text is in. Pure."""

import re
from collections.abc import Mapping
from typing import Literal

from shared.stores import StoreView

Language = Literal["en", "ru"]
Texts = Mapping[Language, str]
"""One text in each language."""

_CYRILLIC_SHARE = 0.2
"""«iphone 15 pro чехол» is 36 % Cyrillic and Russian; brands and models push the share down, never up."""

_LETTER = re.compile(r"[^\W\d_]")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def language_of(store: StoreView) -> Language:
    """The language `store` is written to in; English where we have no other."""
    return "ru" if store.language == "ru" else "en"


def is_russian(text: str) -> bool:
    """Whether `text` is Russian, by its letters: no model, no download, nothing to be wrong about a brand name."""
    letters = len(_LETTER.findall(text))
    return letters > 0 and len(_CYRILLIC.findall(text)) / letters >= _CYRILLIC_SHARE
