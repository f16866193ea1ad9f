"""Other wordings of a question, by the synonyms of a shop. Pure.

Phrases are found by the stems of their words, so that «кроссовок» finds a rule of «кроссовки». As in Lucene's synonym
filter the longest phrase at a place hides the shorter ones in it: a "hot dog" is no dog.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.tokens import (
    DASHES,
    Tokens,
    compose,
    joined_to_next,
    joined_to_previous,
    read_tokens,
)
from shared.synonyms import Rule

MAX_WORDINGS: Final = 8
"""Of one question; each is another clause of its query."""
MAX_TOKENS: Final = 128
"""Words and marks of a question that are looked at."""
LONGEST: Final = 16
"""Words and marks of a phrase; a longer one is left out, for to look for it would cost every question something."""

Stems = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Synonyms:
    """An index of rules; a lookup costs the same whatever their number.

    phrases: stems of a phrase -> what stands for it, the first rule's first, MAX_WORDINGS at most. longest: stem a
    phrase begins with -> how many words the longest such phrase has.
    """

    phrases: Mapping[Stems, tuple[str, ...]] = field(default_factory=dict)
    longest: Mapping[str, int] = field(default_factory=dict)


NO_SYNONYMS: Final = Synonyms()


@dataclass(frozen=True, slots=True)
class _Word:
    """A word, number or mark by its stem, and its characters in the text.

    opens, closes: whether no hyphen ties it to the word before, or to the one behind.
    """

    stem: str
    start: int
    end: int
    opens: bool
    closes: bool


@dataclass(frozen=True, slots=True)
class _Found:
    """A known phrase: its characters in the text, its number of words, what stands for it."""

    start: int
    end: int
    length: int
    synonyms: tuple[str, ...]


def build_synonyms(rules: Iterable[Rule]) -> Synonyms:
    """The index of `rules`; those that come first win where a phrase has more synonyms than a question takes."""
    known: dict[Stems, dict[Stems, str]] = {}
    for rule in rules:
        meant = _by_stems(rule.right)
        for stems in _by_stems(rule.left):
            _add(known.setdefault(stems, {}), meant, but=stems)
    phrases = {stems: tuple(synonyms.values()) for stems, synonyms in known.items() if synonyms}
    longest: dict[str, int] = {}
    for stems in phrases:
        longest[stems[0]] = max(len(stems), longest.get(stems[0], 0))
    return Synonyms(phrases, longest)


def expansions(text: str, rules: Synonyms) -> tuple[str, ...]:
    """`text` with one phrase replaced by a synonym, in the ways that `rules` know; at most MAX_WORDINGS.

    The longest phrase first, then by place, and each phrase with its first synonym before any with its second. Never
    `text` itself, and no rule applies to what another one put in.
    """
    if not rules.phrases:
        return ()
    text = compose(text)
    found = sorted(_find(_words(read_tokens(text)), rules), key=lambda phrase: -phrase.length)
    chosen = islice(_in_turn(found), MAX_WORDINGS)
    return tuple(dict.fromkeys(_replaced(text, phrase, synonym) for phrase, synonym in chosen))


def _by_stems(phrases: Iterable[str]) -> dict[Stems, str]:
    """Stems -> the first of the phrases that has them."""
    found: dict[Stems, str] = {}
    for phrase in map(compose, phrases):
        stems = tuple(word.stem for word in _words(read_tokens(phrase)))
        if 0 < len(stems) <= LONGEST:
            found.setdefault(stems, phrase)
    return found


def _add(synonyms: dict[Stems, str], meant: Mapping[Stems, str], *, but: Stems) -> None:
    """Add what is `meant` to the synonyms of the phrase `but`, which is none of its own."""
    for stems, phrase in meant.items():
        if len(synonyms) == MAX_WORDINGS:
            return
        if stems != but:
            synonyms.setdefault(stems, phrase)


def _words(tokens: Tokens) -> list[_Word]:
    """The first tokens without the hyphens between words, so that "wi-fi" and "wi fi" are the same two."""
    return [
        _Word(
            stem(token.key),
            token.start,
            token.end,
            opens=not joined_to_previous(tokens, index),
            closes=not joined_to_next(tokens, index),
        )
        for index, token in enumerate(tokens[:MAX_TOKENS])
        if not (token.key in DASHES and joined_to_previous(tokens, index + 1))
    ]


def _find(words: Sequence[_Word], rules: Synonyms) -> Iterator[_Found]:
    """The known phrases from left to right, the longest at each place, none within another."""
    index = 0
    while index < len(words):
        found = _longest_at(words, index, rules)
        if found:
            yield found
        index += found.length if found else 1


def _longest_at(words: Sequence[_Word], first: int, rules: Synonyms) -> _Found | None:
    """The longest known phrase from `first` on, unless a hyphen makes it a part of a word: a "T-shirt" is no shirt."""
    if not words[first].opens:
        return None
    for end in range(min(first + rules.longest.get(words[first].stem, 0), len(words)), first, -1):
        synonyms = rules.phrases.get(tuple(word.stem for word in words[first:end]))
        if synonyms and words[end - 1].closes:
            return _Found(words[first].start, words[end - 1].end, end - first, synonyms)
    return None


def _in_turn(found: Sequence[_Found]) -> Iterator[tuple[_Found, str]]:
    """Each phrase with its first synonym, then each with its second, and so on."""
    for turn in range(MAX_WORDINGS):
        for phrase in found:
            if turn < len(phrase.synonyms):
                yield phrase, phrase.synonyms[turn]


def _replaced(text: str, phrase: _Found, synonym: str) -> str:
    """`text` with `synonym` in the place of `phrase`, spaced where two words would become one: "5л" is "5 литров"."""
    before, behind = text[: phrase.start], text[phrase.end :]
    return f"{before}{' ' * before[-1:].isalnum()}{synonym}{' ' * behind[:1].isalnum()}{behind}"
