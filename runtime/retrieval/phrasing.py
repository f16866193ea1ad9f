"""Names of the catalogue inside a sentence, in Russian and English, as far as that needs no dictionary. Pure."""

import re
from typing import Final

_ADJECTIVE: Final = re.compile(r"(?P<stem>[а-яё]{2,})(?:ый|ий|ой)")
_PLURAL: Final = re.compile(r"[а-яё-]*(?:[а-яё]{2}[иы]|ые|ие)")
_SOFT: Final = "гкхжшчщ"
"""Behind these an ending is never «ы»."""
_PLAIN: Final = re.compile(r"[A-ZА-ЯЁ][a-zа-яё'’-]*")
"""A word that has its capital from standing first, and is neither an abbreviation nor a model's name."""


def mid_sentence(name: str) -> str:
    """`name` as it is written behind other words: "Laptop Bags" as laptop bags, "T-Shirts" and "LED" as they are."""
    return " ".join(word.lower() if _PLAIN.fullmatch(word) else word for word in name.split())


def is_russian_plural(name: str) -> bool:
    """Whether `name` is sure to be one of several things by its first word: «Рюкзаки», «Спальные мешки». Nouns in «а»
    and «я» may be either.
    """
    first, *_ = name.lower().split() or [""]
    return _PLURAL.fullmatch(first) is not None


def plural_adjective(word: str) -> str | None:
    """A Russian adjective as it stands before several things: «чёрные» of «Чёрный», «синие» of «Синий»; None for a word
    that is no adjective of the plain kind.
    """
    lower = word.lower()
    found = _ADJECTIVE.fullmatch(lower)
    if found is None:
        return None
    stem = found["stem"]
    return f"{stem}ие" if lower.endswith("ий") or stem[-1] in _SOFT else f"{stem}ые"
