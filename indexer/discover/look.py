"""One index looked at: what it is, which store view's, and what its products are like."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlsplit

from opensearchpy import AsyncOpenSearch

from indexer.cluster import request
from indexer.discover.attributes import found_attributes, refused_codes, wanted_fields
from indexer.discover.findings import FoundIndex
from indexer.discover.language import guess_locale, stemmers_of
from indexer.extract.dialect import SAMPLE_FIELDS, detect_dialect
from indexer.extract.errors import SourceEmpty
from indexer.extract.fields import FieldPlan, plan_fields
from indexer.extract.magento import read_document
from indexer.transform.markup import plain, to_text
from indexer.transform.text import shorten
from shared.magento.enrichment import VITRINA
from shared.magento.values import first_text, integer, objects
from shared.retry import Backoff

SAMPLED: Final = 200
"""Products whose attribute values are looked at; picked at random, for neighbours in an index are alike."""
TEXTS_SAMPLED: Final = 20
"""Products whose descriptions are looked at as well, which may be large."""

_LONG: Final = ("description", "short_description", f"{VITRINA}.description_text")
_NAMES: Final = 3
_LONGEST_NAME: Final = 60
_FIELDS_A_REQUEST: Final = 200
_PRICE: Final = re.compile(r"price_(\d+)_(\d+)")


@dataclass(frozen=True, slots=True)
class _Index:
    """An index, and how to ask it. sample: one document's `_source`, of SAMPLE_FIELDS."""

    client: AsyncOpenSearch
    name: str
    backoff: Backoff
    settings: Mapping[str, Any]
    properties: Mapping[str, Any]
    sample: Mapping[str, Any]
    documents: int

    async def search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        return await _search(self.client, self.name, body, self.backoff)


async def look_at(client: AsyncOpenSearch, index: str, *, called: str, backoff: Backoff) -> FoundIndex:
    """The index `index`, which `magento_index` should call `called`.

    Raises SourceUnreadable, SourceEmpty, and what shared.opensearch lists.
    """
    found = await _open(client, index, backoff)
    dialect = detect_dialect(index, found.properties, found.sample)
    plan = plan_fields(found.properties, dialect=dialect)
    sources = await _sample(found, plan)
    records = [read_document("", source, plan) for source in sources]
    texts = await _texts(found)
    names = [plain(name) for record in records if (name := record.enriched.name or "".join(record.names[:1]))]
    coverage = await _coverage(found, wanted_fields(found.properties, plan))
    return FoundIndex(
        name=called,
        index=index,
        dialect=dialect,
        documents=found.documents,
        locale=guess_locale([*names, *texts], stemmers=stemmers_of(found.settings)),
        store_id=integer(found.sample.get("store_id")),
        groups=_groups(found.properties, sources),
        websites=tuple(sorted({website for _, website in _price_fields(found.properties)})),
        names=tuple(shorten(name, _LONGEST_NAME) for name in names[:_NAMES]),
        currency=_unanimous(record.enriched.currency for record in records),
        base_url=_unanimous(_origin(record.enriched.url) for record in records),
        attributes=found_attributes(records, plan, coverage=coverage, documents=found.documents),
        refused=refused_codes(found.properties),
    )


async def _open(client: AsyncOpenSearch, index: str, backoff: Backoff) -> _Index:
    body = (await request(f"index {index!r}", partial(client.indices.get, index=index), backoff=backoff))[index]
    first = {"size": 1, "track_total_hits": True, "_source": {"includes": list(SAMPLE_FIELDS)}}
    hits = (await _search(client, index, first, backoff))["hits"]
    if not hits["hits"]:
        raise SourceEmpty(index)
    return _Index(
        client=client,
        name=index,
        backoff=backoff,
        settings=body["settings"]["index"],
        properties=body["mappings"].get("properties", {}),
        sample=hits["hits"][0].get("_source") or {},
        documents=int(hits["total"]["value"]),
    )


async def _search(client: AsyncOpenSearch, index: str, body: Mapping[str, Any], backoff: Backoff) -> dict[str, Any]:
    call = partial(client.search, index=index, body=body, params={"allow_partial_search_results": "false"})
    answer: dict[str, Any] = await request(f"index {index!r}", call, backoff=backoff)
    return answer


async def _sample(found: _Index, plan: FieldPlan) -> list[Mapping[str, Any]]:
    """`_source` of some documents, of what a run would read and not the long texts."""
    body = {
        "size": SAMPLED,
        "track_total_hits": False,
        "_source": {"includes": plan.source, "excludes": list(_LONG)},
        "query": _AT_RANDOM,
    }
    hits = (await found.search(body))["hits"]["hits"]
    return [hit.get("_source") or {} for hit in hits]


async def _texts(found: _Index) -> list[str]:
    """Descriptions of some documents as plain text."""
    body = {
        "size": TEXTS_SAMPLED,
        "track_total_hits": False,
        "_source": {"includes": ["description", "short_description"]},
        "query": _AT_RANDOM,
    }
    sources = [hit.get("_source") or {} for hit in (await found.search(body))["hits"]["hits"]]
    htmls = (first_text(html) for source in sources for html in source.values())
    return [to_text(html)[0] for html in htmls if html]


async def _coverage(found: _Index, fields: Sequence[str]) -> dict[str, int]:
    """Native field -> documents that have it."""
    counts: dict[str, int] = {}
    for start in range(0, len(fields), _FIELDS_A_REQUEST):
        part = fields[start : start + _FIELDS_A_REQUEST]
        filters = {field: {"exists": {"field": field}} for field in part}
        body = {"size": 0, "aggs": {"with": {"filters": {"filters": filters}}}}
        buckets = (await found.search(body))["aggregations"]["with"]["buckets"]
        counts |= {field: int(bucket["doc_count"]) for field, bucket in buckets.items()}
    return counts


_AT_RANDOM: Final = {"function_score": {"random_score": {"seed": 7, "field": "_seq_no"}}}
"""The same documents every time, for the files should not differ without a reason."""


def _price_fields(properties: Iterable[str]) -> list[tuple[int, int]]:
    """(group, website) of core Magento's price fields."""
    found = filter(None, map(_PRICE.fullmatch, properties))
    return [(int(match[1]), int(match[2])) for match in found]


def _groups(properties: Iterable[str], sources: Iterable[Mapping[str, Any]]) -> tuple[int, ...]:
    rows = (row for source in sources for row in objects(source.get("price")))
    numbers = {integer(row.get("customer_group_id")) for row in rows} | {
        group for group, _ in _price_fields(properties)
    }
    return tuple(sorted(number for number in numbers if number is not None))


def _unanimous(values: Iterable[str | None]) -> str | None:
    """What every document that says anything says."""
    said = {value for value in values if value is not None}
    return said.pop() if len(said) == 1 else None


def _origin(url: str | None) -> str | None:
    parts = urlsplit(url or "")
    return f"{parts.scheme}://{parts.netloc}/" if parts.scheme in ("http", "https") and parts.hostname else None
