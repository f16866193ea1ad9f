"""English words that are words, whether a catalogue has them or not; those of pyspellchecker, from films' subtitles.

There is no such list of Russian forms: pyspellchecker's has a tenth of them.
"""

from functools import lru_cache

from spellchecker import SpellChecker


def is_english(word: str) -> bool:
    """Whether `word`, in lower case, is English. The first call takes 0.3 s, unless `load` was called."""
    return word in load()


@lru_cache(maxsize=1)
def load() -> frozenset[str]:
    """All of them, some 160,000; 20 MB that stay."""
    return frozenset(SpellChecker(language="en").word_frequency.keys())
