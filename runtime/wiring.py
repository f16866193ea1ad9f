"""The composition root: settings in, services out. The only module that names concrete classes."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from runtime.breaker import Breaker
from runtime.chat.generation import AnswerLimits
from runtime.chat.purse import Purses
from runtime.chat.service import ChatService, chats_from_zero
from runtime.chat.stream import TIMING, StreamTiming
from runtime.doors import build_doors
from runtime.llm.attempt import Link
from runtime.llm.chain import ProviderChain
from runtime.llm.failures import OPENAI_ADVICE
from runtime.llm.model import ChatModel
from runtime.llm.opening import open_provider
from runtime.llm.presets import PRESETS
from runtime.llm.provider_file import load_providers
from runtime.llm.providers import Provider, ProviderPlan
from runtime.retrieval.index import LiveIndex, LiveIndices
from runtime.retrieval.live import LiveSearch
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts, ProductSearch
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.trial import try_index
from runtime.retrieval.unavailable import ClusterGuard
from runtime.runs.watch import OpenSearchRuns, RunWatch
from runtime.settings import RuntimeSettings
from runtime.storefront.endpoints import CONFIG_RATE, Suggest
from runtime.storefront.feedback import FEEDBACK_RATE
from runtime.storefront.script import WidgetScript, read_script
from runtime.storefront.suggestions import Suggestions
from runtime.web.answer_log import AnswerLog
from runtime.web.auth import Door
from runtime.web.draining import Draining
from runtime.web.metrics import degraded_from_zero
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.web.visitors import Visitors
from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.embedding.select import build_embedder
from shared.indices import RagNames
from shared.openai import OPENAI_URL
from shared.opensearch import connect
from shared.personal_data import masked, unmasked
from shared.proxy import proxy_for
from shared.stores import StoreView

log = structlog.get_logger(__name__)

SEARCH_SECONDS: Final = 5.0
EMBEDDING_SECONDS: Final = 10.0
WARM_UP_SECONDS: Final = 20.0
PATIENT_SECONDS: Final = 60.0


def _suggest_nothing(_store: StoreView) -> Sequence[str]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the application is made of. widget_door: the chat's, where it is not said otherwise. script: None
    where the widget is not built. runs: None where nobody asks what the indexer did. closers: what frees it, in
    order.
    """

    retriever: Retriever
    chat: ChatService
    storefronts: Storefronts
    action_door: Door
    chat_door: Door
    action_limit: RateLimit
    chat_limit: RateLimit
    widget_door: Door | None = None
    widget_limit: RateLimit = field(default_factory=lambda: RateLimit(CONFIG_RATE, area="widget"))
    feedback_limit: RateLimit = field(default_factory=lambda: RateLimit(FEEDBACK_RATE, area="feedback"))
    visitors: Visitors = field(default_factory=lambda: Visitors(secrets.token_bytes(32)))
    answers: AnswerLog = field(default_factory=AnswerLog)
    purses: Purses = field(default_factory=Purses)
    chat_enabled: bool = True
    suggest: Suggest = field(default=_suggest_nothing)
    script: WidgetScript | None = None
    draining: Draining = field(default_factory=Draining)
    stream_timing: StreamTiming = TIMING
    most_running: int = RuntimeSettings.model_fields["chat_max_running"].default
    masked: bool = True
    origins: tuple[str, ...] = ()
    public_url: str | None = None
    path_prefix: str = ""
    serve_metrics: bool = True
    runs: RunWatch | None = None
    closers: Sequence[Callable[[], Awaitable[object]]] = ()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Warm for the length of the context, closed afterwards."""
        for store in self.storefronts.visible(None):
            chats_from_zero(store.code)
            degraded_from_zero(store.code)
        async with AsyncExitStack() as stack:
            for close in reversed(self.closers):
                stack.push_async_callback(close)
            await self._warm_up()
            if self.chat_enabled and self.script is not None:
                # The first shopper finds what there is to ask.
                for store in self.storefronts.visible(None):
                    self.suggest(store)
            if self.runs is not None:
                await stack.enter_async_context(self.runs.exported())
            yield

    async def problems(self) -> Sequence[str]:
        """What keeps store views from being searched, one sentence each; empty when all can be."""
        return await self.retriever.problems() or (() if self.runs is None else self.runs.problems())

    async def _warm_up(self) -> None:
        # What is not there yet is no reason not to start: readiness says so, and the first question finds it.
        try:
            async with asyncio.timeout(WARM_UP_SECONDS):
                await self.retriever.warm_up()
        except TimeoutError:
            log.warning("warm_up_unfinished", seconds=WARM_UP_SECONDS)


def read_providers(settings: RuntimeSettings) -> ProviderPlan | None:
    """Who writes the answers: the chain of CHAT_PROVIDERS, else the one model of the settings, else nobody.

    Raises ConfigurationError naming every mistake of the file.
    """
    if settings.chat_providers is not None:
        file = settings.companion(str(settings.chat_providers))
        # Named as it was written where there is none, and then found to be missing like any other file.
        return load_providers(file or settings.chat_providers, secret=settings.secret)
    if not settings.model_configured:
        return None
    usual = PRESETS["openai"]
    main = Provider(
        name="main",
        model=settings.chat_model,
        base_url=settings.openai_base_url or usual.base_url or "",
        dialect=usual.dialect,
        key=settings.openai_api_key,
        advice=OPENAI_ADVICE,
    )
    return ProviderPlan(providers=(main,))


def build_services(
    settings: RuntimeSettings,
    providers: ProviderPlan | None,
    *,
    patient: bool = False,
    answers: AnswerLog | None = None,
) -> Services:
    """The services of `settings`, with answers written by `providers` and told to `answers`; nothing is connected to
    before `Services.running`. patient: of searches and their vectors only what they say counts, and not when, for
    whoever measures that on a busy machine.

    Raises ConfigurationError naming every setting that cannot be used.
    """
    stores = settings.store_views()
    client = connect(settings.cluster(), timeout=PATIENT_SECONDS if patient else SEARCH_SECONDS)
    products = OpenSearchProducts(client)
    retriever, close_searches = _build_retriever(settings, stores, products=products, patient=patient)
    model = build_chain(providers) if providers else None
    doors = build_doors(settings, providers)
    suggestions = Suggestions(retriever)
    return Services(
        retriever=retriever,
        chat=_build_chat(settings, retriever, model),
        storefronts=Storefronts([store for store, _ in stores]),
        action_door=doors.actions,
        chat_door=doors.chat,
        widget_door=doors.widget,
        action_limit=doors.action_limit,
        chat_limit=doors.chat_limit,
        widget_limit=doors.widget_limit,
        feedback_limit=doors.feedback_limit,
        visitors=doors.visitors,
        purses=doors.purses,
        answers=answers or AnswerLog(),
        chat_enabled=settings.chat_enabled,
        suggest=suggestions.get,
        script=read_script(),
        origins=settings.cors_allowed_origins,
        most_running=settings.chat_max_running,
        public_url=settings.public_url,
        runs=_build_runs(settings, stores, client=client, products=products, retriever=retriever),
        masked=settings.mask_personal_data,
        path_prefix=settings.path_prefix,
        serve_metrics=settings.metrics_port is None,
        closers=[
            suggestions.aclose,
            *([model.aclose] if model else []),
            *([doors.budgets.aclose] if doors.budgets else []),
            retriever.aclose,
            *close_searches,
            client.close,
        ],
    )


def _build_chat(settings: RuntimeSettings, retriever: Retriever, model: ChatModel | None) -> ChatService:
    return ChatService(
        retriever,
        model,
        limits=AnswerLimits(temperature=settings.chat_temperature),
        condenses=settings.chat_condense,
        mask=_mask_of(settings),
    )


def _build_retriever(
    settings: RuntimeSettings,
    stores: Sequence[tuple[StoreView, RagNames]],
    *,
    products: OpenSearchProducts,
    patient: bool,
) -> tuple[Retriever, Sequence[Callable[[], Awaitable[object]]]]:
    """The retriever over `products`, and what closes the client that it has besides."""
    search: ProductSearch = products
    closers: list[Callable[[], Awaitable[object]]] = []
    if settings.live_prices:
        source = connect(settings.source(), timeout=PATIENT_SECONDS if patient else SEARCH_SECONDS)
        closers.append(source.close)
        views = [store for store, _ in stores]
        deadline = PATIENT_SECONDS if patient else settings.live_prices_seconds
        search = LiveSearch(search, OpenSearchNative(source), views, deadline=deadline)
    opener = embedder_of(settings)
    embedders = QueryEmbedders(opener)
    if patient:
        embedders = QueryEmbedders(opener, deadline=PATIENT_SECONDS, added=PATIENT_SECONDS)
    retriever = Retriever(
        search,
        indices=LiveIndices(search, stores, model_of=settings.query_model),
        embedders=embedders,
        guard=ClusterGuard(seconds=PATIENT_SECONDS) if patient else ClusterGuard(),
        synonyms=StoreSynonyms(settings.companion, stores=[store.code for store, _ in stores]),
        mask=_mask_of(settings),
    )
    return retriever, closers


def _build_runs(
    settings: RuntimeSettings,
    stores: Sequence[tuple[StoreView, RagNames]],
    *,
    client: AsyncOpenSearch,
    products: OpenSearchProducts,
    retriever: Retriever,
) -> RunWatch:
    async def try_live(store: str) -> LiveIndex:
        live = await retriever.fetch_live(store)
        await try_index(products, live.index)
        return live

    records = OpenSearchRuns(client, prefix=settings.rag_index_prefix)
    return RunWatch(records, stores=[store.code for store, _ in stores], try_live=try_live)


def _mask_of(settings: RuntimeSettings) -> Callable[[str], str]:
    return masked if settings.mask_personal_data else unmasked


def embedder_of(settings: RuntimeSettings) -> Callable[[EmbeddingModel], Embedder]:
    """What opens the models that indices name. Raises ConfigurationError."""
    base_url, api_key = settings.embedding_endpoint()
    if settings.embedding_provider != "local":
        # At the start, and not with the first question: a proxy that cannot be used is told here.
        proxy_for(base_url or OPENAI_URL)
    return lambda model: build_embedder(
        model, base_url=base_url, api_key=api_key, cache=settings.cache(), timeout=EMBEDDING_SECONDS
    )


def build_chain(plan: ProviderPlan, *, clock: Callable[[], float] = time.monotonic) -> ProviderChain:
    """The providers of `plan` as one model. clock: of their breakers; seconds, monotonic."""
    links = [Link(provider, open_provider(provider), Breaker(clock=clock)) for provider in plan.providers]
    return ProviderChain(links, budget=plan.budget_first_token)
