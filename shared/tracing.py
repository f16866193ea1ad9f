"""Spans, sent over OTLP by a thread: whoever takes them may be down, silent or slow, and nobody waits."""

import atexit
import logging
import os
import threading
from collections.abc import Sequence
from typing import Final, Literal

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from prometheus_client import Counter

log = structlog.get_logger(__name__)

tracer = trace.get_tracer("vitrina")
"""Spans cost nothing until `configure_tracing` finds an exporter configured."""

Reason = Literal["refused", "no_room"]
"""refused: the request that carried them failed. no_room: too many waited already."""

SPANS_DROPPED: Final = Counter("vitrina_spans_dropped_total", "Spans that nobody took, by reason.", ["reason"])

ROOM: Final = 2_048
"""Spans that may wait, unless `OTEL_BSP_MAX_QUEUE_SIZE` says otherwise."""

END_SECONDS: Final = 1.0
"""What the last spans get at the end of the program; OpenTelemetry itself would wait for half a minute."""


def configure_tracing(service: str) -> None:
    """Export spans over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) is set."""
    if not (os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")):
        return
    # It tells of every request that failed, and repeats it while it tries again.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    provider = TracerProvider(resource=Resource.create({"service.name": service}), shutdown_on_exit=False)
    told = os.environ.get("OTEL_BSP_MAX_QUEUE_SIZE", "")
    provider.add_span_processor(SpanSink(OTLPSpanExporter(), room=int(told) if told.isdecimal() else ROOM))
    trace.set_tracer_provider(provider)
    atexit.register(provider.shutdown)


class SpanSink(SpanProcessor):
    """Hands spans on to `exporter` in batches; what there is no room for, or `exporter` fails with, is counted.

    room: no more than OpenTelemetry's own queue has, which drops the oldest without a count. end_seconds: what the
    last spans get.
    """

    def __init__(self, exporter: SpanExporter, *, room: int = ROOM, end_seconds: float = END_SECONDS) -> None:
        self._exporter = _Told(exporter)
        self._batches = BatchSpanProcessor(self._exporter)
        self._room = room
        self._end_seconds = end_seconds
        self._ending = threading.Event()
        self._ended = threading.Event()
        # Begun now, because at the end of a program no thread begins any more.
        threading.Thread(target=self._end, name="span-sink-end", daemon=True).start()

    def on_end(self, span: ReadableSpan) -> None:
        """Take `span`, at once."""
        if span.context is None or not span.context.trace_flags.sampled:
            return
        if not self._exporter.admit(self._room):
            SPANS_DROPPED.labels("no_room").inc()
            return
        self._batches.on_end(span)

    def shutdown(self) -> None:
        """Send what waits, in the time there is for it."""
        self._ending.set()
        self._ended.wait(self._end_seconds)

    def _end(self) -> None:
        self._ending.wait()
        self._batches.shutdown()  # type: ignore[no-untyped-call]
        self._ended.set()


class _Told(SpanExporter):
    """`exporter`, of which one line tells when it begins to fail and one when it ends."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self._lock = threading.Lock()
        self._waiting = 0
        self._fails = False

    def admit(self, room: int) -> bool:
        """Whether one more may wait."""
        with self._lock:
            if self._waiting >= room:
                return False
            self._waiting += 1
            return True

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        try:
            result = self._exporter.export(spans)
        finally:
            with self._lock:
                self._waiting -= len(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed:
            SPANS_DROPPED.labels("refused").inc(len(spans))
        if failed != self._fails:
            self._fails = failed
            log.warning("spans_refused") if failed else log.info("spans_taken_again")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()
