"""Hybrid retrieval over the live index: embed, two legs in one round trip, fuse, cards in a second one."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Final, TypeVar

import structlog
from prometheus_client import Histogram

from runtime.errors import CatalogUnavailable
from runtime.retrieval.code_match import code_conditions
from runtime.retrieval.explain import Shown, explain_no_code
from runtime.retrieval.explainer import Explainer
from runtime.retrieval.hits import MAX_TEXT, Condition, Hit, Retrieval, RetrievalRequest
from runtime.retrieval.index import LiveIndex, LiveIndices
from runtime.retrieval.language import is_russian, language_of
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.mending import SPELLING, looking_up, mend, mended_condition
from runtime.retrieval.price_order import fetch_price_list
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.ranking import fused, named, on_topic
from runtime.retrieval.reading import Reading, ask, read_request
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.vocabulary import Vocabularies
from runtime.web.metrics import count_degraded
from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.errors import AppError, ConfigurationError, Transient
from shared.hybrid.filters import ProductFilter
from shared.hybrid.query import PriceSort
from shared.indices import UnreadableIndex
from shared.opensearch import AccessDenied, ClusterBusy, IndexMissing, TlsRefused, UnsuitableCluster
from shared.telemetry import tracer

log = structlog.get_logger(__name__)

DEPTH: Final = 100
"""Candidates of each leg."""
WHOLE_DEPTH: Final = 50
"""The same where they are read as documents."""

RETRY_SECONDS: Final = 2
"""What an unreachable cluster may need to come back."""
NOT_YET_SECONDS: Final = 10
"""Until someone has run the indexer or mended the settings, at best."""

RETRIEVAL_SECONDS: Final = Histogram("vitrina_retrieval_seconds", "Seconds of one retrieval, query embedding included.")

T = TypeVar("T")


class Retriever:
    """Finds products of a store view; safe to share between requests.

    The store code is a choice already made (`web.stores.Storefronts`), and stands for one index: what a store does
    not sell cannot be found in it.
    """

    def __init__(
        self,
        search: ProductSearch,
        *,
        indices: LiveIndices,
        embedders: QueryEmbedders,
        synonyms: StoreSynonyms | None = None,
        depth: int = DEPTH,
    ) -> None:
        """synonyms: None for those that the indices bring along and no others."""
        self._search = search
        self._indices = indices
        self._embedders = embedders
        self._depth = depth
        self._vocabularies = Vocabularies(search)
        self._synonyms = synonyms or StoreSynonyms(lambda name: None, stores=indices.stores)
        self._explainer = Explainer(search, self._vocabularies)

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        """The products for `request`. Raises CatalogUnavailable when the live index cannot be searched."""
        with RETRIEVAL_SECONDS.time(), tracer.start_as_current_span("retrieve"):
            return await self._on_live_index(request.store, lambda live: self._retrieve(live, request))

    async def fetch_product(
        self, store: str, *, id: str | None = None, sku: str | None = None
    ) -> tuple[Hit, datetime] | None:
        """One product by id or by any of its codes, with the index's `as_of`; None when there is none.

        Raises CatalogUnavailable as `retrieve` does.
        """
        document = await self._on_live_index(store, lambda live: self._fetch(live, id=id, sku=sku))
        return None if document is None else (Hit(document=document[0], score=1.0), document[1])

    async def warm_up(self) -> None:
        """Open what the first question would otherwise wait for; says in the log what is not there yet."""
        for problem in await self._indices.problems():
            log.warning("store_not_ready", reason=problem)
        for model in self._indices.models():
            await self._embedders.open(model)
        for live in self._indices.known():
            with suppress(AppError):
                await self._vocabularies.get(live)

    async def problems(self) -> Sequence[str]:
        """What keeps store views from being searched, one sentence each; empty when all can be."""
        return await self._indices.problems()

    async def aclose(self) -> None:
        """Close the query embedders."""
        await self._embedders.aclose()

    async def _retrieve(self, live: LiveIndex, request: RetrievalRequest) -> Retrieval:
        language = language_of(live.store)
        reading, question, found, mended = await self._ask(live, request)
        if reading.sure_codes and not await self._knows_code(live, question, found=found):
            return self._no_such_code(live, reading)
        if reading.sort == "relevance":
            hits, total = await self._by_relevance(live, found, limit=reading.limit, texts=request.texts)
        else:
            hits, total = await self._by_price(live, question, found, sort=reading.sort, limit=reading.limit)
        named_by = code_conditions(reading.codes, hits, language=language)
        return Retrieval(
            store=live.store.code,
            as_of=live.as_of,
            hits=hits,
            total=total,
            degraded="embeddings" if question.vector is None and _wants_vector(live, reading.described) else None,
            message="" if total else await self._explain(live, question, found=found, hits=hits),
            understood=(*mended, *reading.conditions, *named_by),
        )

    async def _ask(
        self, live: LiveIndex, request: RetrievalRequest
    ) -> tuple[Reading, Question, Candidates, tuple[Condition, ...]]:
        """What `request` means, what the index was asked, and what it found; and, where the request had to be put
        right first, the condition that says so.
        """
        reading, question = await self._read(live, request)
        if reading.sure_codes or SPELLING in request.drop:
            return reading, question, await self._search.fetch_candidates(live.index, question), ()
        text = request.text[:MAX_TEXT]
        russian = live.store.language == "ru"
        vocabulary = await self._vocabularies.get(live)
        doubtful = looking_up(question, text, vocabulary=vocabulary, russian=russian)
        found = await self._search.fetch_candidates(live.index, doubtful)
        mended = text if named(found) else mend(text, found, russian=russian)
        if mended == text:
            return reading, question, found, ()
        # Asked once more, with the documents at once: two round trips are enough for a slip, too.
        reading, question = await self._read(live, replace(request, text=mended))
        whole = replace(question, whole=not question.prices, depth=min(self._depth, WHOLE_DEPTH))
        found = await self._search.fetch_candidates(live.index, whole)
        return reading, question, found, (mended_condition(mended, language=language_of(live.store)),)

    async def _read(self, live: LiveIndex, request: RetrievalRequest) -> tuple[Reading, Question]:
        """What `request` means, and what the index is to be asked for it."""
        vocabulary = await self._vocabularies.get(live)
        reading = read_request(request, vocabulary, language=language_of(live.store))
        synonyms = await self._synonyms.get(live)
        vector = await self._embed(live, reading.described)
        question = ask(reading, vector=vector, depth=self._depth, synonyms=synonyms)
        return reading, replace(question, texts=request.texts)

    async def _knows_code(self, live: LiveIndex, question: Question, *, found: Candidates) -> bool:
        """Whether any product has a code of `question`, be it one that its conditions leave out."""
        if any(hit.by_code or hit.mentioned for hit in found.by_words):
            return True
        if question.filter == ProductFilter():
            return False
        anywhere = replace(question, filter=ProductFilter(), vector=None, depth=1, prices=False)
        found = await self._search.fetch_candidates(live.index, anywhere)
        return any(hit.by_code or hit.mentioned for hit in found.by_words)

    def _no_such_code(self, live: LiveIndex, reading: Reading) -> Retrieval:
        message = explain_no_code(live.store, [code.text for code in reading.sure_codes])
        return Retrieval(store=live.store.code, as_of=live.as_of, message=message)

    async def _by_relevance(
        self, live: LiveIndex, found: Candidates, *, limit: int, texts: bool
    ) -> tuple[tuple[Hit, ...], int]:
        wanted = fused(found)[:limit]
        documents = found.documents or await self._search.fetch_documents(
            live.index, [hit.id for hit in wanted], texts=texts
        )
        asked_for = {candidate.id for candidate in named(found)}
        hits = tuple(
            Hit(documents[hit.id], hit.score, ranks=hit.ranks, by_code=hit.id in asked_for)
            for hit in wanted
            if hit.id in documents
        )
        return hits, found.matching if on_topic(found) else 0

    async def _by_price(
        self, live: LiveIndex, question: Question, found: Candidates, *, sort: PriceSort, limit: int
    ) -> tuple[tuple[Hit, ...], int]:
        listed = await fetch_price_list(self._search, live.index, question, found=found, sort=sort, limit=limit)
        asked_for = {candidate.id for candidate in named(found)}
        hits = tuple(Hit(document, score=0.0, by_code=document.id in asked_for) for document in listed.documents)
        return hits, listed.total

    async def _explain(self, live: LiveIndex, question: Question, *, found: Candidates, hits: Sequence[Hit]) -> str:
        shown: Shown = "nothing"
        if hits:
            shown = "all" if question.prices and question.filter.categories else "similar"
        return await self._explainer.explain(live, question, found=found, shown=shown)

    async def _embed(self, live: LiveIndex, text: str) -> Vector | None:
        await self._embedders.keep(self._indices.models())
        if not _wants_vector(live, text):
            return None
        vector = await self._embedders.embed(live.model, text)
        if vector is None:
            count_degraded("embeddings")
        return vector

    async def _fetch(
        self, live: LiveIndex, *, id: str | None, sku: str | None
    ) -> tuple[CatalogDocument, datetime] | None:
        if id is not None:
            found = await self._search.fetch_documents(live.index, [id], texts=True)
            return (found[id], live.as_of) if id in found else None
        code = sku or ""
        documents = await self._search.fetch_by_code(live.index, code)
        # Codes that differ in case or separators only meet in the index; the one written exactly so comes first.
        best = min(
            documents, key=lambda document: (document.sku != code, code not in document.variant_skus), default=None
        )
        return None if best is None else (best, live.as_of)

    async def _on_live_index(self, store: str, operation: Callable[[LiveIndex], Awaitable[T]]) -> T:
        """Run `operation` on the live index; once more when that index was swapped for another one meanwhile.

        While it is being deleted an index does not only say that it is missing: for some milliseconds its shard has no
        copy to answer, as on a busy cluster. Which of the two it is, the alias knows.
        """
        with _as_unavailable(store):
            live = await self._indices.get(store)
            try:
                return await operation(live)
            except (IndexMissing, ClusterBusy):
                newer = await self._indices.renew(live)
                if newer.index == live.index:
                    raise
                return await operation(newer)


def _wants_vector(live: LiveIndex, text: str) -> bool:
    """Whether the semantic leg weighs anything: without words, or in a language its model does not know, it ranks by
    chance.
    """
    return (
        bool(text.strip())
        and live.model.knows(live.store.language)
        and (not is_russian(text) or live.model.knows("ru"))
    )


@contextmanager
def _as_unavailable(store: str) -> Iterator[None]:
    """Tell the caller that the catalogue is out of reach, and the log why."""
    try:
        yield
    except Transient as exc:
        log.warning("catalog_unreachable", store=store, cause=str(exc))
        raise CatalogUnavailable("The catalogue cannot be reached right now.", retry_after=RETRY_SECONDS) from exc
    except (IndexMissing, UnreadableIndex, AccessDenied, TlsRefused, UnsuitableCluster, ConfigurationError) as exc:
        log.warning("catalog_unusable", store=store, cause=str(exc))
        message = f"The catalogue of store {store!r} cannot be searched yet."
        raise CatalogUnavailable(message, retry_after=NOT_YET_SECONDS) from exc
