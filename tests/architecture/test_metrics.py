"""docs/metrics.md lists every metric and span as it is, and no label can take whatever value somebody thinks of."""

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pytest
from prometheus_client import REGISTRY

import indexer
import runtime
from indexer.report import Status
from indexer.steps import Step
from runtime.chat import service
from runtime.chat.truth import correction
from runtime.llm import attempt, chain, model
from runtime.retrieval import live, query_embedding, search
from runtime.runs.gauges import RunGauges, Seen
from runtime.storefront import feedback
from runtime.web import budget, metrics
from shared import tracing
from shared.runs import Ended, RejectKind, Stage

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "metrics.md"

CONFIGURED = {"store", "provider", "model", "key", "currency", "route", "method", "status"}
"""Labels whose values come from the settings, or from what our own routes answer."""

FAILURES = (
    model.LlmUnavailable,
    model.LlmRefused,
    model.PromptUnfit,
    model.PromptRefused,
    model.LlmMalformed,
)
"""The classes of failures of one provider."""


class Told(NamedTuple):
    """A metric by type and labels."""

    type: str
    labels: tuple[str, ...]


COUNTS = ("prompt", "completion")
BECAME = ("indexed", "rejected", "skipped")
CLOSED: Mapping[tuple[str, str], Sequence[str]] = {
    ("vitrina_chat_requests_total", "outcome"): get_args(service.Outcome),
    ("vitrina_degraded_total", "part"): get_args(metrics.Part),
    ("vitrina_query_embeddings_total", "outcome"): get_args(query_embedding.Outcome),
    ("vitrina_cache_total", "cache"): get_args(metrics.Cache),
    ("vitrina_cache_total", "outcome"): ("hit", "miss"),
    ("vitrina_live_prices_total", "outcome"): get_args(live.Outcome),
    ("vitrina_live_prices_changed_total", "change"): ("price", "stock", "removed"),
    ("vitrina_llm_calls_total", "outcome"): get_args(attempt.Outcome),
    ("vitrina_llm_failures_total", "kind"): [failure.__name__ for failure in FAILURES],
    ("vitrina_llm_tokens_total", "kind"): COUNTS,
    ("vitrina_guard_corrections_total", "kind"): (*get_args(correction.Kind), "prompt"),
    ("vitrina_feedback_total", "rating"): get_args(feedback.Rating),
    ("vitrina_feedback_total", "reason"): (*get_args(feedback.Reason), "none"),
    ("vitrina_key_tokens_total", "kind"): COUNTS,
    ("vitrina_budget_refused_total", "whose"): get_args(budget.Whose),
    ("vitrina_budget_refused_total", "kind"): get_args(budget.Kind),
    ("vitrina_spans_dropped_total", "reason"): get_args(tracing.Reason),
    ("vitrina_last_run_status", "status"): get_args(Ended),
    ("vitrina_last_run_seconds", "stage"): get_args(Stage),
    ("vitrina_last_run_documents", "outcome"): BECAME,
    ("vitrina_last_run_rejects", "reason"): get_args(RejectKind),
    ("vitrina_runs_total", "status"): get_args(Status),
    ("vitrina_documents_total", "outcome"): BECAME,
    ("vitrina_rejected_total", "reason"): get_args(RejectKind),
    ("vitrina_indexer_stage_documents_total", "stage"): get_args(Step),
    ("vitrina_indexer_stage_seconds_total", "stage"): (*get_args(Stage), "rehearse", *get_args(Step)),
}
"""Metric and label -> all values it takes."""


def registered() -> dict[str, Told]:
    """Every metric that either program can have, imported or not until now."""
    for program in (indexer, runtime):
        for found in pkgutil.walk_packages(program.__path__, f"{program.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    collectors: list[Any] = [one for one in REGISTRY._collector_to_names if hasattr(one, "_labelnames")]
    own = [one for one in collectors if one._name.startswith("vitrina_")]
    suffix = {"counter": "_total"}
    made = {f"{one._name}{suffix.get(one._type, '')}": Told(one._type, tuple(one._labelnames)) for one in own}
    gauges = {family.name: Told(family.type, family._labelnames) for family in RunGauges(Seen).collect()}
    return made | gauges


def documented() -> dict[str, tuple[Told, str]]:
    """Every metric of a table, and the column of its labels."""
    rows = re.findall(r"^\| `(vitrina_\w+)` \| (\w+) \| (.*?) ?\| ", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    found = {name: (Told(kind, tuple(re.findall(r"`(\w+)`", labels))), labels) for name, kind, labels in rows}
    assert len(found) == len(rows)
    return found


def test_document_lists_every_metric_with_its_type_and_labels_and_no_other() -> None:
    sets = {name: (told.type, set(told.labels)) for name, told in registered().items()}
    assert {name: (told.type, set(told.labels)) for name, (told, _) in documented().items()} == sets


def test_every_label_is_configured_or_of_a_closed_set() -> None:
    labels = {(name, label) for name, told in registered().items() for label in told.labels}
    assert {(name, label) for name, label in labels if label not in CONFIGURED} <= set(CLOSED)
    assert set(CLOSED) <= labels


@pytest.mark.parametrize(("metric", "label"), CLOSED)
def test_document_names_all_values_of_a_closed_label(metric: str, label: str) -> None:
    column = documented()[metric][1]
    [values] = re.findall(rf"`{label}`: ([\w, ]+)", column)
    assert sorted(filter(None, map(str.strip, values.split(",")))) == sorted(CLOSED[metric, label])


def test_failures_of_a_provider_have_no_other_class() -> None:
    def below(kind: type) -> set[type]:
        return {one for direct in kind.__subclasses__() for one in (direct, *below(direct))}

    assert registered()
    assert {one for one in below(model.LlmFailure) if one.__module__.startswith("runtime.")} == {
        *FAILURES,
        chain.NoProviderAnswered,
    }


FILLED: Mapping[str, Sequence[str]] = {
    "<method>": ["POST /v1/chat/completions"],
    "embeddings <name>": ["embeddings <model>"],
    "chat <model>": ["chat <model>"],
    "search.<what>": [f"search.{what}" for what in get_args(search.RoundTrip)],
    "indexer.<name>": [f"indexer.{stage}" for stage in (*get_args(Stage), "rehearse")],
}
"""Names of spans that are put together: as the code has them, and as the document does."""

ATTRIBUTE = re.compile(r"(?:vitrina|gen_ai|http)(?:\.[a-z_0-9]+)+")
NO_ATTRIBUTES = {"http.response.start", "http.response.body", "http.disconnect"}
"""Messages of ASGI."""


def sources() -> Iterator[ast.Module]:
    """The modules of both programs."""
    for package in ("indexer", "runtime", "shared"):
        for path in (ROOT / package).rglob("*.py"):
            yield ast.parse(path.read_text(encoding="utf-8"))


def as_written(name: ast.expr) -> str:
    """The name of a span; what is filled in stands in <>."""
    match name:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(as_written, parts))
        case ast.FormattedValue(value=value) | value:
            return f"<{ast.unparse(value).rpartition('.')[2]}>"


def spans_begun() -> set[str]:
    """The names of all spans that either program begins, as the document would have them."""
    begun = {
        as_written(call.args[0])
        for module in sources()
        if any(isinstance(node, ast.ImportFrom) and node.module == "shared.spans" for node in module.body)
        for call in ast.walk(module)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("span", "begin")
    }
    assert set(FILLED) <= begun
    return {name for written in begun for name in FILLED.get(written, [written])}


def span_rows() -> list[str]:
    """The rows of the document's table of spans."""
    _, _, table = DOCUMENT.read_text(encoding="utf-8").partition("| span | below | attributes |\n|---|---|---|\n")
    return table.partition("\n\n")[0].splitlines()


def test_document_lists_every_span_and_no_other() -> None:
    told: list[str] = []
    for row in span_rows():
        for name in re.findall(r"`([^`]+)`", row.split(" | ")[0]):
            told.append(f"{told[-1].rpartition('.')[0]}{name}" if name.startswith(".") else name)
    assert sorted(told) == sorted(spans_begun())


def test_document_lists_every_attribute_that_spans_have_by_name_and_no_other() -> None:
    constants = {
        node.value
        for module in sources()
        for node in ast.walk(module)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ATTRIBUTE.fullmatch(node.value)
    }
    text = DOCUMENT.read_text(encoding="utf-8").partition("## Traces")[2]
    told = set(re.findall(rf"`({ATTRIBUTE.pattern})`", text))
    # Of a leg, a step of `load` or an outcome of a run, whose names are put together.
    examples = {"vitrina.bm25", "vitrina.embed.times", "vitrina.read"}
    assert examples <= told
    assert told - examples == constants - NO_ATTRIBUTES
