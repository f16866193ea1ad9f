"""The port to the RAG index and its OpenSearch adapter, the only caller of that index.

Every method names one concrete index, never an alias: the parts of a request then see one and the same build.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

import structlog
from opensearchpy import AsyncOpenSearch

from runtime.retrieval.counts import MAX_VALUES, CatalogueCounts, build_counts
from runtime.retrieval.facts import Facts, read_facts
from runtime.retrieval.facts_query import build_facts
from runtime.retrieval.legs import Candidate, Candidates, PriceList, PriceQuestion, Question, Topic
from runtime.retrieval.lookup import HEARD, KNOWN, TYPOS, VERBATIM, build_heard, build_known, build_suggest
from runtime.retrieval.matches import Matches, UnwantedPhrases, build_matches, read_matches
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
    build_by_price,
    build_lacking,
    build_lexical,
    build_meant,
    build_semantic,
)
from shared.indices import IndexMeta, UnreadableIndex, read_meta
from shared.opensearch import ClusterBusy, raise_part, translated

log = structlog.get_logger(__name__)

_COUNTED: Final[Mapping[str, tuple[str, int]]] = {
    "categories": (catalog.CATEGORIES, 1_000),
    "labels": (catalog.FACET_LABELS, 1_000),
    "values": (f"{catalog.FACETS}.shown", MAX_VALUES),
    "axes": (catalog.AXES, 1_000),
}
"""What is counted: field, and how many of its values at most, the most frequent ones."""

_LEAST_LIKENESS: Final = 0.78
"""Of a word and the one meant instead, 1 being the same: Lucene gives 1 - edits / letters. One letter of four makes
another word ("belt" and "bell"), one of five is a slip, and two are only in nine.
"""

_REFUSED: Final = 400
"""Some clusters take no regular expressions (`search.allow_expensive_queries`): there no name is heard."""

_BEST: Final = "best"
_BEST_OF_EVERY_WORD: Final = "best_of_every_word"
_LACKING: Final = "lacking"


class ProductSearch(Protocol):
    """What retrieval needs of an index. All raise as `shared.opensearch.translated` says; IndexMissing when `index`
    (or `alias`) is not there.
    """

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        """The one concrete index behind `alias` and what it says of itself. Raises UnreadableIndex too."""
        ...

    async def fetch_candidates(self, index: str, question: Question) -> Candidates:
        """The candidates of each leg, and the topic where the question needs it. One round trip."""
        ...

    async def fetch_by_price(self, index: str, question: PriceQuestion) -> PriceList:
        """Of all products that `question` means, the first by price; those on request last, equal prices by id."""
        ...

    async def fetch_facts(self, index: str, question: PriceQuestion | None, *, named: Sequence[str] = ()) -> Facts:
        """What is true of all products that `question` means, and of those with the ids of `named`."""
        ...

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        """The documents of `ids` that exist, by id; with their texts or without. One round trip."""
        ...

    async def fetch_matches(
        self, index: str, ids: Sequence[str], words: Sequence[str], *, unwanted: UnwantedPhrases = ()
    ) -> Mapping[str, Matches]:
        """By id, which of `words` and of the phrases `unwanted` the documents of `ids` that exist have, and where.

        words: what runtime.retrieval.matches.askable leaves of them. One round trip.
        """
        ...

    async def fetch_by_code(self, index: str, code: str) -> Sequence[CatalogDocument]:
        """The documents that answer to a SKU, a variant SKU or another code; case and separators do not matter."""
        ...

    async def fetch_counts(self, index: str) -> CatalogueCounts:
        """How many products each category and each value of an attribute has, the most frequent at most."""
        ...


class OpenSearchProducts:
    """ProductSearch over OpenSearch; the client's own timeout bounds every call, its owner closes it."""

    def __init__(self, client: AsyncOpenSearch) -> None:
        self._client = client

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        with translated(f"alias {alias!r}"):
            found = await self._client.indices.get_mapping(index=alias)
        if len(found) != 1:
            names = ", ".join(sorted(found)) or "no index"
            raise UnreadableIndex(alias, f"the alias stands for {names}, and only one can be served")
        ((index, entry),) = found.items()
        return index, read_meta(index, entry["mappings"])

    async def fetch_candidates(self, index: str, question: Question) -> Candidates:
        legs, topic = _build_legs(question), _build_topic(question)
        parts = {**legs, **topic, **_build_lookups(question)}
        lines = [line for body in parts.values() for line in ({"index": index}, body)]
        with translated(f"index {index!r}"):
            answer = await self._client.msearch(body=lines)
        found = {
            name: _checked(part, index=index, leg=name)
            for name, part in zip(parts, answer["responses"], strict=True)
            if not (name.startswith(HEARD) and part["status"] == _REFUSED)
        }
        return Candidates(
            legs={leg: _candidates(found[leg]) for leg in legs},
            matching=found[LEXICAL]["hits"]["total"]["value"],
            topic=_topic(found) if topic else None,
            known=_known(question.doubts, found.get(KNOWN), KNOWN),
            verbatim=_known(question.doubts, found.get(KNOWN), VERBATIM),
            typos=_typos(found[LEXICAL]),
            heard=_heard(question.heard, found),
            documents=_documents(found[leg] for leg in legs) if question.whole else {},
        )

    async def fetch_by_price(self, index: str, question: PriceQuestion) -> PriceList:
        body = build_by_price(
            question.words,
            min_score=question.min_score,
            every_word=question.every_word,
            filters=build_filter(question.filter),
            sort=question.sort,
            size=question.limit,
            fields=_fields(texts=question.texts),
        )
        hits = (await self._search(index, body))["hits"]
        documents = tuple(catalog.from_source(hit["_source"]) for hit in hits["hits"])
        return PriceList(documents, total=hits["total"]["value"])

    async def fetch_facts(self, index: str, question: PriceQuestion | None, *, named: Sequence[str] = ()) -> Facts:
        if question is None:
            return read_facts(await self._search(index, build_facts({"match_none": {}}, named=named)))
        filters = build_filter(question.filter)
        meant = build_meant(question.words, every_word=question.every_word, filters=filters)
        min_score = None if question.words is None else question.min_score
        return read_facts(await self._search(index, build_facts(meant, min_score=min_score, named=named)))

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        if not ids:
            return {}
        with translated(f"index {index!r}"):
            answer = await self._client.mget(
                body={"ids": list(ids)}, index=index, _source_includes=_fields(texts=texts)
            )
        for entry in answer["docs"]:
            if "error" in entry:
                # The request is nothing but ids, so that what is wrong is the shard: not there, or not just now.
                raise_part(f"index {index!r}", entry["error"], status=503)
        return {entry["_id"]: catalog.from_source(entry["_source"]) for entry in answer["docs"] if entry["found"]}

    async def fetch_matches(
        self, index: str, ids: Sequence[str], words: Sequence[str], *, unwanted: UnwantedPhrases = ()
    ) -> Mapping[str, Matches]:
        hits = (await self._search(index, build_matches(ids, words, unwanted=unwanted)))["hits"]["hits"]
        return {hit["fields"][catalog.ID][0]: read_matches(hit, words, unwanted=unwanted) for hit in hits}

    async def fetch_by_code(self, index: str, code: str) -> Sequence[CatalogDocument]:
        body = {
            "query": {"bool": {"filter": [{"term": {catalog.IDENTIFIERS: code}}]}},
            "_source": _fields(texts=True),
            "size": 20,
        }
        answer = await self._search(index, body)
        documents = (catalog.from_source(hit["_source"]) for hit in answer["hits"]["hits"])
        return sorted(documents, key=lambda document: document.id)

    async def fetch_counts(self, index: str) -> CatalogueCounts:
        counted = {name: {"terms": {"field": field, "size": size}} for name, (field, size) in _COUNTED.items()}
        answer = await self._search(index, {"size": 0, "track_total_hits": True, "aggs": counted})
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise ClusterBusy(f"index {index!r}: a part of it did not count its products")
        found = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in told["buckets"]}
            for name, told in answer["aggregations"].items()
        }
        return build_counts(answer["hits"]["total"]["value"], **found)

    async def _search(self, index: str, body: dict[str, Any]) -> Any:
        with translated(f"index {index!r}"):
            return await self._client.search(index=index, body=body)


def _fields(*, texts: bool) -> list[str]:
    return [*catalog.CARD_FIELDS, *(catalog.TEXT_FIELDS if texts else ())]


def _build_legs(question: Question) -> dict[str, dict[str, Any]]:
    filters = build_filter(question.filter)
    lexical = build_lexical(question.words, filters=filters, size=question.depth)
    legs = {LEXICAL: lexical}
    if question.spelled:
        lexical["suggest"] = build_suggest(question.spelled)
    if question.vector is not None:
        legs[SEMANTIC] = build_semantic(question.vector, filters=filters, size=question.depth)
    fields = [catalog.ID, catalog.IN_STOCK, *([catalog.PRICE_FROM] if question.prices else [])]
    # A stored `_id` lies beside the vector's digits, and OpenSearch would unpack them for a hundred hits, which takes
    # as long as all else.
    read = {"_source": _fields(texts=question.texts)} if question.whole else {"stored_fields": "_none_"}
    return {leg: {**body, **read, "docvalue_fields": fields} for leg, body in legs.items()}


def _build_topic(question: Question) -> dict[str, dict[str, Any]]:
    if not question.needs_topic:
        return {}
    filters = build_filter(question.topic_filter)
    parts = {
        _BEST: build_best(question.words, filters=filters),
        _BEST_OF_EVERY_WORD: build_best(question.words, filters=filters, every_word=True),
    }
    if question.filter.categories:
        parts[_LACKING] = build_lacking(question.words, filters=build_filter(question.filter))
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


def _checked(found: Mapping[str, Any], *, index: str, leg: str) -> Mapping[str, Any]:
    if "error" in found:
        raise_part(f"index {index!r}", found["error"], status=found["status"])
    if found["timed_out"] or found["_shards"]["failed"]:
        log.warning("search_incomplete", index=index, leg=leg, shards=found["_shards"])
    return found


def _candidates(found: Mapping[str, Any]) -> list[Candidate]:
    candidates = [
        Candidate(
            id=hit["fields"][catalog.ID][0],
            score=hit["_score"],
            price=next(iter(hit["fields"].get(catalog.PRICE_FROM, ())), None),
            in_stock=hit["fields"][catalog.IN_STOCK][0],
            by_code=BY_CODE in hit.get("matched_queries", ()),
            mentioned=MENTIONED in hit.get("matched_queries", ()),
            every_word=EVERY_WORD in hit.get("matched_queries", ()),
            in_name=IN_NAME in hit.get("matched_queries", ()),
        )
        for hit in found["hits"]["hits"]
    ]
    return sorted(candidates, key=lambda candidate: (-candidate.score, candidate.id))
