"""The system prompt in an answer: a model that was talked into repeating it is not let. Pure.

There is no secret in it, and a shop does not want to be read its own instructions. Found are so many words in a row of
the prompt, whatever stands between them; what goes out before that is known is a word or two.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LEAK_WORDS: Final = 8
"""In a row: no sentence of a true answer has as many in common with the rules ("when it is out of stock" are six)."""

HOLD_WORDS: Final = 2
"""In a row, from which on text is held back until it is known how it goes on."""

_HIDDEN: Final = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
"""What may stand inside a word and nobody sees."""
_PIECE: Final = re.compile(rf"(?:[^\W_]|[{_HIDDEN}])+|(?:(?![{_HIDDEN}])[\W_])+")
_NOTHING: Final = re.compile(f"[{_HIDDEN}]")
_BETWEEN: Final = re.compile(r"[\W_]+")
_SHORT: Final = 200
_NO_RUNS: Final[Mapping[int, int]] = {}


@dataclass(frozen=True, slots=True)
class PromptWords:
    """The words of a prompt. places: word -> where it stands."""

    places: Mapping[str, Sequence[int]]


@lru_cache(maxsize=64)  # A prompt of each store view and language.
def words_of_prompt(prompt: str) -> PromptWords:
    """`prompt` as `LeakFilter` looks it up."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(re.findall(r"[^\W_]+", prompt.casefold())):
        places.setdefault(word, []).append(place)
    return PromptWords(places)


class LeakFilter:
    """Lets the text of one answer through but for what repeats `prompt`; instead: what stands there then.

    The text that goes out is the same however the text that comes in is cut.
    """

    def __init__(self, prompt: PromptWords, *, instead: str) -> None:
        self._places = prompt.places
        self._instead = instead
        self._word = ""
        self._held = ""
        self._runs = _NO_RUNS
        self._run = 0
        self._leaking = False
        self.found = 0
        """Times it was kept from the shopper."""

    def feed(self, text: str) -> str:
        """What may go out once `text` has come."""
        if not self._run and not self._leaking and self._passes(text):
            return text
        out: list[str] = []
        for piece in _PIECE.findall(text):
            if piece[0].isalnum() or _NOTHING.match(piece):
                self._word += piece
            else:
                out.append(self._end_word())
            self._held += piece
            if self._run < HOLD_WORDS and not self._leaking:
                out.append(self._held)
                self._held = ""
        return "".join(out)

    def end(self) -> str:
        """What was held back, at the end of the answer."""
        out = self._end_word()
        held, self._held = self._held, ""
        return out if self._leaking else out + held

    def _passes(self, text: str) -> bool:
        """Whether no word that `text` ends is one of the prompt's, as of most texts; nothing is held back before it."""
        begun = self._word + text
        # A word without an end would be looked at again with every letter of it.
        if len(begun) > _SHORT or not (begun.isascii() or _NOTHING.search(begun) is None):
            return False
        *ended, word = _BETWEEN.split(begun)
        if not self._places.keys().isdisjoint(map(str.casefold, ended)):
            return False
        self._word = word
        return True

    def _end_word(self) -> str:
        """Look the last word up; gives what stands instead of a leak that it completes."""
        word, self._word = self._word, ""
        if not word.isascii():
            word = _NOTHING.sub("", word)
        if not word:
            return ""
        places = self._places.get(word.casefold())
        if places is None:
            # Most words, of most answers.
            self._runs, self._run = _NO_RUNS, 0
        else:
            runs = self._runs
            self._runs = {place: runs.get(place - 1, 0) + 1 for place in places}
            self._run = max(self._runs.values())
        if self._leaking:
            # The rest of it goes the same way; what comes after the prompt's last word is another matter.
            self._leaking = self._run > 0
            self._held = self._held if not self._leaking else ""
        elif self._run >= LEAK_WORDS:
            self._leaking, self._held = True, ""
            self.found += 1
            return self._instead
        return ""
