"""Checks that cost something: one text embedded as a document, and one as a question."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

from indexer.doctor.live import LIVE
from indexer.doctor.patient import QUICK, Chart, Patient
from indexer.embed.probe import PROBE_TEXT, probe
from indexer.embed.sending import Sender
from indexer.figures import told_cost
from indexer.load.rollback import PROBE_SECONDS, probe_questions
from shared.checklist import Check
from shared.embedding.embedder import Embedder
from shared.findings import Verdict, failed, ok, skipped

_ENDPOINT_SECONDS: Final = 10.0


def model_checks(patient: Patient, charts: Sequence[Chart]) -> Iterator[Check]:
    """The model of new documents, and that of questions to each live index."""
    yield Check(
        "embedding endpoint",
        partial(_probe_model, patient, charts),
        "correct EMBEDDING_PROVIDER, EMBEDDING_MODEL, EMBEDDING_DIMENSION, EMBEDDING_BASE_URL or EMBEDDING_API_KEY",
        seconds=_ENDPOINT_SECONDS,
    )
    probed: dict[tuple[str, str, int], Verdict] = {}
    for chart in charts:
        yield Check(
            "questions",
            partial(_probe_questions, patient, chart, probed),
            "make the model of the live index usable again, or run to build an index with the model of the settings",
            store=chart.job.store.code,
            needs=(LIVE,),
            seconds=PROBE_SECONDS + 1,
        )


async def _probe_model(patient: Patient, charts: Sequence[Chart]) -> Verdict:
    embedder = await asyncio.to_thread(patient.open_model)
    try:
        await probe(Sender(embedder), backoff=QUICK)
        model = embedder.model
        sent = f"{model.provider}/{model.name} gave one vector of {model.dimension} dimensions"
        cost = f"this probe cost {embedder.count_tokens(PROBE_TEXT)} tokens"
        return ok(f"{sent}; {cost}{_estimate(embedder, charts)}")
    finally:
        await embedder.aclose()


def _estimate(embedder: Embedder, charts: Sequence[Chart]) -> str:
    """What a run that has to embed everything would take, by the sampled products; nothing where there are none."""
    tokens = 0.0
    for chart in charts:
        if chart.sample is None or chart.snapshot is None or not chart.sample.products:
            continue
        sampled = sum(embedder.count_tokens(one.document.text) for _, one in chart.sample.accepted)
        tokens += sampled / len(chart.sample.products) * chart.snapshot.total
    if not tokens:
        return ""
    model = embedder.model
    cost = model.cost(round(tokens))
    told = "" if cost is None else f" (a price of {told_cost(cost, model.currency)})"
    return f", a first run about {tokens:,.0f}{told}"


async def _probe_questions(patient: Patient, chart: Chart, probed: dict[tuple[str, str, int], Verdict]) -> Verdict:
    """Whether the runtime could embed a question to the live index; each model is asked once."""
    meta = chart.live.meta if chart.live else None
    if meta is None:
        return skipped("nothing is live")
    if meta.languages and meta.locale.split("_")[0] not in meta.languages:
        return skipped(f"{meta.model} does not know the language; questions are not embedded")
    recipe = (meta.provider, meta.query_model or meta.model, meta.dimension)
    if recipe not in probed:
        # A failure of the first store view is the failure of all.
        probed[recipe] = failed("the model was asked for another store view and failed", "see there")
        await probe_questions(chart.live.name if chart.live else "", meta, patient.open_question_model)
        probed[recipe] = ok(f"{recipe[0]}/{recipe[1]} embeds a question to the live index")
    return probed[recipe]
