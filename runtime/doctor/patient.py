"""What is examined, as values and open clients."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

from runtime.cautions import Caution, cautions_of
from runtime.doctor.hosts import fetch_addresses
from runtime.doors import build_doors
from runtime.llm.model import ChatModel
from runtime.llm.opening import open_provider
from runtime.llm.providers import ProviderPlan
from runtime.retrieval.index import LiveIndices
from runtime.retrieval.native import NativeProducts, OpenSearchNative
from runtime.retrieval.search import OpenSearchProducts
from runtime.retrieval.trial import try_index
from runtime.runs.watch import OpenSearchRuns, RunRecords
from runtime.settings import RuntimeSettings
from runtime.storefront.script import WidgetScript, read_script
from runtime.wiring import SEARCH_SECONDS, embedder_of
from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.opensearch import ClusterAddress, connect


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """An installation. Who made it closes the clients.

    stores: their codes. cautions: what the settings alone tell. open_embedder: may block and may raise; the doctor
    closes what it gives. models: the providers of the chain by name. storage: of the limits. asks, budgets: who may
    ask, and for how much a day, in words. script: the widget's, None where it is not built. origins: of the pages that
    may ask. fetch_addresses: of some products of an index. try_index: raises as retrieval.trial.try_index does.
    native: where prices are read again, None where they are not. records: of runs.
    """

    stores: Sequence[str]
    cautions: Sequence[Caution]
    address: ClusterAddress
    indices: LiveIndices
    open_embedder: Callable[[EmbeddingModel], Embedder]
    models: Sequence[tuple[str, ChatModel]]
    storage: str
    asks: str
    budgets: str
    script: WidgetScript | None
    origins: Sequence[str]
    fetch_addresses: Callable[[str], Awaitable[Sequence[str]]]
    try_index: Callable[[str], Awaitable[None]]
    native: NativeProducts | None
    records: RunRecords


@asynccontextmanager
async def open_patient(settings: RuntimeSettings, providers: ProviderPlan | None) -> AsyncIterator[Patient]:
    """The installation of `settings`. Raises ConfigurationError for what `serve` would not start with."""
    build_doors(settings, providers)
    stores = settings.store_views()
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(connect(settings.cluster(), timeout=SEARCH_SECONDS))
        products = OpenSearchProducts(client)
        native = None
        if settings.live_prices:
            source = await stack.enter_async_context(connect(settings.source(), timeout=SEARCH_SECONDS))
            native = OpenSearchNative(source)
        models = [(one.name, open_provider(one)) for one in (providers.providers if providers else ())]
        for _, model in models:
            stack.push_async_callback(model.aclose)
        yield Patient(
            stores=[store.code for store, _ in stores],
            cautions=list(cautions_of(settings)),
            address=settings.cluster(),
            indices=LiveIndices(products, stores, model_of=settings.query_model),
            open_embedder=embedder_of(settings),
            models=models,
            storage=settings.rate_limit_storage,
            asks=_who_asks(settings),
            budgets=_budgets(settings),
            script=read_script(),
            origins=settings.cors_allowed_origins,
            fetch_addresses=partial(fetch_addresses, client),
            try_index=partial(try_index, products),
            native=native,
            records=OpenSearchRuns(client, prefix=settings.rag_index_prefix),
        )


def _who_asks(settings: RuntimeSettings) -> str:
    chat = [*settings.cors_allowed_origins, *(f"key {key.name}" for key in settings.chat_api_keys)]
    if settings.chat_open:
        chat.append("anyone")
    actions = [f"key {key.name}" for key in settings.action_api_keys]
    said = f"chat: {', '.join(chat) or 'nobody'}; actions: {', '.join(actions) or 'nobody'}"
    return said if settings.chat_enabled else f"{said}; CHAT_ENABLED is off"


def _budgets(settings: RuntimeSettings) -> str:
    names = ("budget_tokens_day", "budget_cost_day", "budget_tokens_day_caller", "budget_cost_day_caller")
    found = [f"{name.upper()}={value:g}" for name in names if (value := getattr(settings, name)) is not None]
    return ", ".join(found)
