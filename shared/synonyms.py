"""Synonym rules in the format that Solr, OpenSearch and Magento share, and what one line of it means. Pure.

    sofa, couch, settee      each stands for all of them
    tv => television         what is left of the arrow stands for what is right of it, and not the other way round
    # a remark               neither this nor an empty line is a rule

A backslash makes the next character an ordinary one: `\\,`, `\\=>`, `\\\\`. Format: Lucene's SolrSynonymParser.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.errors import Terminal

MAX_RULE: Final = 2_000
"""Characters of one rule."""
MAX_PHRASE_WORDS: Final = 8
"""Words of one phrase: nobody types a longer one, and to look for it would cost every question something."""

# Each alternative begins with another character, or is a single one, so that the work is linear.
_PIECE: Final = re.compile(r"\\(?P<escaped>.)|(?P<arrow>=>)|(?P<comma>,)|(?P<plain>[^\\,=]+|.)", re.DOTALL)
_SHOWN: Final = 60


class UnreadableRule(Terminal):
    """A line that is no rule; the text says why, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Every phrase of `left` stands for every phrase of `right`; where each stands for all, the two are the same."""

    left: tuple[str, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A line, the first of which is number 1, that is no rule, and why."""

    line: int
    wrong: str


@dataclass(frozen=True, slots=True)
class ParsedRules:
    """What a text of rules holds: those that can be read, and what is wrong with the others."""

    rules: tuple[Rule, ...]
    mistakes: tuple[Mistake, ...]


def parse_rules(lines: Iterable[str]) -> ParsedRules:
    """Every rule of `lines`, and every mistake; nothing raises."""
    rules: list[Rule] = []
    mistakes: list[Mistake] = []
    for number, line in enumerate(lines, start=1):
        try:
            rule = parse_rule(line)
        except UnreadableRule as unreadable:
            mistakes.append(Mistake(number, str(unreadable)))
        else:
            rules += [rule] if rule else []
    return ParsedRules(tuple(rules), tuple(mistakes))


def parse_rule(line: str) -> Rule | None:
    """The rule of one line, None where there is none on it. Raises UnreadableRule."""
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    if len(line) > MAX_RULE:
        raise UnreadableRule(f"a rule has at most {MAX_RULE} characters, and this one {len(line)}; make two of it")
    sides = [_phrases(side) for side in _sides(line)]
    match sides:
        case [phrases] if len(phrases) > 1:
            return Rule(phrases, phrases)
        case [_]:
            raise UnreadableRule("a phrase alone stands for nothing; write another one behind a comma")
        case [left, right] if left and right:
            return Rule(left, right)
        case [_, _]:
            raise UnreadableRule("one side of => is empty; write phrases on both")
        case _:
            raise UnreadableRule("there is more than one =>; write a line for each, or \\=> for the characters")


def _sides(line: str) -> list[list[str]]:
    """The phrases, as written, of what the arrows divide."""
    sides = [[""]]
    for piece in _PIECE.finditer(line):
        if piece["arrow"]:
            sides.append([""])
        elif piece["comma"]:
            sides[-1].append("")
        else:
            sides[-1][-1] += piece["escaped"] or piece["plain"]
    return sides


def _phrases(written: Iterable[str]) -> tuple[str, ...]:
    """The different phrases, evenly spaced; nothing between two commas is no phrase. Raises UnreadableRule."""
    phrases = dict.fromkeys(" ".join(phrase.split()) for phrase in written)
    phrases.pop("", None)
    for phrase in phrases:
        if not any(map(str.isalnum, phrase)):
            raise UnreadableRule(f"{phrase[:_SHOWN]!r} has no letter and no digit; leave it out")
        if phrase.count(" ") >= MAX_PHRASE_WORDS:
            raise UnreadableRule(f"{phrase[:_SHOWN]!r}… has more than {MAX_PHRASE_WORDS} words; shorten it")
    return tuple(phrases)
