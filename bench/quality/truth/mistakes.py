"""What happens to a question between the head and the search box: a slip, the wrong layout, foreign letters. Pure."""

from collections.abc import Container, Iterable, Mapping
from typing import Final

from sandbox.magento.catalogue import Dice
from sandbox.magento.product import Locale

_ROWS: Final[Mapping[Locale, tuple[str, ...]]] = {
    "en": ("qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,."),
    "ru": ("йцукенгшщзхъ", "фывапролджэ", "ячсмитьбю"),
}
"""The same keys in both layouts, row by row."""

_KEYS: Final[Mapping[Locale, str]] = {language: "".join(rows) for language, rows in _ROWS.items()}
_OTHER: Final[Mapping[Locale, Locale]] = {"en": "ru", "ru": "en"}
_YO_KEY: Final = "`"

_SIMPLE: Final = dict(zip("абвгдзиклмнопрстуф", "abvgdziklmnoprstuf", strict=True)) | {"ъ": "", "ь": ""}
SCHEMES: Final[tuple[Mapping[str, str], ...]] = tuple(
    _SIMPLE | dict(zip("еёжйхцчшщыэюя", letters.split(), strict=True))
    for letters in (
        "e yo zh y kh ts ch sh shch y e yu ya",
        "e e zh i h c ch sh sch y e yu ya",
        "e e j j h ts ch sh sh i e u ia",
    )
)
"""How Russians write Russian in Latin letters: as in a passport, as in a web address, and however it comes."""

CYRILLIC: Final[Mapping[str, str]] = {
    "northbound": "нортбаунд", "kestrel": "кестрел", "aldergrove": "олдергроув", "marlow": "марлоу",
    "tundra": "тундра", "velox": "велокс", "hearthside": "хартсайд", "pinecrest": "пайнкрест",
    "osprey lane": "оспри лейн", "ferrous": "феррус", "lumen": "люмен", "saltmarsh": "солтмарш",
    "granite peak": "гранит пик", "corvid": "корвид", "brightwater": "брайтвотер", "oakmere": "оукмир",
    "trail": "трейл", "nordic": "нордик", "metro": "метро", "summit": "саммит", "classic": "классик",
    "aero": "аэро", "terra": "терра", "pulse": "пульс", "harbor": "харбор", "field": "филд", "nova": "нова",
    "atlas": "атлас",
}  # fmt: skip
"""Brands and series as they are heard."""


def in_other_layout(text: str, language: Locale) -> str:
    """`text` of `language`, typed on the same keys while the keyboard was in its other layout; lower case."""
    keys = dict(zip(_KEYS[language], _KEYS[_OTHER[language]], strict=True))
    if language == "ru":
        keys["ё"] = _YO_KEY
    return "".join(keys.get(letter, letter) for letter in text.lower())


def in_latin(text: str, scheme: Mapping[str, str]) -> str:
    """Russian `text` in Latin letters."""
    return "".join(scheme.get(letter, letter) for letter in text.lower())


def in_cyrillic(name: str) -> str:
    """A brand or a series as a Russian writes it down."""
    return CYRILLIC[name.lower()]


def mistyped(word: str, dice: Dice, *, language: Locale, known: Container[str]) -> str | None:
    """`word` with one edit: a letter dropped, doubled, swapped with the next, or the key beside it.

    The first letter stays, as it mostly does. None where what comes out is a word of the shop (known), or the same.
    """
    at = 1 + dice.below(len(word) - 2)
    before, letter, following, rest = word[:at], word[at], word[at + 1], word[at + 2 :]
    slips = (
        before + following + rest,
        before + letter + letter + following + rest,
        before + following + letter + rest,
        before + dice.pick(_beside(letter, language)) + following + rest,
    )
    slip = dice.pick(slips)
    return None if slip == word or slip in known else slip


def _beside(letter: str, language: Locale) -> tuple[str, ...]:
    """Letters of the keys to the left and right; the letter itself where there are none."""
    rows: Iterable[str] = _ROWS[language] if letter in _KEYS[language] else _ROWS[_OTHER[language]]
    for row in rows:
        at = row.find(letter)
        if at >= 0:
            return tuple(one for one in (*row[max(at - 1, 0) : at], *row[at + 1 : at + 2]) if one.isalpha()) or (
                letter,
            )
    return (letter,)
