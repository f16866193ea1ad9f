"""The composition root: settings in, concrete classes out. The only module that names them all."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from typing import Final, TypeVar

from opensearchpy import AsyncOpenSearch

from indexer.attributes import FILE_NAME as ATTRIBUTES_FILE
from indexer.attributes import NO_RULES, AttributeRules, load_attributes
from indexer.doctor.patient import Patient, Schedule
from indexer.embed.sending import Sender
from indexer.embed.unwritten import Unwritten
from indexer.extract.opensearch import open_source
from indexer.inspection.product import Desk
from indexer.load.bulk import products_a_window
from indexer.load.canaries import FILE_NAME as CANARIES_FILE
from indexer.load.canaries import Canary, load_canaries
from indexer.load.preflight import check_cluster
from indexer.load.throttle import Throttle
from indexer.rejects import RejectFile
from indexer.settings import IndexerSettings
from indexer.workshop import Job, Judge, Watch, Workshop
from shared.embedding.embedder import Embedder, EmbeddingModel, EmbeddingRefused
from shared.embedding.select import build_embedder
from shared.errors import ConfigurationError
from shared.indices import IndexMeta
from shared.opensearch import connect
from shared.retry import Patience

T = TypeVar("T")

EMBEDDING_TIMEOUT_SECONDS: Final = 60.0
DOCTOR_TIMEOUT_SECONDS: Final = 5.0


def build_jobs(settings: IndexerSettings, store: str | None = None) -> tuple[Job, ...]:
    """The store views of `settings`, or the one of code `store`. Raises ConfigurationError for an unknown one."""
    jobs = tuple(Job(store=view, names=names) for view, names in settings.store_views())
    chosen = tuple(job for job in jobs if store in (None, job.store.code))
    if not chosen:
        known = ", ".join(job.store.code for job in jobs)
        raise ConfigurationError([f"--store: there is no store view {store!r}; known: {known}"])
    return chosen


@asynccontextmanager
async def open_workshop(
    settings: IndexerSettings, *, run_id: str, watch: Watch, allow_shrink: bool = False
) -> AsyncIterator[Workshop]:
    """Clients and model of one run, closed at its end; its lease is the caller's. Raises ConfigurationError."""
    attributes, canaries = read_rules(settings)
    rate = settings.indexer_max_docs_per_second
    async with AsyncExitStack() as opened:
        embedder = build_model(settings)
        opened.push_async_callback(embedder.aclose)
        target = await opened.enter_async_context(connect(settings.cluster()))
        source = await opened.enter_async_context(connect(settings.source()))
        rejects = RejectFile(settings.rejects_directory(), run_id=run_id, now=lambda: datetime.now(UTC))
        yield Workshop(
            open_source=partial(
                open_source, source, settings.source(), slices=settings.source_slices, attributes=attributes
            ),
            target=target,
            address=settings.cluster(),
            sender=Sender(
                embedder,
                patience=Patience(settings.embedding_give_up_seconds),
                unwritten=Unwritten(products_a_window(embedder.model.dimension)),
            ),
            retain=settings.rag_retain,
            attributes=attributes,
            canaries=canaries,
            throttle=None if rate is None else Throttle(rate),
            rejects=opened.enter_context(rejects),
            allow_shrink=allow_shrink,
            watch=watch,
        )


@asynccontextmanager
async def open_desk(settings: IndexerSettings, job: Job) -> AsyncIterator[Desk]:
    """What the inspection of a product of `job` works with, closed at its end. Raises ConfigurationError."""
    attributes, _ = read_rules(settings)
    async with AsyncExitStack() as opened:
        embedder = build_model(settings)
        opened.push_async_callback(embedder.aclose)
        judge = Judge(job.store, embedder, attributes)
        yield Desk(
            source=await opened.enter_async_context(connect(settings.source())),
            address=settings.source(),
            target=await opened.enter_async_context(connect(settings.cluster())),
            judge=lambda record: judge.judge([record])[0],
            count_tokens=embedder.count_tokens,
            attributes=attributes,
        )


@asynccontextmanager
async def open_patient(settings: IndexerSettings, store: str | None = None) -> AsyncIterator[Patient]:
    """The installation as the doctor looks at it, closed at its end. Raises ConfigurationError."""
    attributes, canaries = read_rules(settings)
    async with AsyncExitStack() as opened:
        yield Patient(
            source=await opened.enter_async_context(connect(settings.source(), timeout=DOCTOR_TIMEOUT_SECONDS)),
            source_address=settings.source(),
            target=await opened.enter_async_context(connect(settings.cluster(), timeout=DOCTOR_TIMEOUT_SECONDS)),
            target_address=settings.cluster(),
            prefix=settings.rag_index_prefix,
            jobs=build_jobs(settings, store),
            model=settings.embedding(),
            open_model=partial(build_model, settings),
            open_question_model=partial(build_question_model, settings),
            schedule=Schedule(
                settings.indexer_schedule,
                settings.indexer_timezone,
                settings.trigger().get_next_fire_time(None, datetime.now(UTC)),
            ),
            canaries=canaries or None,
            attributes=attributes,
            stores_file=settings.stores_file,
            old_names=settings.old_names(),
            version=version("vitrina"),
        )


def read_rules(settings: IndexerSettings) -> tuple[AttributeRules, tuple[Canary, ...]]:
    """The operator's attributes.toml and canaries.toml, where there are any.

    Raises ConfigurationError with every mistake in both.
    """
    attributes, canaries = settings.companion(ATTRIBUTES_FILE), settings.companion(CANARIES_FILE)
    rules: AttributeRules = NO_RULES
    questions: tuple[Canary, ...] = ()
    problems: list[str] = []
    try:
        rules = load_attributes(attributes) if attributes else NO_RULES
    except ConfigurationError as mistakes:
        problems += mistakes.problems
    try:
        questions = load_canaries(canaries, stores=_store_codes(settings)) if canaries else ()
    except ConfigurationError as mistakes:
        problems += mistakes.problems
    if problems:
        raise ConfigurationError(problems)
    return rules, questions


def _store_codes(settings: IndexerSettings) -> list[str] | None:
    """Every store view's code; None where STORES_FILE cannot be used, which whoever reads the settings tells."""
    try:
        return [view.code for view, _ in settings.store_views()]
    except ConfigurationError:
        return None


def build_model(settings: IndexerSettings) -> Embedder:
    """The embedding model new documents are embedded with; the caller closes it. Raises ConfigurationError."""
    try:
        return _open_model(settings, settings.embedding())
    except EmbeddingRefused as refusal:
        raise ConfigurationError([str(refusal)]) from refusal


def build_question_model(settings: IndexerSettings, meta: IndexMeta) -> Embedder:
    """The model that questions to an index are embedded with, as the runtime would; the caller closes it.

    Raises ConfigurationError, EmbeddingRefused.
    """
    return _open_model(settings, settings.query_model(meta))


def _open_model(settings: IndexerSettings, model: EmbeddingModel) -> Embedder:
    base_url, api_key = settings.embedding_endpoint()
    return build_embedder(
        model, base_url=base_url, api_key=api_key, cache=settings.cache(), timeout=EMBEDDING_TIMEOUT_SECONDS
    )


async def ask(settings: IndexerSettings, question: Callable[[AsyncOpenSearch], Awaitable[T]]) -> T:
    """The answer of `question` to a client of the RAG cluster, which is looked at first."""
    async with connect(settings.cluster()) as client:
        await check_cluster(client, settings.cluster())
        return await question(client)
