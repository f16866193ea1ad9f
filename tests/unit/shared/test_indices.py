from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.index_meta import a_meta

from shared.indices import (
    META_KEY,
    SCHEMA_VERSION,
    BuildCounts,
    RagNames,
    UnreadableIndex,
    meta_body,
    named_store_names,
    read_meta,
    schema_hash,
)

ONE = RagNames(prefix="products-rag", alias="products-rag-active")
EN = named_store_names("en", prefix="products-rag")
moments = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2099, 12, 31), timezones=st.just(UTC))
codes = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)


def test_names_are_the_documented_ones() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert (ONE.alias, ONE.dated(moment)) == ("products-rag-active", "products-rag-20260102-030405")
    assert (EN.alias, EN.dated(moment)) == ("products-rag-en-active", "products-rag-en-20260102-030405")


def test_name_is_dated_in_utc() -> None:
    moscow = datetime(2026, 1, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=3)))
    assert ONE.dated(moscow) == "products-rag-20251231-220000"


@given(moments, codes)
def test_store_owns_its_dated_names_and_no_other_store_does(moment: datetime, code: str) -> None:
    names = named_store_names(code, prefix="products-rag")
    dated = names.dated(moment)
    assert names.owns(dated)
    assert not ONE.owns(dated)
    assert not named_store_names(f"{code}x", prefix="products-rag").owns(dated)
    assert not names.owns(ONE.dated(moment))


@pytest.mark.parametrize(
    "index",
    [
        "products-rag-active",
        "products-rag",
        "products-rag-20260102-030405-copy",
        "my-products-rag-20260102-030405",
        "products-rag-2026010-030405",
        "products-rag-20260102-03040٥",
        "products-rag-20260102-030405\n",
        "products-rag-state",
        "productsXrag-20260102-030405",
        "",
    ],
)
def test_what_is_not_exactly_a_dated_name_is_nobodys(index: str) -> None:
    assert not ONE.owns(index)


def test_prefix_is_taken_literally() -> None:
    assert not RagNames(prefix="a.b", alias="x").owns("aXb-20260102-030405")


def test_meta_survives_the_mapping() -> None:
    counts = BuildCounts(read=10, indexed=8, rejected=1, skipped=1)
    meta = a_meta(languages=("en", "de"), counts=counts, reason="because", synonyms=("диван, софа",))
    assert read_meta("index", {"_meta": meta_body(meta)}) == meta


def test_meta_of_others_beside_ours_is_left_alone() -> None:
    assert read_meta("index", {"_meta": {"theirs": 1, **meta_body(a_meta())}}) == a_meta()


def test_index_of_an_earlier_program_names_no_synonyms() -> None:
    body = meta_body(a_meta(synonyms=("sofa, couch",)))
    del body[META_KEY]["synonyms"]
    assert read_meta("index", {"_meta": body}).synonyms == ()


def test_fields_of_a_later_program_are_no_obstacle() -> None:
    body = meta_body(a_meta())
    body[META_KEY]["tokens_saved"] = 17
    assert read_meta("index", {"_meta": body}) == a_meta()


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        ({}, "did not build it"),
        ({"_meta": None}, "did not build it"),
        ({"_meta": {"theirs": 1}}, "did not build it"),
        ({"_meta": {META_KEY: {**meta_body(a_meta())[META_KEY], "schema_version": 99}}}, "schema version 99"),
        ({"_meta": {META_KEY: {}}}, "no schema version"),
        ({"_meta": {META_KEY: "x"}}, "no schema version"),
        ({"_meta": {META_KEY: {"schema_version": SCHEMA_VERSION}}}, "damaged"),
        (
            {"_meta": {META_KEY: {**meta_body(a_meta())[META_KEY], "dimension": "many", "state": "odd"}}},
            r"damaged \(dimension, state\)",
        ),
    ],
    ids=["no meta", "null", "theirs only", "later version", "empty", "a word", "fields missing", "fields wrong"],
)
def test_index_that_cannot_be_served_says_why_and_what_to_do(mapping: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnreadableIndex, match=rf"'the-index'.*{reason}.*vitrina-indexer run") as refused:
        read_meta("the-index", mapping)
    assert refused.value.index == "the-index"


def test_fingerprint_does_not_depend_on_the_order_of_keys() -> None:
    left = {"a": {"type": "keyword", "index": False}, "b": {"type": "text"}}
    right = {"b": {"type": "text"}, "a": {"index": False, "type": "keyword"}}
    assert schema_hash(left) == schema_hash(right)


def test_fingerprint_changes_with_any_value() -> None:
    assert schema_hash({"v": {"dimension": 384}}) != schema_hash({"v": {"dimension": 385}})


def test_fingerprint_is_stable_across_versions_of_the_program() -> None:
    assert schema_hash({"name": {"type": "text", "analyzer": "русский"}}) == "fdad9a7935332045"


def test_index_of_an_older_version_can_be_read_to_tidy_up() -> None:
    mapping = {"_meta": {META_KEY: {**meta_body(a_meta())[META_KEY], "schema_version": 1}}}

    assert read_meta("the-index", mapping, oldest=1).schema_version == 1
    with pytest.raises(UnreadableIndex, match="schema version 1"):
        read_meta("the-index", mapping)
