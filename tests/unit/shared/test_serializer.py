"""What the client makes of answers that hold odd documents: everything that can be read is read, and as it is."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opensearchpy.exceptions import SerializationError

from shared.serializer import DEEPEST, OrjsonSerializer

DEEP = 1500
"""Levels that OpenSearch keeps and orjson does not read."""


def loads(text: str) -> Any:
    return OrjsonSerializer().loads(text)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r'"a\ud800b"', "a\ufffdb"),
        (r'"\udfff\ud83d\ude00\ude00"', "\ufffd\U0001f600\ufffd"),
        (r'"\\ud800 \ud800"', "\\ud800 \ufffd"),
        (r'"\ud800\n"', "\ufffd\n"),
    ],
)
def test_half_a_surrogate_pair_makes_no_answer_unreadable(written: str, read: str) -> None:
    assert loads(written) == read
    with pytest.raises(SerializationError):
        loads(f"{written},")


@pytest.mark.parametrize(("begin", "end"), [('{"a":', "}"), ("[", "]"), ('[{"a":', "}]")], ids=["{", "[", "[{"])
def test_what_is_nested_too_deep_is_null_and_the_rest_is_read(begin: str, end: str) -> None:
    deep = f"{begin * DEEP}1{end * DEEP}"
    found = loads(f'{{"hits":[{{"sku":"A","deep":{deep},"last":[1]}},{{"sku":"B","deep":[{deep},2]}}]}}')
    assert [(hit["sku"], hit.get("last")) for hit in found["hits"]] == [("A", [1]), ("B", None)]
    assert found["hits"][1]["deep"][1] == 2
    assert levels(found) == DEEPEST


def test_brackets_in_texts_nest_nothing() -> None:
    text = json.dumps(["[{" * DEEP, '"]}', "\\", '\\"['])
    assert loads(f"[{text},{'[' * DEEP}{']' * DEEP},{text}]")[::2] == [json.loads(text)] * 2


def test_half_pairs_and_depth_in_one_answer() -> None:
    assert loads(rf'["\ud800",{"[" * DEEP}{"]" * DEEP}]')[0] == "\ufffd"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
)


@given(JSON)
def test_beside_what_is_too_deep_every_document_is_read_as_it_was_written(document: Any) -> None:
    deep = "[" * DEEP + "]" * DEEP
    for text in (json.dumps(document), json.dumps(document, ensure_ascii=False)):
        assert loads(f"[{text},{deep},{text}]")[::2] == [document, document]


@pytest.mark.parametrize("text", ["", "<html>[</html>", '{"a"', "[" * DEEP, '"', "]" * DEEP, '{"a":"\\'])
def test_what_is_no_json_is_not_made_into_any(text: str) -> None:
    with pytest.raises(SerializationError):
        loads(text)


def levels(value: Any) -> int:
    """How deep arrays and objects are nested in `value`."""
    depth, inside = 0, [value]
    while inside := [one for one in inside if isinstance(one, dict | list)]:
        depth += 1
        inside = [child for one in inside for child in (one.values() if isinstance(one, dict) else one)]
    return depth
