"""Query DSL that asks what words an index has. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from shared import catalog

KNOWN: Final = "known"
VERBATIM: Final = "verbatim"
TYPOS: Final = "typos"
HEARD: Final = "heard"

MIN_TYPO: Final = 4
"""Letters of a word from which a slip can be told from another word."""

_MOST_HEARD: Final = 10
"""Products that are looked at for a name: they mostly have the same one."""


def build_known(words: Sequence[str]) -> dict[str, Any]:
    """Counts, in the order of `words`, the products that have each in any form or as it is: KNOWN and VERBATIM."""
    plain = f"{catalog.BODY}.plain"
    having = {
        KNOWN: [{"multi_match": {"query": word, "fields": [catalog.BODY, plain], "operator": "and"}} for word in words],
        VERBATIM: [{"match": {plain: {"query": word, "operator": "and"}}} for word in words],
    }
    aggs = {name: {"filters": {"filters": filters}} for name, filters in having.items()}
    return {"size": 0, "track_total_hits": False, "aggs": aggs}


def build_suggest(words: Sequence[str]) -> dict[str, Any]:
    """Asks, for each of `words` that no product has, for the likeliest one that some product has: suggester TYPOS."""
    typos = {
        "field": f"{catalog.BODY}.plain",
        "suggest_mode": "missing",
        "size": 1,
        "prefix_length": 1,
        "min_word_length": MIN_TYPO,
    }
    return {TYPOS: {"text": " ".join(words), "term": typos}}


def build_heard(pattern: str) -> dict[str, Any]:
    """Some products with a word of this regular expression in their name or values, and where it stands."""
    having = [{"regexp": {f"{field}.plain": {"value": pattern}}} for field in (catalog.NAME, catalog.SPECS)]
    return {
        "query": {"constant_score": {"filter": {"bool": {"should": having, "minimum_should_match": 1}}}},
        "_source": [catalog.NAME, catalog.SPECS],
        "size": _MOST_HEARD,
        "track_total_hits": False,
    }
