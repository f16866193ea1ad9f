"""What comes nearest to a price that nothing costs, judged by the prices that are told."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from runtime.retrieval.explain import Nearest, price_distance
from runtime.retrieval.legs import Candidate, Candidates, PriceQuestion, Question
from runtime.retrieval.offers import still_meets
from runtime.retrieval.price_order import plan_on_topic
from runtime.retrieval.ranking import named, on_topic
from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import SEMANTIC

_MOST_ALIKE: Final = 10
"""Of products that share no word with the question, only the most alike are worth naming."""

_LOOKED_AT: Final = 5
"""On each side of the bounds: of those, what has changed since the last run may be the nearest, or nearest no more."""


async def fetch_nearest(search: ProductSearch, index: str, question: Question, *, of_query: bool) -> Nearest:
    """Of what was asked for, at any price, what comes nearest to the bounds; nothing without bounds. By a price read
    again since the last run it may lie within them.

    of_query: only a product that shares words with the question will do.
    """
    bounds = question.filter
    if bounds.price_min is None and bounds.price_max is None:
        return Nearest()
    unbound = replace(question, filter=replace(bounds, price_min=None, price_max=None), prices=True, whole=False)
    found = await search.fetch_candidates(index, unbound)
    if of_query and not found.by_words:
        return Nearest()
    by_price, best = await asyncio.gather(
        _fetch_by_price(search, index, unbound, found=found, bounds=bounds), _fetch_on_request(search, index, found)
    )
    if best is not None and best.price_from is not None:
        # It was on request at the last run.
        return Nearest(_nearest([one for one in (by_price, best) if one is not None], bounds))
    return Nearest(by_price, on_request=best)


async def _fetch_by_price(
    search: ProductSearch, index: str, unbound: Question, *, found: Candidates, bounds: ProductFilter
) -> CatalogDocument | None:
    if asked_for := named(found):
        return await _fetch_nearest_of(search, index, asked_for, bounds)
    wanted = plan_on_topic(unbound, found, sort="price_asc", limit=_LOOKED_AT)
    if wanted is not None:
        return await _fetch_beside(search, index, wanted, bounds, within=True)
    if not bounds.categories:
        return await _fetch_nearest_of(search, index, found.legs.get(SEMANTIC, ())[:_MOST_ALIKE], bounds)
    everything = PriceQuestion(filter=unbound.filter, sort="price_asc", limit=_LOOKED_AT)
    # What costs that in the whole category was not what was asked for.
    return await _fetch_beside(search, index, everything, bounds, within=False)


async def _fetch_on_request(search: ProductSearch, index: str, found: Candidates) -> CatalogDocument | None:
    best = next(iter(named(found) or on_topic(found)), None)
    if best is None or best.price is not None:
        return None
    return (await search.fetch_documents(index, [best.id])).get(best.id)


async def _fetch_nearest_of(
    search: ProductSearch, index: str, candidates: Sequence[Candidate], bounds: ProductFilter
) -> CatalogDocument | None:
    priced = {candidate.id: candidate.price for candidate in candidates if candidate.price is not None}
    by_last_run = sorted(priced, key=lambda id: price_distance(priced[id], bounds))[:_LOOKED_AT]
    documents = await search.fetch_documents(index, by_last_run)
    return _nearest([documents[id] for id in by_last_run if id in documents], bounds)


async def _fetch_beside(
    search: ProductSearch, index: str, wanted: PriceQuestion, bounds: ProductFilter, *, within: bool
) -> CatalogDocument | None:
    """The cheapest above the bounds or the dearest below them, whichever is nearer.

    within: what was within them at the last run is looked at, too.
    """
    low, high = bounds.price_min, bounds.price_max
    sides: list[PriceQuestion] = []
    if high is not None:
        sides.append(replace(wanted, filter=replace(wanted.filter, price_min=high), sort="price_asc"))
    if low is not None:
        sides.append(replace(wanted, filter=replace(wanted.filter, price_max=low), sort="price_desc"))
    if within:
        inside = replace(wanted.filter, price_min=low, price_max=high)
        sides.append(replace(wanted, filter=inside, sort="price_asc"))
    lists = await asyncio.gather(*(search.fetch_by_price(index, side) for side in sides))
    # Of one side what can be bought comes first.
    firsts = (_nearest((*listed.documents, *listed.moved), bounds, in_stock_first=True) for listed in lists)
    return _nearest([first for first in firsts if first is not None], bounds)


def _nearest(
    documents: Sequence[CatalogDocument], bounds: ProductFilter, *, in_stock_first: bool = False
) -> CatalogDocument | None:
    """Of those that have a price and meet what `bounds` says of stock. in_stock_first: but for those within them."""
    at_any_price = replace(bounds, price_min=None, price_max=None)
    priced: list[tuple[bool, float, int]] = []
    for place, document in enumerate(documents):
        if document.price_from is not None and still_meets(document, at_any_price):
            distance = price_distance(document.price_from, bounds)
            priced.append((in_stock_first and distance > 0 and not document.in_stock, distance, place))
    return documents[min(priced)[-1]] if priced else None
