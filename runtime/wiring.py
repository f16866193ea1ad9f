"""The composition root: settings in, services out. The only module that names concrete classes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

import structlog
from limits.errors import ConfigurationError as LimitsConfigurationError

from runtime.breaker import Breaker
from runtime.chat.generation import AnswerLimits
from runtime.chat.service import ChatService
from runtime.chat.stream import TIMING, StreamTiming
from runtime.llm.attempt import Link
from runtime.llm.chain import ProviderChain
from runtime.llm.failures import OPENAI_ADVICE
from runtime.llm.opening import open_provider
from runtime.llm.presets import PRESETS
from runtime.llm.provider_file import load_providers
from runtime.llm.providers import Provider, ProviderPlan
from runtime.retrieval.index import LiveIndices
from runtime.retrieval.live import LiveSearch
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.query_embedding import QueryEmbedders
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts, ProductSearch
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.unavailable import ClusterGuard
from runtime.settings import KeySetting, KeysName, RuntimeSettings, parse_keys
from runtime.web.auth import ActionDoor, ApiKey, ChatDoor, ClosedDoor, Door, KeyRing
from runtime.web.draining import Draining
from runtime.web.key_file import KeyFile
from runtime.web.rate_limit import Area, RateLimit
from runtime.web.stores import Storefronts
from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.embedding.select import build_embedder
from shared.errors import ConfigurationError
from shared.indices import RagNames
from shared.openai import OPENAI_URL
from shared.opensearch import connect
from shared.proxy import proxy_for
from shared.stores import StoreView

log = structlog.get_logger(__name__)

SEARCH_SECONDS: Final = 5.0
EMBEDDING_SECONDS: Final = 10.0
WARM_UP_SECONDS: Final = 20.0
PATIENT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything the application is made of. closers: what frees it, in order."""

    retriever: Retriever
    chat: ChatService
    storefronts: Storefronts
    action_door: Door
    chat_door: Door
    action_limit: RateLimit
    chat_limit: RateLimit
    draining: Draining = field(default_factory=Draining)
    stream_timing: StreamTiming = TIMING
    most_running: int = RuntimeSettings.model_fields["chat_max_running"].default
    origins: tuple[str, ...] = ()
    public_url: str | None = None
    path_prefix: str = ""
    serve_metrics: bool = True
    closers: Sequence[Callable[[], Awaitable[object]]] = ()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Warm for the length of the context, closed afterwards."""
        async with AsyncExitStack() as stack:
            for close in reversed(self.closers):
                stack.push_async_callback(close)
            await self._warm_up()
            yield

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


def build_services(settings: RuntimeSettings, providers: ProviderPlan | None, *, patient: bool = False) -> Services:
    """The services of `settings`, with answers written by `providers`; nothing is connected to before
    `Services.running`. patient: of searches and their vectors only what they say counts, and not when, for whoever
    measures that on a busy machine.

    Raises ConfigurationError naming every setting that cannot be used.
    """
    stores = settings.store_views()
    retriever, close_searches = _build_retriever(settings, stores, patient=patient)
    model = build_chain(providers) if providers else None
    return Services(
        retriever=retriever,
        chat=ChatService(
            retriever,
            model,
            limits=AnswerLimits(temperature=settings.chat_temperature),
            condenses=settings.chat_condense,
        ),
        storefronts=Storefronts([store for store, _ in stores]),
        action_door=ActionDoor(build_key_ring(settings, "action_api_keys")),
        chat_door=_build_chat_door(settings),
        action_limit=_build_limit(settings, settings.rate_limit_actions, area="actions"),
        chat_limit=_build_limit(settings, settings.rate_limit_chat, area="chat"),
        origins=settings.cors_allowed_origins,
        most_running=settings.chat_max_running,
        public_url=settings.public_url,
        path_prefix=settings.path_prefix,
        serve_metrics=settings.metrics_port is None,
        closers=[*([model.aclose] if model else []), retriever.aclose, *close_searches],
    )


def _build_retriever(
    settings: RuntimeSettings, stores: Sequence[tuple[StoreView, RagNames]], *, patient: bool
) -> tuple[Retriever, Sequence[Callable[[], Awaitable[object]]]]:
    """The retriever, and what closes its clients."""
    seconds = PATIENT_SECONDS if patient else SEARCH_SECONDS
    client = connect(settings.cluster(), timeout=seconds)
    search: ProductSearch = OpenSearchProducts(client)
    closers = [client.close]
    if settings.live_prices:
        source = connect(settings.source(), timeout=seconds)
        closers.append(source.close)
        views = [store for store, _ in stores]
        deadline = PATIENT_SECONDS if patient else settings.live_prices_seconds
        search = LiveSearch(search, OpenSearchNative(source), views, deadline=deadline)
    embedder_of = _embedder_of(settings)
    embedders = QueryEmbedders(embedder_of)
    if patient:
        embedders = QueryEmbedders(embedder_of, deadline=PATIENT_SECONDS, added=PATIENT_SECONDS)
    retriever = Retriever(
        search,
        indices=LiveIndices(search, stores, model_of=settings.query_model),
        embedders=embedders,
        guard=ClusterGuard(seconds=PATIENT_SECONDS) if patient else ClusterGuard(),
        synonyms=StoreSynonyms(settings.companion, stores=[store.code for store, _ in stores]),
    )
    return retriever, closers


def _embedder_of(settings: RuntimeSettings) -> Callable[[EmbeddingModel], Embedder]:
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


def _build_chat_door(settings: RuntimeSettings) -> Door:
    if not settings.chat_enabled:
        return ClosedDoor()
    keys = build_key_ring(settings, "chat_api_keys")
    return ChatDoor(keys, origins=settings.cors_allowed_origins, open_to_all=settings.chat_open)


def _build_limit(settings: RuntimeSettings, rate: str, *, area: Area) -> RateLimit:
    try:
        return RateLimit(rate, area=area, storage=settings.rate_limit_storage)
    except LimitsConfigurationError as exc:
        raise ConfigurationError([f"RATE_LIMIT_STORAGE: {exc}; install the extra `vitrina[redis]`"]) from exc


def build_key_ring(
    settings: RuntimeSettings, setting: KeysName, *, clock: Callable[[], float] = time.monotonic
) -> KeyRing:
    """The keys of `setting`: for good, or, where a secrets file says them, as it says them from time to time.

    clock: seconds, monotonic.
    """
    keys = _api_keys(settings.action_api_keys if setting == "action_api_keys" else settings.chat_api_keys)
    file = settings.key_file(setting)
    if file is None:
        return KeyRing(keys)
    stores = [store.code for store, _ in settings.store_views()]

    def parse(text: str) -> Sequence[ApiKey]:
        return _api_keys(parse_keys(setting, text, stores=stores))

    return KeyRing(KeyFile(file.read, parse, setting=setting.upper(), keys=keys, clock=clock).current)


def _api_keys(entries: Sequence[KeySetting]) -> tuple[ApiKey, ...]:
    return tuple(ApiKey(name=entry.name, store=entry.store, digest=entry.digest) for entry in entries)
