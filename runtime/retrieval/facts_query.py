"""Query DSL of how many products a question means, and from which price to which they go. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from shared import catalog

IN_STOCK: Final = "in_stock"
ON_REQUEST: Final = "on_request"
PRICED: Final = "priced"
LOWEST: Final = "lowest"
HIGHEST: Final = "highest"
BY_CATEGORY: Final = "by_category"

MAX_CATEGORIES: Final = 8
"""The largest categories that are told; what there is beyond them is in the figures of all."""
_COMPARED: Final = 1_000
"""Categories that each shard tells of: with fewer in a catalogue, as in all but the strangest, none can be missed."""

_PRICES: Final[Mapping[str, Any]] = {
    # A price of zero is none: a range from nothing would say so of products that nobody gives away.
    PRICED: {
        "filter": {"range": {catalog.PRICE_FROM: {"gt": 0}}},
        "aggs": {LOWEST: {"min": {"field": catalog.PRICE_FROM}}, HIGHEST: {"max": {"field": catalog.PRICE_FROM}}},
    }
}


def build_facts(
    meant: Mapping[str, Any], *, min_score: float | None = None, named: Sequence[str] = ()
) -> dict[str, Any]:
    """Counts the products that the query `meant` matches, with a score of at least `min_score` where it says one, and
    those with the ids of `named`.

    None of them is read. Aggregations: IN_STOCK and ON_REQUEST count, PRICED has the LOWEST and the HIGHEST price, and
    BY_CATEGORY, the largest category first and equal ones by name, each PRICED as well.
    """
    if named:
        # What is named belongs to it whatever its score, so it is given one that will do.
        ids = {"constant_score": {"filter": {"ids": {"values": list(named)}}, "boost": (min_score or 0.0) + 1.0}}
        meant = {"bool": {"should": [meant, ids], "minimum_should_match": 1}}
    body = {"query": meant, "size": 0, "track_total_hits": True, "aggs": _AGGREGATIONS}
    return body if min_score is None else {**body, "min_score": min_score}


_AGGREGATIONS: Final[Mapping[str, Any]] = {
    IN_STOCK: {"filter": {"term": {catalog.IN_STOCK: True}}},
    ON_REQUEST: {"missing": {"field": catalog.PRICE_FROM}},
    **_PRICES,
    BY_CATEGORY: {
        "terms": {
            "field": catalog.CATEGORIES,
            "size": MAX_CATEGORIES,
            "shard_size": _COMPARED,
            "show_term_doc_count_error": True,
        },
        "aggs": _PRICES,
    },
}
