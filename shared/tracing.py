"""Spans, sent over OTLP by a thread: whoever takes them may be down, silent or slow, and nobody waits."""

import atexit
import logging
import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final, Literal

import requests
import structlog
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status
from prometheus_client import Counter
from pydantic import SecretStr

from shared.spans import trace_with
from shared.telemetry import Redactor

log = structlog.get_logger(__name__)

Reason = Literal["refused", "no_room"]
"""refused: the request that carried them failed. no_room: too many waited already."""

SPANS_DROPPED: Final = Counter("vitrina_spans_dropped_total", "Spans that nobody took, by reason.", ["reason"])

ROOM: Final = 2_048
"""Spans that may wait, unless `OTEL_BSP_MAX_QUEUE_SIZE` says otherwise."""

MOST_ROOM: Final = 1_000_000

AT_ONCE: Final = 512
"""Spans of one request, unless `OTEL_BSP_MAX_EXPORT_BATCH_SIZE` says otherwise."""

EVERY_MS: Final = 5_000
"""How long spans are gathered, unless `OTEL_BSP_SCHEDULE_DELAY` says otherwise."""

END_SECONDS: Final = 1.0
"""What the last spans get at the end of the program; OpenTelemetry itself would wait for half a minute."""


def configure_tracing(
    service: str, *, secrets: Iterable[SecretStr | None] = (), content: Callable[[str], str] | None = None
) -> None:
    """Export spans over OTLP/HTTP when `OTEL_EXPORTER_OTLP_ENDPOINT` (or `…_TRACES_ENDPOINT`) is set.

    secrets: stand in none of them. content: as `trace_with`.
    """
    if not (os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")):
        return
    # It tells of every request that failed, and repeats it while it tries again.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    resource = Resource.create({"service.name": service, "service.version": version("vitrina")})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    redactor = Redactor(secret.get_secret_value() for secret in secrets if secret is not None)
    session = WatchedSession()
    sink = SpanSink(
        Redacted(OTLPSpanExporter(session=session), redactor),
        room=_number("OTEL_BSP_MAX_QUEUE_SIZE", unless=ROOM),
        at_once=_number("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", unless=AT_ONCE),
        every_ms=_number("OTEL_BSP_SCHEDULE_DELAY", unless=EVERY_MS),
        why=session.why,
    )
    provider.add_span_processor(sink)
    trace_with(provider.get_tracer("vitrina"), content=content)
    atexit.register(provider.shutdown)
    asked = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
    if asked == "grpc":
        fix = "spans are sent as HTTP/protobuf: name the collector's port for that, 4318 as a rule, not 4317"
        log.warning("otlp_protocol_ignored", seen=asked, fix=fix)


def _number(name: str, *, unless: int) -> int:
    """What OpenTelemetry's variable `name` says, from 1 to MOST_ROOM; where it says something else, `unless`: a program
    is not to end for the sake of its spans.
    """
    told = os.environ.get(name, "").strip()
    if not told:
        return unless
    if told.isdecimal() and len(told) <= len(str(MOST_ROOM)) and 1 <= int(told) <= MOST_ROOM:
        return int(told)
    log.warning("otel_number_ignored", seen=name, taken=unless, fix=f"a number from 1 to {MOST_ROOM}")
    return unless


class WatchedSession(requests.Session):
    """A session that remembers what became of its last request: OpenTelemetry says it in its log alone, and there in
    somebody else's words.
    """

    _why: str | None = None

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        """As its base does."""
        try:
            response = super().send(request, **options)
        except Exception as exc:
            self._why = type(exc).__name__
            raise
        self._why = None if response.ok else f"HTTP {response.status_code}"
        return response

    def why(self) -> str | None:
        """Why it failed: class of the exception, or status of the answer."""
        return self._why


class Redacted(SpanExporter):
    """`exporter`, which gets spans without secrets; made so by the thread that exports, where nobody waits."""

    def __init__(self, exporter: SpanExporter, redactor: Redactor) -> None:
        self._exporter = exporter
        self._redactor = redactor

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        return self._exporter.export([self._masked(span) for span in spans])

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def _masked(self, span: ReadableSpan) -> ReadableSpan:
        events = [Event(event.name, self._attributes(event.attributes), event.timestamp) for event in span.events]
        return ReadableSpan(
            name=self._redactor.text(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes=self._attributes(span.attributes),
            events=events,
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, found: Mapping[str, Any] | None) -> dict[str, Any]:
        return self._redactor.fields(found or {})


class SpanSink(SpanProcessor):
    """Hands spans on to `exporter` in batches; what there is no room for, or `exporter` fails with, is counted.

    room: spans that may wait. at_once, every_ms: of a batch. end_seconds: what the last spans get. why: a word about
    the last failure.
    """

    def __init__(
        self,
        exporter: SpanExporter,
        *,
        room: int = ROOM,
        at_once: int = AT_ONCE,
        every_ms: int = EVERY_MS,
        end_seconds: float = END_SECONDS,
        why: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._exporter = _Told(exporter, why=why)
        # Its own queue drops the oldest without a count, and is never longer than what is admitted.
        self._batches = BatchSpanProcessor(self._exporter, room, every_ms, min(at_once, room))
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

    def __init__(self, exporter: SpanExporter, *, why: Callable[[], str | None]) -> None:
        self._exporter = exporter
        self._why = why
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
            log.warning("spans_refused", cause=self._why()) if failed else log.info("spans_taken_again")
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()
