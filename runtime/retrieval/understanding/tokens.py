"""A question as words, numbers and marks, each with its place in the text. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

# Every alternative begins with another kind of character and none can be matched in two ways, so the work is linear.
_TOKEN: Final = re.compile(
    r"""
    (?P<code>[0-9]++(?:[/:×*][0-9]++)++)
  | (?P<number>
        [0-9]{1,3}(?:[\x20\u00a0\u2007\u2009\u202f][0-9]{3}(?![0-9]))++(?:[.,][0-9]++)?+
      | [0-9]++(?:[.,][0-9]++)*+
    )
  | (?P<word>[^\W\d_]\w*+(?:['’ʼ][^\W\d_]++)*+(?:(?<=[sS])['’ʼ](?=\s+\w))?+)
  | (?P<mark>\S)
    """,
    re.VERBOSE,
)
_COMPOSED: Final = (("и\u0306", "й"), ("И\u0306", "Й"), ("е\u0308", "ё"), ("Е\u0308", "Ё"))
"""Letters that some systems type as two characters."""
_KEY: Final = str.maketrans({"ё": "е", "’": "'", "ʼ": "'"})

DASHES: Final = frozenset("-‐‑‒–—−")

Kind = Literal["word", "number", "code", "mark", "hidden"]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number, a code such as 1/2, or any other single character.

    key: in lower case, ё as е, apostrophes straight, and none at the end ("kids' jackets"). start, end: its characters
    in the text. spaced: something other than a token stands before it, be it a space or the beginning of the text. A
    hidden one was understood already.
    """

    kind: Kind
    key: str
    start: int
    end: int
    spaced: bool


Tokens = Sequence[Token]
Span = tuple[int, int]
"""From the first token to the one behind the last."""

NOTHING: Final = Token("hidden", "", 0, 0, True)
"""What stands before the first token and behind the last."""


def compose(text: str) -> str:
    """`text` with the letters that rules look for as one character each; never longer than it was."""
    for two, one in _COMPOSED:
        text = text.replace(two, one)
    return text


def read_tokens(text: str) -> Tokens:
    """The tokens of `text`, in order; only white space is none."""
    tokens: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(text):
        kind: Kind = "mark"
        if match["word"]:
            kind = "word"
        elif match["number"]:
            kind = "number"
        elif match["code"]:
            kind = "code"
        key = match[0].lower().translate(_KEY)
        key = key.rstrip("'") or key
        tokens.append(Token(kind, key, match.start(), match.end(), match.start() != end))
        end = match.end()
    return tokens


def at(tokens: Tokens, index: int) -> Token:
    """The token at `index`, NOTHING outside of the question."""
    return tokens[index] if 0 <= index < len(tokens) else NOTHING


def hide(tokens: Tokens, spans: Iterable[Span]) -> Tokens:
    """`tokens` with those of `spans` hidden, so that no other rule reads them, nor across them."""
    hidden = {index for start, end in spans for index in range(start, end)}
    return [
        Token("hidden", "", token.start, token.end, token.spaced) if index in hidden else token
        for index, token in enumerate(tokens)
    ]


def joined_to_next(tokens: Tokens, index: int) -> bool:
    """Whether a hyphen ties the token at `index` to a word behind it: the "non" of "non-stick"."""
    dash, then = at(tokens, index + 1), at(tokens, index + 2)
    return dash.key in DASHES and not dash.spaced and then.kind in ("word", "number") and not then.spaced


def joined_to_previous(tokens: Tokens, index: int) -> bool:
    """Whether a hyphen ties the token at `index` to a word before it: the 15 of "model-15"."""
    return index >= 2 and at(tokens, index - 2).kind in ("word", "number") and joined_to_next(tokens, index - 2)
