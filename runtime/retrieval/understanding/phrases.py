"""Fixed phrases, each with a meaning, found in a question: the longest first. Pure."""

from collections.abc import Collection, Mapping
from typing import Generic, TypeVar

from runtime.retrieval.understanding.tokens import Tokens, read_tokens

T = TypeVar("T")


class Phrases(Generic[T]):
    """A dictionary of phrases. A lookup tries no more keys than the longest phrase has words."""

    def __init__(self, meanings: Mapping[T, str]) -> None:
        """meanings: meaning -> its phrases, with "|" between them."""
        self._meanings: dict[tuple[str, ...], T] = {}
        self._longest: dict[str, int] = {}
        for meaning, listed in meanings.items():
            for phrase in listed.split("|"):
                keys = tuple(token.key for token in read_tokens(phrase))
                self._meanings[keys] = meaning
                self._longest[keys[0]] = max(len(keys), self._longest.get(keys[0], 0))

    @property
    def first_words(self) -> Collection[str]:
        """What a phrase may begin with."""
        return self._longest.keys()

    def match(self, tokens: Tokens, index: int) -> tuple[T, int] | None:
        """The meaning of the longest phrase that begins at `index`, and the index behind it."""
        if not 0 <= index < len(tokens) or (longest := self._longest.get(tokens[index].key)) is None:
            return None
        keys = tuple([token.key for token in tokens[index : index + longest]])
        while keys:
            if keys in self._meanings:
                return self._meanings[keys], index + len(keys)
            keys = keys[:-1]
        return None

    def skip(self, tokens: Tokens, index: int) -> int:
        """The index behind one phrase that may stand at `index`."""
        found = self.match(tokens, index)
        return found[1] if found else index
