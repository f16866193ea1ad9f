"""Foreign names as Russians hear them: «найк» for Nike, «айфон» for iPhone, «левис» for Levi's. Pure.

English is not written as it sounds, so one Cyrillic word may be thousands of Latin ones. They are not listed but
described, by a pattern that the words of an index are held against; of those it finds, the least odd one is meant.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

SHORTEST: Final = 3
LONGEST: Final = 16
"""Letters of a word that is listened to."""

_UNITS: Final = """
    а: a u o au ea
    ай: i ai y ay igh ie ei ye
    ау: au ou ow
    б: b bb
    в: v w wh f vv
    г: g gg h gh gu
    д: d dd
    дж: j g dg ge dj
    е: e a ea ae ai ie eh ye
    ей: a ay ai ey ei ea e
    ё: yo io o e eo
    ж: j g zh s
    з: s z zz ss th
    и: i e ee y ea ey ie
    ий: y i iy ey
    ия: ia iya
    й: y i j
    к: k c ck ch q cc que
    кв: qu kv kw
    кс: x cks cs ks cts
    л: l ll
    м: m mm mb
    н: n nn kn gn
    о: o a au aw oa ou oo ow
    ой: oy oi
    оу: o oa ow ou oe
    п: p pp
    р: r rr wr rh
    с: s c ss sc th
    т: t th tt ght
    тч: tch ch
    у: u oo w ou ew o wh ue
    ф: f ph ff gh
    х: h kh ch gh j
    ц: c ts z tz zz
    ч: ch tch c cz t
    ш: sh sch ch s
    щ: shch sch sh
    ы: y i
    ые: ye y
    ый: y
    ь: -
    ъ: -
    э: e a ae ai ea
    эй: a ay ai ey ei ea e
    ю: u ew eu yu iu ue you
    я: ya ia ja a
"""
"""How a sound may be written, the usual spelling first; "-" is not at all."""


def _spellings() -> Mapping[str, tuple[str, ...]]:
    lines = (line.split(":") for line in _UNITS.strip().splitlines())
    return {unit.strip(): tuple(found.replace("-", "").split()) for unit, found in lines}


_SPELLINGS: Final = _spellings()
_POSSESSIVE: Final = frozenset("сз")
"""What "s" behind an apostrophe sounds like."""
_VOWELS: Final = frozenset("аеёийоуыэюяьъ")
_DOUBLED: Final = re.compile(r"([бвгджзклмнпрстфхцчшщ])\1")
_CYRILLIC: Final = re.compile(rf"[а-яё]{{{SHORTEST},{LONGEST}}}")
_CASE: Final = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщ])(?:ами|ах|ам|ом|ем|ов|ой|а|у|ы|и|е)$")
"""Endings that a foreign name takes in Russian: «чехол для айфона»."""
_LEAST_STEM: Final = 3
_LATIN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")

_SILENT: Final = 1
_INFLECTED: Final = 3
"""How odd a mute "e" is, and a name that was declined, beside a sound's second spelling, which is 1."""


def pattern(word: str) -> str | None:
    """A Lucene regular expression of what `word`, heard, may be written as in Latin letters, lower case and unaccented.

    None for what is no Cyrillic word of SHORTEST to LONGEST letters. Less than 1,000 characters, OpenSearch's limit.
    """
    key = _key(word)
    if not _CYRILLIC.fullmatch(key):
        return None
    stem, ending = _declined(key)
    described = "".join(map(_described, _units(stem)))
    return described + (f"({''.join(map(_described, _units(ending)))})?" if ending else "")


def closest(word: str, texts: Iterable[str]) -> str | None:
    """Of the words in `texts` the likeliest to be what was heard as `word`, as it is written there; None if none is."""
    key = _key(word)
    if not _CYRILLIC.fullmatch(key):
        return None
    words = dict.fromkeys(found for text in texts for found in _LATIN.findall(text))
    odd = {found: oddness for found in words if (oddness := _oddness(key, _folded(found))) is not None}
    return min(odd, key=lambda found: odd[found], default=None)


def _key(word: str) -> str:
    return _DOUBLED.sub(r"\1", word.lower())


def _declined(key: str) -> tuple[str, str]:
    """The stem of a name and its ending, which is empty where the stem would be none."""
    stem = _CASE.sub("", key)
    return (stem, key[len(stem) :]) if len(stem) >= _LEAST_STEM else (key, "")


def _units(key: str) -> Iterator[str]:
    """The sounds of a word, the longest known one at each place."""
    start = 0
    while start < len(key):
        length = 2 if key[start : start + 2] in _SPELLINGS else 1
        yield key[start : start + length]
        start += length


def _described(unit: str) -> str:
    found = _SPELLINGS[unit]
    if not found:
        return ""
    # "Levi's" is one word to the index.
    before, behind = "'?" if unit in _POSSESSIVE else "", "" if unit[-1] in _VOWELS else "e?"
    return f"{before}({'|'.join(found)}){behind}"


def _oddness(key: str, latin: str) -> int | None:
    """How oddly `latin` is written for what sounds as `key`; None where it cannot sound so."""
    stem, ending = _declined(key)
    readings = [(list(_units(key)), 0)]
    if ending:
        readings.append((list(_units(stem)), _INFLECTED))
    found = [odd + extra for units, extra in readings if (odd := _spelt(units, latin)) is not None]
    return min(found, default=None)


def _spelt(units: Iterable[str], latin: str) -> int | None:
    reached = {0: 0}
    for unit in units:
        following: dict[int, int] = {}
        for at, so_far in reached.items():
            for end, odd in _ends(unit, latin, at):
                following[end] = min(so_far + odd, following.get(end, so_far + odd))
        reached = following
    return reached.get(len(latin))


def _ends(unit: str, latin: str, at: int) -> Iterator[tuple[int, int]]:
    """Where `unit`, written from `at` on, may end, and how odd that is."""
    for odd, spelling in enumerate(_SPELLINGS[unit] or ("",)):
        if latin.startswith(spelling, at):
            end = at + len(spelling)
            yield end, odd
            if unit[-1] not in _VOWELS and latin.startswith("e", end):
                yield end + 1, odd + _SILENT


def _folded(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in letters if letter.isalpha())
