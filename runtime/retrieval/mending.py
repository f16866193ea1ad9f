"""A question put right: typed in the wrong keyboard layout, in foreign letters, or misspelt, where the catalogue knows
better. Pure.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import Final

from runtime.retrieval.hits import Condition
from runtime.retrieval.language import Language
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.lookup import MIN_TYPO
from runtime.retrieval.spelling import hearing
from runtime.retrieval.spelling.dictionary import is_english
from runtime.retrieval.spelling.layout import corrected, doubts
from runtime.retrieval.spelling.letters import ENGLISH, RUSSIAN
from runtime.retrieval.spelling.transliteration import candidates
from runtime.retrieval.understanding.catalogue import Vocabulary, codes_of
from runtime.retrieval.understanding.money_words import CURRENCIES, THOUSANDS
from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.words import ASKING, FUNCTION_WORDS

SPELLING: Final = "spelling"
"""Id and kind of the condition that a question is read as mended; dropped, it is read as typed."""

MAX_DOUBTS: Final = 32
"""Words that are looked up because they may have been typed in another keyboard layout."""

_WORD: Final = re.compile(rf"(?<![\w-])[^\W\d_]{{{MIN_TYPO},40}}(?![\w-])")
_LATIN: Final = re.compile(r"(?<![\w'])[a-z][a-z']{1,29}(?!\w|-\d)", re.IGNORECASE)
_CYRILLIC: Final = re.compile(r"(?<!\w)[а-яё]{2,40}(?!\w|-\d)", re.IGNORECASE)
_ENDED: Final = re.compile(r"[аыоуией]|ов|ев|ам|ом|ах|ами")
"""What a Russian noun has in another case behind what it is in the nominative."""
_MOST: Final = 16
"""Words that are looked at."""
_MOST_HEARD: Final = 3
"""Words that may be foreign names; each is a search."""
_ADJECTIVE: Final = re.compile(r"[а-я]{3,}(?:ый|ий|ая|яя|ое|ее|ые|ие|ую|юю|ого|его|ых|их|ыми|ими)")
"""What ends so is Russian, and no name."""
_MOST_LATIN: Final = 6
"""Words that may be Russian ones in Latin letters; each has several readings."""
_SHORTEST: Final = 3
"""Letters of a word from which that the catalogue has its other reading is no accident."""
_BESIDE_ANOTHER: Final = 2
"""Bits by which a Russian reading must be likelier than the word as typed where only a neighbour speaks for it."""
_GRAMMAR: Final = FUNCTION_WORDS | CURRENCIES.keys() | THOUSANDS.keys()
"""What a question is made of and no catalogue needs to have."""
_TEXT: Final = {"en": "searched for “{text}”", "ru": "искали «{text}»"}


def looking_up(question: Question, text: str, *, vocabulary: Vocabulary, russian: bool) -> Question:
    """`question`, asking besides for what tells whether `text` is to be put right. russian: the catalogue is."""
    heard = _heard(question.text, vocabulary)
    read = [reading for word in _latin(text) for reading in (word, *candidates(word))] if russian else []
    asked = dict.fromkeys((*doubts(text)[:MAX_DOUBTS], *heard, *read))
    return replace(question, doubts=tuple(asked), spelled=misspelt(question.text), heard=heard)


def misspelt(words: str) -> tuple[str, ...]:
    """Those of `words`, in lower case, that may be misspelt; what a shopper asks with is in no catalogue."""
    found = (_key(word) for word in _WORD.findall(words))
    return tuple(word for word in dict.fromkeys(found) if word not in ASKING | FUNCTION_WORDS)[:_MOST]


def _without_words(typos: Mapping[str, str], vocabulary: Vocabulary) -> Mapping[str, str]:
    """Of `typos` those that are no English words: "pants" need not be "parts" to find the trousers by what they mean. A
    brand is meant all the same: nothing finds Canon by what "cannon" means.
    """
    brands = codes_of(vocabulary, "brand")

    def is_brand(word: str) -> bool:
        return any(meaning.code in brands for meaning in vocabulary.phrases.get((stem(word),), ()))

    return {typed: word for typed, word in typos.items() if not is_english(typed) or is_brand(word)}


def mend(text: str, found: Candidates, *, russian: bool, meant_in: Vocabulary | None = None) -> str:
    """`text` put right by what the catalogue knows of its words (`looking_up`); as it is where it is right.

    meant_in: the catalogue's vocabulary where what the words mean is looked for as well.
    """
    asked = frozenset(doubts(text))
    switched = corrected(text, lambda word: word not in asked or word in found.known)
    if switched != text:
        return switched
    own = _CYRILLIC.sub(_replacing(lambda word: _name(word, found)), text)
    typos = found.typos if meant_in is None else _without_words(found.typos, meant_in)
    return _without_typos(_in_cyrillic(own, found) if russian else own, typos)


def mended_condition(text: str, *, language: Language) -> Condition:
    """Tells that `text` was searched for instead of what was typed."""
    return Condition(SPELLING, SPELLING, "query", text, _TEXT[language].format(text=text))


def _heard(words: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Those of `words` that may be foreign names; what is called so in the catalogue itself is none."""
    found = dict.fromkeys(_key(word) for word in _CYRILLIC.findall(words))
    return tuple(
        word
        for word in found
        if word not in ASKING | FUNCTION_WORDS
        and not _ADJECTIVE.fullmatch(word)
        and (stem(word),) not in vocabulary.phrases
        and hearing.pattern(word)
    )[:_MOST_HEARD]


def _latin(text: str) -> Iterator[str]:
    """The words of `text`, in lower case, that may be Russian ones in Latin letters, but for those of grammar."""
    long = (word for word in _first_latin(text) if len(word) >= _SHORTEST and _grammar(word) is None)
    yield from islice(long, _MOST_LATIN)


def _first_latin(text: str) -> Iterable[str]:
    """Each once, in lower case; to read a word takes up to a millisecond."""
    return islice(dict.fromkeys(word.lower() for word in _LATIN.findall(text)), _MOST)


def _name(word: str, found: Candidates) -> str | None:
    key = _key(word)
    return None if key in found.known else found.heard.get(key)


def _in_cyrillic(text: str, found: Candidates) -> str:
    """`text` with what the catalogue has in Cyrillic alone; with it, its neighbours that read as Russian."""
    looked_up, first = set(_latin(text)), set(_first_latin(text))
    known = {word: reading for word in looked_up if (reading := _reading(word, found)) is not None}
    if not known:
        return text

    def meant(word: str) -> str | None:
        key = word.lower()
        if key in known or key in found.known:
            return known.get(key)
        grammar = _grammar(key) if key in first else None
        # Of a word that was not looked up nobody knows whether the catalogue has it.
        return grammar or (_likely(key) if key in looked_up else None)

    return _LATIN.sub(_replacing(meant), text)


def _reading(word: str, found: Candidates) -> str | None:
    """The likeliest reading of `word` that some product has, unless one has `word` itself: «летняя», and «летниая», a
    form of the same, only where it is written so.
    """
    known = [] if word in found.known else [reading for reading in candidates(word) if reading in found.known]
    return next((reading for reading in known if reading in found.verbatim), next(iter(known), None))


def _grammar(word: str) -> str | None:
    return next((reading for reading in candidates(word) if reading in _GRAMMAR), None)


def _likely(word: str) -> str | None:
    best = next(iter(candidates(word)), None)
    return best if best and RUSSIAN.bits(best) + _BESIDE_ANOTHER <= ENGLISH.bits(word) else None


def _without_typos(text: str, typos: Mapping[str, str]) -> str:
    def meant(word: str) -> str | None:
        typed = _key(word)
        found = typos.get(typed, typed)
        # Another form of a word is no slip: the search goes by stems. «Велошлема» has another than «велошлем».
        return None if stem(found) == stem(typed) or _ENDED.fullmatch(typed.removeprefix(found)) else found

    return _WORD.sub(_replacing(meant), text)


def _replacing(meant: Callable[[str], str | None]) -> Callable[[re.Match[str]], str]:
    def replaced(word: re.Match[str]) -> str:
        return meant(word[0]) or word[0]

    return replaced


def _key(word: str) -> str:
    return word.lower().replace("ё", "е")
