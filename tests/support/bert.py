"""The forward pass of all-MiniLM-L6-v2 in plain numpy, one text at a time: what the fast one is compared with."""

import math

import numpy as np
from numpy.typing import NDArray

from shared.embedding.minilm import HEADS, LAYER_NORM_EPSILON, LAYERS, Weights

Matrix = NDArray[np.float64]

_erf = np.vectorize(math.erf)


def embed(ids: list[int], weights: Weights) -> Matrix:
    """The unit vector of a text given as token ids."""
    embeddings = "embeddings"
    hidden = (
        weights[f"{embeddings}.word_embeddings.weight"][ids]
        + weights[f"{embeddings}.position_embeddings.weight"][: len(ids)]
        + weights[f"{embeddings}.token_type_embeddings.weight"][0]
    ).astype(np.float64)
    hidden = _norm(hidden, weights, f"{embeddings}.LayerNorm")
    for number in range(LAYERS):
        hidden = _layer(hidden, weights, f"encoder.layer.{number}")
    mean: Matrix = hidden.mean(axis=0)
    return mean / np.linalg.norm(mean)


def _layer(hidden: Matrix, weights: Weights, name: str) -> Matrix:
    attended = _linear(_attention(hidden, weights, f"{name}.attention.self"), weights, f"{name}.attention.output.dense")
    hidden = _norm(hidden + attended, weights, f"{name}.attention.output.LayerNorm")
    inner = _linear(hidden, weights, f"{name}.intermediate.dense")
    inner = inner * 0.5 * (1.0 + _erf(inner / math.sqrt(2.0)))
    return _norm(hidden + _linear(inner, weights, f"{name}.output.dense"), weights, f"{name}.output.LayerNorm")


def _attention(hidden: Matrix, weights: Weights, name: str) -> Matrix:
    tokens, size = hidden.shape
    query, key, value = (
        _linear(hidden, weights, f"{name}.{part}").reshape(tokens, HEADS, size // HEADS).transpose(1, 0, 2)
        for part in ("query", "key", "value")
    )
    scores = query @ key.transpose(0, 2, 1) / math.sqrt(size // HEADS)
    shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares /= shares.sum(axis=-1, keepdims=True)
    joined: Matrix = (shares @ value).transpose(1, 0, 2).reshape(tokens, size)
    return joined


def _linear(hidden: Matrix, weights: Weights, name: str) -> Matrix:
    result: Matrix = hidden @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
    return result


def _norm(hidden: Matrix, weights: Weights, name: str) -> Matrix:
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + LAYER_NORM_EPSILON)
    result: Matrix = scaled * weights[f"{name}.weight"] + weights[f"{name}.bias"]
    return result
