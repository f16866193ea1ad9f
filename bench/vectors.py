"""Vectors of two kinds, the cost of a graph lying between them.

`random`: every text has a direction of its own, drawn evenly from all. No two are near each other, so that building
the graph is as dear as it can be; it is the usual fixture of vector benchmarks, and what the targets were set on.
`related`: texts that share words are near, as a model would have it, and every number is as long as a model's.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from sandbox.openai_server import Embed
from sandbox.openai_server.vectors import bag_of_stems
from shared.embedding.embedder import Vectors

VectorKind = Literal["random", "related"]

_SEED: Final = 5


def embeddings(kind: VectorKind) -> Embed:
    """The plan of a scripted embedding service that gives vectors of this kind."""
    return Embed(edit=_randomised if kind == "random" else _rotated)


def related(texts: Sequence[str], *, dimension: int) -> Vectors:
    """The `related` vectors that the service would give these texts, without asking it."""
    stems = np.array([bag_of_stems(text, dimension) for text in texts]).reshape(-1, dimension)
    return (stems @ _rotation(dimension)).astype(np.float32)


def _randomised(body: dict[str, Any]) -> dict[str, Any]:
    for entry in body["data"]:
        entry["embedding"] = direction_of(entry["embedding"]).tolist()
    return body


def _rotated(body: dict[str, Any]) -> dict[str, Any]:
    """Distances stay what they were, but no number is zero any more."""
    vectors = np.array([entry["embedding"] for entry in body["data"]])
    for entry, vector in zip(body["data"], vectors @ _rotation(vectors.shape[1]), strict=True):
        entry["embedding"] = vector.tolist()
    return body


def direction_of(vector: list[float]) -> NDArray[np.float64]:
    """A unit vector that depends on every number of `vector`, and is near it by chance only."""
    digest = hashlib.blake2b(np.array(vector, dtype=np.float32).tobytes(), digest_size=8).digest()
    drawn = np.random.default_rng(int.from_bytes(digest)).normal(size=len(vector))
    return drawn / np.linalg.norm(drawn)


@lru_cache(maxsize=4)
def _rotation(dimension: int) -> NDArray[np.float64]:
    rotation, _ = np.linalg.qr(np.random.default_rng(_SEED).normal(size=(dimension, dimension)))
    return rotation
