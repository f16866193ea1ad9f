"""Products that an answer points at without their names: by the column of a table, by their rank in a list. Pure."""

import re
from collections.abc import Iterator
from typing import Final

from runtime.chat.truth.mentions import Mention, Namings, sentence_start

_REACH: Final = 1_200
_RANKS: Final = (
    ("first|former", "перв"),
    ("second", "втор"),
    ("third", "трет"),
    ("fourth", "четв[её]рт"),
    ("fifth", "пят"),
    ("latter|last", "последн"),
)
_RULE: Final = re.compile(r"[ \t]*\|?[ \t]*:?-{2,}")
"""The line between the head of a table and its body."""
_LAST: Final = len(_RANKS) - 1
_SAID: Final = r"(?=\W{0,4}(?:\Z|is\b|costs?\b|at\b|for\b|comes\b|runs\b|стоит\b|за\b|обойд|[—–:(-]|\$))"
_RANKED: Final = re.compile(
    r"\bthe (?:"
    + "|".join(f"(?P<e{rank}>{word})" for rank, (word, _) in enumerate(_RANKS))
    + r")\b(?: one\b| option\b)?"
    rf"{_SAID}"
    r"|\b(?:" + "|".join(f"(?P<r{rank}>{stem})" for rank, (_, stem) in enumerate(_RANKS)) + r")"
    rf"(?:ый|ой|ая|ое|ий|ья|ье|яя|ее|ого|его|ую|юю)\b(?: вариант\b| товар\b| модель\b)?{_SAID}",
    re.IGNORECASE,
)


def pointed_at(text: str, sentence: int, start: int, namings: Namings) -> int | None:
    """The product that the place `start` of a sentence from `sentence` on belongs to by a table or by a rank."""
    line = text.rfind("\n", 0, start) + 1
    if text[line : line + 8].lstrip().startswith("|"):
        return _column(text, line, start, namings)
    return _ranked(text, sentence, start, namings)


def header_of(text: str, start: int) -> str:
    """What stands above the cell around `start` in the first line of its table; empty where there is no table."""
    line = text.rfind("\n", 0, start) + 1
    cells = _cells(text, line)
    place = text.count("|", line, start) - 1
    top = _top(text, line)
    if top == line or not cells:
        return ""
    header = list(_cells(text, top))
    return text[slice(*header[place])] if 0 <= place < len(header) else ""


def _column(text: str, line: int, start: int, namings: Namings) -> int | None:
    if namings.within(text, line, start):
        return None
    top = _top(text, line)
    place = text.count("|", line, start) - 1
    header = list(_cells(text, top))
    if top == line or not 0 <= place < len(header):
        return None
    named = namings.within(text, *header[place])
    return named[0].product if named else None


def _top(text: str, line: int) -> int:
    """Where the first line of the table around `line` begins, as far as it is looked for."""
    top = line
    while top > 0 and line - top < _REACH:
        above = text.rfind("\n", 0, top - 1) + 1
        if text.find("|", above, top) < 0 or _RULE.match(text, top):
            return above if _RULE.match(text, top) else top
        top = above
    return top


def _cells(text: str, line: int) -> Iterator[tuple[int, int]]:
    end = text.find("\n", line)
    end = len(text) if end < 0 else end
    first = text.find("|", line, end)
    while first >= 0 and (stop := text.find("|", first + 1, end)) >= 0:
        yield first + 1, stop
        first = stop


def _ranked(text: str, sentence: int, start: int, namings: Namings) -> int | None:
    said = next(reversed(list(_RANKED.finditer(text, sentence, start))), None)
    if said is None or namings.within(text, said.end(), start):
        return None
    rank = int((said.lastgroup or "e0")[1:])
    listed = listed_above(text, sentence, namings)
    if rank == _LAST:
        return listed[-1] if len(listed) > 1 else None
    return listed[rank] if rank < len(listed) else None


def listed_above(text: str, sentence: int, namings: Namings) -> list[int]:
    """The products of the nearest sentence above that names more than one, else all that are named above."""
    above = namings.within(text, max(0, sentence - _REACH), sentence)
    together: dict[int, list[Mention]] = {}
    for mention in above:
        together.setdefault(sentence_start(text, mention.start), []).append(mention)
    for mentions in reversed(together.values()):
        if len(found := dict.fromkeys(mention.product for mention in mentions)) > 1:
            return list(found)
    return list(dict.fromkeys(mention.product for mention in above))
