"""All checks, the cheap before the dear: settings, doors, limits, OpenSearch, embeddings, models."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from limits.errors import StorageError

from runtime.cautions import TOPICS, Topic
from runtime.doctor.hosts import judge_hosts
from runtime.doctor.patient import Patient
from runtime.llm.model import ChatModel, Message, Token
from runtime.retrieval.index import LiveIndex
from runtime.retrieval.native import NativeProducts
from runtime.retrieval.trial import NO_ID
from runtime.web.ledger import connect_storage
from shared.checklist import Check, run_checks
from shared.embedding.embedder import EmbeddingModel
from shared.errors import AppError, ConfigurationError
from shared.findings import SETTINGS, Findings, Verdict, failed, listed, ok, warning
from shared.indices import SCHEMA_VERSION, UnreadableIndex, older_version
from shared.opensearch import IndexMissing

REACHABLE: Final = "cluster reachable"
LIVE: Final = "live index"

PROBE_TEXT: Final = "A question of the doctor's."
_MODEL_SECONDS: Final = 15.0
_FEW: Final = 1
"""Tokens of an answer nobody reads."""


async def examine(patient: Patient) -> Findings:
    """Everything there is to find; nothing is changed anywhere.

    Raises nothing expected: what goes wrong is a finding.
    """
    return Findings(tuple(await run_checks(_checks(patient))))


def _checks(patient: Patient) -> Iterator[Check]:
    async def settings() -> Verdict:
        return ok(f"read; store views: {listed(patient.stores)}")

    yield Check(SETTINGS, settings, "mend the settings named")
    for topic in TOPICS:
        yield Check(topic, partial(_judge, patient, topic), "mend the settings named")
    yield Check("budgets", partial(_budgets, patient), "see docs/operations.md")
    yield Check("widget", partial(_widget, patient), "run `make widget`")
    yield Check("limits", partial(_limits, patient), "see RATE_LIMIT_STORAGE")
    yield Check(REACHABLE, partial(_reach, patient), patient.address.remedy)
    live: dict[str, LiveIndex] = {}
    yield from _checks_of_catalogues(patient, live)
    yield from _checks_of_models(patient, live)


def _checks_of_catalogues(patient: Patient, live: dict[str, LiveIndex]) -> Iterator[Check]:
    """live: filled with what the first of them finds."""
    for store in patient.stores:
        find = partial(_find_live, patient, store, live)
        yield Check(LIVE, find, "run `vitrina-indexer doctor`", store=store, needs=(REACHABLE,))
    for store in patient.stores:
        ask = partial(_try_index, patient, store, live)
        yield Check("searches", ask, "see the cluster's own log and load", store=store, needs=(LIVE,))
    if patient.native is not None:
        for store in patient.stores:
            read = partial(_read_prices, patient.native, store, live)
            yield Check("prices of now", read, "see docs/operations.md", store=store, needs=(LIVE,))
    yield Check("run records", partial(_read_records, patient), "see docs/permissions.md", needs=(REACHABLE,))
    for store in patient.stores:
        judge = partial(_judge_hosts, patient, store, live)
        yield Check("hosts of the shop", judge, "see STORE_SITES", store=store, needs=(LIVE,))


def _checks_of_models(patient: Patient, live: dict[str, LiveIndex]) -> Iterator[Check]:
    probed: dict[EmbeddingModel, Verdict] = {}
    for store in patient.stores:
        yield Check(
            "embedding endpoint",
            partial(_embed, patient, store, live, probed),
            "check EMBEDDING_BASE_URL and EMBEDDING_API_KEY; until then products are found by words alone",
            store=store,
            needs=(LIVE,),
            seconds=_MODEL_SECONDS,
        )
    if not patient.models:
        yield Check("language model", _no_model, "set OPENAI_API_KEY")
    for provider, model in patient.models:
        yield Check(
            f"language model {provider}",
            partial(_ask, model),
            "check its key, address and model; until then the next one answers, or product cards",
            seconds=_MODEL_SECONDS,
        )


async def _judge(patient: Patient, topic: Topic) -> Verdict:
    found = [caution for caution in patient.cautions if caution.check == topic]
    if not found:
        return ok(patient.asks if topic == "who may ask" else "nothing to say against")
    say = failed if any(caution.grave for caution in found) else warning
    return say("; ".join(caution.seen for caution in found), "; ".join(caution.fix for caution in found))


async def _budgets(patient: Patient) -> Verdict:
    if patient.budgets or not patient.models:
        return ok(patient.budgets or "no language model, so nothing to spend")
    return warning(
        "no budget of a day is set, so what answers may cost has no end but the rate limits",
        "set BUDGET_TOKENS_DAY, or BUDGET_COST_DAY where the providers' prices are known",
    )


async def _widget(patient: Patient) -> Verdict:
    script = patient.script
    if script is None:
        return warning(
            "the widget is not built, so /widget.js is 404", "run `make widget`, then start the runtime again"
        )
    return ok(f"build {script.name}, {len(script.gzipped):,} bytes compressed")


async def _limits(patient: Patient) -> Verdict:
    if patient.storage == "memory":
        return ok("counted in memory, each replica for itself")
    parts = urlsplit(patient.storage)
    where = f"RATE_LIMIT_STORAGE={parts.scheme}://{parts.hostname}:{parts.port or 6379}"
    try:
        storage = connect_storage(patient.storage)
        there = await asyncio.to_thread(storage.check)
    except StorageError:
        there = False
    if there:
        return ok(f"{where} answers")
    return failed(
        f"{where}: no answer, or not to this login", "check the address, user and password, and that Redis runs; until "
        "then each replica counts for itself",
    )  # fmt: skip


async def _reach(patient: Patient) -> Verdict:
    # Whoever can say so is there.
    with suppress(IndexMissing, UnreadableIndex, ConfigurationError):
        await patient.indices.get(patient.stores[0])
    who = patient.address.who
    return ok(f"{patient.address.shown} answers" + ("" if who is None else f" as {who}"))


async def _find_live(patient: Patient, store: str, live: dict[str, LiveIndex]) -> Verdict:
    try:
        found = live[store] = await patient.indices.get(store)
    except IndexMissing as missing:
        return failed(str(missing), "`vitrina-indexer run` builds the first index and moves the alias")
    except UnreadableIndex as unreadable:
        return failed(str(unreadable), "run the indexer of this version, or `vitrina-indexer rollback`")
    if found.meta.schema_version != SCHEMA_VERSION:
        return warning(older_version(found.index, found.meta), "`vitrina-indexer run` of this version")
    return ok(f"{found.index}, as of {found.as_of:%Y-%m-%d %H:%M %Z}, embedded by {found.model.name}")


async def _try_index(patient: Patient, store: str, live: dict[str, LiveIndex]) -> Verdict:
    await patient.try_index(live[store].index)
    return ok("answered as a question would be")


async def _read_prices(native: NativeProducts, store: str, live: dict[str, LiveIndex]) -> Verdict:
    """Without them answers have those of the last run, which is no failure."""
    view = live[store].store
    try:
        await native.fetch(view, [NO_ID])
    except AppError as error:
        return warning(
            f"{error}; until that is mended prices are those of the last run",
            "check SOURCE_OPENSEARCH_* and the role in docs/permissions.md, or set LIVE_PRICES=false",
        )
    return ok(f"{view.magento_index} can be read")


async def _read_records(patient: Patient) -> Verdict:
    """Without them the alerts about runs are blind, and answers none the worse."""
    try:
        found = await patient.records.fetch(1)
    except AppError as error:
        return warning(f"{error}; until that is mended /metrics says nothing of runs", "see docs/permissions.md")
    return ok("the last run is known" if found else "none yet")


async def _judge_hosts(patient: Patient, store: str, live: dict[str, LiveIndex]) -> Verdict:
    found = live[store]
    view = found.store
    known = (*patient.origins, view.base_url, view.media_url, *view.links.values(), *view.sites)
    return judge_hosts(await patient.fetch_addresses(found.index), known)


async def _embed(
    patient: Patient, store: str, live: dict[str, LiveIndex], probed: dict[EmbeddingModel, Verdict]
) -> Verdict:
    """Whether a question can be embedded as the index was; each model is asked once."""
    model = live[store].model
    if not model.knows(live[store].store.language):
        return ok(f"{model.name} does not know the language; questions are not embedded")
    if model not in probed:
        # A failure of the first store view is the failure of all.
        probed[model] = failed("the model was asked for another store view and failed", "see there")
        probed[model] = await _probe(patient, model)
    return probed[model]


async def _probe(patient: Patient, model: EmbeddingModel) -> Verdict:
    embedder = await asyncio.to_thread(patient.open_embedder, model)
    try:
        vector = await embedder.embed_query(PROBE_TEXT)
    finally:
        await embedder.aclose()
    if len(vector) != model.dimension:
        return failed(
            f"{model.name} gives vectors of {len(vector)} dimensions, and the live index has {model.dimension}",
            "set EMBEDDING_BASE_URL to the endpoint the index was embedded by, or run the indexer again",
        )
    return ok(f"{model.name} gives vectors of {model.dimension} dimensions, as the live index has them")


async def _ask(model: ChatModel) -> Verdict:
    """One call that costs next to nothing."""
    said = False
    async for part in model.stream([Message("user", PROBE_TEXT)], temperature=0.0, max_tokens=_FEW):
        said = said or isinstance(part, Token)
    return ok(f"{model.name} answers" if said else f"{model.name} takes the question, and has no word for it")


async def _no_model() -> Verdict:
    return warning(
        "no language model is configured, so answers are product cards in words",
        "set OPENAI_API_KEY, OPENAI_BASE_URL or CHAT_PROVIDERS if there is to be prose",
    )
