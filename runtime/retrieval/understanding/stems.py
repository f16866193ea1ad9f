"""Words without their endings, so that «куртка», «куртки» and «курток» are one. Pure.

Stems are those of Snowball (https://snowballstem.org/algorithms), as in OpenSearch's `russian` and `english`, with what
Snowball leaves of Russian nouns made even: the fleeting vowel of «курток», the soft sign of «стальной».
"""

import re
from functools import lru_cache
from typing import Final

from snowballstemmer.english_stemmer import EnglishStemmer
from snowballstemmer.russian_stemmer import RussianStemmer

_LONGEST: Final = 40
"""Characters of a word that is worth a stem: what is longer is no word, and the cache is not to keep it."""
_CYRILLIC: Final = re.compile(r"[а-яё]+", re.IGNORECASE)
_WHOLE: Final = re.compile(r"(?<![\w-])[а-яё]+(?![\w-])", re.IGNORECASE)
_FLEETING: Final = re.compile(r"(?<=[бвгджзклмнпрстфхцчшщь])[ое](?=[кц]$)")
_ZERO: Final = {
    "кресел": "кресл", "кукол": "кукл", "окон": "окн", "ведер": "ведр", "стекол": "стекл", "серег": "серьг",
    "кухонь": "кухн", "спален": "спальн", "башен": "башн", "весел": "весл", "метел": "метл", "капель": "капл",
}  # fmt: skip
"""Stems of genitive plurals without an ending, whose fleeting vowel stands before another consonant than those of
_FLEETING. A rule would take «телефон» and «свитер» for such.
"""
_LINEN: Final = frozenset({"льна", "льну", "льном", "льне"})
"""«Лён», the one material whose vowel is fleeting in the nominative, in words too short for Snowball."""
_OF_LINEN: Final = "лнян"
_SAME: Final = {"grey": "gray", "colour": "color", "jewellery": "jewelry", "aluminum": "aluminium"}
"""English words that are spelt in two ways."""

ADJECTIVE: Final = re.compile(r"[а-я]{3,}(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ую|юю|ого|его|ым|им|ых|их|ыми|ими|ом|ем|ей)")
"""A Russian adjective by its ending, in any case; a noun of such an ending is rarely put behind «не»."""

PLURAL: Final = re.compile(r"[a-z]{2,}[^su\W]s|[a-z]+(?:men|children|people|feet|[sxz]es|[^u]ss?es)")
"""An English plural by its ending."""
COUNTED: Final = re.compile(r"[а-я]{2,}(?:ов|ев|ей|ий|иц)")
"""A Russian genitive plural by its ending, as it stands behind five and more; many have no ending at all."""

_ADJECTIVES: Final = (
    ("ическ", "ик"), ("иев", ""), ("ов", ""), ("ев", ""), ("ан", ""), ("ян", ""), ("ен", "н"), ("н", ""), ("я", ""),
    ("en", ""),
)  # fmt: skip
"""Suffixes that make an adjective of a noun: «кожаный» of «кожа», «керамический» of «керамика», «весенний» of «весна»,
"wooden" of "wood".
"""
_SHORTEST_NOUN: Final = 3


@lru_cache(maxsize=16384)
def stem(word: str) -> str:
    """The stem of one word in lower case; a long or a foreign one is its own."""
    if len(word) > _LONGEST:
        return word
    if word in _LINEN:
        return "лен"
    if _CYRILLIC.fullmatch(word):
        # A stemmer keeps its word in itself: a new one costs nothing and shares nothing between threads.
        found: str = RussianStemmer().stemWord(word.replace("ё", "е"))
        return _ZERO.get(found, _FLEETING.sub("", found)).replace("ь", "")
    if not word.isascii():
        return word
    english: str = EnglishStemmer().stemWord(_SAME.get(word, word))
    # Once more, for "thermoses" is left as "thermos", and "thermos" as "thermo".
    again: str = EnglishStemmer().stemWord(english)
    return again


def other_form(word: str) -> str:
    """What to search for beside a Russian word in lower case, so that OpenSearch's `russian` finds its other forms;
    empty where the word itself does.

    That is Snowball's, which leaves «курток» as it is, where «куртка» is «куртк»; and of «велошлемов» it makes
    «велошлем», but of that «велошл».
    """
    if not _CYRILLIC.fullmatch(word) or len(word) > _LONGEST:
        return ""
    found: str = RussianStemmer().stemWord(word.replace("ё", "е"))
    other = _ZERO.get(found) or _FLEETING.sub("", found)
    if other != found:
        return other
    again: str = RussianStemmer().stemWord(found)
    return found if again != found else ""


def other_forms(text: str) -> tuple[str, ...]:
    """`text` with its words in the forms by which the index finds their other ones; nothing where it does as it is."""

    def formed(word: re.Match[str]) -> str:
        return other_form(word[0].lower()) or word[0]

    formed_text = _WHOLE.sub(formed, text)
    return (formed_text,) if formed_text != text else ()


def noun_stems(stemmed: str) -> tuple[str, ...]:
    """Stems of the nouns an adjective may be made of, the longest suffix first: «кож» for «кожан»."""
    if stemmed == _OF_LINEN:
        return ("лен",)
    return tuple(
        noun
        for suffix, instead in _ADJECTIVES
        if stemmed.endswith(suffix) and len(noun := stemmed.removesuffix(suffix) + instead) >= _SHORTEST_NOUN
    )
