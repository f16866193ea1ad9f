"""A product looked up in the native index and in the live one, and what a run would make of it now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from opensearchpy import AsyncOpenSearch

from indexer.attributes import NO_RULES, AttributeRules
from indexer.extract.find import find_product
from indexer.inspection.findings import Difference, Inspection, Live
from indexer.inspection.live import LiveIndex, fetch_copies, fetch_copy
from indexer.records import Accepted, Outcome, SourceRecord
from shared import catalog
from shared.indices import RagNames
from shared.opensearch import ClusterAddress
from shared.stores import StoreView


@dataclass(frozen=True, slots=True)
class Desk:
    """What an inspection works with; who made it closes the clients.

    judge: what a run makes of a record. count_tokens: of the model that documents are embedded with.
    """

    source: AsyncOpenSearch
    address: ClusterAddress
    target: AsyncOpenSearch
    judge: Callable[[SourceRecord], Outcome]
    count_tokens: Callable[[str], int]
    attributes: AttributeRules = NO_RULES


async def inspect(word: str, store: StoreView, names: RagNames, desk: Desk) -> Inspection:
    """Everything there is to say about the product that `word` (SKU, variant's SKU, other code, or id) names.

    Raises what extract.errors and shared.opensearch list, AliasTaken, AliasAmbiguous, AliasForeign.
    """
    live = await fetch_copies(desk.target, names, word)
    search = await find_product(
        desk.source, desk.address, store, word, variant_of=_variant_of(word, live), attributes=desk.attributes
    )
    product = search.product
    outcome = None if product is None else desk.judge(product.record)
    copy = await _copy(None if product is None else product.record.id, live, desk)
    would_be = _as_indexed(outcome)
    return Inspection(
        word=word,
        store=store.code,
        source=search.snapshot,
        product=product,
        similar=search.similar,
        outcome=outcome,
        tokens=desk.count_tokens(outcome.document.text) if isinstance(outcome, Accepted) else None,
        would_be=would_be,
        live=None if live.index is None else Live(live.index, copy),
        differences=() if would_be is None or copy is None else differences(would_be, copy),
    )


def differences(now: Mapping[str, Any], live: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Fields that a run would change in the live copy."""
    fields = dict.fromkeys((*now, *live))
    return tuple(
        Difference(field, live.get(field), now.get(field)) for field in fields if now.get(field) != live.get(field)
    )


def _variant_of(word: str, live: LiveIndex) -> list[str]:
    """Ids of live products that have a variant of that SKU."""
    key = word.strip().casefold()
    return [
        document
        for document, copy in live.copies.items()
        if key in (code.casefold() for code in copy.get(catalog.VARIANT_SKUS, ()))
    ]


async def _copy(document: str | None, live: LiveIndex, desk: Desk) -> Mapping[str, Any] | None:
    """The live copy of a native document; of a product that is gone from the source, what still answers to the word."""
    if live.index is None:
        return None
    if document is None:
        return next(iter(live.copies.values()), None)
    return live.copies.get(document) or await fetch_copy(desk.target, live.index.name, document)


def _as_indexed(outcome: Outcome | None) -> dict[str, Any] | None:
    if not isinstance(outcome, Accepted):
        return None
    return catalog.to_source(outcome.document, text_hash=outcome.text_hash)
