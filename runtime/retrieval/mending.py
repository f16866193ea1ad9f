"""A question put right: typed in the wrong keyboard layout, or misspelt, where the catalogue knows better. Pure."""

import re
from collections.abc import Mapping
from typing import Final

from runtime.retrieval.hits import Condition
from runtime.retrieval.language import Language
from runtime.retrieval.legs import Candidates
from runtime.retrieval.spelling.layout import corrected, doubts
from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.words import ASKING, FUNCTION_WORDS
from shared.hybrid.query import MIN_TYPO

SPELLING: Final = "spelling"
"""Id and kind of the condition that a question is read as mended; dropped, it is read as typed."""

_WORD: Final = re.compile(rf"(?<![\w-])[^\W\d_]{{{MIN_TYPO},40}}(?![\w-])")
_MOST: Final = 16
"""Words that are looked at."""
_TEXT: Final = {"en": "searched for “{text}”", "ru": "искали «{text}»"}


def misspelt(words: str) -> tuple[str, ...]:
    """Those of `words`, in lower case, that may be misspelt; what a shopper asks with is in no catalogue."""
    found = (word.lower().replace("ё", "е") for word in _WORD.findall(words))
    return tuple(word for word in dict.fromkeys(found) if word not in ASKING | FUNCTION_WORDS)[:_MOST]


def mend(text: str, found: Candidates) -> str:
    """`text` put right by what the catalogue knows of its `doubts` and `misspelt` words; as it is where it is right."""
    asked = frozenset(doubts(text))
    switched = corrected(text, lambda word: word not in asked or word in found.known)
    return _without_typos(text, found.typos) if switched == text else switched


def mended_condition(text: str, *, language: Language) -> Condition:
    """Tells that `text` was searched for instead of what was typed."""
    return Condition(SPELLING, SPELLING, "query", text, _TEXT[language].format(text=text))


def _without_typos(text: str, typos: Mapping[str, str]) -> str:
    def meant(word: re.Match[str]) -> str:
        typed = word[0].lower().replace("ё", "е")
        found = typos.get(typed, typed)
        # Another form of a word is no slip: the search goes by stems.
        return word[0] if stem(found) == stem(typed) else found

    return _WORD.sub(meant, text)
