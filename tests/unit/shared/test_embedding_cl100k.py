"""shared.embedding.cl100k: exact, by the published table, and by another implementation of the same encoding."""

import inspect
from pathlib import Path

import pytest
import tiktoken_ext.openai_public
from hypothesis import given
from hypothesis import strategies as st
from support.tokens import ASSIGNED, PUBLISHED

from sandbox.openai_server.tokens import counter_of
from shared.embedding.cl100k import PATTERN, TABLE_SHA256, Cl100k, TableMissing, read_ranks


@pytest.fixture(scope="module")
def table() -> Cl100k:
    return Cl100k()


@pytest.mark.parametrize("language", PUBLISHED)
def test_counts_are_those_openai_published(table: Cl100k, language: str) -> None:
    tokens, text = PUBLISHED[language]
    assert table.count(text) == tokens


def test_table_and_pattern_are_the_ones_tiktoken_names() -> None:
    source = inspect.getsource(tiktoken_ext.openai_public.cl100k_base)
    assert TABLE_SHA256 in source
    assert PATTERN in source


@given(st.text(alphabet=ASSIGNED, max_size=300))
def test_any_text_has_the_count_of_another_implementation(table: Cl100k, text: str) -> None:
    assert table.count(text) == counter_of("text-embedding-3-small")(text)


@given(st.text(max_size=300))
def test_no_text_has_more_tokens_than_bytes(table: Cl100k, text: str) -> None:
    assert table.count(text) <= len(text.encode(errors="replace"))


@pytest.mark.parametrize("text", [" " * 300_000, "a" * 300_000, "я" * 100_000], ids=["spaces", "letter", "cyrillic"])
def test_a_monster_of_one_piece_is_counted(table: Cl100k, text: str) -> None:
    assert 0 < table.count(text) <= len(text)


def test_names_of_special_tokens_are_ordinary_text(table: Cl100k) -> None:
    assert table.count("<|endoftext|>") > 1


def test_another_table_is_not_believed(tmp_path: Path) -> None:
    forged = tmp_path / "cl100k_base.tiktoken"
    forged.write_bytes(b"YQ== 0\n")
    with pytest.raises(TableMissing, match="not the published table"):
        read_ranks(forged)


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TableMissing, match=r"absent\.tiktoken.*No such file"):
        read_ranks(tmp_path / "absent.tiktoken")
