import base64
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.openai_server.embeddings import embedding_body, read_embedding_request
from sandbox.openai_server.errors import Problem
from sandbox.openai_server.script import Embed
from sandbox.openai_server.vectors import bag_of_stems

MODELS = {"text-embedding-3-small": 1536, "text-embedding-ada-002": 1536, "house-model": 8}


def an_answer(plan: Embed | None = None, **body: Any) -> Any:
    asked = {"model": "text-embedding-3-small", "input": ["a jacket", "a mat"], **body}
    return embedding_body(read_embedding_request(asked, models=MODELS), plan or Embed())


def cosine(left: str, right: str, *, dimension: int = 256) -> float:
    return float(bag_of_stems(left, dimension) @ bag_of_stems(right, dimension))


@given(st.text(max_size=200), st.integers(1, 300))
def test_vector_of_any_text_in_any_dimension_has_unit_length(text: str, dimension: int) -> None:
    vector = bag_of_stems(text, dimension)
    assert vector.shape == (dimension,)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@given(st.text(max_size=100))
def test_vectors_are_the_same_in_every_run(text: str) -> None:
    np.testing.assert_array_equal(bag_of_stems(text, 64), bag_of_stems(text, 64))


@pytest.mark.parametrize(
    ("near", "to", "far"),
    [
        ("rain jackets", "A jacket against rain", "A yoga mat"),
        ("красные куртки", "Красная куртка для дождя", "Коврик для йоги"),
        ("JACKET", "jacket", "jumper"),
    ],
)
def test_texts_that_share_words_are_near(near: str, to: str, far: str) -> None:
    assert cosine(near, to) > cosine(near, far) + 0.3


def test_texts_without_words_have_vectors_of_their_own() -> None:
    assert cosine("!!!", "???") < 0.9


def test_answer_has_the_documented_shape() -> None:
    body = an_answer(dimensions=16)
    assert body["object"] == "list"
    assert [entry["index"] for entry in body["data"]] == [0, 1]
    assert [len(entry["embedding"]) for entry in body["data"]] == [16, 16]
    assert body["usage"] == {"prompt_tokens": 4, "total_tokens": 4}


def test_base64_holds_the_same_numbers_as_floats() -> None:
    packed = an_answer(dimensions=16, encoding_format="base64")["data"][1]["embedding"]
    plain = an_answer(dimensions=16)["data"][1]["embedding"]
    np.testing.assert_allclose(np.frombuffer(base64.b64decode(packed), dtype="<f4"), plain, atol=1e-7)


def test_plan_may_answer_floats_to_base64() -> None:
    assert isinstance(an_answer(Embed(force_float=True), encoding_format="base64")["data"][0]["embedding"], list)


def test_edit_sees_numbers_and_its_result_is_encoded() -> None:
    edited = Embed(edit=lambda body: {**body, "data": body["data"][:1]})
    (entry,) = an_answer(edited, encoding_format="base64")["data"]
    assert isinstance(entry["embedding"], str)


@pytest.mark.parametrize(
    ("given_input", "texts"),
    [
        ("a", ("a",)),
        (["a", "b"], ("a", "b")),
        ([1, 2, 3], ("1 2 3",)),
        ([[1, 2], [3]], ("1 2", "3")),
    ],
    ids=["text", "texts", "tokens", "lists of tokens"],
)
def test_input_is_read_in_every_documented_form(given_input: Any, texts: tuple[str, ...]) -> None:
    request = read_embedding_request({"model": "house-model", "input": given_input}, models=MODELS)
    assert request.texts == texts
    assert request.dimension == 8


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"model": None}, "model"),
        ({"model": "gpt-9"}, "does not exist"),
        ({"input": None}, "input"),
        ({"input": []}, "input"),
        ({"input": ""}, "empty string"),
        ({"input": ["a", ""]}, "empty string"),
        ({"input": [["a"]]}, "input"),
        ({"input": {"text": "a"}}, "input"),
        ({"input": ["a"] * 2049}, "2048"),
        ({"input": ["word " * 8193]}, "8192"),
        ({"input": ["word " * 8000] * 38}, "300000"),
        ({"encoding_format": "int8"}, "encoding_format"),
        ({"dimensions": 0}, "dimensions"),
        ({"dimensions": 1537}, "dimensions"),
        ({"dimensions": "16"}, "dimensions"),
        ({"model": "text-embedding-ada-002", "dimensions": 16}, "does not support"),
    ],
)
def test_request_beyond_the_documented_limits_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(Problem, match=message):
        an_answer(**body)


def test_request_at_the_limits_is_served() -> None:
    assert len(an_answer(input=["word"] * 2048, dimensions=1)["data"]) == 2048
    assert an_answer(input=[" word" * 8192], dimensions=1)["usage"]["total_tokens"] == 8192
