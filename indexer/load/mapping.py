"""The body of a RAG index: settings, analysis, and every field of shared.catalog. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from indexer.records import PLAIN_JSON_BYTES
from shared import catalog
from shared.codes import CODE_SEPARATORS
from shared.indices import IndexMeta, meta_body

_LANGUAGE_ANALYZERS: Final[Mapping[str, str]] = {
    "ar": "arabic", "bg": "bulgarian", "bn": "bengali", "ca": "catalan", "cs": "czech", "da": "danish",
    "de": "german", "el": "greek", "en": "english", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "gl": "galician", "hi": "hindi",
    "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian", "ja": "cjk", "ko": "cjk",
    "lt": "lithuanian", "lv": "latvian", "nb": "norwegian", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "vitrina_russian", "sv": "swedish", "th": "thai",
    "tr": "turkish", "zh": "cjk",
}  # fmt: skip
"""ISO 639-1 language -> analyser; every one but ours is built into OpenSearch."""

_PLAIN: Final = "vitrina_plain"
_PARTS: Final = "vitrina_parts"
_FOLDED: Final = "vitrina_folded"
_CODE: Final = "vitrina_code"

_LONGEST_KEYWORD: Final = 1024
"""Characters of a keyword that is searched; a longer one stays in `_source` only. Lucene's own limit is 32,766
bytes, beyond which it would refuse the whole document."""

BYTES_A_DIMENSION: Final = 17
"""Of one document: 4 in the vector's own file, and its digits in `_source`, which hardly compress."""

_GRAPH_BYTES: Final = 200
"""A document's neighbours in the vector graph."""

LOADING_SETTINGS: Final[Mapping[str, Any]] = {"refresh_interval": "-1", "number_of_replicas": 0}
"""Refresh stays off and copies are not made while bulk runs: every document is written and merged once."""

SERVING_SETTINGS: Final[Mapping[str, Any]] = {"refresh_interval": "1s", "auto_expand_replicas": "0-1"}
"""What a finished index gets back. A single-node cluster has no place for a copy, hence the range."""


def build_body(meta: IndexMeta) -> dict[str, Any]:
    """The create-index body for `meta.dimension` and `meta.locale`, ready to be loaded."""
    return {
        "settings": {
            # One shard: tens of thousands of products fit, and BM25 statistics are then those of the whole catalogue.
            # What a bulk request acknowledges is paid for, so it is on disk, whatever a template of the cluster says.
            "index": {"knn": True, "number_of_shards": 1, "translog": {"durability": "request"}, **LOADING_SETTINGS},
            "analysis": _ANALYSIS,
        },
        "mappings": {
            "dynamic": False,
            "_meta": meta_body(meta),
            "properties": build_properties(meta.locale, dimension=meta.dimension),
        },
    }


def estimate_index_bytes(documents: int, *, dimension: int, document_bytes: float = PLAIN_JSON_BYTES) -> int:
    """Bytes on disk of one copy of an index, once it is sealed.

    document_bytes: what an average document takes as JSON, without its vector. Measured with 2.19 on generated
    catalogues of 16 to 1,536 dimensions: 5 to 10 % above the truth from 384 on, more below.
    """
    return int(documents * (dimension * BYTES_A_DIMENSION + document_bytes + _GRAPH_BYTES))


def build_properties(locale: str, *, dimension: int) -> dict[str, Any]:
    """The mapping's `properties`; their fingerprint is shared.indices.schema_hash."""
    analyzer, plain = language_analyzer(locale), _text(_PLAIN)
    text = {**_text(analyzer), "fields": {"plain": plain, "parts": {**_text(_PARTS), "norms": False}}}
    return {
        catalog.ID: {"type": "keyword"},
        catalog.SKU: _keyword(_CODE),
        catalog.VARIANT_SKUS: _keyword(_CODE),
        catalog.IDENTIFIERS: _keyword(_CODE),
        catalog.NAME: text,
        catalog.SHORT_TEXT: _STORED,
        # Each is kept once and searched as one: a word weighs by how long the whole text is.
        catalog.TEXT: _PART_OF_BODY,
        catalog.TEXT_REST: _PART_OF_BODY,
        catalog.BODY: text,
        catalog.TEXT_HASH: {"type": "keyword"},
        catalog.VECTOR: _vector(dimension),
        catalog.CATEGORIES: {
            "type": "keyword",
            "ignore_above": _LONGEST_KEYWORD,
            "fields": {"key": _keyword(_FOLDED), "words": _text(analyzer), "plain": plain},
        },
        catalog.ATTRIBUTES: {"type": "object", "enabled": False},
        catalog.SPECS: {**_text(analyzer), "fields": {"plain": plain}},
        catalog.FACETS: {**_keyword(_FOLDED), "fields": {"shown": _AS_SHOWN}},
        catalog.FACET_LABELS: _AS_SHOWN,
        catalog.AXES: _AS_SHOWN,
        catalog.VARIANTS: {"type": "object", "enabled": False},
        catalog.PRICE_FROM: {"type": "double"},
        catalog.PRICE_TO: {"type": "double"},
        catalog.PRICE_TEXT: _STORED,
        catalog.CURRENCY: {"type": "keyword"},
        catalog.IN_STOCK: {"type": "boolean"},
        catalog.URL: _STORED,
        catalog.IMAGE: _STORED,
        catalog.WARNINGS: _STORED,
        catalog.SOURCE_HASH: _STORED,
    }


def language_analyzer(locale: str) -> str:
    """The analyser of a locale (`ru_RU`), or `standard` for a language without one."""
    if locale == "pt_BR":
        return "brazilian"
    return _LANGUAGE_ANALYZERS.get(locale.split("_")[0], "standard")


def _text(analyzer: str) -> dict[str, Any]:
    return {"type": "text", "analyzer": analyzer}


def _keyword(normalizer: str) -> dict[str, Any]:
    return {"type": "keyword", "normalizer": normalizer, "ignore_above": _LONGEST_KEYWORD}


def _vector(dimension: int) -> dict[str, Any]:
    method = {
        "name": "hnsw",
        # Lucene's graph needs no native library and runs on every OpenSearch with the k-NN plugin.
        "engine": "lucene",
        "space_type": "cosinesimil",
        "parameters": {"m": 16, "ef_construction": 100},
    }
    return {"type": "knn_vector", "dimension": dimension, "method": method}


_STORED: Final[Mapping[str, Any]] = {"type": "keyword", "index": False, "doc_values": False}
"""Read back and shown, never searched."""

_AS_SHOWN: Final[Mapping[str, Any]] = {"type": "keyword", "index": False, "ignore_above": _LONGEST_KEYWORD}
"""Counted by its values as they are written, never searched."""

_PART_OF_BODY: Final[Mapping[str, Any]] = {"type": "text", "index": False, "copy_to": catalog.BODY}

_ANALYSIS: Final[Mapping[str, Any]] = {
    "char_filter": {
        # Shoppers type "е" where a catalogue has "ё", and the other way round.
        "vitrina_yo": {"type": "mapping", "mappings": ["ё => е", "Ё => Е"]},
        "vitrina_separators": {"type": "pattern_replace", "pattern": CODE_SEPARATORS, "replacement": ""},
        # Measures: Latin x, Cyrillic х, × and * between numbers, with or without spaces.
        "vitrina_times": {
            "type": "pattern_replace",
            "pattern": r"(\d)\s?[xXхХ×*]\s?(?=\d)",
            "replacement": "$1x",
        },
    },
    "filter": {
        # The neutral field has them too: a shopper's "for" and "для" would find every product that says the same.
        "vitrina_english_stop": {"type": "stop", "stopwords": "_english_"},
        "vitrina_russian_stop": {"type": "stop", "stopwords": "_russian_"},
        # "WH-1000XM4", "wh1000 xm4" and "WH 1000XM-4" have the same parts, and so have "1.5l" and "1,5 l".
        "vitrina_number_parts": {"type": "word_delimiter", "split_on_case_change": False},
        "vitrina_russian_stemmer": {"type": "stemmer", "language": "russian"},
    },
    "analyzer": {
        # The built-in `russian` analyser, rebuilt from its own parts because it takes no character filter.
        "vitrina_russian": {
            "type": "custom",
            "char_filter": ["vitrina_yo"],
            "tokenizer": "standard",
            "filter": ["lowercase", "vitrina_russian_stop", "vitrina_russian_stemmer"],
        },
        _PLAIN: {
            "type": "custom",
            "char_filter": ["vitrina_yo"],
            "tokenizer": "standard",
            "filter": ["lowercase", "vitrina_russian_stop", "vitrina_english_stop", "asciifolding"],
        },
        # For phrases only: every word stands in its place.
        _PARTS: {
            "type": "custom",
            "char_filter": ["vitrina_yo", "vitrina_times"],
            "tokenizer": "standard",
            "filter": ["vitrina_number_parts", "lowercase", "asciifolding"],
        },
    },
    "normalizer": {
        _FOLDED: {"type": "custom", "char_filter": ["vitrina_yo"], "filter": ["lowercase"]},
        # "WS-12 / XS" and "ws12xs" are the same code, in documents and, since a term query is normalised
        # like its field, in questions.
        _CODE: {"type": "custom", "char_filter": ["vitrina_separators"], "filter": ["lowercase"]},
    },
}
