"""Query DSL of the two legs and of filters. Pure: values in, dicts out, nothing else builds DSL for products."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, Literal

from shared import catalog
from shared.embedding.embedder import Vector
from shared.hybrid.filters import Clauses
from shared.hybrid.settings import LexicalSettings
from shared.hybrid.words import MOST_PHRASES, MOST_UNWANTED, UnwantedPhrases, Words, is_term

BY_CODE = "by_code"
"""Name of the clause that matches codes: OpenSearch lists it in a hit's `matched_queries`."""

MENTIONED = "mentioned"
"""Name of the clause that matches products in whose text one of the phrases stands that a question mentions."""

EVERY_WORD = "every_word"
"""Name of the clause that marks products which have every word of a query somewhere; it adds nothing to a score."""

IN_NAME = "in_name"
"""Name of the clause that marks products which have every word of a query in their name; it adds nothing either."""


def side_mark(side: int) -> str:
    """Name of the clause that marks products which have every word of one of several sides, from 0, in their name."""
    return f"side:{side}"


MAX_COUNTED: Final = 10_000
"""Matches are counted exactly up to here. Beyond it OpenSearch may skip what cannot rank, and says "at least"."""

PriceSort = Literal["price_asc", "price_desc"]
Sort = Literal["relevance", "price_asc", "price_desc"]


_MEASURED: Final = f"{catalog.BODY}.plain"
"""Where measures are looked for: there "1.5 l" is one number and a word, so that it has no "5 l" in it."""
_MEASURE: Final = 6.0
"""What a measure is worth: about as much as a word that one product in a hundred has in its name and its text."""


def build_lexical(words: Words, *, filters: Clauses, size: int) -> dict[str, Any]:
    """BM25 leg: name over body, in the store's language and in the language-neutral field, or an exact code.

    EVERY_WORD and IN_NAME stand among the `matched_queries` of the hits that they are true of; where several things are
    wanted alike, `side_mark` of each instead of IN_NAME.
    """
    query = _matching(words, filters=filters)
    if words.required:
        named = {side_mark(n): _in_name(side) for n, side in enumerate(words.sides)} if words.alike else {}
        marks = {EVERY_WORD: _every_word(words), **(named or {IN_NAME: _in_name(words)})}
        query["bool"]["should"] += [
            {"constant_score": {"filter": marked, "boost": 0.0, "_name": name}} for name, marked in marks.items()
        ]
    return {"query": _demoting(query, words), "size": size, "_source": False, "track_total_hits": MAX_COUNTED}


def build_best(words: Words, *, filters: Clauses, every_word: bool = False) -> dict[str, Any]:
    """The one product that `words` fit best, with its score in the BM25 leg.

    Products named by code stay out of it: their score is that of the code. every_word: only of those with every word.
    """
    if every_word:
        filters = [*filters, _every_word(words)]
    query = _matching(replace(words, codes=()), filters=filters)
    if words.codes:
        query["bool"]["must_not"] = [_by_code(words)]
    return {"query": _demoting(query, words), "size": 1, "_source": False, "track_total_hits": False}


def build_lacking(words: Words, *, filters: Clauses) -> dict[str, Any]:
    """One product that passes `filters` and lacks a word of `words`, if there is one."""
    query = {"filter": filters, "must_not": [_every_word(words)]}
    return {"query": {"bool": query}, "size": 1, "_source": False, "track_total_hits": False}


def build_by_price(
    words: Words | None,
    *,
    min_score: float,
    every_word: bool = False,
    filters: Clauses,
    sort: PriceSort,
    size: int,
    fields: Sequence[str] = catalog.CARD_FIELDS,
) -> dict[str, Any]:
    """Products by price, those in stock first, of them those on request last, equal prices by id.

    All that pass `filters` when `words` is None, else those to which the BM25 leg gives at least `min_score`;
    every_word: and that have every word. fields: of them that are read.
    """
    by_price = {"order": "asc" if sort == "price_asc" else "desc", "missing": "_last"}
    body: dict[str, Any] = {
        "query": build_meant(words, every_word=every_word, filters=filters),
        "sort": [{catalog.IN_STOCK: "desc"}, {catalog.PRICE_FROM: by_price}, {catalog.ID: "asc"}],
        "size": size,
        "_source": list(fields),
        "track_total_hits": MAX_COUNTED,
    }
    return body if words is None else {**body, "min_score": min_score}


def build_meant(words: Words | None, *, every_word: bool, filters: Clauses) -> dict[str, Any]:
    """Matches all that pass `filters` when `words` is None, else those that match the words, scored as in the BM25 leg.

    every_word: only those that have every word.
    """
    if words is None:
        return {"bool": {"filter": filters}}
    if every_word:
        filters = [*filters, _every_word(words)]
    return _demoting(_matching(words, filters=filters), words)


def _matching(words: Words, *, filters: Clauses) -> dict[str, Any]:
    required, judged = words.required, words.judged
    if not (judged or filters or words.codes):
        return {"bool": {"must": {"match_none": {}}, "should": [], "filter": []}}
    should = _any_wording(judged, words.judged_others, words) if judged else []
    if words.codes:
        should.append(_named(BY_CODE, _by_code(words)))
    if words.phrases:
        should.append(_named(MENTIONED, _mentioning(words)))
    measured = _measured(words)
    should += measured
    if required and required != judged:
        # A product named by its code need not have a word of the question.
        either = [*_any_wording(required, words.wordings[1:], words), *measured]
        either += [_by_code(words)] if words.codes else []
        filters = [*filters, {"bool": {"should": either, "minimum_should_match": 1}}]
    return {"bool": {"should": should, "minimum_should_match": int(bool(required)), "filter": filters}}


def _demoting(query: dict[str, Any], words: Words) -> dict[str, Any]:
    """`query` with what has the unwanted below what has not, for nobody can tell a part of it from a mention."""
    if not words.unwanted:
        return query
    negative = {"bool": {"should": _having(words.unwanted), "minimum_should_match": 1}}
    return {"boosting": {"positive": query, "negative": negative, "negative_boost": words.settings.unwanted}}


def build_without(unwanted: UnwantedPhrases) -> Clauses:
    """A filter that lets through what has none of the `unwanted`, for where no order by likeness puts it down."""
    return [{"bool": {"must_not": _having(unwanted)}}] if unwanted else []


def _having(unwanted: UnwantedPhrases) -> Clauses:
    return [build_has_unwanted(phrase, lacking) for phrase, lacking in unwanted[:MOST_UNWANTED]]


def build_has_unwanted(phrase: str, lacking: Sequence[str]) -> dict[str, Any]:
    """Matches what says `phrase` and in none of the ways of `lacking` that it is without."""
    # The stop words that say so ("no", "without") only stand in the field of phrases.
    says_so = [{"match_phrase": {f"{catalog.BODY}.parts": said}} for said in lacking]
    return {"bool": {"must": {"match_phrase": {catalog.BODY: phrase}}, "must_not": says_so}}


def _by_code(words: Words) -> dict[str, Any]:
    return {"terms": {catalog.IDENTIFIERS: list(words.codes), "boost": 20.0}}


def _mentioning(words: Words) -> dict[str, Any]:
    fields = [f"{catalog.NAME}.parts^2", f"{catalog.BODY}.parts"]
    phrases = [
        {"multi_match": {"query": phrase, "fields": fields, "type": "phrase"}}
        for phrase in words.phrases[:MOST_PHRASES]
    ]
    return {"dis_max": {"queries": phrases}}


def _measured(words: Words) -> Clauses:
    """A clause for each measure: worth the same in every spelling, and half its words where they only stand apart."""
    return [
        {
            "dis_max": {
                "queries": [
                    {"constant_score": {"filter": said, "boost": _MEASURE}},
                    *_any_word(typed, words.settings, boost=0.5),
                ]
            }
        }
        for (typed, _), said in zip(words.measures, _saying(words), strict=True)
    ]


def _saying(words: Words) -> Clauses:
    """A filter for each measure."""
    return [build_said(spellings, _MEASURED) for _, spellings in words.measures]


def build_said(spellings: Sequence[str], field: str) -> dict[str, Any]:
    """Matches what has a measure in one of its `spellings` in `field`, one that makes no stems of words."""
    single = [spelling for spelling in spellings if is_term(spelling)]
    # However many there are, terms are a single clause.
    terms: Clauses = [{"terms": {field: single}}] if single else []
    phrases: Clauses = [{"match_phrase": {field: spelling}} for spelling in spellings if not is_term(spelling)]
    return {"dis_max": {"queries": terms + phrases}}


def _named(name: str, query: dict[str, Any]) -> dict[str, Any]:
    """`query`, told by this name in the `matched_queries` of what it matches."""
    ((kind, body),) = query.items()
    return {kind: {**body, "_name": name}}


def _any_word(text: str, settings: LexicalSettings, *, boost: float = 1.0) -> Clauses:
    # Across fields a word is as rare as in all of them, so that a product with every word somewhere comes before one
    # with a single word that only its name has.
    return [
        _words(text, _fields(settings), tie_breaker=1.0, boost=boost),
        _words(text, _fields(settings, plain=True), tie_breaker=1.0, boost=boost * settings.plain),
    ]


def _any_wording(text: str, others: Sequence[str], words: Words) -> Clauses:
    """Clauses for `text`, or, where there are other wordings, one clause for whichever fits best; measures aside.

    others: of them those in front that are `alike` weigh as much as `text`.
    """
    settings = words.settings
    text, others = words.without_measures(text), [words.without_measures(other) for other in others]
    if not any(others):
        return _any_word(text, settings) if text else []
    weights = [1.0] * len(words.alike) + [settings.other] * len(others)
    wordings: Clauses = [{"bool": {"should": _any_word(text, settings)}}]
    wordings += [
        {"bool": {"should": _any_word(other, settings), "boost": weight}}
        for other, weight in zip(others, weights, strict=False)
    ]
    return [{"dis_max": {"queries": wordings}}]


def _every_word(words: Words) -> dict[str, Any]:
    """Matches what has every word in its name, its categories or elsewhere in its text, in this wording or another."""
    fields = (_fields(words.settings), _fields(words.settings, plain=True))
    if not words.alike:
        return _all_of(words, fields)
    sides = [_all_of(side, fields) for side in words.sides]
    return {"bool": {"should": sides, "minimum_should_match": 1}}


def _in_name(words: Words) -> dict[str, Any]:
    return _all_of(words, ((catalog.NAME,), (f"{catalog.NAME}.plain",)))


def _all_of(words: Words, fields: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Matches what has every word of one wording in one group of fields."""
    if not words.measures:
        return _any_of(words.wordings, fields)
    # "5 л" has two words that no product has which says "5л".
    rests = [rest for text in words.wordings if (rest := words.without_measures(text))]
    return {"bool": {"filter": [*([_any_of(rests, fields)] if rests else []), *_saying(words)]}}


def _any_of(wordings: Sequence[str], fields: Sequence[Sequence[str]]) -> dict[str, Any]:
    clauses = [_words(text, group, operator="and") for text in wordings for group in fields]
    return {"bool": {"should": clauses, "minimum_should_match": 1}}


@lru_cache(maxsize=64)
def _fields(settings: LexicalSettings, *, plain: bool = False) -> tuple[str, ...]:
    weights = {
        catalog.NAME: settings.name,
        catalog.SPECS: settings.specs,
        f"{catalog.CATEGORIES}.words": settings.categories,
        catalog.BODY: settings.body,
    }
    if plain:
        return tuple(f"{field.partition('.')[0]}.plain^{weight}" for field, weight in weights.items())
    return tuple(f"{field}^{weight}" for field, weight in weights.items())


def _words(text: str, fields: Sequence[str], **options: Any) -> dict[str, Any]:
    return {"multi_match": {"query": text, "fields": list(fields), "type": "cross_fields", **options}}


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
