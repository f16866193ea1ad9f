"""Counters that several layers share; what only one module counts is declared there. docs/metrics.md lists them all.

A label's values come from a closed set or from the configuration: never from whoever asks.
"""

from typing import Final, Literal, get_args

from prometheus_client import Counter, Histogram

REQUESTS: Final = Counter(
    "vitrina_http_requests_total", "Answers by route template, method and status.", ["route", "method", "status"]
)
REQUEST_SECONDS: Final = Histogram(
    "vitrina_http_request_seconds",
    "Seconds to the last byte of an answer, by route template.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120),
)

Part = Literal["embeddings", "llm", "catalog"]
"""embeddings: found by words alone. llm: product cards without prose. catalog: nothing could be searched, so 503."""

_DEGRADED: Final = Counter("vitrina_degraded_total", "Answers given without a part of the system.", ["part", "store"])

Cache = Literal["query_vectors", "live_indices", "vocabularies", "synonyms"]
"""live_indices: which index an alias stands for, known for seconds; the others are kept while that index is live."""

_CACHED: Final = Counter(
    "vitrina_cache_total", "What was looked for among what is remembered: found (hit) or made (miss).",
    ["cache", "outcome"],
)  # fmt: skip

RATE_LIMIT_STORE_FAILURES: Final = Counter(
    "vitrina_rate_limit_store_failures_total", "Requests whose budget could not be read from the store of the limits."
)


def degraded_from_zero(store: str) -> None:
    """Begin the counters of the store view `store`: one that is born with its first failure shows no increase."""
    for part in get_args(Part):
        _DEGRADED.labels(part, store)


def count_degraded(part: Part, store: str) -> None:
    """Count an answer of the store view `store` that had to do without `part`."""
    _DEGRADED.labels(part, store).inc()


def count_cached(cache: Cache, *, hit: bool) -> None:
    """Count a look into `cache`."""
    _CACHED.labels(cache, "hit" if hit else "miss").inc()
