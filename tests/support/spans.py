"""Spans as a collector would get them, without one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.spans import trace_with
from shared.telemetry import Redactor
from shared.tracing import Redacted


@contextmanager
def ended_spans(
    secrets: Sequence[str] = (), *, content: Callable[[str], str] | None = None
) -> Iterator[InMemorySpanExporter]:
    """What has ended meanwhile, on its way through the redactor."""
    memory = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(Redacted(memory, Redactor(list(secrets)))))
    trace_with(provider.get_tracer("tests"), content=content)
    try:
        yield memory
    finally:
        trace_with(None)
        provider.shutdown()
