"""indexer.extract.pages: a page cut out of an answer holds what a parser finds in it, whatever merchants write."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from opensearchpy.exceptions import SerializationError

from indexer.extract.pages import cut_page, read_page, read_pit_id, read_source

INDEX = "magento2_product_1_v7"

BEGINNING = f'{{"_index":"{INDEX}","_id":'
MARKS = (
    BEGINNING, ',"_score":null,"_source":', ',"sort":', "]},", "]}", "]}}", '"hits":[', "_index", "_id", "_score",
    "_source", "sort", INDEX, '"', "\\", "\\\\", "\u2028", "ё", "😀", "{", "}", "[", ",", "null",
)  # fmt: skip
"""What an answer is cut at, as texts and names of a merchant's own."""

texts = st.one_of(st.sampled_from(MARKS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
values = st.recursive(
    st.one_of(texts, st.none(), st.booleans(), st.integers(-(2**53), 2**53)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)
sources = st.dictionaries(texts, values, max_size=4)


def a_hit(key: str, source: Mapping[str, Any], *, sort: Sequence[Any] = (3,)) -> dict[str, Any]:
    return {"_index": INDEX, "_id": key, "_score": None, "_source": source, "sort": list(sort)}


def an_answer(*hits: Mapping[str, Any]) -> bytes:
    shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
    found = {"max_score": None, "hits": hits}
    return orjson.dumps({"pit_id": "46ToAwM=", "took": 1, "timed_out": False, "_shards": shards, "hits": found})


def read(answer: bytes) -> list[tuple[str, Any]]:
    """Id and fields of every document of the page."""
    return [(document.id, read_source(document)) for document in read_page(answer, index=INDEX).documents]


@given(st.lists(st.tuples(texts, sources), max_size=4), st.one_of(st.integers(-(2**53), 2**53), texts))
def test_a_page_holds_what_a_parser_finds_in_it(products: list[tuple[str, dict[str, Any]]], last: object) -> None:
    answer = an_answer(*[a_hit(key, source, sort=[last]) for key, source in products])
    assert read(answer) == products
    assert read_page(answer, index=INDEX).last == ([last] if products else None)


@given(sources, st.lists(sources, max_size=2))
def test_a_document_inside_a_document_that_looks_like_a_hit_confuses_nothing(
    inner: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    nested = {"name": "a kit", "parts": [a_hit("2", inner), a_hit("3", inner)], "sort": [1]}
    products = [(str(number), source) for number, source in enumerate([nested, *others, nested])]
    assert read(an_answer(*[a_hit(key, source) for key, source in products])) == products


def test_a_document_is_known_by_its_bytes_and_nothing_else() -> None:
    one, same, other = (
        read_page(answer, index=INDEX).documents[-1].source_hash
        for answer in (
            an_answer(a_hit("1", {"name": "a tent", "sku": "T"}, sort=[4])),
            an_answer(a_hit("2", {"name": "x"}), a_hit("1", {"name": "a tent", "sku": "T"}, sort=[9])),
            an_answer(a_hit("1", {"name": "a tent", "sku": "U"}, sort=[4])),
        )
    )
    assert len(one) == 32
    assert one != other
    assert same == one


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            orjson.dumps(orjson.loads(an_answer(a_hit("1", {"name": "a tent"}))), option=orjson.OPT_INDENT_2),
            id="indented",
        ),
        pytest.param(
            an_answer({key: value for key, value in reversed(a_hit("1", {"name": "a tent"}).items())}), id="reordered"
        ),
        pytest.param(an_answer({**a_hit("1", {"name": "a tent"}), "_index": "another"}), id="of another index"),
        pytest.param(an_answer(a_hit("1", {"name": "a tent"}) | {"more": []}), id="something behind it"),
    ],
)
def test_an_answer_of_another_form_is_parsed(answer: bytes) -> None:
    page = read_page(answer, index=INDEX)
    assert read(answer) == [("1", {"name": "a tent"})]
    assert page.last == [3]
    assert read_pit_id(answer) == "46ToAwM="


@pytest.mark.parametrize("more", [{"_score": 1.5}, {"_ignored": ["description"]}, {"_routing": '","_source":{'}])
def test_whatever_else_a_hit_says_it_is_cut_at_its_document(more: Mapping[str, Any]) -> None:
    hit = {"_index": INDEX, "_id": 'a "quoted", id', "_score": None, **more, "_source": {"name": "x"}, "sort": [1]}
    page = cut_page(an_answer(hit), index=INDEX)
    assert page is not None
    assert [(one.id, read_source(one)) for one in page.documents] == [('a "quoted", id', {"name": "x"})]


def test_an_index_that_keeps_no_documents_gives_empty_ones() -> None:
    hit = a_hit("1", {})
    del hit["_source"]
    assert read(an_answer(hit)) == [("1", {})]


def test_half_a_letter_costs_no_page() -> None:
    answer = an_answer(a_hit("1", {"name": "HALF"}), a_hit("2", {"name": "a tent"})).replace(b"HALF", rb"\ud83d!")
    assert read(answer) == [("1", {"name": "\ufffd!"}), ("2", {"name": "a tent"})]


def test_what_is_no_json_is_told() -> None:
    with pytest.raises(SerializationError):
        read_page(b"<html>", index=INDEX)
