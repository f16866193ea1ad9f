"""Query DSL of the two legs and of filters. Pure: values in, dicts out, nothing else builds DSL for products."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from shared import catalog
from shared.embedding.embedder import Vector

LEXICAL = "bm25"
SEMANTIC = "knn"

BY_CODE = "by_code"
"""Name of the clause that matches codes: OpenSearch lists it in a hit's `matched_queries`."""

EVERY_WORD = "every_word"
"""Name of the clause that marks products which have every word of a query somewhere; it adds nothing to a score."""

MAX_WORDS = 64
"""Words of a query that reach the lexical leg; OpenSearch refuses a query of more than 1,024 clauses."""

MAX_COUNTED: Final = 10_000
"""Matches are counted exactly up to here. Beyond it OpenSearch may skip what cannot rank, and says "at least"."""

PriceSort = Literal["price_asc", "price_desc"]
Sort = Literal["relevance", "price_asc", "price_desc"]


@dataclass(frozen=True, slots=True)
class ProductFilter:
    """Hard conditions on products; an empty one lets everything through.

    price_min, price_max: bounds on `price_from`, in the store's currency; a product on request is outside
    every price bound. categories: names, any of them. attributes: code -> accepted values, any value of each
    code. exclude_ids: products not wanted again.
    """

    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    categories: tuple[str, ...] = ()
    attributes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    exclude_ids: tuple[str, ...] = ()


Clauses = list[dict[str, Any]]

_FIELDS: Final = (f"{catalog.NAME}^3", catalog.TEXT)
"""What words are looked for in. The text has the categories in it."""
_PLAIN_FIELDS: Final = (f"{catalog.NAME}.plain^3", f"{catalog.TEXT}.plain")


def build_filter(wanted: ProductFilter) -> Clauses:
    """Filter clauses, the same for both legs, so that a filter never costs recall."""
    clauses: Clauses = []
    bounds = {"gte": wanted.price_min, "lte": wanted.price_max}
    bounds = {operator: bound for operator, bound in bounds.items() if bound is not None}
    if bounds:
        clauses.append({"range": {catalog.PRICE_FROM: bounds}})
    if wanted.in_stock is not None:
        clauses.append({"term": {catalog.IN_STOCK: wanted.in_stock}})
    if wanted.categories:
        clauses.append({"terms": {f"{catalog.CATEGORIES}.key": list(wanted.categories)}})
    for code, values in wanted.attributes.items():
        clauses.append({"terms": {catalog.FACETS: [catalog.facet(code, value) for value in values]}})
    if wanted.exclude_ids:
        clauses.append({"bool": {"must_not": {"ids": {"values": list(wanted.exclude_ids)}}}})
    return clauses


def build_lexical(text: str, *, filters: Clauses, size: int, marked: bool = False) -> dict[str, Any]:
    """BM25 leg: name over body, in the store's language and in the language-neutral field, or an exact code.

    marked: EVERY_WORD stands among the `matched_queries` of a hit that has every word.
    """
    query = _matching(text, filters=filters)
    if marked:
        mark = {"filter": _every_word(text), "boost": 0.0, "_name": EVERY_WORD}
        query["bool"]["should"].append({"constant_score": mark})
    return {"query": query, "size": size, "_source": False, "track_total_hits": MAX_COUNTED}


def build_best(text: str, *, filters: Clauses, every_word: bool = False) -> dict[str, Any]:
    """The one product that the words of `text` fit best, with its score in the BM25 leg.

    Products named by code stay out of it: their score is that of the code. every_word: only of those with every word.
    """
    text = _cut(text)
    query = {
        "should": _any_word(text),
        "minimum_should_match": 1,
        "filter": [*filters, _every_word(text)] if every_word else filters,
        "must_not": [{"terms": {catalog.IDENTIFIERS: build_codes(text)}}],
    }
    return {"query": {"bool": query}, "size": 1, "_source": False, "track_total_hits": False}


def build_lacking(text: str, *, filters: Clauses) -> dict[str, Any]:
    """One product that passes `filters` and lacks a word of `text`, if there is one."""
    query = {"filter": filters, "must_not": [_every_word(text)]}
    return {"query": {"bool": query}, "size": 1, "_source": False, "track_total_hits": False}


def build_by_price(
    text: str | None, *, min_score: float, every_word: bool = False, filters: Clauses, sort: PriceSort, size: int
) -> dict[str, Any]:
    """Products by price, those on request last, equal prices by id: all that pass `filters` when `text` is None,
    else those to which the BM25 leg gives at least `min_score`; every_word: and that have every word.
    """
    if text is not None and every_word:
        filters = [*filters, _every_word(text)]
    by_price = {"order": "asc" if sort == "price_asc" else "desc", "missing": "_last"}
    body: dict[str, Any] = {
        "query": {"bool": {"filter": filters}} if text is None else _matching(text, filters=filters),
        "sort": [{catalog.PRICE_FROM: by_price}, {catalog.ID: "asc"}],
        "size": size,
        "_source": list(catalog.CARD_FIELDS),
        "track_total_hits": MAX_COUNTED,
    }
    return body if text is None else {**body, "min_score": min_score}


def _matching(text: str, *, filters: Clauses) -> dict[str, Any]:
    text = _cut(text)
    by_code = {"terms": {catalog.IDENTIFIERS: build_codes(text), "boost": 20.0, "_name": BY_CODE}}
    return {"bool": {"should": [*_any_word(text), by_code], "minimum_should_match": 1, "filter": filters}}


def _any_word(text: str) -> Clauses:
    # Across fields each word counts where it weighs most, so that a product with every word somewhere comes before
    # one with a single rare word in its name.
    return [
        _words(text, fields, tie_breaker=0.3, boost=boost) for fields, boost in ((_FIELDS, 1.0), (_PLAIN_FIELDS, 0.4))
    ]


def _every_word(text: str) -> dict[str, Any]:
    """Matches what has every word in its name, its categories or elsewhere in its text."""
    clauses = [_words(_cut(text), fields, operator="and") for fields in (_FIELDS, _PLAIN_FIELDS)]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


def _words(text: str, fields: Sequence[str], **options: Any) -> dict[str, Any]:
    return {"multi_match": {"query": text, "fields": list(fields), "type": "cross_fields", **options}}


def _cut(text: str) -> str:
    return " ".join(text.split()[:MAX_WORDS])


def build_semantic(vector: Vector | Sequence[float], *, filters: Clauses, size: int) -> dict[str, Any]:
    """k-NN leg; the filter sits inside the `knn` clause, where it narrows candidates before they are taken."""
    knn: dict[str, Any] = {"vector": vector, "k": size}
    if filters:
        knn["filter"] = {"bool": {"filter": filters}}
    return {
        "query": {"knn": {catalog.VECTOR: knn}},
        "size": size,
        "_source": False,
        "track_total_hits": False,
    }


def build_codes(text: str) -> list[str]:
    """What in `text` may be a SKU: the whole of it and each word, as the `identifiers` normaliser will see them."""
    words = [word.strip(".,;:!?()[]\"'«»") for word in text.split()]
    return list(dict.fromkeys(word for word in [text.strip(), *words] if word))
