"""Counters that several layers share; what only one module counts is declared there."""

from typing import Final, Literal

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter(
    "vitrina_http_requests_total", "Answers by route template, method and status.", ["route", "method", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "vitrina_http_request_seconds", "Seconds to the last byte of an answer, by route template.", ["route"]
)

Part = Literal["embeddings", "llm", "catalog"]
"""embeddings: found by words alone. llm: product cards without prose. catalog: nothing could be searched, so 503."""

_DEGRADED: Final = Counter("vitrina_degraded_total", "Answers given without a part of the system.", ["part"])

RATE_LIMIT_STORE_FAILURES: Final = Counter(
    "vitrina_rate_limit_store_failures_total", "Requests whose budget could not be read from the store of the limits."
)


def count_degraded(part: Part) -> None:
    """Count an answer that had to do without `part`."""
    _DEGRADED.labels(part).inc()
