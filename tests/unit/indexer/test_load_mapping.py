"""indexer.load.mapping: every field of the document, in the store's language."""

from typing import Any

import pytest
from support.builds import an_accepted
from support.index_meta import a_meta

from indexer.load.mapping import build_body, build_properties, language_analyzer
from shared import catalog
from shared.indices import read_meta, schema_hash


def test_every_field_that_is_written_is_mapped_and_no_other() -> None:
    product = an_accepted()
    written = catalog.to_source(product.document, text_hash=product.text_hash).keys() | {catalog.VECTOR, catalog.BODY}
    assert build_properties("en_US", dimension=8).keys() == written


def test_nothing_unknown_is_mapped_by_itself() -> None:
    assert build_body(a_meta())["mappings"]["dynamic"] is False


def test_the_index_says_what_it_is() -> None:
    meta = a_meta(state="building")
    assert read_meta("rag", build_body(meta)["mappings"]) == meta


@pytest.mark.parametrize(
    ("locale", "analyzer"),
    [
        ("en_US", "english"),
        ("ru_RU", "vitrina_russian"),
        ("de_CH", "german"),
        ("pt_PT", "portuguese"),
        ("pt_BR", "brazilian"),
        ("uk_UA", "standard"),
    ],
)
def test_texts_are_analysed_in_the_language_of_the_store(locale: str, analyzer: str) -> None:
    properties = build_properties(locale, dimension=8)
    assert language_analyzer(locale) == analyzer
    assert {properties[name]["analyzer"] for name in (catalog.NAME, catalog.SPECS, catalog.BODY)} == {analyzer}


def test_the_fields_that_queries_name_exist() -> None:
    properties = build_properties("en_US", dimension=8)
    assert {"plain", "parts"} <= properties[catalog.NAME]["fields"].keys()
    assert {"plain", "parts"} <= properties[catalog.BODY]["fields"].keys()
    assert "plain" in properties[catalog.SPECS]["fields"]
    assert {"key", "words", "plain"} <= properties[catalog.CATEGORIES]["fields"].keys()
    assert "shown" in properties[catalog.FACETS]["fields"]


def test_the_whole_text_is_searched_as_one() -> None:
    properties = build_properties("en_US", dimension=8)
    for part in catalog.TEXT_FIELDS:
        assert (properties[part]["copy_to"], properties[part]["index"]) == (catalog.BODY, False)


def test_an_index_is_loaded_without_refresh_and_copies() -> None:
    index: dict[str, Any] = build_body(a_meta())["settings"]["index"]
    assert (index["knn"], index["refresh_interval"], index["number_of_replicas"]) == (True, "-1", 0)


def test_the_fingerprint_follows_language_and_dimension() -> None:
    hashes = {
        schema_hash(build_properties(locale, dimension=dimension))
        for locale, dimension in [("en_US", 8), ("en_GB", 8), ("ru_RU", 8), ("en_US", 9)]
    }
    assert len(hashes) == 3
