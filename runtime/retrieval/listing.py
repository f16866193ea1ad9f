"""The products to show, in the order asked for, each in one place."""

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from runtime.retrieval.collapse import collapsed, reach
from runtime.retrieval.hits import Hit
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.offers import still_meets
from runtime.retrieval.price_order import fetch_price_list
from runtime.retrieval.ranking import fused, named, on_topic
from runtime.retrieval.reading import Reading
from runtime.retrieval.search import ProductSearch
from shared.hybrid.fuse import FusedHit
from shared.hybrid.query import PriceSort
from shared.hybrid.settings import FusionSettings
from shared.spans import span


class Listing(NamedTuple):
    """hits: best first. total: how many match, 0 where they are only similar."""

    hits: tuple[Hit, ...]
    total: int


async def list_products(
    search: ProductSearch,
    index: str,
    reading: Reading,
    question: Question,
    *,
    found: Candidates,
    joined: FusionSettings,
) -> Listing:
    """The first `reading.limit` products for `question` among the candidates `found`, and how many match."""
    in_order = partial(_in_order, search, index, reading, question, found=found, joined=joined)
    limit = reach(reading.limit)
    if reading.filter.exclude_ids:
        shown_before = search.fetch_documents(index, reading.filter.exclude_ids)
        seen, looked = await asyncio.gather(shown_before, in_order(limit=limit))
    else:
        seen, looked = {}, await in_order(limit=limit)
    one_each = partial(collapsed, sort=reading.sort, codes=reading.codes, seen=tuple(seen.values()))
    while len(shown := one_each(looked.hits, more=looked.more)) < reading.limit and looked.more:
        limit *= 2
        looked = await in_order(limit=limit)
    return Listing(shown[: reading.limit], looked.total)


class _Looked(NamedTuple):
    """hits: of those looked at, what can be shown. total: as in Listing. more: whether others would follow."""

    hits: tuple[Hit, ...]
    total: int
    more: bool


async def _in_order(
    search: ProductSearch,
    index: str,
    reading: Reading,
    question: Question,
    *,
    found: Candidates,
    joined: FusionSettings,
    limit: int,
) -> _Looked:
    """The first `limit` in the order asked for."""
    if reading.sort == "relevance":
        with span("fuse", {f"vitrina.{leg}": len(candidates) for leg, candidates in found.legs.items()}):
            ranked = fused(found, joined, sides=len(question.sides) or 1, limit=limit)
        hits = await _by_relevance(search, index, question, ranked, found)
        total = found.matching - _gone(ranked, hits, found) if on_topic(found) else 0
        return _Looked(hits, total, more=len(ranked) == limit)
    return await _by_price(search, index, question, found, sort=reading.sort, limit=limit)


async def _by_relevance(
    search: ProductSearch, index: str, question: Question, wanted: Sequence[FusedHit], found: Candidates
) -> tuple[Hit, ...]:
    documents = found.documents or await search.fetch_documents(index, [hit.id for hit in wanted], texts=question.texts)
    asked_for = {candidate.id for candidate in named(found)}
    return tuple(
        Hit(documents[hit.id], hit.score, ranks=hit.ranks, by_code=hit.id in asked_for)
        for hit in wanted
        # The index was asked with the filter; what was read again since may have become dearer, or be sold out.
        if hit.id in documents and still_meets(documents[hit.id], question.filter)
    )


def _gone(ranked: Sequence[FusedHit], hits: Sequence[Hit], found: Candidates) -> int:
    """How many of those that match are not among `hits`, though they were among the best."""
    lost = {hit.id for hit in ranked}.difference(hit.document.id for hit in hits)
    return sum(candidate.id in lost for candidate in found.by_words) if lost else 0


async def _by_price(
    search: ProductSearch, index: str, question: Question, found: Candidates, *, sort: PriceSort, limit: int
) -> _Looked:
    listed = await fetch_price_list(search, index, question, found=found, sort=sort, limit=limit)
    asked_for = {candidate.id for candidate in named(found)}
    hits = tuple(Hit(document, score=0.0, by_code=document.id in asked_for) for document in listed.documents)
    return _Looked(hits, listed.total, more=len(hits) + listed.gone >= limit)
