"""Deterministic embeddings without a model: bags of hashed word stems. Pure."""

import hashlib
import re
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+")
_STEM_LETTERS = 5
_SPREAD = 8


def bag_of_stems(text: str, dimension: int) -> NDArray[np.float32]:
    """A unit vector of `dimension` numbers for `text`; texts that share words are near each other.

    A word counts by its first five letters, so that endings of English and Russian hardly matter. A text without
    a word gets a vector of its own, never zero.
    """
    stems = [word[:_STEM_LETTERS] for word in _WORD.findall(text.lower())] or [f"\0{text}"]
    total = np.zeros(dimension, dtype=np.float64)
    for stem in stems:
        positions, signs = _hashed(stem, dimension)
        np.add.at(total, positions, signs)
    length = float(np.linalg.norm(total))
    if length == 0.0:
        # Opposite stems may cancel each other in a very small dimension.
        total[0] = length = 1.0
    return (total / length).astype(np.float32)


@lru_cache(maxsize=100_000)
def _hashed(stem: str, dimension: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    digest = hashlib.blake2b(stem.encode(), digest_size=_SPREAD * 4).digest()
    numbers = np.frombuffer(digest, dtype="<u4").astype(np.int64)
    return numbers // 2 % dimension, np.where(numbers % 2 == 0, 1.0, -1.0)
