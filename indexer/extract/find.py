"""One product of a native index, found by what an operator calls it: SKU, a variant's SKU, another code, or id."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

from opensearchpy import AsyncOpenSearch

from indexer.attributes import NO_RULES, AttributeRules
from indexer.cluster import STEADY, request
from indexer.extract.fields import FieldPlan, plan_store
from indexer.extract.magento import read_hit
from indexer.extract.resolve import refuse_unsuitable, resolve_index, take_snapshot
from indexer.records import SourceRecord, SourceSnapshot
from shared.magento.enrichment import VARIANT_FIELDS, VITRINA
from shared.magento.internal import is_internal
from shared.magento.values import integer, objects
from shared.opensearch import ClusterAddress
from shared.retry import Backoff
from shared.stores import StoreView

CANDIDATES: Final = 20
SIMILAR: Final = 5

_SEPARATOR: Final = re.compile(r"[\s\-_./]")
_STEMS: Final = 3

Match = Literal["sku", "variant", "code", "id"]
"""What of a product the operator named: its own SKU, a variant's, an EAN or the like, the document's id."""

_MATCHES: Final[tuple[Match, ...]] = ("sku", "variant", "code", "id")
"""The likeliest meaning first, where one word means several products."""


@dataclass(frozen=True, slots=True)
class FoundProduct:
    """A native document. source: what may be shown of it. others: ids of documents that the word means as well."""

    record: SourceRecord
    source: Mapping[str, Any]
    match: Match
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """What was found in the index of `snapshot`. similar: SKUs that resemble the word, or that it begins with."""

    snapshot: SourceSnapshot
    product: FoundProduct | None
    similar: tuple[str, ...] = ()


async def find_product(
    client: AsyncOpenSearch,
    address: ClusterAddress,
    store: StoreView,
    word: str,
    *,
    variant_of: Collection[str] = (),
    attributes: AttributeRules = NO_RULES,
    backoff: Backoff = STEADY,
) -> Search:
    """The product that `word` names, in whatever case, read exactly as a run reads it.

    variant_of: ids of documents known from elsewhere to have a variant of that SKU; core Magento keeps none. Raises
    UnsuitableCluster, SourceUnknown, SourceAmbiguous, SourceUnreadable, SourceEmpty, and what shared.opensearch lists.
    """
    await refuse_unsuitable(client, address, backoff=backoff)
    index = await resolve_index(client, address, store, backoff=backoff)
    search = partial(_search, client, index.name, backoff=backoff)
    snapshot = await take_snapshot(index, search)
    plan = plan_store(index.properties, store, dialect=snapshot.dialect, attributes=attributes)
    body = _build_search(word, plan, index.properties, ids=[word, *variant_of])
    hits = (await search(body))["hits"]["hits"]
    records = [read_hit(hit, plan) for hit in hits]
    matches = {record.id: match for record in records if (match := _match(record, word, variant_of))}
    if not matches:
        return Search(snapshot, product=None, similar=tuple(record.sku for record in records if record.sku)[:SIMILAR])
    found = min(matches, key=lambda document: _MATCHES.index(matches[document]))
    number = [record.id for record in records].index(found)
    return Search(
        snapshot,
        FoundProduct(
            record=records[number],
            source=shown_source(hits[number]["_source"], plan),
            match=matches[found],
            others=tuple(document for document in matches if document != found),
        ),
    )


def shown_source(source: Mapping[str, Any], plan: FieldPlan) -> dict[str, Any]:
    """What an operator may see of a document: prices of the wanted customer group and of guests alone, and of a
    `vitrina` only what is documented, none of it a figure of the merchant's own."""
    shown = {name: source[name] for name in sorted(source) if not is_internal(name)}
    groups = {plan.customer_group, 0}
    if "price" in shown:
        shown["price"] = [row for row in objects(shown["price"]) if integer(row.get("customer_group_id")) in groups]
    if isinstance(vitrina := shown.get(VITRINA), dict):
        shown[VITRINA] = _shown_vitrina(vitrina)
    return shown


def _shown_vitrina(given: Mapping[str, Any]) -> dict[str, Any]:
    shown = dict(given)
    if "variants" in shown:
        variants = objects(shown["variants"])
        shown["variants"] = [{name: row[name] for name in VARIANT_FIELDS if name in row} for row in variants]
    return {name: _without_internals(value) for name, value in shown.items()}


def _without_internals(value: Any) -> Any:
    match value:
        case dict():
            return {name: _without_internals(one) for name, one in value.items() if not is_internal(name)}
        case list():
            return [_without_internals(one) for one in value]
        case _:
            return value


async def _search(client: AsyncOpenSearch, index: str, body: Mapping[str, Any], *, backoff: Backoff) -> dict[str, Any]:
    call = partial(client.search, index=index, body=body, params={"allow_partial_search_results": "false"})
    answer: dict[str, Any] = await request(f"source index {index!r}", call, backoff=backoff)
    return answer


def _build_search(word: str, plan: FieldPlan, properties: Mapping[str, Any], *, ids: Collection[str]) -> dict[str, Any]:
    """Whatever the dialect's analysers make of a code, the product itself comes before what resembles it."""
    codes = [name for name in (*plan.structure["sku"], *plan.identifiers) if name in properties]
    exact = [{"match": {name: {"query": word, "operator": "and", "lenient": True}}} for name in codes]
    written = [
        {"term": {name: {"value": word, "case_insensitive": True}}} for name in codes if _is_text(properties[name])
    ]
    close: list[dict[str, Any]] = [
        {"match": {"sku": {"query": word, "fuzziness": "AUTO", "lenient": True, "boost": 0.01}}},
        *({"match": {"sku": {"query": stem, "operator": "and", "boost": 0.01}}} for stem in _stems(word)),
    ]
    return {
        "size": CANDIDATES,
        "track_total_hits": False,
        "_source": {"includes": plan.source},
        "query": {"bool": {"should": [{"ids": {"values": list(ids), "boost": 100}}, *exact, *written, *close]}},
    }


def _stems(code: str) -> list[str]:
    """What stands before each separator, the longest first: a variant's SKU mostly begins with its parent's."""
    return [code[: found.start()] for found in _SEPARATOR.finditer(code)][::-1][:_STEMS]


def _is_text(field: Any) -> bool:
    return isinstance(field, dict) and field.get("type") in ("text", "keyword")


def _match(record: SourceRecord, word: str, variant_of: Collection[str]) -> Match | None:
    key = _key(word)
    variants = [*record.skus[1:], *(variant.sku for variant in record.enriched.variants)]
    if record.sku is not None and _key(record.sku) == key:
        return "sku"
    if record.id in variant_of or key in map(_key, variants):
        return "variant"
    if key in map(_key, (*record.identifiers, *record.enriched.identifiers)):
        return "code"
    return "id" if record.id == word else None


def _key(code: str) -> str:
    return code.strip().casefold()
