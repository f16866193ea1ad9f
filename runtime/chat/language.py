"""Which language to answer in, by rule: no model, no download, nothing to be wrong about a brand name. Pure."""

import re
from collections.abc import Sequence
from typing import Final, Literal

from runtime.chat.vocabulary import ENGLISH

Language = Literal["en", "ru"]

_CYRILLIC_SHARE: Final = 0.2
"""«iphone 15 pro чехол» is 36 % Cyrillic and Russian; brands and models push the share down, never up."""

_WORD = re.compile(r"[^\W\d_]+")
_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def choose_language(turns: Sequence[str], *, default: str) -> Language:
    """The language of the latest of the shopper's `turns` that shows one, else that of the store.

    turns: oldest first. default: ISO 639-1 code of the store; whatever is not Russian counts as English.
    Cyrillic letters decide for Russian; Latin ones alone may be a brand, so English takes an English word.
    """
    for turn in reversed(turns):
        if language := _spoken(turn):
            return language
    return "ru" if default == "ru" else "en"


def _spoken(text: str) -> Language | None:
    words = _WORD.findall(text.lower())
    letters = "".join(words)
    if letters and len(_CYRILLIC.findall(letters)) / len(letters) >= _CYRILLIC_SHARE:
        return "ru"
    return "en" if any(word in ENGLISH for word in words) else None
