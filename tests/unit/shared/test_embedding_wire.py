"""shared.embedding.wire: whatever an answer's body is, it gives the right vectors or EmbeddingMalformed (F8)."""

import random
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.mutations import mutated, packed

from shared.embedding.embedder import EmbeddingMalformed
from shared.embedding.vectors import unit_rows
from shared.embedding.wire import read_body

DIMENSION = 4

numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
vectors = st.lists(numbers, min_size=DIMENSION, max_size=DIMENSION).filter(
    lambda row: 1e-6 < np.linalg.norm(row) < 1e30
)
batches = st.lists(vectors, min_size=1, max_size=5)


def a_body(rows: list[list[float]], *, in_base64: bool = False, **more: Any) -> dict[str, Any]:
    data = [
        {"object": "embedding", "index": index, "embedding": packed(row) if in_base64 else row}
        for index, row in enumerate(rows)
    ]
    return {"object": "list", "data": data, "usage": {"prompt_tokens": 7, "total_tokens": 7}, **more}


@given(batches, st.booleans(), st.randoms())
def test_vectors_come_in_the_order_of_their_index_in_both_encodings(
    rows: list[list[float]], in_base64: bool, random: Any
) -> None:
    body = a_body(rows, in_base64=in_base64)
    random.shuffle(body["data"])
    found = read_body(orjson.dumps(body), count=len(rows), source="A model")
    np.testing.assert_array_equal(found.vectors, np.array(rows, dtype=np.float32))
    assert found.counted == 7


@settings(max_examples=1000, deadline=None)
@given(batches, st.randoms(use_true_random=False))
def test_a_mutated_answer_gives_the_right_vectors_or_none(rows: list[list[float]], randomness: random.Random) -> None:
    body = mutated(a_body(rows), randomness)
    try:
        found = read_body(body, count=len(rows), source="A model")
        units = unit_rows(found.vectors, count=len(rows), dimension=DIMENSION, source="A model")
    except EmbeddingMalformed:
        return
    right = np.array(rows, dtype=np.float64)
    np.testing.assert_allclose(units, right / np.linalg.norm(right, axis=1, keepdims=True), atol=1e-5)


@pytest.mark.parametrize("item", [True, None, "0.5", [], {}], ids=repr)
def test_a_vector_with_anything_but_numbers_in_it_is_none(item: object) -> None:
    with pytest.raises(EmbeddingMalformed, match="no numbers"):
        read_body(orjson.dumps(a_body([[1.0, item, 0, 2]])), count=1, source="A model")


@pytest.mark.parametrize(
    ("usage", "counted"),
    [
        ({"prompt_tokens": 5, "total_tokens": 5}, 5),
        ({"total_tokens": 5}, 5),
        ({"prompt_tokens": 5}, 5),
        ({"prompt_tokens": 0, "total_tokens": 0}, None),
        ({"prompt_tokens": "5"}, None),
        ({"prompt_tokens": True}, None),
        ({}, None),
        (None, None),
        ("5", None),
    ],
)
def test_tokens_are_what_the_provider_says_or_nothing(usage: Any, counted: int | None) -> None:
    assert read_body(orjson.dumps(a_body([[1.0] * 4], usage=usage)), count=1, source="A model").counted == counted
