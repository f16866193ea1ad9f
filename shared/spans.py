"""Spans: their attributes' names, and how they are begun and ended. Where they go is set up in shared/tracing.py.

The names that begin with `gen_ai.` are those of OpenTelemetry's conventions for generative AI (repository
open-telemetry/semantic-conventions-genai), the HTTP ones those of its stable conventions; they are written out here
because the constants of OpenTelemetry's own package are all marked as deprecated. Ours begin with `vitrina.`.

Without an exporter a span costs less than a microsecond. There is none a token.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import orjson
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import INVALID_SPAN, Span, SpanKind, Status, StatusCode, Tracer, format_trace_id

OPERATION: Final = "gen_ai.operation.name"
"""chat, embeddings or retrieval."""
PROVIDER: Final = "gen_ai.provider.name"
MODEL: Final = "gen_ai.request.model"
INPUT_TOKENS: Final = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS: Final = "gen_ai.usage.output_tokens"
FIRST_CHUNK_SECONDS: Final = "gen_ai.response.time_to_first_chunk"
FINISH_REASONS: Final = "gen_ai.response.finish_reasons"
INPUT_MESSAGES: Final = "gen_ai.input.messages"
OUTPUT_MESSAGES: Final = "gen_ai.output.messages"

METHOD: Final = "http.request.method"
ROUTE: Final = "http.route"
STATUS: Final = "http.response.status_code"
ERROR: Final = "error.type"

STORE: Final = "vitrina.store"
OUTCOME: Final = "vitrina.outcome"
DOCUMENTS: Final = "vitrina.documents"

Attribute = str | int | float | bool | tuple[str, ...]
Attributes = Mapping[str, Attribute]


@dataclass(slots=True)
class _Tracing:
    tracer: Tracer | None = None
    masked: Callable[[str], str] | None = None


_tracing = _Tracing()


def trace_with(tracer: Tracer | None, *, content: Callable[[str], str] | None = None) -> None:
    """Make spans with `tracer` from now on; None makes none. content: masks what shoppers and models say on its way
    into spans; without it, none of that is in a span.
    """
    _tracing.tracer, _tracing.masked = tracer, content


def is_tracing() -> bool:
    """Whether anybody takes spans."""
    return _tracing.tracer is not None


def current() -> Span:
    """The span that what runs now stands below."""
    return INVALID_SPAN if _tracing.tracer is None else trace.get_current_span()


def begin(name: str, attributes: Attributes | None = None, *, kind: SpanKind = SpanKind.INTERNAL) -> Span:
    """A span below the current one, for whoever `end`s it: inside a generator none may become the current one, or it
    would be that of whoever reads.
    """
    tracer = _tracing.tracer
    return INVALID_SPAN if tracer is None else tracer.start_span(name, kind=kind, attributes=attributes)


@contextmanager
def span(
    name: str,
    attributes: Attributes | None = None,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    parent: Context | None = None,
) -> Iterator[Span]:
    """A span around the block, and what is called in it below. parent: None for the current span. Never around a
    generator's `yield`.
    """
    if _tracing.tracer is None:
        yield INVALID_SPAN
        return
    with _tracing.tracer.start_as_current_span(
        name, parent, kind, attributes, record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield begun
        except BaseException as exc:
            fail(begun, exc)
            raise


def log_fields(own: Span) -> dict[str, str]:
    """What log lines say so that they are found from a trace, where `own` goes anywhere."""
    return {"trace_id": format_trace_id(own.get_span_context().trace_id)} if own.is_recording() else {}


def fail(failed: Span, error: BaseException) -> None:
    """`error` is what ended the span, by its class: its words may be somebody else's. To be left is no failure."""
    if isinstance(error, Exception):
        failed.set_attribute(ERROR, type(error).__name__)
        failed.set_status(Status(StatusCode.ERROR))
    else:
        failed.set_attribute(OUTCOME, "left")


def messages(*said: tuple[str, str]) -> str:
    """(role, text) of each, as the conventions for generative AI write messages."""
    written = [{"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said]
    return orjson.dumps(written).decode()


def tell(told: Span, name: str, text: Callable[[], str]) -> None:
    """What a shopper or a model says, masked, where the operator wants that in spans. text: made only then."""
    if _tracing.masked is not None and told.is_recording():
        told.set_attribute(name, _tracing.masked(text()))
