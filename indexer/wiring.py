"""The composition root: settings in, concrete classes out. The only module that names them all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Final, TypeVar

from opensearchpy import AsyncOpenSearch

from indexer.extract.opensearch import open_source
from indexer.load.preflight import check_cluster
from indexer.pipeline import Job, Watch, Workshop
from indexer.settings import IndexerSettings
from shared.embedding.embedder import Embedder, EmbeddingRefused
from shared.embedding.select import build_embedder
from shared.errors import ConfigurationError
from shared.opensearch import connect

T = TypeVar("T")

EMBEDDING_TIMEOUT_SECONDS: Final = 60.0


def build_jobs(settings: IndexerSettings, store: str | None = None) -> tuple[Job, ...]:
    """The store views of `settings`, or the one of code `store`. Raises ConfigurationError for an unknown one."""
    jobs = tuple(Job(store=view, names=names) for view, names in settings.store_views())
    chosen = tuple(job for job in jobs if store in (None, job.store.code))
    if not chosen:
        known = ", ".join(job.store.code for job in jobs)
        raise ConfigurationError([f"--store: there is no store view {store!r}; known: {known}"])
    return chosen


@asynccontextmanager
async def open_workshop(settings: IndexerSettings, *, watch: Watch) -> AsyncIterator[Workshop]:
    """Clients and model of one run, closed at its end. Raises ConfigurationError."""
    async with AsyncExitStack() as opened:
        embedder = build_model(settings)
        opened.push_async_callback(embedder.aclose)
        target = connect(settings.cluster())
        opened.push_async_callback(target.close)
        source = connect(settings.source())
        opened.push_async_callback(source.close)
        yield Workshop(
            open_source=partial(open_source, source, settings.source(), slices=settings.source_slices),
            target=target,
            embedder=embedder,
            retain=settings.rag_retain,
            watch=watch,
        )


def build_model(settings: IndexerSettings) -> Embedder:
    """The embedding model new documents are embedded with; the caller closes it. Raises ConfigurationError."""
    base_url, api_key = settings.embedding_endpoint()
    try:
        return build_embedder(
            settings.embedding(),
            base_url=base_url,
            api_key=api_key,
            cache=settings.cache(),
            timeout=EMBEDDING_TIMEOUT_SECONDS,
        )
    except EmbeddingRefused as refusal:
        raise ConfigurationError([str(refusal)]) from refusal


async def ask(settings: IndexerSettings, question: Callable[[AsyncOpenSearch], Awaitable[T]]) -> T:
    """The answer of `question` to a client of the RAG cluster, which is looked at first."""
    async with connect(settings.cluster()) as client:
        await check_cluster(client, settings.cluster())
        return await question(client)
