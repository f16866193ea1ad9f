"""The locale of a store view, guessed: Magento's index does not say it. Pure.

Letters tell the script, common words the language, and the stemmer of the index decides where they cannot: Magento
sets it by the store's locale, but to English for every locale it has none for, so it weighs least.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

FALLBACK: Final = "en_US"

_LOCALES: Final[Mapping[str, str]] = {
    "ar": "ar_SA", "be": "be_BY", "bg": "bg_BG", "ca": "ca_ES", "cs": "cs_CZ", "da": "da_DK", "de": "de_DE",
    "el": "el_GR", "en": "en_US", "es": "es_ES", "et": "et_EE", "fi": "fi_FI", "fr": "fr_FR", "hu": "hu_HU",
    "it": "it_IT", "lt": "lt_LT", "lv": "lv_LV", "nb": "nb_NO", "nl": "nl_NL", "pl": "pl_PL", "pt": "pt_PT",
    "ro": "ro_RO", "ru": "ru_RU", "sv": "sv_SE", "tr": "tr_TR", "uk": "uk_UA",
}  # fmt: skip
"""ISO 639-1 language -> the locale it most likely stands for."""

_STEMMERS: Final[Mapping[str, str]] = {
    "arabic": "ar", "bulgarian": "bg", "catalan": "ca", "czech": "cs", "danish": "da", "german": "de", "greek": "el",
    "english": "en", "spanish": "es", "estonian": "et", "finnish": "fi", "french": "fr", "hungarian": "hu",
    "italian": "it", "lithuanian": "lt", "latvian": "lv", "norwegian": "nb", "dutch": "nl", "portuguese": "pt",
    "brazilian": "pt", "romanian": "ro", "russian": "ru", "swedish": "sv", "turkish": "tr", "ukrainian": "uk",
}  # fmt: skip
"""Language names as OpenSearch's stemmers have them, `light_german` and `german2` by their main part."""

_COMMON_WORDS: Final[Mapping[str, frozenset[str]]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "the and with for your from this is are of in to",
        "de": "und mit der die das für aus ist den von ein eine",
        "fr": "et avec pour les des une est dans sur le la du",
        "es": "con para los las una el por del es en la de",
        "it": "con per della gli una il di che sono in la le",
        "pt": "com para uma os não do da em dos um ao",
        "nl": "en met voor het een van de is op zijn",
        "pl": "dla oraz na jest do ze się to od przy",
        "cs": "pro na je se do ze jsou nebo při od",
        "tr": "ve ile için bir bu olan çok",
        "sv": "och med för är en ett som på av",
        "da": "og med til er en et som på af",
        "ro": "și cu pentru din este un de la",
        "hu": "és egy az hogy nem van ez",
        "fi": "ja on sekä myös joka tai ei",
    }.items()
}

_LATIN: Final = re.compile(r"[a-zà-öø-ɏ]", re.IGNORECASE)
_CYRILLIC: Final = re.compile(r"[а-яёѐ-џҐґ]", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W\d_]+")

_CYRILLIC_SHARE: Final = 0.2
"""Brands and models are written in Latin letters everywhere, so a fifth of the letters is enough."""
_FOREIGN_SHARE: Final = 0.01
"""Share of letters that Russian does not have, of all Cyrillic ones; Ukrainian texts have about a tenth."""
_COMMON_SHARE: Final = 0.03
_FEWEST: Final = 3
"""Share of common words, and how many different ones, below which a text is a list of names that tells no language."""


@dataclass(frozen=True, slots=True)
class LocaleGuess:
    """locale: `ru_RU`. because: what speaks for it, in words."""

    locale: str
    because: str

    @property
    def language(self) -> str:
        """ISO 639-1 code."""
        return self.locale.split("_")[0]


def guess_locale(texts: Iterable[str], *, stemmers: Iterable[str]) -> LocaleGuess:
    """The likeliest locale of a store with these texts, in an index with these stemmers."""
    text = "\n".join(texts).lower()
    stemmer = next(filter(None, map(_stemmed_language, stemmers)), None)
    latin, cyrillic = len(_LATIN.findall(text)), len(_CYRILLIC.findall(text))
    if cyrillic and cyrillic >= _CYRILLIC_SHARE * (latin + cyrillic):
        language = _cyrillic_language(text, cyrillic, stemmer)
        return _guess(language, f"{cyrillic / (latin + cyrillic):.0%} of the letters are Cyrillic", stemmer)
    found = _latin_language(text) if latin else None
    if found is not None:
        return _guess(*found, stemmer)
    if stemmer is not None:
        return LocaleGuess(_LOCALES[stemmer], f"the index has a stemmer for {stemmer!r}; the texts tell nothing")
    return LocaleGuess(FALLBACK, "neither the texts nor the index tell anything")


def stemmers_of(settings: Mapping[str, Any]) -> list[str]:
    """Languages of the stemming filters in an index's settings (the object below `index`)."""
    analysis = settings.get("analysis")
    filters = analysis.get("filter") if isinstance(analysis, dict) else None
    named = filters.values() if isinstance(filters, dict) else ()
    return [
        str(one["language"])
        for one in named
        if isinstance(one, dict) and one.get("type") in ("stemmer", "snowball") and "language" in one
    ]


def _guess(language: str, because: str, stemmer: str | None) -> LocaleGuess:
    if stemmer == language:
        because += f", and the index has a stemmer for {stemmer!r}"
    elif stemmer is not None:
        because += f", though the index has a stemmer for {stemmer!r}"
    return LocaleGuess(_LOCALES[language], because)


def _stemmed_language(stemmer: str) -> str | None:
    return next((code for name, code in _STEMMERS.items() if name in stemmer.lower()), None)


def _cyrillic_language(text: str, letters: int, stemmer: str | None) -> str:
    counts = Counter(text)
    if counts["ў"] >= _FOREIGN_SHARE * letters:
        return "be"
    if counts["і"] + counts["ї"] + counts["є"] + counts["ґ"] >= _FOREIGN_SHARE * letters:
        return "uk"
    # Bulgarian has no letter of its own, but neither has it these three of the Russian ones.
    if stemmer == "bg" or (letters > len(text) // 4 and not counts["ы"] + counts["э"] + counts["ё"] and counts["ъ"]):
        return "bg"
    return "ru"


def _latin_language(text: str) -> tuple[str, str] | None:
    """The language whose common words are there most, and how that is put; None where there are hardly any."""
    words = Counter(_WORD.findall(text))
    found = {language: sum(words[word] for word in common) for language, common in _COMMON_WORDS.items()}
    language, count = max(found.items(), key=lambda pair: pair[1])
    best = [word for word, _ in words.most_common() if word in _COMMON_WORDS[language]][:_FEWEST]
    if count < _COMMON_SHARE * words.total() or len(best) < _FEWEST:
        return None
    return language, f"words such as {', '.join(map(repr, best))}"
