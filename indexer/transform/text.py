"""Plain text: unseen characters out, white space in order, cuts where a sentence ends. Pure."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Sequence

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Control, zero-width, bidirectional and tag characters, lone surrogates: no shopper sees them, but a model reads
them, and text may hide in them."""

_ORDINARY = re.compile(
    "[\n -~\xa1-\xac\xae-\u024f\u0400-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2116\u2122]*"
)
"""Latin, Cyrillic, punctuation and currencies: in NFC as they stand, seen, and the only space among them is plain."""

_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
"""All but a single plain space, which is most of them and needs no work."""

_LINE_BREAKS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_SENTENCE_END = re.compile(r"""[.!?…]+["'»”)\]]*\s+|\n""")
_PUNCTUATION = frozenset('.!?…:;,—–-»”"')
_WORD_END = re.compile(r"\s+")

_CHARACTERS_PER_TOKEN = 16
"""More than any real text has: what lies beyond limit x 16 characters can never fit."""

_MARKS = 2
"""Tokens that a tokenizer may put around a text."""

_COUNTS = 8
"""The most often one text is counted anew while a cut is sought."""


def clean(text: str) -> str:
    """`text` in NFC, with one space between words, no blank lines, and nothing in it that cannot be seen."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    text = text.replace("\xa0", " ")
    if not _ORDINARY.fullmatch(text):
        text = _UNSEEN.sub("", _LINE_BREAKS.sub("\n", unicodedata.normalize("NFC", text)))
        text = _SPACES.sub(" ", text)
    elif "  " in text:
        text = _SPACES.sub(" ", text)
    if "\n" not in text:
        return text.strip()
    return "\n".join([line for line in map(str.strip, text.split("\n")) if line])


def clean_line(text: str) -> str:
    """`clean`, on one line."""
    return clean(text).replace("\n", " ")


def shorten(text: str, limit: int) -> str:
    """`text` on one line of at most `limit` characters: whole sentences, else whole words and "…"."""
    line = _one_line(text)
    if len(line) <= limit:
        return line
    end = _last_end(_SENTENCE_END, line, limit)
    if end:
        return line[:end].rstrip()
    end = _last_end(_WORD_END, line, limit - 1) or limit - 1
    return line[:end].rstrip(" ,;:—–-") + "…"


def _one_line(text: str) -> str:
    """The lines of `text` as one; a line that ends without punctuation, such as a list item, gets a semicolon."""
    if "\n" not in text:
        return text.strip()
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    ended = [line if line[-1] in _PUNCTUATION else f"{line};" for line in lines[:-1]]
    return " ".join([*ended, *lines[-1:]])


def _last_end(pattern: re.Pattern[str], text: str, limit: int) -> int:
    """Offset behind the last match of `pattern` that keeps the text before it within `limit`; 0 for none."""
    ends = [match.end() for match in pattern.finditer(text[: limit + 1]) if len(text[: match.end()].rstrip()) <= limit]
    return ends[-1] if ends else 0


def cut_to_tokens(text: str, limit: int, count_tokens: Callable[[str], int]) -> tuple[str, bool]:
    """`text` within `limit` tokens, and whether anything was cut.

    Cut at the end of a sentence or line; between words where that would waste more than half of the limit (one
    endless sentence), inside a word where not even one word fits. Counting is dear: a text of no more bytes than
    `limit` is not counted at all, for no tokenizer makes two tokens of a byte; one that fits is counted once, any
    other about three times.
    """
    if len(text.encode(errors="replace")) + _MARKS <= limit:
        return text, False
    bounded = text[: limit * _CHARACTERS_PER_TOKEN]
    tokens = count_tokens(bounded)
    if tokens <= limit:
        return bounded, len(bounded) < len(text)
    best = ("", 0)
    for ends in (_ends(_SENTENCE_END, bounded), _ends(_WORD_END, bounded), range(1, len(bounded))):
        found = _longest_prefix(bounded, ends, tokens=tokens, limit=limit, count_tokens=count_tokens)
        best = max(best, found, key=_tokens)
        if _tokens(best) * 2 >= limit:
            break
    return best[0], True


def _ends(pattern: re.Pattern[str], text: str) -> list[int]:
    return [match.end() for match in pattern.finditer(text)]


def _tokens(prefix: tuple[str, int]) -> int:
    return prefix[1]


def _longest_prefix(
    text: str, ends: Sequence[int], *, tokens: int, limit: int, count_tokens: Callable[[str], int]
) -> tuple[str, int]:
    """The prefix up to one of `ends` that comes nearest to `limit` tokens, with its tokens; empty if none fits.

    Guesses by the characters a token takes in this text, which is right within a few percent, and counts to make
    sure; a guess is good enough at nine tenths of the limit.
    """
    fits, too_long = -1, len(ends)
    best = ("", 0)
    measured, counted = len(text), tokens
    for attempt in range(_COUNTS):
        if too_long - fits <= 1:
            break
        goal = int(measured * limit / max(counted, 1))
        guess = bisect_right(ends, goal) - 1
        # After a few misses halving is the safer way to the end.
        guess = (fits + too_long) // 2 if attempt > _COUNTS // 2 else min(max(guess, fits + 1), too_long - 1)
        prefix = text[: ends[guess]].rstrip()
        measured, counted = len(prefix), count_tokens(prefix)
        if counted > limit:
            too_long = guess
            continue
        fits, best = guess, (prefix, counted)
        if counted * 10 >= limit * 9:
            break
    return best
