"""The server's own tokenizers, other implementations than any client's: what usage and limits are counted in.

For OpenAI's embedding models the real one: their table (that is data), cut and merged here as byte-pair encoding is
defined (R. Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016). For everything
else a small made-up one.
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Final

import regex

from shared.embedding.cl100k import PATTERN, read_ranks, table_path

_TOKEN = re.compile(r"[A-Za-z]{1,6}|\d{1,3}|[^\W\dA-Za-z]{1,3}|[^\w\s]{1,2}")
_OPENAI: Final = ("text-embedding-3-", "text-embedding-ada-002")


def count_tokens(text: str) -> int:
    """Tokens of `text`: up to six Latin letters, three others, three digits or two signs each."""
    return sum(1 for _ in _TOKEN.finditer(text))


def counter_of(model: str) -> Callable[[str], int]:
    """What counts the tokens of texts for embedding model `model`."""
    return _byte_pairs().count if model.startswith(_OPENAI) else count_tokens


class BytePairs:
    """Counts tokens by a table of ranks: the pair of neighbours of the lowest rank is merged, until none is left."""

    def __init__(self, ranks: Mapping[bytes, int]) -> None:
        self._ranks = ranks
        self._pieces = regex.compile(PATTERN)
        self._count_piece = lru_cache(maxsize=65_536)(self._merge)

    def count(self, text: str) -> int:
        """Tokens of `text`."""
        return sum(map(self._count_piece, self._pieces.findall(text)))

    def _merge(self, piece: str) -> int:
        parts = [bytes([byte]) for byte in piece.encode(errors="replace")]
        while len(parts) > 1:
            pairs = [left + right for left, right in pairwise(parts)]
            lowest = min(pairs, key=self._rank)
            if lowest not in self._ranks:
                break
            parts = self._merged(parts, lowest)
        return len(parts)

    def _rank(self, token: bytes) -> int:
        return self._ranks.get(token, len(self._ranks))

    @staticmethod
    def _merged(parts: list[bytes], token: bytes) -> list[bytes]:
        """`parts` with every pair that makes `token` put together, from left to right."""
        merged: list[bytes] = []
        for part in parts:
            if merged and merged[-1] + part == token and merged[-1] != token:
                merged[-1] = token
            else:
                merged.append(part)
        return merged


@lru_cache(maxsize=1)
def _byte_pairs() -> BytePairs:
    return BytePairs(read_ranks(table_path()))
