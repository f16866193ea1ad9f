"""Spans nobody takes are dropped and counted, and nobody waits for them."""

import atexit
import threading
from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from structlog.testing import capture_logs
from support.degrading import Counted

from shared.spans import is_tracing, trace_with
from shared.tracing import SpanSink, configure_tracing


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


def sink_of(exporter: SpanExporter, **options: Any) -> SpanSink:
    return SpanSink(exporter, every_ms=1, **options)


@pytest.fixture
def exporter() -> Iterator[ScriptedExporter]:
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
    provider = provider_of(sink_of(exporter, end_seconds=30))
    end_spans(provider, 100)
    provider.shutdown()
    assert exporter.taken == 100
    assert dropped.since() == {}


def test_more_than_there_is_room_for_are_dropped_and_counted(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    provider = provider_of(sink_of(exporter, room=50, end_seconds=30))
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
        provider = provider_of(sink_of(exporter, end_seconds=30))
        for _ in range(5):
            exporter.asked.clear()
            end_spans(provider, 10)
            assert exporter.asked.wait(30)
        provider.shutdown()
    assert dropped.since() == {"refused": 50}
    assert [line["event"] for line in logs] == ["spans_refused"]


def test_the_end_does_not_wait_for_a_silent_sink(exporter: ScriptedExporter) -> None:
    provider = provider_of(sink_of(exporter, end_seconds=0.01))
    end_spans(provider, 10)
    assert exporter.asked.wait(30)
    provider.shutdown()
    assert exporter.taken == 0


def test_spans_that_are_not_sampled_take_no_room(exporter: ScriptedExporter) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    end_spans(provider_of(sink_of(exporter, room=5), sampler=ALWAYS_OFF), 20)
    assert dropped.since() == {}


@pytest.mark.parametrize("room", [1, 5, 511, 4_096])
def test_any_room_is_filled(exporter: ScriptedExporter, room: int) -> None:
    dropped = Counted("vitrina_spans_dropped_total", "reason")
    provider = provider_of(sink_of(exporter, room=room, end_seconds=30))
    end_spans(provider, room + 3)
    assert dropped.since() == {"no_room": 3}
    exporter.gate.set()
    provider.shutdown()
    assert exporter.taken == room


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[MutableMapping[str, Any]]]:
    """What a program says that is told where spans go; nothing of it is left behind."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    ends: list[Any] = []
    monkeypatch.setattr(atexit, "register", ends.append)
    with capture_logs() as logs:
        yield logs
    trace_with(None)
    for end in ends:
        end()


@pytest.mark.parametrize("name", ["MAX_QUEUE_SIZE", "MAX_EXPORT_BATCH_SIZE", "SCHEDULE_DELAY"])
@pytest.mark.parametrize("told", ["0", "-1", "junk", "1.5", "9" * 30, "9" * 5_000])
def test_number_that_cannot_be_is_told_and_ends_nothing(
    configured: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    monkeypatch.setenv(f"OTEL_BSP_{name}", told)
    configure_tracing("tests")
    assert is_tracing()
    assert [(line["event"], line["seen"]) for line in configured] == [("otel_number_ignored", f"OTEL_BSP_{name}")]


@pytest.mark.parametrize("told", ["1", "5", "511", "1000000"])
def test_any_other_number_is_taken(
    configured: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", told)
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "4096")
    configure_tracing("tests")
    assert is_tracing()
    assert configured == []


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"])
def test_protocol_that_is_not_spoken_is_told(
    configured: list[MutableMapping[str, Any]], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "grpc")
    configure_tracing("tests")
    assert [(line["event"], line["seen"]) for line in configured] == [("otlp_protocol_ignored", "grpc")]
