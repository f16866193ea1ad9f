"""indexer.runs.unchanged: which products are copied from the live index, and that a copy is the same to the byte."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builds import an_accepted
from support.donors import an_answer

from indexer.load.bulk import encode
from indexer.records import BulkDocument, SourceDocument
from indexer.runs.unchanged import Split, read_answer, split
from shared.catalog import CatalogAttribute, CatalogVariant

OLD = "0" * 32
NEW = "1" * 32
VECTOR = np.array([0.6, -0.8], dtype=np.float32)

MARKS = (
    "vector", "warnings", "source_hash", "_source", "_id", "id", '","vector":[1]', '{"_index":"', ']}},{"_id":"', "\\",
    '"', "\u2028", "😀", "]", "}", ",",
)  # fmt: skip
"""What an answer is taken apart by, as texts and names of a merchant's own."""

texts = st.one_of(st.sampled_from(MARKS), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


def a_document(key: str, source_hash: str) -> SourceDocument:
    return SourceDocument(id=key, json=b"{}", source_hash=source_hash)


def stored(key: str, *, source_hash: str = OLD, **changes: Any) -> BulkDocument:
    """A product as a run writes it."""
    product = an_accepted()
    document = replace(product.document, id=key, **changes)
    return encode(document, text_hash=product.text_hash, vector=VECTOR, source_hash=source_hash, warnings=["no_url"])


def answered(*documents: BulkDocument, **extra: Mapping[str, Any]) -> bytes:
    """A search's answer with these documents as they are stored."""
    hits = [
        {"_index": "rag", "_id": one.id, "_score": 1.0, "_source": orjson.Fragment(one.lines.splitlines()[1]), **extra}
        for one in documents
    ]
    return an_answer(hits)


def test_a_product_whose_native_document_is_the_same_is_copied_to_the_byte() -> None:
    documents = [stored("1"), stored("2")]
    found = split([a_document("1", OLD), a_document("2", OLD)], read_answer(answered(*documents)))
    assert [copy.document.lines for copy in found.copies] == [document.lines for document in documents]
    assert [copy.document.id for copy in found.copies] == ["1", "2"]
    assert [copy.warnings for copy in found.copies] == [["no_url"], ["no_url"]]
    assert (found.changed, found.vectors) == ((), {})


def test_of_a_product_that_changed_the_vector_is_known() -> None:
    changed, unknown = a_document("1", NEW), a_document("3", NEW)
    found = split([changed, unknown], read_answer(answered(stored("1"))))
    assert (found.copies, found.changed) == ((), (changed, unknown))
    [(text_hash, digits)] = found.vectors.values()
    assert text_hash == an_accepted().text_hash
    assert orjson.loads(orjson.dumps(digits)) == pytest.approx([0.6, -0.8])


@pytest.mark.parametrize(
    "source",
    [
        pytest.param({"id": "1"}, id="neither hashes nor vector"),
        pytest.param({"id": "1", "vector": [1.0]}, id="no hashes"),
        pytest.param(
            {"vector": [1.0], "warnings": [], "text_hash": OLD, "source_hash": OLD, "id": "1"}, id="reordered"
        ),
        pytest.param({"id": "1", "warnings": [], "text_hash": OLD, "source_hash": OLD, "vector": None}, id="no vector"),
        pytest.param(
            {"id": "1", "warnings": [], "text_hash": OLD, "source_hash": OLD, "vector": [1.0], "more": 1}, id="more"
        ),
    ],
)
def test_a_document_of_another_form_is_as_good_as_absent(source: Mapping[str, Any]) -> None:
    strange = {"_index": "rag", "_id": "1", "_score": 1.0, "_source": source}
    usual = {"_index": "rag", "_id": "2", "_score": 1.0, "_source": orjson.loads(stored("2").lines.splitlines()[1])}
    for hits in ([strange, usual], [usual, strange], [strange, strange, usual]):
        assert list(read_answer(an_answer(hits))) == ["2"]


def test_an_answer_without_hits_holds_nothing() -> None:
    assert split([a_document("1", OLD)], read_answer(an_answer([]))) == Split(changed=(a_document("1", OLD),))


@given(
    keys=st.lists(texts.filter(bool), min_size=1, max_size=4, unique=True),
    name=texts,
    code=texts,
    label=texts,
    fields=st.booleans(),
)
def test_whatever_a_merchant_writes_a_copy_is_the_same_to_the_byte(
    keys: list[str], name: str, code: str, label: str, fields: bool
) -> None:
    documents = [
        stored(
            key,
            name=name,
            categories=(label, name),
            attributes={code: CatalogAttribute(label=label, values=(name, code))},
            variants=(CatalogVariant(sku=label, name=name, options={code: label}),),
        )
        for key in keys
    ]
    extra = {"fields": {"text_hash": [OLD]}} if fields else {}
    found = split([a_document(key, OLD) for key in keys], read_answer(answered(*documents, **extra)))
    copied = {copy.document.id: copy.document.lines for copy in found.copies}
    assert copied == ({} if fields else {one.id: one.lines for one in documents})
