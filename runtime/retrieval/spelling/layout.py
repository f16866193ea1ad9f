"""Words typed with the keyboard in the other layout, ЙЦУКЕН for QWERTY or the other way round. Pure.

The catalogue decides wherever it can: a word it knows stays, a word it knows once switched is switched. Letters alone
decide only where the catalogue knows neither, and then by a wide margin.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from runtime.retrieval.spelling.letters import ENGLISH, RAREST, RUSSIAN

MAX_WORDS: Final = 64
"""Words of a question that are looked at, as many as the lexical leg takes; the rest stays as it is."""

_QWERTY: Final = "`qwertyuiop[]asdfghjkl;'zxcvbnm,." + '~QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>'
_JCUKEN: Final = "ёйцукенгшщзхъфывапролджэячсмитьбю" + "ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ"
_OTHER_LAYOUT: Final = str.maketrans(_QWERTY + _JCUKEN, _JCUKEN + _QWERTY)

_SPACES: Final = re.compile(r"(\s+)")
# One script and the keys that are letters in the other layout; a word with digits is a matter of codes and measures.
_LATIN: Final = re.compile(r"""(?=.*[a-z])[a-z`~\[\]{};:'",.<>-]{1,40}""", re.IGNORECASE)
_CYRILLIC: Final = re.compile(r"(?=.*[а-яё])[а-яё-]{1,40}", re.IGNORECASE)
_KEYS: Final = "`~[]{};:'\",.<>"
"""Punctuation on keys that are letters in the other layout."""
_NO_KEYS: Final = "!?()«»“”„…"
_AROUND: Final = f"{_KEYS}{_NO_KEYS}-"
_WORD: Final = re.compile(r"[a-z]+(?:['-][a-z]+)*|[а-яё]+(?:-[а-яё]+)*")

_SHORTEST_KNOWN: Final = 3
"""Letters of a word from which that the catalogue has its other reading is no accident."""
_SHORTEST_LIKELY: Final = 4
"""Letters of a word from which its letters alone may decide."""
_ALONE: Final = 10
"""Bits by which the other reading must be likelier where nothing else speaks for it: a thousand times.

Measured on 14,000 English and 19,000 Russian words of program messages: 0.1 % of the former (abbreviations; "rhythm"
would be another) and none of the latter would be switched wrongly; in the wrong layout, 74 and 88 % are put right.
"""
_BESIDE_ANOTHER: Final = 3
"""The same for a word whose neighbour was typed in the wrong layout for certain."""

_KEPT: Final = 8192
"""Words that are remembered: most of what is asked was asked before, in other questions."""
_PUNCTUATION: Final = 6
"""Bits of a sign of punctuation: one at the end of a word is likelier than an unlikely letter there."""

_FUNCTION_WORDS: Final = frozenset(
    " ".join(
        (
            "a an and any are as at be but by for from have how i if in is it less me more most my no not of on or out",
            "over than that the this to under up we what when which who with without you your",
            "а без более больше бы в вы где для до ее ей ему если есть еще ещё за и из или им их к как ко ли менее",
            "меньше мне мы на над не нет ни но ну о об он она оно от по под при про с со так там то только ты у уже",
            "чем что это я",
        )
    ).split()
)
"""What no catalogue counts as a word, being everywhere, and what is therefore never said to be unknown."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A token as it may have been meant; word: what of it the catalogue would know, in lower case; kept: how many
    keys that could be letters are punctuation in it."""

    text: str
    word: str
    kept: int


@dataclass(frozen=True, slots=True)
class _Token:
    """A word of the question as typed, in lower case and without the punctuation around it, and what it may mean."""

    word: str
    latin: bool
    readings: tuple[_Reading, ...]


def switched(text: str) -> str:
    """`text` as the same keys give it in the other layout; twice is `text` again. What only one layout has stays."""
    return text.translate(_OTHER_LAYOUT)


def lookups(text: str) -> tuple[str, ...]:
    """Every word that `corrected` may ask about, in lower case, so that they can be looked up all at once.

    At most eight for each of the first MAX_WORDS words, more only for hyphenated ones.
    """
    tokens = [token for token in map(_token, _SPACES.split(text)[: 2 * MAX_WORDS]) if token]
    words = [word for token in tokens for word in (token.word, *(reading.word for reading in token.readings))]
    return tuple(dict.fromkeys(asked for word in words for asked in (word, *word.split("-")) if asked))


def doubts(text: str) -> tuple[str, ...]:
    """`lookups`, where they are worth it: where the other reading of any word has letters as likely as its own."""
    return lookups(text) if any(map(_is_doubtful, _SPACES.split(text)[: 2 * MAX_WORDS])) else ()


@lru_cache(maxsize=_KEPT)
def _is_doubtful(piece: str) -> bool:
    token = _token(piece)
    return (
        token is not None
        and token.word not in _FUNCTION_WORDS
        and _likeliest(token, shortest=_SHORTEST_KNOWN, margin=0) is not None
    )


def corrected(text: str, known: Callable[[str], bool]) -> str:
    """`text` with the words put right that were typed in the wrong layout; the very same where there are none.

    known: whether the catalogue has a word, asked in lower case and with ё as typed; whoever answers brings words to
    their stems. A word it knows is never changed.
    """
    pieces = _SPACES.split(text)
    doubtful = {
        place: token
        for place, piece in enumerate(pieces[: 2 * MAX_WORDS])
        if (token := _token(piece)) and token.word not in _FUNCTION_WORDS and not _knows(known, token.word)
    }
    certain = {place: meant for place, token in doubtful.items() if (meant := _meant(token, known)) is not None}
    layouts = {doubtful[place].latin for place in certain}
    likely = {
        place: meant
        for place, token in doubtful.items()
        if place not in certain and token.latin in layouts and (meant := _meant_beside_another(token)) is not None
    }
    return "".join({**dict(enumerate(pieces)), **certain, **likely}.values())


@lru_cache(maxsize=_KEPT)
def _token(piece: str) -> _Token | None:
    """`piece` and its readings; None where it is in both scripts, in neither, or no word."""
    latin = _LATIN.fullmatch(piece.strip(_NO_KEYS)) is not None
    if not latin and not _CYRILLIC.fullmatch(piece.strip(_AROUND)):
        return None
    readings = tuple(_readings(piece))
    return _Token(piece.strip(_AROUND).lower(), latin, readings) if readings else None


def _readings(piece: str) -> Iterator[_Reading]:
    """`piece` switched, the keys at either end as letters first, as punctuation then."""
    inner = piece.strip(_AROUND)
    left = piece.index(inner)
    right = left + len(inner)
    first, last = len(piece[:left].rstrip(_KEYS)), len(piece) - len(piece[right:].lstrip(_KEYS))
    for start in dict.fromkeys((first, left)):
        for end in dict.fromkeys((last, min(right + 1, last), right)):
            meant = switched(piece[start:end])
            word = meant.strip(_AROUND).lower()
            if _WORD.fullmatch(word):
                yield _Reading(piece[:start] + meant + piece[end:], word, kept=start - first + last - end)


def _meant(token: _Token, known: Callable[[str], bool]) -> str | None:
    for reading in token.readings:
        if len(reading.word) >= _SHORTEST_KNOWN and _knows(known, reading.word):
            return reading.text
    return _likeliest(token, shortest=_SHORTEST_LIKELY, margin=_ALONE)


def _meant_beside_another(token: _Token) -> str | None:
    for reading in token.readings:
        if reading.word in _FUNCTION_WORDS:
            return reading.text
    return _likeliest(token, shortest=_SHORTEST_KNOWN, margin=_BESIDE_ANOTHER)


def _likeliest(token: _Token, *, shortest: int, margin: int) -> str | None:
    """The reading with the likeliest letters, where it is by `margin` bits likelier than the word as typed."""
    own, other = (ENGLISH, RUSSIAN) if token.latin else (RUSSIAN, ENGLISH)
    readings = [reading for reading in token.readings if len(reading.word) >= shortest]
    if not readings:
        return None
    best = min(readings, key=lambda reading: other.bits(reading.word) + reading.kept * _PUNCTUATION)
    # Letters that became punctuation are paid for, or else «лучшую» were "kexie" and a full stop.
    lost = max(0, len(token.word) - len(best.word)) * RAREST
    return best.text if own.bits(token.word) - other.bits(best.word) - lost >= margin else None


def _knows(known: Callable[[str], bool], word: str) -> bool:
    """Whether the catalogue knows `word`, or every part of a hyphenated one."""
    return known(word) or ("-" in word and all(known(part) for part in word.split("-") if part))
