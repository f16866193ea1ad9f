"""A web server that takes anything and remembers it: an OTLP collector, LangSmith's address, a forward proxy."""

import gzip
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass(frozen=True)
class Taken:
    """A request. body: decompressed."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class SeenSpan:
    """A span as it came over the wire; ids in hexadecimal digits, "" for no parent. events: with their attributes."""

    name: str
    service: str
    trace: str
    id: str
    parent: str
    kind: int
    failed: bool
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]


@dataclass
class Collector:
    """A running one. requests: all of them so far."""

    url: str
    requests: list[Taken] = field(default_factory=list)

    @property
    def spans(self) -> list[SeenSpan]:
        """Of all exports so far, in the order they ended."""
        found = []
        for request in self.requests:
            for resource in ExportTraceServiceRequest.FromString(request.body).resource_spans:
                service = _values(resource.resource.attributes)["service.name"]
                found += [_seen(span, service) for scope in resource.scope_spans for span in scope.spans]
        return found

    @property
    def words(self) -> bytes:
        """Everything that came, as bytes to look for something in."""
        return b"\n".join(
            f"{taken.method} {taken.target} {taken.headers}".encode() + taken.body for taken in self.requests
        )


@contextmanager
def collecting() -> Iterator[Collector]:
    """On a free loopback port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.headers.get("transfer-encoding") == "chunked":
                body = self._chunks()
            headers = {name.lower(): value for name, value in self.headers.items()}
            plain = _plain(body, headers.get("content-encoding", ""))
            collector.requests.append(Taken(self.command, self.path, headers, plain))
            self.send_response(200 if self.command != "CONNECT" else 502)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def _chunks(self) -> bytes:
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        do_GET = do_POST = do_PATCH = do_PUT = do_HEAD = do_CONNECT = answer

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _plain(body: bytes, encoding: str) -> bytes:
    match encoding:
        case "gzip":
            return gzip.decompress(body)
        case "deflate":
            return zlib.decompress(body)
        case "zstd":
            import zstandard

            return zstandard.ZstdDecompressor().decompressobj().decompress(body)
        case _:
            return body


def _seen(span: Span, service: str) -> SeenSpan:
    return SeenSpan(
        name=span.name,
        service=service,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=span.kind,
        failed=span.status.code == 2,
        attributes=_values(span.attributes),
        events=[(event.name, _values(event.attributes)) for event in span.events],
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {attribute.key: _value(attribute.value) for attribute in attributes}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    if which == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, which) if which else None
