"""`_meta` of a RAG index, for tests of whoever writes it and of whoever reads it."""

from datetime import UTC, datetime
from typing import Any

from shared.indices import SCHEMA_VERSION, IndexMeta

DIMENSION = 64
"""Enough for bags of different words to lie apart."""

BUILT_AT = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
"""The night before support.builds.NOW."""


def a_meta(**changes: Any) -> IndexMeta:
    """`_meta` of a complete English index, embedded by the tests' fake model; built in no time."""
    values: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "schema_hash": "0123456789abcdef",
        "state": "live",
        "run_id": "run-1",
        "store": "default",
        "locale": "en_US",
        "currency": "USD",
        "provider": "fake",
        "model": "fake",
        "dimension": DIMENSION,
        "template_version": 1,
        "source_index": "magento2_product_1_v1",
        "source_uuid": "uuid-1",
        "started_at": BUILT_AT,
        **changes,
    }
    if values["state"] != "building":
        values.setdefault("finished_at", values["started_at"])
    return IndexMeta(**values)
