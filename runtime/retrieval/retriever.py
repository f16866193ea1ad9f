"""Hybrid retrieval over the live index: embed, two legs in one round trip, fuse, cards in a second one."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeVar

import structlog
from prometheus_client import Histogram

from runtime.retrieval.code_match import code_conditions
from runtime.retrieval.explain import explain_no_code
from runtime.retrieval.explainer import Explained, Explainer
from runtime.retrieval.fact_finding import answer, find_facts
from runtime.retrieval.facts import Facts, within_figures
from runtime.retrieval.hits import MAX_TEXT, Condition, Degraded, Hit, Retrieval, RetrievalRequest
from runtime.retrieval.index import LiveIndex, LiveIndices
from runtime.retrieval.language import language_of
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.listing import list_products
from runtime.retrieval.mending import SPELLING, looking_up, mend, mended_condition
from runtime.retrieval.one_product import find_product, knows_code
from runtime.retrieval.query_embedding import QueryEmbedders, wants_vector
from runtime.retrieval.ranking import joined_by, named
from runtime.retrieval.reading import Reading, ask, read_request, without_taken_back
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.unavailable import QUESTION_SECONDS, ClusterGuard, Waiting
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.vocabulary import Vocabularies
from runtime.retrieval.why import Ranked, explain_hits
from runtime.web.metrics import count_degraded
from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.errors import AppError
from shared.hybrid.settings import OURS, RankingSettings
from shared.opensearch import ClusterBusy, IndexMissing
from shared.personal_data import unmasked
from shared.spans import DOCUMENTS, OPERATION, STORE, Attributes, span, tell

log = structlog.get_logger(__name__)

DEPTH: Final = 100
"""Candidates of each leg."""
WHOLE_DEPTH: Final = 50
"""The same where they are read as documents."""

RETRIEVAL_SECONDS: Final = Histogram(
    "vitrina_retrieval_seconds",
    "Seconds of one retrieval, query embedding included.",
    ["store"],
    buckets=(0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 5),
)

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
        guard: ClusterGuard | None = None,
        depth: int = DEPTH,
        settings: RankingSettings = OURS,
        mask: Callable[[str], str] = unmasked,
    ) -> None:
        """synonyms: None for those that the indices bring along and no others. mask: what no embedding service is to
        see in a question.
        """
        self._search = search
        self._indices = indices
        self._embedders = embedders
        self._depth = depth
        self._settings = settings
        self._vocabularies = Vocabularies(search)
        self._synonyms = synonyms or StoreSynonyms(lambda name: None, stores=indices.stores)
        self._guard = guard or ClusterGuard()
        self._explainer = Explainer(search, self._vocabularies)
        self._mask = mask

    def tuned(self, settings: RankingSettings) -> "Retriever":
        """One that ranks by `settings` and shares everything else, what is remembered included."""
        tuned = copy(self)
        tuned._settings = settings
        return tuned

    async def retrieve(self, request: RetrievalRequest) -> Retrieval:
        """The products for `request`. Raises CatalogUnavailable when the live index cannot be searched."""
        described: Attributes = {OPERATION: "retrieval", STORE: request.store}
        with RETRIEVAL_SECONDS.labels(request.store).time(), span("retrieve", described) as own:
            tell(own, "vitrina.query", lambda: request.text)
            retrieve = partial(self._find, request=replace(request, text=self._mask(request.text)))
            found = await self._on_live_index(request.store, retrieve, patient=request.explain)
            own.set_attributes({DOCUMENTS: len(found.hits), "vitrina.total": found.total})
            own.set_attribute("vitrina.degraded", found.degraded or "")
        if found.degraded:
            count_degraded(found.degraded, request.store)
        return found

    async def fetch_product(
        self, store: str, *, id: str | None = None, sku: str | None = None
    ) -> tuple[Hit, datetime] | None:
        """One product by id or by any of its codes, with the index's `as_of`; None when there is none.

        Raises CatalogUnavailable as `retrieve` does.
        """

        async def find(live: LiveIndex, _waiting: Waiting) -> tuple[CatalogDocument | None, datetime]:
            return await find_product(self._search, live.index, id=id, sku=sku), live.as_of

        with span("fetch_product", {OPERATION: "retrieval", STORE: store}) as own:
            document, as_of = await self._on_live_index(store, find)
            own.set_attribute(DOCUMENTS, int(document is not None))
        return None if document is None else (Hit(document=document, score=1.0), document.as_of or as_of)

    async def fetch_live(self, store: str) -> LiveIndex:
        """The live index of `store`. Nobody's question: it neither trips nor resets what stands between those and a
        cluster that does not answer. Raises as LiveIndices.get does.
        """
        return await self._indices.get(store)

    async def fetch_vocabulary(self, store: str) -> tuple[str, Vocabulary]:
        """The live index of `store`, and what it knows by name. Nobody's question, as `fetch_live`.

        Raises as LiveIndices.get and ProductSearch.fetch_counts do.
        """
        live = await self._indices.get(store)
        return live.index, await self._vocabularies.get(live)

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
        return self._guard.problems() or await self._indices.problems(seconds=QUESTION_SECONDS)

    async def aclose(self) -> None:
        """Close the query embedders."""
        await self._embedders.aclose()

    async def _find(self, live: LiveIndex, waiting: Waiting, request: RetrievalRequest) -> Retrieval:
        if request.said:
            with waiting.elsewhere():
                vocabulary = await self._vocabularies.get(live)
                request = without_taken_back(request, vocabulary, language=language_of(live.store))
        return await self._retrieve(live, waiting, request)

    async def _retrieve(self, live: LiveIndex, waiting: Waiting, request: RetrievalRequest) -> Retrieval:
        language = language_of(live.store)
        reading, question, found, mended = await self._ask(live, request, waiting)
        if reading.sure_codes and not await knows_code(self._search, live.index, question, found=found):
            message = explain_no_code(live.store, [code.text for code in reading.sure_codes])
            return Retrieval(store=live.store.code, as_of=live.as_of, message=message)
        joined = joined_by(question, found, self._settings)
        listing = list_products(self._search, live.index, reading, question, found=found, joined=joined)
        if reading.about_all:
            facts = find_facts(self._search, live.index, question, found=found)
            (hits, total), told = await asyncio.gather(listing, facts)
            told = within_figures(told, [hit.document for hit in hits if hit.document.as_of is not None])
            total = told.count if reading.tells_facts else total
        else:
            (hits, total), told = await listing, None
        named_by = code_conditions(reading.codes, hits, language=language)
        wanted = wants_vector(live.model, reading.described, language=live.store.language)
        degraded: Degraded | None = "embeddings" if wanted and question.vector is None else None
        ranked = Ranked(question, found, joined, sort=reading.sort, degraded=degraded, language=language)
        nearest = None if total else await self._nearest(live, request, reading, waiting, shown=hits)
        if nearest is not None:
            hits, explained = nearest.hits, nearest.explained
        else:
            explained = await explain_hits(self._search, live.index, hits, ranked) if request.explain else {}
        explanation = Explained(answer(reading, told, live.store))
        if not explanation.text and not (total and hits):
            without = () if nearest is None else reading.values
            explanation = await self._explainer.explain(live, question, found=found, hits=hits, without=without)
        return Retrieval(
            store=live.store.code,
            as_of=_as_of(hits, told, live),
            hits=hits,
            unmet=nearest is not None,
            total=total,
            degraded=degraded,
            message=explanation.text,
            nearest=explanation.nearest,
            understood=(*mended, *reading.conditions, *named_by),
            facts=told,
            explained=explained,
        )

    async def _ask(
        self, live: LiveIndex, request: RetrievalRequest, waiting: Waiting
    ) -> tuple[Reading, Question, Candidates, tuple[Condition, ...]]:
        """What `request` means, what the index was asked, and what it found; and, where the request had to be put
        right first, the condition that says so.
        """
        reading, question = await self._read(live, request, waiting)
        if reading.sure_codes or SPELLING in request.drop:
            return reading, question, await self._search.fetch_candidates(live.index, question), ()
        text = request.text[:MAX_TEXT]
        russian = live.store.language == "ru"
        vocabulary = await self._vocabularies.get(live)
        doubtful = looking_up(question, text, vocabulary=vocabulary, russian=russian)
        found = await self._search.fetch_candidates(live.index, doubtful)
        meant_in = None if question.vector is None else vocabulary
        mended = text if named(found) else mend(text, found, russian=russian, meant_in=meant_in)
        if mended == text:
            return reading, question, found, ()
        # Asked once more, with the documents at once: two round trips are enough for a slip, too.
        reading, question = await self._read(live, replace(request, text=mended), waiting)
        whole = replace(question, whole=not question.prices, depth=min(self._depth, WHOLE_DEPTH))
        found = await self._search.fetch_candidates(live.index, whole)
        return reading, question, found, (mended_condition(mended, language=language_of(live.store)),)

    async def _read(self, live: LiveIndex, request: RetrievalRequest, waiting: Waiting) -> tuple[Reading, Question]:
        """What `request` means, and what the index is to be asked for it."""
        with waiting.elsewhere():
            vocabulary = await self._vocabularies.get(live)
            reading = read_request(request, vocabulary, language=language_of(live.store))
            synonyms = await self._synonyms.get(live)
            vector = await self._embed(live, reading.described, waiting)
        question = ask(reading, vector=vector, depth=self._depth, synonyms=synonyms)
        return reading, replace(question, texts=request.texts, settings=self._settings.lexical)

    async def _nearest(
        self, live: LiveIndex, request: RetrievalRequest, reading: Reading, waiting: Waiting, *, shown: Sequence[Hit]
    ) -> Retrieval | None:
        """What there is without the values that the text asks for; None where it is no nearer than what is `shown`."""
        if not reading.values:
            return None
        dropped = (*request.drop, *(condition.id for condition in reading.values))
        kept = replace(request.filter, categories=reading.filter.categories)
        nearest = await self._retrieve(live, waiting, replace(request, filter=kept, drop=dropped))
        return nearest if nearest.hits and (nearest.total or not shown) else None

    async def _embed(self, live: LiveIndex, text: str, waiting: Waiting) -> Vector | None:
        await self._embedders.keep(self._indices.models())
        if waiting.without_vector or not wants_vector(live.model, text, language=live.store.language):
            return None
        vector = await self._embedders.embed(live.model, text)
        waiting.without_vector = vector is None
        return vector

    async def _on_live_index(
        self, store: str, operation: Callable[[LiveIndex, Waiting], Awaitable[T]], *, patient: bool = False
    ) -> T:
        """Run `operation` on the live index; once more when that index was swapped for another one meanwhile.

        While it is being deleted an index does not only say that it is missing: for some milliseconds its shard has no
        copy to answer, as on a busy cluster. Which of the two it is, the alias knows.
        """
        async with self._guard.question(store, patient=patient) as waiting:
            live = await self._indices.get(store)
            try:
                return await operation(live, waiting)
            except (IndexMissing, ClusterBusy):
                newer = await self._indices.renew(live)
                if newer.index == live.index:
                    raise
                return await operation(newer, waiting)


def _as_of(hits: Sequence[Hit], told: Facts | None, live: LiveIndex) -> datetime:
    """When prices and stock of `hits`, and the prices `told`, were read, of that which was read first."""
    if told is not None and told.price_min is not None and not told.read_again:
        return live.as_of
    return min((hit.document.as_of or live.as_of for hit in hits), default=live.as_of)
