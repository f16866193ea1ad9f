"""What every adapter checks: texts before they are embedded, vectors before anyone sees them. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shared.embedding.embedder import EmbeddingMalformed, TextsRefused, Vectors

_SMALLEST_LENGTH = 1e-12


def require_words(texts: Sequence[str]) -> None:
    """Raise TextsRefused when a text is blank: providers reject it, and its vector would mean nothing."""
    for position, text in enumerate(texts):
        if not text.strip():
            raise TextsRefused(f"Text {position + 1} of {len(texts)} to be embedded is blank; leave it out.")


def unit_rows(raw: NDArray[np.floating], *, count: int, dimension: int, source: str) -> Vectors:
    """`raw` as float32 rows of length 1, of shape (count, dimension).

    Raises EmbeddingMalformed, opened by `source`, for a wrong shape, NaN, infinity or a zero vector.
    """
    if raw.shape != (count, dimension):
        raise EmbeddingMalformed(
            f"{source} gave vectors of shape {raw.shape} instead of {(count, dimension)}; "
            f"EMBEDDING_DIMENSION={dimension} does not fit EMBEDDING_MODEL."
        )
    rows = raw.astype(np.float64)
    if not np.isfinite(rows).all():
        raise EmbeddingMalformed(f"{source} gave a vector with NaN or infinity in it.")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if (lengths < _SMALLEST_LENGTH).any():
        raise EmbeddingMalformed(f"{source} gave a zero vector, which has no direction.")
    unit: Vectors = (rows / lengths).astype(np.float32)
    return unit
