"""What to search for when a question leans on the one before: "and a cheaper one?" after jackets means jackets.

By rule, in Russian and English, so that it works without a model and costs nothing. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import reduce
from itertools import dropwhile
from typing import Final

from runtime.chat.said import Said, read_turn, speaks_of_price, without_price_words, words_of
from runtime.chat.vocabulary import (
    ADDITIVES,
    AVAILABILITY,
    COMPARATIVES,
    EMPTY,
    MORE,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    PROPERTIES,
    QUALITIES,
    SHOP,
)

_OPENING = re.compile(r"^(and )?(what|how) about\b|^(а )?(как|что) насч[её]т\b", re.IGNORECASE)
_THING = re.compile(r"\b(an? (?:lighter|cooler))(?= (?:for|with|to)\b|\W*$)", re.IGNORECASE)
"""A comparative with nothing to compare is a product: a lighter for the campfire, a cooler for drinks."""
_RUSSIAN_ADJECTIVE = re.compile(
    r"\w{2,}(?:ый|ая|яя|ое|ее|ые|ую|юю|[кгхшжчщ]ие|[кгхшжчщ]ий|ого|его|ых|[кгхшжчщн]их|[нвлрт]ой|ской|ней)"
)
"""By its ending, in the nominative, the accusative and the genitive. Words of things hardly ever end so."""
_ENGLISH_ADJECTIVE = re.compile(r"\w{2,}(?:proof|less|able|ible|ful|resistant)")
_RUSSIAN_COMPARATIVE = re.compile(r"по\w{2,}(?:ее|[шжчщ]е|ле)")
"""«Потеплее», «побольше», «подлиннее»: a little more so."""

_REFERENCES: Final = PRONOUNS | MORE
_SILENT: Final = COMPARATIVES | _REFERENCES | OPENERS | ADDITIVES | PREPOSITIONS | SHOP | EMPTY
_FEW_WORDS: Final = 3
_LOOK_BACK: Final = 4


def plan_search(turns: Sequence[str], *, currency: str = "") -> str:
    """The question to search by after the shopper's `turns`, oldest first, the latest last. currency: the shop's.

    One that stands by itself is searched as it is, one that only turns to another product by that product: "and
    backpacks?" by backpacks. One that leans on what came before brings the content words of the turns it leans on,
    back to the last one that stood by itself, in front of its own, and their conditions: bounds on the price, what is
    not wanted, stock and order, unless it says otherwise itself. Where a question has no content, its words are not
    searched for: a product that happens to have one of them might be the cheapest.
    """
    chain: list[str] = []
    for turn in reversed(turns[-_LOOK_BACK:]):
        chain.append(turn)
        # The first turn of all has nothing to lean on.
        if len(chain) == len(turns) or not leans(turn, currency=currency):
            break
    said = [_contents(turn, currency=currency) for turn in reversed(chain)]
    if len(chain) == 1:
        subject = _new_subject(_turned(turns[-1], currency))
        if subject is None and said[0].words:
            return turns[-1]
    return reduce(Said.then, said).text or turns[-1]


def leans(turn: str, *, currency: str = "") -> bool:
    """Whether `turn` cannot be understood without the one before. currency: the shop's."""
    words = _turned(turn, currency)
    content = [word for word in words if not _is_silent(word)]
    if not content:
        return not any(word in SHOP for word in words)
    if _new_subject(words):
        return False
    if any(word in _REFERENCES for word in words):
        return len(content) < _FEW_WORDS
    if (_compares(turn, currency) or any(map(_describes, content))) and not any(_things(words)):
        return len(content) <= _FEW_WORDS
    if words[0] in OPENERS:
        rest = [word for word in words[1:] if word not in EMPTY]
        return len(content) == 1 or bool(rest and rest[0] in PREPOSITIONS and len(content) <= _FEW_WORDS)
    if all(word in PROPERTIES or _describes(word) for word in content):
        return True
    asked = next((word for word in words if word not in AVAILABILITY), "")
    return asked in PREPOSITIONS and len(content) < _FEW_WORDS and not any(_things(words))


def _turned(turn: str, currency: str) -> list[str]:
    """The words of `turn`, a phrase that turns to something else as "and"."""
    return _words(_OPENING.sub("and", turn.strip()), currency)


def _new_subject(words: Sequence[str]) -> str | None:
    """The one noun that `words` turn to, such as "and backpacks?" to backpacks; None when they do anything else."""
    asked = list(dropwhile(lambda word: word in EMPTY and word not in ADDITIVES, words))
    rest = list(dropwhile(lambda word: word in OPENERS or word in ADDITIVES, asked))
    if len(rest) == len(asked) or any(word in _REFERENCES or word in PREPOSITIONS for word in rest):
        return None
    content = [word for word in rest if not _is_silent(word)]
    if len(content) != 1 or _describes(content[0]) or content[0] in PROPERTIES:
        return None
    return content[0]


def _compares(turn: str, currency: str) -> bool:
    if speaks_of_price(turn, currency=currency):
        return True
    return any(word in COMPARATIVES or _RUSSIAN_COMPARATIVE.fullmatch(word) for word in _words(turn, currency))


def _things(words: Sequence[str]) -> Iterator[str]:
    """The words that name a product, and neither describe one nor tell its detail: "in red", "for winter hikes"."""
    detail = False
    for word in words:
        if word in PREPOSITIONS:
            detail = True
        elif _is_silent(word) or _describes(word):
            continue
        elif not detail:
            yield word
        else:
            # In English the words of a detail follow one another, in Russian it is a single noun.
            detail = word.isascii()


def _describes(word: str) -> bool:
    return (
        word in QUALITIES
        or word.isdecimal()
        or _RUSSIAN_ADJECTIVE.fullmatch(word) is not None
        or _ENGLISH_ADJECTIVE.fullmatch(word) is not None
    )


def _is_silent(word: str) -> bool:
    return word in _SILENT or _RUSSIAN_COMPARATIVE.fullmatch(word) is not None


def _contents(turn: str, *, currency: str) -> Said:
    """What `turn` says, of its words those that say something of a product."""
    said = read_turn(_THING.sub(r"\1s", _OPENING.sub("", turn.strip())), currency=currency)
    return replace(said, words=tuple(word for word in said.words if not _is_silent(word)))


def _words(turn: str, currency: str) -> list[str]:
    """The words of `turn` in lower case, without those of price."""
    return words_of(_THING.sub(r"\1s", without_price_words(turn, currency=currency)))
