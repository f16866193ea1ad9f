"""The search for candidates: the parts of its `_msearch`, and what their answers say. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

from runtime.retrieval.legs import Candidate, Candidates, Question, Topic
from runtime.retrieval.lookup import HEARD, KNOWN, TYPOS, VERBATIM, build_heard, build_known, build_suggest
from runtime.retrieval.spelling.hearing import closest, pattern
from shared import catalog
from shared.catalog import CatalogDocument
from shared.hybrid.filters import build_filter
from shared.hybrid.legs import LEXICAL, SEMANTIC
from shared.hybrid.query import (
    BY_CODE,
    EVERY_WORD,
    IN_NAME,
    MENTIONED,
    build_best,
    build_lacking,
    build_lexical,
    build_semantic,
    side_mark,
)
from shared.hybrid.words import Words

_LEAST_LIKENESS: Final = 0.78
"""Of a word and the one meant instead, 1 being the same: Lucene gives 1 - edits / letters. One letter of four makes
another word ("belt" and "bell"), one of five is a slip, and two are only in nine.
"""

_BEST: Final = "best"
_BEST_OF_EVERY_WORD: Final = "best_of_every_word"
_LACKING: Final = "lacking"


def build_parts(question: Question) -> dict[str, dict[str, Any]]:
    """Name -> body of every search that `question` needs, the BM25 leg first."""
    words = question.words
    return {**_build_legs(question, words), **_build_topic(question, words), **_build_lookups(question)}


def read_candidates(question: Question, found: Mapping[str, Mapping[str, Any]]) -> Candidates:
    """What the answers to `build_parts` say; found: by name, without those that the cluster refused."""
    legs = [leg for leg in (LEXICAL, SEMANTIC) if leg in found]
    # Whatever has every word of "iPhone 13 Pro" has those of "iPhone 13", too.
    longest = sorted(range(len(question.sides)), key=lambda side: -len(question.sides[side].split()))
    sides = {side_mark(side): side for side in longest}
    return Candidates(
        legs={leg: _candidates(found[leg], sides) for leg in legs},
        matching=found[LEXICAL]["hits"]["total"]["value"],
        topic=_topic(found) if question.needs_topic else None,
        known=_known(question.doubts, found.get(KNOWN), KNOWN),
        verbatim=_known(question.doubts, found.get(KNOWN), VERBATIM),
        typos=_typos(found[LEXICAL]),
        heard=_heard(question.heard, found),
        documents=_documents(found[leg] for leg in legs) if question.whole else {},
    )


def read_fields(*, texts: bool) -> list[str]:
    """Fields of a product that are read; texts: all that is told of it too."""
    return [*catalog.CARD_FIELDS, *(catalog.TEXT_FIELDS if texts else ())]


def _build_legs(question: Question, words: Words) -> dict[str, dict[str, Any]]:
    filters = build_filter(question.filter)
    lexical = build_lexical(words, filters=filters, size=question.depth)
    legs = {LEXICAL: lexical}
    if question.spelled:
        lexical["suggest"] = build_suggest(question.spelled)
    if question.vector is not None:
        legs[SEMANTIC] = build_semantic(question.vector, filters=filters, size=question.depth)
    fields = [catalog.ID, catalog.IN_STOCK, *([catalog.PRICE_FROM] if question.prices else [])]
    # A stored `_id` lies beside the vector's digits, and OpenSearch would unpack them for a hundred hits, which takes
    # as long as all else.
    read = {"_source": read_fields(texts=question.texts)} if question.whole else {"stored_fields": "_none_"}
    return {leg: {**body, **read, "docvalue_fields": fields} for leg, body in legs.items()}


def _build_topic(question: Question, words: Words) -> dict[str, dict[str, Any]]:
    if not question.needs_topic:
        return {}
    filters = build_filter(question.topic_filter)
    parts = {
        _BEST: build_best(words, filters=filters),
        _BEST_OF_EVERY_WORD: build_best(words, filters=filters, every_word=True),
    }
    if question.filter.categories:
        parts[_LACKING] = build_lacking(words, filters=build_filter(question.filter))
    return parts


def _build_lookups(question: Question) -> dict[str, dict[str, Any]]:
    known = {KNOWN: build_known(question.doubts)} if question.doubts else {}
    return known | {_part(word): build_heard(expression) for word in question.heard if (expression := pattern(word))}


def _part(heard: str) -> str:
    return f"{HEARD} {heard}"


def _topic(found: Mapping[str, Mapping[str, Any]]) -> Topic:
    return Topic(
        best=found[_BEST]["hits"]["max_score"],
        best_of_every_word=found[_BEST_OF_EVERY_WORD]["hits"]["max_score"],
        names_category=_LACKING in found and not found[_LACKING]["hits"]["hits"],
    )


def _known(words: Sequence[str], counted: Mapping[str, Any] | None, name: str) -> frozenset[str]:
    buckets = [] if counted is None else counted["aggregations"][name]["buckets"]
    return frozenset(word for word, bucket in zip(words, buckets, strict=False) if bucket["doc_count"])


def _typos(found: Mapping[str, Any]) -> dict[str, str]:
    entries = found.get("suggest", {}).get(TYPOS, ())
    return {
        entry["text"]: best["text"]
        for entry in entries
        for best in entry["options"][:1]
        if best["score"] >= _LEAST_LIKENESS
    }


def _heard(words: Sequence[str], found: Mapping[str, Any]) -> dict[str, str]:
    """The name that is meant by each word, of those that the products found for it have."""
    texts = {
        word: [text for hit in found[part]["hits"]["hits"] for text in _shown(hit["_source"])]
        for word in words
        if (part := _part(word)) in found
    }
    return {word: name for word, shown in texts.items() if (name := closest(word, shown))}


def _shown(source: Mapping[str, Any]) -> Sequence[str]:
    return [source[catalog.NAME], *source.get(catalog.SPECS, ())]


def _documents(legs: Iterable[Mapping[str, Any]]) -> dict[str, CatalogDocument]:
    hits = [hit for found in legs for hit in found["hits"]["hits"]]
    return {document.id: document for document in (catalog.from_source(hit["_source"]) for hit in hits)}


def _candidates(found: Mapping[str, Any], sides: Mapping[str, int]) -> list[Candidate]:
    """Best first. sides: mark -> side, the one that counts before others first."""
    hits = found["hits"]["hits"]
    candidates = [_candidate(hit, hit["fields"], hit.get("matched_queries", ()), sides) for hit in hits]
    candidates.sort(key=attrgetter("id"))
    candidates.sort(key=attrgetter("score"), reverse=True)
    return candidates


def _candidate(
    hit: Mapping[str, Any], fields: Mapping[str, Any], marks: Sequence[str], sides: Mapping[str, int]
) -> Candidate:
    prices = fields.get(catalog.PRICE_FROM)
    price = prices[0] if prices else None
    if not marks:
        return Candidate(fields[catalog.ID][0], hit["_score"], price, fields[catalog.IN_STOCK][0])
    side = next((side for mark, side in sides.items() if mark in marks), None)
    return Candidate(
        fields[catalog.ID][0],
        hit["_score"],
        price,
        fields[catalog.IN_STOCK][0],
        by_code=BY_CODE in marks,
        mentioned=MENTIONED in marks,
        every_word=EVERY_WORD in marks,
        in_name=side is not None or IN_NAME in marks,
        side=side,
    )
