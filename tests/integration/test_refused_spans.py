"""Why a collector takes no spans is told, on real sockets."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from structlog.testing import capture_logs

from shared.tracing import SpanSink, WatchedSession


class Refusing(BaseHTTPRequestHandler):
    """A collector that wants no spans, and says so in words that nobody is to read."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(404, "hunter2-of-the-collector")
        self.end_headers()
        self.wfile.write(b"hunter2-of-the-collector")

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def refusing() -> Iterator[str]:
    """The address of such a collector."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_refusal_is_told_by_its_status_and_not_in_its_words(refusing: str) -> None:
    session = WatchedSession()
    exporter = OTLPSpanExporter(f"{refusing}/v1/traces", session=session)
    with capture_logs() as logs:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SpanSink(exporter, every_ms=1, end_seconds=30, why=session.why))
        provider.get_tracer("tests").start_span("one").end()
        provider.shutdown()
    assert logs == [{"event": "spans_refused", "log_level": "warning", "cause": "HTTP 404"}]


def test_collector_that_is_not_there_is_told_by_the_class_of_the_error(refusing: str) -> None:
    session = WatchedSession()
    with pytest.raises(requests.exceptions.SSLError):
        session.post(refusing.replace("http:", "https:"), timeout=30)
    assert session.why() == "SSLError"
