"""What the fault tests share: how long a run of them is, the indexer as an operator runs it, a shop to read."""

import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from opensearchpy import AsyncOpenSearch
from support.openai import DIMENSION, KEY
from support.processes import IndexerProgram

LONG = os.environ.get("FAULT_RUNS") == "long"
"""Whether the figures of the design are to be reached (`make test-faults`), or only seen to work (`make test`)."""

BULK_BYTES = 1 << 19


def rounds(*, short: int, long: int) -> int:
    """How often a fault is played."""
    return long if LONG else short


def shop_settings(url: str, *, provider: str, namespace: str) -> dict[str, str]:
    """The environment of one store view, embedded by the scripted server at `provider`."""
    return {
        "OPENSEARCH_URL": url,
        "MAGENTO_INDEX": f"{namespace}magento2_product_1",
        "RAG_ALIAS": f"{namespace}rag-active",
        "RAG_INDEX_PREFIX": f"{namespace}rag",
        "STORE_BASE_URL": "http://shop.test",
        "EMBEDDING_BASE_URL": provider,
        "EMBEDDING_API_KEY": KEY,
        "EMBEDDING_DIMENSION": str(DIMENSION),
        "EMBEDDING_MAX_TOKENS": "8192",
        "EMBEDDING_BATCH_TEXTS": "50",
    }


def a_program(folder: Path, url: str, *, provider: str, namespace: str, **settings: str) -> IndexerProgram:
    """`python -m indexer` with `shop_settings`."""
    return IndexerProgram(folder, {**shop_settings(url, provider=provider, namespace=namespace), **settings})


async def let_go(client: AsyncOpenSearch, namespace: str) -> None:
    """The lease of a run that is gone is over at once, instead of within a minute and a half."""
    over = {"doc": {"released_at": datetime.now(UTC).isoformat()}}
    # A renewal that was under way when the run ended may come in between.
    await client.update(index=f"{namespace}rag-state", id="lease", body=over, params={"retry_on_conflict": "5"})


def a_product(number: int, **changes: Any) -> dict[str, Any]:
    """A native document as core Magento writes it, with a text of its own."""
    return {
        "store_id": "1", "sku": f"SKU-{number}", "name": f"Jacket model {number} {_word(number)}", "status": 1,
        "visibility": 4, "url_key": f"jacket-{number}", "category_ids": [2, 14], "name_category_14": "Jackets",
        "description": f"<p>Number {number} of the {_word(number * 7 + 1)} series.</p>", "price_0_1": "52.000000",
    } | changes  # fmt: skip


async def put_shop(
    client: AsyncOpenSearch,
    namespace: str,
    documents: Mapping[str, Mapping[str, Any] | bytes],
    *,
    version: int = 1,
    mappings: Mapping[str, Any] | None = None,
) -> str:
    """A native index of `documents` (bytes: JSON as it is) behind the alias that the program reads; says its name.

    The alias leaves whatever it named, which stays.
    """
    index, alias = f"{namespace}magento2_product_1_v{version}", f"{namespace}magento2_product_1"
    await client.indices.create(index=index, body={"mappings": dict(mappings or {})})
    for body in _bulks(documents):
        # Not `client.bulk`, which takes no stream, and a single document may be large.
        answer = await client.http.post(
            f"/{index}/_bulk",
            params={"filter_path": "items.*.error,items.*._id"},
            headers={"content-type": "application/x-ndjson"},
            body=BytesIO(body),
        )
        assert not (failed := [item for item in answer.get("items", []) if "error" in item["index"]]), failed
    await client.indices.refresh(index=index)
    elsewhere = {"remove": {"index": f"{alias}_v*", "alias": alias, "must_exist": False}}
    await client.indices.update_aliases(body={"actions": [elsewhere, {"add": {"index": index, "alias": alias}}]})
    return index


def _bulks(documents: Mapping[str, Mapping[str, Any] | bytes]) -> Iterable[bytes]:
    body = b""
    for key, source in documents.items():
        line = source if isinstance(source, bytes) else orjson.dumps(source)
        body += orjson.dumps({"index": {"_id": key}}) + b"\n" + line + b"\n"
        if len(body) > BULK_BYTES:
            yield body
            body = b""
    if body:
        yield body


def _word(number: int) -> str:
    """A word that few numbers share."""
    syllables = ("ba", "ko", "ri", "mu", "te", "so", "la", "ne", "vi", "du")
    return "".join(syllables[int(digit)] for digit in f"{number:04d}")
