"""shared.embedding.wire: whatever an answer's body is, it gives the right vectors or EmbeddingMalformed (F8)."""

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.embedding.embedder import EmbeddingMalformed
from shared.embedding.vectors import unit_rows
from shared.embedding.wire import read_body

DIMENSION = 4

numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
vectors = st.lists(numbers, min_size=DIMENSION, max_size=DIMENSION).filter(
    lambda row: 1e-6 < np.linalg.norm(row) < 1e30
)
batches = st.lists(vectors, min_size=1, max_size=5)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=6,
)


def packed(vector: list[float]) -> str:
    return base64.b64encode(np.array(vector, dtype="<f4").tobytes()).decode()


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


Mutation = Callable[[dict[str, Any], st.DrawFn], Any]


@st.composite
def mutated(draw: st.DrawFn) -> tuple[int, list[list[float]], bytes]:
    """How many vectors were asked for, the right ones, and a body with one to three things wrong in it."""
    rows = draw(batches)
    body: Any = a_body(rows, in_base64=draw(st.booleans()))
    for _ in range(draw(st.integers(1, 3))):
        body = draw(st.sampled_from(MUTATIONS))(body, draw)
    # The standard library's writer also writes what servers in Python write: NaN, and numbers of any size.
    encoded = json.dumps(body).encode()
    if draw(st.integers(0, 9)) == 0:
        encoded = encoded[: draw(st.integers(0, len(encoded)))]
    return len(rows), rows, encoded


def _entry(body: Any, draw: st.DrawFn) -> Any:
    data = body.get("data") if isinstance(body, dict) else None
    entries = [entry for entry in data if isinstance(entry, dict)] if isinstance(data, list) else []
    return draw(st.sampled_from(entries)) if entries else {}


def drop(body: Any, draw: st.DrawFn) -> Any:
    if isinstance(body, dict) and isinstance(body.get("data"), list) and body["data"]:
        del body["data"][draw(st.integers(0, len(body["data"]) - 1))]
    return body


def double(body: Any, draw: st.DrawFn) -> Any:
    entry = _entry(body, draw)
    if entry:
        body["data"].append(dict(entry))
    return body


def renumber(body: Any, draw: st.DrawFn) -> Any:
    _entry(body, draw)["index"] = draw(st.integers(-2, 7) | junk)
    return body


def spoil(body: Any, draw: st.DrawFn) -> Any:
    _entry(body, draw)["embedding"] = draw(junk | st.lists(numbers, max_size=6) | st.just([0.0] * DIMENSION))
    return body


def spoil_number(body: Any, draw: st.DrawFn) -> Any:
    vector = _entry(body, draw).get("embedding")
    if isinstance(vector, list) and vector:
        # JSON has no NaN: servers write null, a word, or a number beyond float32.
        vector[draw(st.integers(0, len(vector) - 1))] = draw(
            st.sampled_from([None, "NaN", 1e39, -1e308, True, [], "x"])
        )
    return body


def spoil_bytes(body: Any, draw: st.DrawFn) -> Any:
    bad = np.full(DIMENSION, draw(st.sampled_from([np.nan, np.inf, 0.0])), dtype="<f4")
    _entry(body, draw)["embedding"] = base64.b64encode(bad.tobytes()).decode()[: draw(st.integers(0, 24))]
    return body


def replace_field(body: Any, draw: st.DrawFn) -> Any:
    if isinstance(body, dict):
        body[draw(st.sampled_from(["data", "usage", "object"]))] = draw(junk)
    return body


def replace_all(body: Any, draw: st.DrawFn) -> Any:
    return draw(junk)


MUTATIONS: list[Mutation] = [drop, double, renumber, spoil, spoil_number, spoil_bytes, replace_field, replace_all]


@settings(max_examples=1000, deadline=None)
@given(mutated())
def test_no_mutated_answer_gives_a_bad_vector(case: tuple[int, list[list[float]], bytes]) -> None:
    count, rows, body = case
    try:
        found = read_body(body, count=count, source="A model")
        units = unit_rows(found.vectors, count=count, dimension=DIMENSION, source="A model")
    except EmbeddingMalformed:
        return
    assert units.shape == (len(rows), DIMENSION)
    assert np.isfinite(units).all()
    np.testing.assert_allclose(np.linalg.norm(units, axis=1), 1.0, atol=1e-5)


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
