"""Whether two fusions of the same legs agree, and whose ranks the server's went by. Pure."""

from collections.abc import Mapping, Sequence
from typing import Final

from shared.hybrid.fuse import FusedHit, fuse

TOP: Final = 10

APART: Final = 1e-8
"""Scores nearer than this are tied: the server's have 32 bits, which tell no smaller difference of 1/61 apart."""


def agrees(ours: Sequence[FusedHit], theirs: Sequence[str]) -> bool:
    """Whether `theirs` could be the first TOP of `ours` but for the order of what has the same score."""
    scores = {hit.id: hit.score for hit in ours}
    first = ours[:TOP]
    return len(theirs) == len(first) == len(set(theirs)) and all(
        abs(scores.get(id, 0.0) - hit.score) < APART for id, hit in zip(theirs, first, strict=True)
    )


def fuse_by_shard(shards: Sequence[Mapping[str, Sequence[str]]]) -> list[FusedHit]:
    """Reciprocal rank fusion where a rank is counted among the products of the same shard, of which there are several.

    shards: leg name -> ids, best first, of each shard.
    """
    hits = [hit for rankings in shards for hit in fuse(rankings)]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))
