"""Tokens of a text for a model whose table is not at hand, estimated, and corrected by what the provider counts. Pure.

The text is cut as OpenAI's byte-pair tokenizer (`cl100k_base`) cuts it before merging: words, up to three digits,
runs of signs. Each piece costs a token or more, by its letters and script; the rates fit the counts OpenAI published
with GPT-4o ("Hello GPT-4o", language tokenization). A tenth is added, so that the sum errs high: a batch packed by
it stays inside the provider's limit.
"""

import math
import re
from functools import lru_cache

_HEADROOM = 1.1
_MOST_CORRECTION = 8.0
"""A provider that counts more than that counts something else than tokens of these texts."""

_MARKS = 2
"""Tokens that some models add to each text, for its begin and its end."""

_PIECE = re.compile(r"[^\W\d_]+|\d{1,3}|[^\w\s]+|_+|\n+")

_WHOLE_WORD = 5
"""Letters of an ASCII word that usually is one token."""
_ASCII_LETTERS = 3.2
_CAPITALS = 2.0
_ACCENTED_LETTERS = 1.6
_CYRILLIC_LETTERS = 1.9
_SIGN_BYTES = 2.0
_FAR_SCRIPT_BYTES = 2.4


class Estimate:
    """Counts tokens by `estimate_tokens`, raised as soon as the provider is seen to count more.

    It is never lowered: a request that holds a little less than it could costs nothing, a refused one a round trip.
    """

    def __init__(self) -> None:
        self._correction = 1.0

    def count(self, text: str) -> int:
        """Tokens of `text`; never above its bytes, which no byte-level tokenizer exceeds."""
        corrected = math.ceil(self._correction * estimate_tokens(text))
        return min(corrected, len(text.encode(errors="replace")) + _MARKS)

    def learn(self, estimated: int, counted: int) -> None:
        """The provider counted `counted` tokens where `count` had said `estimated` in sum."""
        if counted > estimated > 0:
            seen = self._correction * _HEADROOM * counted / estimated
            self._correction = min(seen, _MOST_CORRECTION)


def estimate_tokens(text: str) -> int:
    """Tokens of `text`, erring high by a tenth to a half; 0 for a text without anything but spaces."""
    return math.ceil(_HEADROOM * sum(map(_piece_tokens, _PIECE.findall(text))))


@lru_cache(maxsize=65_536)
def _piece_tokens(piece: str) -> int:
    if piece.isdigit() and piece.isascii():
        return 1
    return math.ceil(_units(piece))


def _units(piece: str) -> float:
    letters = len(piece)
    size = len(piece.encode(errors="replace"))
    if not piece.isalpha():
        return size / _SIGN_BYTES
    if piece.isascii():
        if piece.isupper():
            return letters / _CAPITALS
        return 1 if letters <= _WHOLE_WORD else letters / _ASCII_LETTERS
    match max(piece):
        case far if far >= "\u0800":
            return size / _FAR_SCRIPT_BYTES
        case accented if accented < "\u0250":
            return letters / _ACCENTED_LETTERS
        case cyrillic if "\u0400" <= cyrillic < "\u0530":
            return letters / _CYRILLIC_LETTERS
        case _:
            # Greek, Hebrew, Arabic: hardly any letters are merged.
            return letters
