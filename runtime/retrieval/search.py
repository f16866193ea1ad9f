"""The port to the RAG index and its OpenSearch adapter, the only caller of that index.

Every method names one concrete index, never an alias: the parts of a request then see one and the same build.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, Literal, Protocol

import structlog
from opensearchpy import AsyncOpenSearch
from opentelemetry.trace import Span, SpanKind

from runtime.retrieval.candidates import build_parts, read_candidates, read_fields
from runtime.retrieval.counts import MAX_VALUES, CatalogueCounts, build_counts
from runtime.retrieval.facts import Facts, read_facts
from runtime.retrieval.facts_query import build_facts
from runtime.retrieval.legs import Candidates, PriceList, PriceQuestion, Question
from runtime.retrieval.lookup import HEARD
from runtime.retrieval.matches import Matches, Sought, build_matches, read_matches
from runtime.retrieval.older_schema import in_words_of
from shared import catalog
from shared.catalog import CatalogDocument
from shared.hybrid.filters import Clauses, build_filter
from shared.hybrid.query import (
    build_by_price,
    build_meant,
    build_without,
)
from shared.indices import OLDEST_SERVED, SCHEMA_VERSION, IndexMeta, UnreadableIndex, read_meta
from shared.opensearch import ClusterBusy, raise_part, translated
from shared.spans import DOCUMENTS, span

log = structlog.get_logger(__name__)

RoundTrip = Literal["candidates", "documents", "by_price", "facts", "matches", "by_code", "counts"]
"""What a span is called behind `search.`."""

_COUNTED: Final[Mapping[str, tuple[str, int]]] = {
    "categories": (catalog.CATEGORIES, 1_000),
    "labels": (catalog.FACET_LABELS, 1_000),
    "values": (f"{catalog.FACETS}.shown", MAX_VALUES),
    "axes": (catalog.AXES, 1_000),
}
"""What is counted: field, and how many of its values at most, the most frequent ones."""

_REFUSED: Final = 400
"""Some clusters take no regular expressions (`search.allow_expensive_queries`): there no name is heard."""


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

    async def fetch_matches(self, index: str, ids: Sequence[str], sought: Sought) -> Mapping[str, Matches]:
        """By id, what the documents of `ids` that exist have of `sought`, and where. One round trip."""
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
        self._older: dict[str, int] = {}

    async def fetch_live(self, alias: str) -> tuple[str, IndexMeta]:
        with translated(f"alias {alias!r}"):
            found = await self._client.indices.get_mapping(index=alias)
        if len(found) != 1:
            names = ", ".join(sorted(found)) or "no index"
            raise UnreadableIndex(alias, f"the alias stands for {names}, and only one can be served")
        ((index, entry),) = found.items()
        meta = read_meta(index, entry["mappings"], oldest=OLDEST_SERVED)
        if meta.schema_version != SCHEMA_VERSION:
            self._older[index] = meta.schema_version
        return index, meta

    async def fetch_candidates(self, index: str, question: Question) -> Candidates:
        parts = build_parts(question)
        lines = [line for body in parts.values() for line in ({"index": index}, self._asked_of(index, body))]
        with _asking("candidates", index) as own:
            answer = await self._client.msearch(body=lines)
            for name, part in zip(parts, answer["responses"], strict=True):
                own.add_event(name.partition(" ")[0], _told(part))
        found = {
            name: _checked(part, index=index, leg=name)
            for name, part in zip(parts, answer["responses"], strict=True)
            if not (name.startswith(HEARD) and part["status"] == _REFUSED)
        }
        return read_candidates(question, found)

    async def fetch_by_price(self, index: str, question: PriceQuestion) -> PriceList:
        body = build_by_price(
            question.words,
            min_score=question.min_score,
            every_word=question.every_word,
            filters=_filters(question),
            sort=question.sort,
            size=question.limit,
            fields=read_fields(texts=question.texts),
        )
        hits = (await self._search("by_price", index, body))["hits"]
        documents = tuple(catalog.from_source(hit["_source"]) for hit in hits["hits"])
        return PriceList(documents, total=hits["total"]["value"])

    async def fetch_facts(self, index: str, question: PriceQuestion | None, *, named: Sequence[str] = ()) -> Facts:
        if question is None:
            return read_facts(await self._search("facts", index, build_facts({"match_none": {}}, named=named)))
        meant = build_meant(question.words, every_word=question.every_word, filters=_filters(question))
        min_score = None if question.words is None else question.min_score
        return read_facts(await self._search("facts", index, build_facts(meant, min_score=min_score, named=named)))

    async def fetch_documents(
        self, index: str, ids: Sequence[str], *, texts: bool = False
    ) -> Mapping[str, CatalogDocument]:
        if not ids:
            return {}
        with _asking("documents", index) as own:
            answer = await self._client.mget(
                body={"ids": list(ids)}, index=index, _source_includes=read_fields(texts=texts)
            )
            own.set_attribute(DOCUMENTS, sum(entry.get("found", False) for entry in answer["docs"]))
        for entry in answer["docs"]:
            if "error" in entry:
                # The request is nothing but ids, so that what is wrong is the shard: not there, or not just now.
                raise_part(f"index {index!r}", entry["error"], status=503)
        return {entry["_id"]: catalog.from_source(entry["_source"]) for entry in answer["docs"] if entry["found"]}

    async def fetch_matches(self, index: str, ids: Sequence[str], sought: Sought) -> Mapping[str, Matches]:
        hits = (await self._search("matches", index, build_matches(ids, sought)))["hits"]["hits"]
        return {hit["fields"][catalog.ID][0]: read_matches(hit, sought) for hit in hits}

    async def fetch_by_code(self, index: str, code: str) -> Sequence[CatalogDocument]:
        body = {
            "query": {"bool": {"filter": [{"term": {catalog.IDENTIFIERS: code}}]}},
            "_source": read_fields(texts=True),
            "size": 20,
        }
        answer = await self._search("by_code", index, body)
        documents = (catalog.from_source(hit["_source"]) for hit in answer["hits"]["hits"])
        return sorted(documents, key=lambda document: document.id)

    async def fetch_counts(self, index: str) -> CatalogueCounts:
        counted = {name: {"terms": {"field": field, "size": size}} for name, (field, size) in _COUNTED.items()}
        answer = await self._search("counts", index, {"size": 0, "track_total_hits": True, "aggs": counted})
        if answer["timed_out"] or answer["_shards"]["failed"]:
            raise ClusterBusy(f"index {index!r}: a part of it did not count its products")
        found = {
            name: {bucket["key"]: bucket["doc_count"] for bucket in told["buckets"]}
            for name, told in answer["aggregations"].items()
        }
        return build_counts(answer["hits"]["total"]["value"], **found)

    async def _search(self, what: RoundTrip, index: str, body: dict[str, Any]) -> Any:
        with _asking(what, index) as own:
            answer = await self._client.search(index=index, body=self._asked_of(index, body))
            own.set_attributes(_told(answer))
        return answer

    def _asked_of(self, index: str, body: dict[str, Any]) -> dict[str, Any]:
        version = self._older.get(index)
        return body if version is None else in_words_of(body, version=version)


@contextmanager
def _asking(what: RoundTrip, index: str) -> Iterator[Span]:
    """Around one round trip."""
    with span(f"search.{what}", {"vitrina.index": index}, kind=SpanKind.CLIENT) as own, translated(f"index {index!r}"):
        yield own


def _told(answer: Mapping[str, Any]) -> dict[str, int]:
    """What the cluster itself says of a search: its milliseconds, and how many it gives."""
    if "error" in answer:
        return {"vitrina.status": answer["status"]}
    return {"vitrina.took_ms": answer["took"], DOCUMENTS: len(answer["hits"]["hits"])}


def _filters(question: PriceQuestion) -> Clauses:
    return [*build_filter(question.filter), *build_without(question.unwanted)]


def _checked(found: Mapping[str, Any], *, index: str, leg: str) -> Mapping[str, Any]:
    if "error" in found:
        raise_part(f"index {index!r}", found["error"], status=found["status"])
    if found["timed_out"] or found["_shards"]["failed"]:
        log.warning("search_incomplete", index=index, leg=leg, shards=found["_shards"])
    return found
