"""Russian words in Latin letters, read back as several candidates. Pure.

No scheme is kept to: shoppers mix those of passports, of standards and their own, and leave out what they do not hear.
So every reading of every letter is followed, and the likeliest letters win. The candidates are for the catalogue to
confirm: of an English word there are candidates too. Foreign names in Cyrillic are a matter of hearing.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from runtime.retrieval.spelling.letters import EDGE, RUSSIAN

MOST_CANDIDATES: Final = 6
"""Candidates of one word, the likeliest first."""

_BEAM: Final = 12
"""Beginnings of a word that are followed at once."""

_LATIN: Final = re.compile(r"[a-z]['a-z]{1,29}", re.IGNORECASE)

_SECOND_CHOICE: Final = 2
"""Bits that a reading costs for each one named before it."""

Readings = Mapping[str, tuple[str, ...]]


def _readings(table: str) -> Readings:
    """A line of `table` is "letters: reading reading …", the usual reading first; "-" reads as nothing."""
    lines = (line.split(":") for line in table.strip().splitlines())
    return {
        letters.strip(): tuple("" if reading == "-" else reading for reading in readings.split())
        for letters, readings in lines
    }


_TO_CYRILLIC: Final = _readings(
    """
    a: а я
    b: б бь
    c: ц к с ч
    ch: ч
    ck: к
    d: д дь
    e: е э ё ье
    eh: э
    f: ф
    g: г ж
    h: х г
    i: и й ьи ы
    ia: ия я
    ie: ие ье е
    ii: ий ии
    iu: ию ю
    iy: ий
    j: й ж дж ь
    ja: я ья ъя
    je: е э ье ъе
    jo: ё ьё йо
    ju: ю ью
    k: к
    kh: х
    ks: кс
    l: л ль
    m: м мь
    n: н нь
    o: о
    oo: оо у
    p: п пь
    ph: ф
    q: к
    r: р рь
    s: с сь з
    sch: щ сч сх
    sh: ш щ
    shch: щ
    shh: щ
    shsh: щ
    t: т ть
    tc: ц
    th: т
    ts: ц тс
    tz: ц
    u: у ю
    v: в вь
    w: в ш
    x: кс х
    xh: х
    y: ы й и ь
    ya: я ья ъя
    ye: е ье ъе ые
    yi: ый ьи
    yo: ё ьё йо
    yu: ю ью
    yy: ый
    z: з зь ж ц
    zh: ж
    ': ь ъ -
    """
)
"""How shoppers write Russian sounds: the letters of GOST 7.79, ISO 9, BGN and the passport, and those of chats."""

_LONGEST: Final = 4
"""Letters that are read as one, at most."""


def candidates(word: str) -> tuple[str, ...]:
    """What a Latin `word` may be in Russian, in lower case, the likeliest first, MOST_CANDIDATES at most.

    ё and е are one letter, so no two candidates differ in it alone. Nothing for what is not wholly Latin, for a single
    letter, and beyond thirty.
    """
    if not _LATIN.fullmatch(word):
        return ()
    found = _read(word.lower())
    return tuple({reading.replace("ё", "е"): reading for reading in reversed(found)}.values())[::-1][:MOST_CANDIDATES]


def _read(word: str) -> list[str]:
    """Every reading of `word` that stayed among the _BEAM likeliest at each letter, the likeliest first."""
    reached: list[dict[str, int]] = [{} for _ in range(len(word) + 1)]
    reached[0][""] = 0
    for start in range(len(word)):
        for begun in _likeliest(reached[start]):
            for end, read, price in _continuations(word, start):
                bits = reached[start][begun] + price + _bits(begun[-1:] or EDGE, read)
                longer = begun + read
                reached[end][longer] = min(bits, reached[end].get(longer, bits))
    whole = {reading: bits + RUSSIAN.after(reading[-1:] or EDGE, EDGE) for reading, bits in reached[-1].items()}
    return _likeliest(whole)


def _continuations(word: str, start: int) -> Iterator[tuple[int, str, int]]:
    """Where each reading of the letters from `start` on ends, the reading, and its bits."""
    for end in range(start + 1, min(start + _LONGEST, len(word)) + 1):
        for choice, read in enumerate(_TO_CYRILLIC.get(word[start:end], ())):
            yield end, read, choice * _SECOND_CHOICE


def _bits(before: str, read: str) -> int:
    """Bits of the letters of `read` behind the letter `before`, EDGE at the beginning of a word."""
    return sum(RUSSIAN.after(first, second) for first, second in zip((before, *read), read, strict=False))


def _likeliest(reached: Mapping[str, int]) -> list[str]:
    return sorted(reached, key=lambda reading: (reached[reading], reading))[:_BEAM]
