"""Spans nobody takes are dropped and counted, and nobody waits for them."""

import threading
from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from structlog.testing import capture_logs
from support.degrading import Counted

from shared.tracing import SpanSink


class ScriptedExporter(SpanExporter):
    """Takes spans while the gate is open, and answers `result`."""

    def __init__(self, *, result: SpanExportResult = SpanExportResult.SUCCESS) -> None:
        self.result = result
        self.gate = threading.Event()
        self.asked = threading.Event()
        self.taken = 0

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.gate.wait()
        self.taken += len(spans)
        return self.result

    def shutdown(self) -> None:
        return


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScriptedExporter]:
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "1")
    exporter = ScriptedExporter()
    yield exporter
    exporter.gate.set()


def provider_of(sink: SpanSink, **options: object) -> TracerProvider:
    provider = TracerProvider(shutdown_on_exit=False, **options)
    provider.add_span_processor(sink)
    return provider


def end_spans(provider: TracerProvider, number: int) -> None:
    tracer = provider.get_tracer("tests")
    for _ in range(number):
        tracer.start_span("one").end()


def test_spans_are_delivered(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    exporter.gate.set()
    provider = provider_of(SpanSink(exporter, end_seconds=30))
    end_spans(provider, 100)
    provider.shutdown()
    assert exporter.taken == 100
    assert dropped.since() == {}


def test_more_than_there_is_room_for_are_dropped_and_counted(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    provider = provider_of(SpanSink(exporter, room=50, end_seconds=30))
    end_spans(provider, 80)
    assert dropped.since() == {"no_room": 30}
    exporter.gate.set()
    provider.shutdown()
    assert exporter.taken == 50


def test_refused_spans_are_counted_and_told_of_once(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    exporter.result = SpanExportResult.FAILURE
    exporter.gate.set()
    with capture_logs() as logs:
        provider = provider_of(SpanSink(exporter, end_seconds=30))
        for _ in range(5):
            exporter.asked.clear()
            end_spans(provider, 10)
            assert exporter.asked.wait(30)
        provider.shutdown()
    assert dropped.since() == {"refused": 50}
    assert [line["event"] for line in logs] == ["spans_refused"]


def test_the_end_does_not_wait_for_a_silent_sink(exporter: ScriptedExporter) -> None:
    provider = provider_of(SpanSink(exporter, end_seconds=0.01))
    end_spans(provider, 10)
    assert exporter.asked.wait(30)
    provider.shutdown()
    assert exporter.taken == 0


def test_spans_that_are_not_sampled_take_no_room(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    end_spans(provider_of(SpanSink(exporter, room=5), sampler=ALWAYS_OFF), 20)
    assert dropped.since() == {}
