"""The body of an embeddings answer: vectors in order, and the tokens the provider counted. Pure.

Vectors are read from the bytes, because building an object per number costs more than the network.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from shared.embedding.embedder import EmbeddingMalformed


@dataclass(frozen=True, slots=True)
class EmbeddingsBody:
    """vectors: shape (count, any). counted: tokens the provider counted, None where it did not say."""

    vectors: NDArray[np.float32]
    counted: int | None


def read_body(body: bytes, *, count: int, source: str) -> EmbeddingsBody:
    """The `count` vectors of an answer in the order of their `index`.

    Raises EmbeddingMalformed, opened by `source`, for another count, wrong numbering, or what is no vector.
    """
    try:
        found = orjson.loads(body)
        entries = {entry["index"]: entry["embedding"] for entry in found["data"]}
        given = len(found["data"])
    except (orjson.JSONDecodeError, KeyError, TypeError) as exc:
        raise EmbeddingMalformed(f"{source} answered something that is no list of vectors; check its address.") from exc
    if given != count or set(entries) != set(range(count)):
        raise EmbeddingMalformed(f"{source} gave {given} vectors for {count} texts, or numbered them wrongly.")
    try:
        vectors = np.stack([_read_vector(entries[position]) for position in range(count)])
    except (ValueError, TypeError, binascii.Error) as exc:
        raise EmbeddingMalformed(f"{source} gave vectors of different lengths, or no numbers.") from exc
    return EmbeddingsBody(vectors, _counted(found.get("usage")))


def _read_vector(given: Any) -> NDArray[np.float32]:
    """A base64 string holds little-endian float32 numbers; anything else is a list, also where base64 was asked.

    Of a list every item must be a number: to numpy `true` would be one too, and so would "0.5".
    """
    if isinstance(given, str):
        return np.frombuffer(base64.b64decode(given, validate=True), dtype="<f4")
    if not set(map(type, given)) <= {float, int}:
        raise TypeError("no list of numbers")
    with np.errstate(over="ignore"):
        return np.asarray(given, dtype=np.float32)


def _counted(usage: Any) -> int | None:
    """Embeddings have no output: some servers say only the total, some only the prompt, some 0 for both."""
    told = [usage.get(name) for name in ("prompt_tokens", "total_tokens")] if isinstance(usage, dict) else []
    return max((number for number in told if type(number) is int and number > 0), default=None)
