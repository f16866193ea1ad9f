"""Hybrid retrieval over the live index: embed, two legs in one round trip, fuse, cards in a second one."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, TypeVar

import structlog
from prometheus_client import Histogram

from runtime.errors import CatalogUnavailable
from runtime.retrieval.explain import (
    category_key,
    explain_category,
    explain_filters,
    explain_nothing,
    explain_price,
    price_distance,
)
from runtime.retrieval.index import LiveIndex, LiveIndices
from runtime.retrieval.language import is_russian
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.ranking import arrange, fused, on_topic, prices_of, word_shares
from runtime.retrieval.search import ProductSearch, Question
from runtime.web.metrics import count_degraded
from shared.catalog import CatalogDocument
from shared.embedding.embedder import Vector
from shared.errors import ConfigurationError, Transient
from shared.hybrid.query import ProductFilter, Sort
from shared.indices import UnreadableIndex
from shared.opensearch import AccessDenied, IndexMissing
from shared.telemetry import tracer

log = structlog.get_logger(__name__)

DEPTH: Final = 100
"""Candidates of each leg."""

MAX_TEXT: Final = 2000
"""Characters of a question that reach the search."""

NEAREST_OF: Final = 10
RETRY_SECONDS: Final = 2
"""What an unreachable cluster may need to come back."""
NOT_YET_SECONDS: Final = 10
"""Until someone has run the indexer or mended the settings, at best."""

RETRIEVAL_SECONDS: Final = Histogram("vitrina_retrieval_seconds", "Seconds of one retrieval, query embedding included.")

Degraded = Literal["embeddings"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetrievalRequest:
    """What is wanted. store: a store code the caller may see. limit: hits returned at most."""

    text: str
    store: str
    limit: int = 10
    filter: ProductFilter = field(default_factory=ProductFilter)
    sort: Sort = "relevance"


@dataclass(frozen=True, slots=True)
class Hit:
    """A product found. score: of the fusion, higher is better. ranks: leg -> rank from 1.

    word_share: its score by words as a share of the best one's; 0 where it shares no word with the question.
    """

    document: CatalogDocument
    score: float
    ranks: Mapping[str, int] = field(default_factory=dict)
    word_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition read out of the question; `id` lets the client drop it, `text` shows it."""

    id: str
    kind: str
    field: str
    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Retrieval:
    """Products for one request.

    as_of: when the live index was built. total: candidates after fusion. degraded: what had to be done without.
    message: what an empty or odd result means, in the store's language; empty when there is nothing to explain.
    """

    store: str
    as_of: datetime
    hits: tuple[Hit, ...] = ()
    total: int = 0
    degraded: Degraded | None = None
    message: str = ""
    understood: tuple[Condition, ...] = ()


class Retriever:
    """Finds products of a store view; safe to share between requests.

    The store code is a choice already made (`web.stores.Storefronts`), and stands for one index: what a store does
    not sell cannot be found in it.
    """

    def __init__(
        self, search: ProductSearch, *, indices: LiveIndices, embedders: QueryEmbedders, depth: int = DEPTH
    ) -> None:
        self._search = search
        self._indices = indices
        self._embedders = embedders
        self._depth = depth
        self._categories: dict[str, tuple[str, Sequence[str]]] = {}

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

    async def problems(self) -> Sequence[str]:
        """What keeps store views from being searched, one sentence each; empty when all can be."""
        return await self._indices.problems()

    async def aclose(self) -> None:
        """Close the query embedders."""
        await self._embedders.aclose()

    async def _retrieve(self, live: LiveIndex, request: RetrievalRequest) -> Retrieval:
        text = request.text[:MAX_TEXT]
        vector = await self._embed(live, text)
        question = Question(
            text=text,
            vector=vector,
            filter=request.filter,
            depth=self._depth,
            prices=request.sort != "relevance",
        )
        legs = await self._search.fetch_candidates(live.index, question)
        found = arrange(legs, request.sort, within_category=bool(request.filter.categories))
        wanted = found[: request.limit]
        documents = await self._search.fetch_documents(live.index, [hit.id for hit in wanted])
        shares = word_shares(legs)
        return Retrieval(
            store=live.store.code,
            as_of=live.as_of,
            hits=tuple(
                Hit(documents[hit.id], hit.score, ranks=hit.ranks, word_share=shares.get(hit.id, 0.0))
                for hit in wanted
                if hit.id in documents
            ),
            total=len(found),
            degraded="embeddings" if vector is None and _wants_vector(live, text) else None,
            message="" if found else await self._explain(live, question),
        )

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
            found = await self._search.fetch_documents(live.index, [id])
            return (found[id], live.as_of) if id in found else None
        code = sku or ""
        documents = await self._search.fetch_by_code(live.index, code)
        # Codes that differ in case or separators only meet in the index; the one written exactly so comes first.
        best = min(
            documents, key=lambda document: (document.sku != code, code not in document.variant_skus), default=None
        )
        return None if best is None else (best, live.as_of)

    async def _explain(self, live: LiveIndex, question: Question) -> str:
        wanted = question.filter
        known = await self._fetch_categories(live) if wanted.categories else ()
        keys = {category_key(name) for name in known}
        for asked in wanted.categories:
            if category_key(asked) not in keys:
                return explain_category(live.store, asked, known=known)
        if wanted.price_min is not None or wanted.price_max is not None:
            return explain_price(live.store, wanted, nearest=await self._fetch_nearest(live, question))
        return explain_nothing(live.store) if wanted == ProductFilter() else explain_filters(live.store, wanted)

    async def _fetch_categories(self, live: LiveIndex) -> Sequence[str]:
        index, names = self._categories.get(live.store.code, ("", ()))
        if index != live.index:
            names = await self._search.fetch_categories(live.index)
            self._categories[live.store.code] = (live.index, names)
        return names

    async def _fetch_nearest(self, live: LiveIndex, question: Question) -> CatalogDocument | None:
        """Of the most relevant products at any price, the one whose price is nearest to what was asked."""
        anywhere = replace(question.filter, price_min=None, price_max=None)
        legs = await self._search.fetch_candidates(live.index, replace(question, filter=anywhere, prices=True))
        prices = prices_of(legs)
        priced = [hit for hit in on_topic(fused(legs)) if prices[hit.id] is not None][:NEAREST_OF]
        if not priced:
            return None
        nearest = min(priced, key=lambda hit: price_distance(prices[hit.id] or 0.0, question.filter))
        return (await self._search.fetch_documents(live.index, [nearest.id])).get(nearest.id)

    async def _on_live_index(self, store: str, operation: Callable[[LiveIndex], Awaitable[T]]) -> T:
        """Run `operation` on the live index; once more when that index was pruned after a swap meanwhile."""
        with _as_unavailable(store):
            live = await self._indices.get(store)
            try:
                return await operation(live)
            except IndexMissing:
                self._indices.forget(live)
                return await operation(await self._indices.get(store))


def _wants_vector(live: LiveIndex, text: str) -> bool:
    """Whether the semantic leg weighs anything: a model that does not know a language ranks by chance."""
    return live.model.knows(live.store.language) and (not is_russian(text) or live.model.knows("ru"))


@contextmanager
def _as_unavailable(store: str) -> Iterator[None]:
    """Tell the caller that the catalogue is out of reach, and the log why."""
    try:
        yield
    except Transient as exc:
        log.warning("catalog_unreachable", store=store, cause=str(exc))
        raise CatalogUnavailable("The catalogue cannot be reached right now.", retry_after=RETRY_SECONDS) from exc
    except (IndexMissing, UnreadableIndex, AccessDenied, ConfigurationError) as exc:
        log.warning("catalog_unusable", store=store, cause=str(exc))
        message = f"The catalogue of store {store!r} cannot be searched yet."
        raise CatalogUnavailable(message, retry_after=NOT_YET_SECONDS) from exc
