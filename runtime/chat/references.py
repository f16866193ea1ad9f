"""What a turn points at in the answer before it: "the second one", «ещё», "it". Pure."""

import re
from collections.abc import Sequence
from typing import Final

from runtime.chat.naming import named_products
from runtime.chat.question import Turn
from runtime.chat.said import speaks_of_price, words_of
from runtime.chat.vocabulary import (
    AVAILABILITY,
    BESIDE_A_PLACE,
    COMPARATIVES,
    EMPTY,
    FURTHER,
    MORE,
    NEGATORS,
    OPENERS,
    PREPOSITIONS,
    PRONOUNS,
    QUALITIES,
)
from runtime.retrieval.understanding.stems import stem
from shared.catalog import CatalogDocument

_MOST_PLACES: Final = 20
_OF_WHAT_WAS_SHOWN: Final = frozenset(
    [
        "size",
        "sizes",
        "color",
        "colors",
        "colour",
        "colours",
        "tell",
        "размер",
        "размеры",
        "размера",
        "цвет",
        "цвета",
        "цвете",
    ]
)
"""With these "other" and "more" are about a product that was shown: another size of it."""
_ASKS_A_PRICE: Final = re.compile(r"(?<!\w)(?:how much|price|cost|costs|сколько|цена|цену|стоит|почём|почем)(?!\w)")

LAST: Final = -1
"""The last one, however many there are."""

_ENGLISH: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_RUSSIAN: Final = (
    r"перв(?:ый|ая|ое|ую|ого|ой|ом|ому|ым)", r"втор(?:ой|ая|ое|ую|ого|ом|ому|ым)",
    r"трет(?:ий|ья|ье|ью|ьего|ьей|ьем|ьему|ьим)",
    r"четв[её]рт(?:ый|ая|ое|ую|ого|ой|ом|ому|ым)", r"пят(?:ый|ая|ое|ую|ого|ой|ом|ому|ым)",
    r"шест(?:ой|ая|ое|ую|ого|ом|ому|ым)", r"седьм(?:ой|ая|ое|ую|ого|ом|ому|ым)", r"восьм(?:ой|ая|ое|ую|ого|ом|ому|ым)",
    r"девят(?:ый|ая|ое|ую|ого|ой|ом|ому|ым)", r"десят(?:ый|ая|ое|ую|ого|ой|ом|ому|ым)",
)  # fmt: skip
_ORDINALS: Final = tuple(
    (
        place,
        re.compile(
            rf"(?<![\w-])(?:{english}|{place}(?:st|nd|rd|th)|{russian}|{place}-?(?:й|я|е|ю|го|ой|ый|ая))(?![\w-])"
        ),
    )
    for place, (english, russian) in enumerate(zip(_ENGLISH, _RUSSIAN, strict=True), start=1)
)
_LAST: Final = re.compile(r"(?<![\w-])(?:last|последн(?:ий|яя|юю|его|ей|ем|ему|им))(?![\w-])")
_NUMBERED: Final = re.compile(r"(?:№|#|(?<!\w)(?:number|no\.|option|item|номер|вариант|пункт|товар)) ?(\d{1,2})(?!\w)")
_FIRST_TWO: Final = re.compile(
    r"(?<!\w)(?:first two|two first|первы[ехм]\w* (?:два|две|двух)|(?:два|две|двух) первы[ехм]\w*)(?!\w)"
)
_BOTH: Final = re.compile(r"(?<!\w)(?:both|оба|обе|обоих|обеих|them|these two|их|эти два)(?!\w)")
_POINTING: Final = re.compile(
    r"(?<!\w)(?:it|its|it's|this|that|that's|он|она|оно|его|её|ее|нем|нём|ней|него|неё|нее|это|этот|эта|эту|этого|этой)(?!\w)"
)


def places_in(turn: str) -> tuple[int, ...]:
    """Which of several things shown before `turn` means: from 1 up, LAST for the last; none where none is meant."""
    text = turn.lower()
    if _FIRST_TWO.search(text):
        return (1, 2)
    found = [
        (match.start(), place)
        for place, pattern in _ORDINALS
        for match in pattern.finditer(text)
        if _alone(match, text)
    ]
    found += [(match.start(), LAST) for match in _LAST.finditer(text) if _alone(match, text)]
    found += [(match.start(), int(match[1])) for match in _NUMBERED.finditer(text) if 0 < int(match[1]) <= _MOST_PLACES]
    if not _only_points(text):
        return ()
    return tuple(dict.fromkeys(place for _, place in sorted(found)))


def wants_others(turn: str, *, currency: str = "") -> bool:
    """Whether `turn` speaks of what was shown in order to be shown something else: "it is too dear, anything cheaper?".

    currency: the shop's.
    """
    words = words_of(turn.lower())
    if any(word in COMPARATIVES or word in MORE or word in FURTHER for word in words):
        return not points_at_all(turn)
    return speaks_of_price(turn, currency=currency) and _ASKS_A_PRICE.search(turn.lower()) is None


def points_at_one(turn: str) -> bool:
    """Whether `turn` speaks of a thing without naming it: "is it waterproof?"."""
    return _POINTING.search(turn.lower()) is not None


def points_at_all(turn: str) -> bool:
    """Whether `turn` speaks of all that was shown: "which of them is lighter?", «сравни оба»."""
    return _BOTH.search(turn.lower()) is not None


def asks_for_more(turn: str, *, subject: str, currency: str = "") -> bool:
    """Whether `turn` wants further products of the same kind: "what else?", «ещё куртки» after jackets.

    subject: what was searched for before. currency: the shop's.
    """
    words = words_of(turn.lower())
    if not any(word in FURTHER for word in words) or speaks_of_price(turn, currency=currency):
        return False
    if any(word in _OF_WHAT_WAS_SHOWN for word in words):
        return False
    known = {stem(word) for word in words_of(subject.lower())}
    return all(word in FURTHER or word in MORE or _carries_nothing(word) or stem(word) in known for word in words)


def shown_in(history: Sequence[Turn], products: Sequence[CatalogDocument], *, last: bool = False) -> tuple[str, ...]:
    """Ids of those of `products` that the assistant's turns name, in order of appearance. last: its last turn only."""
    said = [turn.text for turn in history if turn.role == "assistant"]
    return named_products("\n".join(said[-1:] if last else said), products)


def _only_points(text: str) -> bool:
    """Whether `text` says little beside the places it means: a new subject is another matter."""
    said = [word for word in words_of(text) if not _carries_nothing(word) and word not in BESIDE_A_PLACE]
    return sum(word not in QUALITIES and not _is_ordinal(word) for word in said) <= 1


def _is_ordinal(word: str) -> bool:
    return (
        word.isdecimal()
        or any(pattern.fullmatch(word) for _, pattern in _ORDINALS)
        or _LAST.fullmatch(word) is not None
    )


def _alone(match: re.Match[str], text: str) -> bool:
    """Whether an ordinal stands for a thing, and not before one."""
    following = words_of(text[match.end() :])[:1]
    word = next(iter(following), "")
    return not word or word in BESIDE_A_PLACE or word in QUALITIES or _carries_nothing(word)


def _carries_nothing(word: str) -> bool:
    return word in EMPTY or any(word in known for known in (AVAILABILITY, NEGATORS, OPENERS, PREPOSITIONS, PRONOUNS))
