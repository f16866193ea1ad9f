"""F30: documents that no shop should hold are truncated or rejected, and counted; the run goes live without a crash."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop

from sandbox.openai_server import ScriptedServer
from shared import catalog

GOOD = 1200
"""Enough that the reject budget holds half a dozen documents; the others must be made the best of."""

MOST_REJECTS = 6


def nested(depth: int) -> str:
    return '{"a":' * depth + "1" + "}" * depth


def with_raw(**raw: str) -> bytes:
    """A product with `raw` JSON in place of fields, as other programs than ours would write it."""
    good = a_product(0)
    fields = [f'"{name}":{text}' for name, text in raw.items()]
    kept = [f'"{name}":"{value}"' for name, value in good.items() if name not in raw and isinstance(value, str)]
    return f"{{{','.join([*kept, *fields])}}}".encode()


POISON: Mapping[str, Mapping[str, Any] | bytes] = {
    "description of 5 MB": a_product(1, description="wool and " * 560_000),
    "one word of 5 MB": a_product(2, description="x" * 5_000_000),
    "ten thousand options": a_product(3, color_value=[f"shade {n}" for n in range(10_000)]),
    "ten thousand categories": a_product(4, category_ids=list(range(10_000))),
    "zero dates": a_product(5, created_at="0000-00-00 00:00:00", special_from_date="0000-00-00"),
    "huge price": a_product(6, price_0_1="1" + "0" * 300),
    "price beyond any float": with_raw(price_0_1='"1e999999"'),
    "negative price": a_product(8, price_0_1="-52.00"),
    "NaN price": a_product(9, price_0_1="NaN"),
    "infinite price": a_product(10, price_0_1="-Infinity"),
    "price with comma": a_product(11, price_0_1="1.234,56 €"),
    "price of an object": a_product(12, price_0_1={"amount": 5}),
    "price of 5000 digits": with_raw(price_0_1='"' + "9" * 5000 + '"'),
    "HTML bomb": a_product(14, description="<div>" * 100_000 + "deep"),
    "HTML of entities": a_product(15, description="&lt;" * 200_000 + "&#x110000;&#0;&unknown;"),
    "unclosed script": a_product(16, description="<script>alert(1)<style>" + "x" * 10_000),
    "comment without an end": a_product(17, description="<!-- " + "y" * 100_000),
    "nested a thousand deep": with_raw(name=nested(990), color=nested(990)),
    "nested deeper than an answer can be read": with_raw(color=nested(1500)),
    "arrays nested as deep": with_raw(name="[" * 1500 + "]" * 1500),
    "arrays a thousand deep": with_raw(name="[" * 990 + '"deep"' + "]" * 990),
    "half a surrogate pair": with_raw(name='"Jac\\ud800ket \\udfff"', description='"\\ude00"'),
    "number beyond any float": with_raw(price_0_1="1e999"),
    "array of arrays": a_product(19, name=[["Jacket", ["of", ["arrays"]]]], sku=[["A-19"]]),
    "null bytes": with_raw(name='"Jac\\u0000ket \\u0000"', description='"\\u0000\\u0001\\u001f"'),
    "right to left": a_product(21, name="\u202eteckaJ\u202c معطف \u200f", description="\u2066\u2067\u2069" * 1000),
    "zero width": a_product(22, name="\u200b\u200c\u200d\ufeff", sku="\u200bZW-22\u200b"),
    "name of 40 kB": a_product(23, name="Jacket " * 6_000),
    "SKU of 40 kB": a_product(24, sku="S" * 40_000),
    "numbers for texts": a_product(25, name=12345, sku=678, description=3.14, url_key=9),
    "booleans for texts": a_product(26, name=True, sku=False, description=None),
    "nothing at all": {},
    "texts for numbers": a_product(28, status="enabled", visibility="everywhere", category_ids="all"),
    "one letter combining": a_product(29, name="e" + "\u0301" * 20_000),
    "emoji families": a_product(30, name="👨‍👩‍👧‍👦" * 2000, sku="👨‍👩‍👧‍👦"),
    "address in the key": a_product(31, url_key="https://evil.test/?q=<script>", image="../../../etc/passwd\u0000"),
    "two kinds of attribute": a_product(32, material={"0": "wool", "x": [None, {"y": 1}]}, material_value=[None, 1]),
}


@pytest.fixture
def unmapped() -> Mapping[str, Any]:
    """Takes any JSON there is, as an index does that somebody filled by hand."""
    return {"enabled": False}


async def test_f30_thirty_poison_documents_are_counted_and_the_run_goes_live(
    tmp_path: Path,
    cluster: AsyncOpenSearch,
    opensearch_url: str,
    namespace: str,
    openai_server: ScriptedServer,
    unmapped: Mapping[str, Any],
) -> None:
    assert len(POISON) >= 30
    good = {f"good-{number}": a_product(number) for number in range(100, 100 + GOOD)}
    await put_shop(cluster, namespace, {**good, **POISON}, mappings=unmapped)
    program = a_program(tmp_path, opensearch_url, provider=openai_server.base_url, namespace=namespace)

    done = await program.run("run", "--json")

    assert done.code == 0, done.errors[-3000:]
    [store] = done.json["stores"]
    total = GOOD + len(POISON)
    assert store["read"] == total == store["indexed"] + store["rejected"] + store["skipped"]
    rejected = {reject["id"]: reject["reason"] for reject in store["rejects"]}
    assert rejected.keys() <= POISON.keys()
    assert len(rejected) <= MOST_REJECTS
    assert all(rejected.values())
    alias = f"{namespace}rag-active"
    assert (await cluster.count(index=alias))["count"] == store["indexed"]
    body = {"size": 100, "query": {"ids": {"values": list(POISON)}}, "_source": {"excludes": [catalog.VECTOR]}}
    for hit in (await cluster.search(index=alias, body=body))["hits"]["hits"]:
        source = hit["_source"]
        assert len(str(source[catalog.NAME])) < 5_000, hit["_id"]
        assert source[catalog.PRICE_FROM] is None or 0 <= source[catalog.PRICE_FROM] < 1e15, hit["_id"]
        assert "<script>" not in str(source), hit["_id"]
