"""Prometheus' metrics on a port of their own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from shared.errors import AddressTaken, ConfigurationError


@contextmanager
def metrics_served(port: int | None, *, host: str) -> Iterator[None]:
    """`/metrics` on METRICS_PORT, when there is one. Raises AddressTaken, ConfigurationError."""
    if port is None:
        yield
        return
    try:
        server, thread = start_http_server(port, addr=host)
    except socket.gaierror as exc:
        raise ConfigurationError([f"METRICS_HOST: {host!r} is no address of this machine"]) from exc
    except OSError as exc:
        fix = "Set another one: on one machine each program needs its own."
        raise AddressTaken(f"METRICS_PORT={port}: cannot listen on {host}: {exc.strerror}. {fix}") from exc
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
