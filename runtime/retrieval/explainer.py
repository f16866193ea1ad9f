"""Finds out why a result is empty, or holds only what resembles the question; `explain` puts it into words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from runtime.retrieval.counts import MAX_VALUES
from runtime.retrieval.explain import (
    Nearest,
    Shown,
    category_key,
    explain_attribute,
    explain_category,
    explain_filters,
    explain_no_words,
    explain_nothing,
    explain_price,
    explain_value,
    price_distance,
)
from runtime.retrieval.hits import Condition, Hit
from runtime.retrieval.index import LiveIndex
from runtime.retrieval.legs import Candidate, Candidates, PriceQuestion, Question
from runtime.retrieval.price_order import plan_on_topic
from runtime.retrieval.ranking import named, on_topic
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.vocabulary import Vocabularies
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter
from shared.hybrid.legs import SEMANTIC

_MOST_ALIKE: Final = 10
"""Of products that share no word with the question, only the most alike are worth naming."""


class Explainer:
    """Asks the index further questions until a result can be explained."""

    def __init__(self, search: ProductSearch, vocabularies: Vocabularies) -> None:
        self._search = search
        self._vocabularies = vocabularies

    async def explain(
        self,
        live: LiveIndex,
        question: Question,
        *,
        found: Candidates,
        hits: Sequence[Hit],
        without: Sequence[Condition] = (),
    ) -> str:
        """Why nothing that `question` asks for was `found`; `hits` stand there all the same, found `without` some of
        its conditions.
        """
        wanted, shown = question.filter, _shown(question, hits)
        if without:
            return await self._explain_filters(live, question, of_query=question.has_words, without=without)
        if shown == "nothing" and (unknown := await self._explain_unknown(live, wanted)):
            return unknown
        # To a vector everything is somehow alike: with one, an empty result means that the conditions leave nothing.
        of_query = question.has_words and (shown != "nothing" or question.vector is None)
        if of_query and not await self._has_words_anywhere(live, question, found=found):
            return explain_no_words(live.store, shown=shown)
        if wanted == ProductFilter():
            return explain_nothing(live.store)
        nearest = await self._fetch_nearest(live, question, of_query=of_query)
        only_price = wanted == ProductFilter(price_min=wanted.price_min, price_max=wanted.price_max)
        if nearest or only_price:
            return explain_price(live.store, wanted, nearest, of_query=of_query, shown=shown)
        return await self._explain_filters(live, question, of_query=of_query, shown=shown)

    async def _explain_filters(
        self,
        live: LiveIndex,
        question: Question,
        *,
        of_query: bool,
        shown: Shown = "similar",
        without: Sequence[Condition] = (),
    ) -> str:
        vocabulary = await self._vocabularies.get(live)
        labels = {attribute.code: attribute.label for attribute in vocabulary.attributes}
        given_up = [condition.text for condition in without]
        return explain_filters(
            live.store, question.filter, labels=labels, of_query=of_query, shown=shown, given_up=given_up
        )

    async def _explain_unknown(self, live: LiveIndex, wanted: ProductFilter) -> str:
        """Names the first category, attribute or value that is asked for and that nothing in the catalogue has."""
        if not wanted.categories and not wanted.attributes:
            return ""
        vocabulary = await self._vocabularies.get(live)
        categories = tuple(vocabulary.categories)
        if unknown := _unknown(wanted.categories, categories):
            return explain_category(live.store, unknown[0], known=categories)
        attributes = {attribute.code: attribute for attribute in vocabulary.attributes}
        if sum(len(attribute.values) for attribute in vocabulary.attributes) >= MAX_VALUES:
            return ""  # What is not among those counted may exist all the same.
        for code, values in wanted.attributes.items():
            attribute = attributes.get(code.strip().lower())
            if attribute is None:
                return explain_attribute(live.store, code, known=tuple(attributes))
            if len(unknown := _unknown(values, known := tuple(attribute.values))) == len(values):
                return explain_value(live.store, unknown[0], label=attribute.label, known=known)
        return ""

    async def _has_words_anywhere(self, live: LiveIndex, question: Question, *, found: Candidates) -> bool:
        if found.by_words or question.filter == ProductFilter():
            return bool(found.by_words)
        anywhere = replace(question.anything, vector=None)
        return bool((await self._search.fetch_candidates(live.index, anywhere)).by_words)

    async def _fetch_nearest(self, live: LiveIndex, question: Question, *, of_query: bool) -> Nearest:
        """Of what was asked for, at any price, what comes nearest to the bounds; nothing without bounds.

        of_query: only a product that shares words with the question will do.
        """
        bounds = question.filter
        if bounds.price_min is None and bounds.price_max is None:
            return Nearest()
        unbound = replace(question, filter=replace(bounds, price_min=None, price_max=None), prices=True, whole=False)
        found = await self._search.fetch_candidates(live.index, unbound)
        if of_query and not found.by_words:
            return Nearest()
        return Nearest(
            by_price=await self._fetch_nearest_by_price(live, unbound, found=found, bounds=bounds),
            on_request=await self._fetch_on_request(live, found),
        )

    async def _fetch_nearest_by_price(
        self, live: LiveIndex, unbound: Question, *, found: Candidates, bounds: ProductFilter
    ) -> CatalogDocument | None:
        if asked_for := named(found):
            return await self._fetch_nearest_of(live, asked_for, bounds)
        wanted = plan_on_topic(unbound, found, sort="price_asc", limit=1)
        if wanted is None and not bounds.categories:
            return await self._fetch_nearest_of(live, found.legs.get(SEMANTIC, ())[:_MOST_ALIKE], bounds)
        everything = PriceQuestion(filter=unbound.filter, sort="price_asc", limit=1)
        return await self._fetch_beside(live, wanted or everything, bounds)

    async def _fetch_on_request(self, live: LiveIndex, found: Candidates) -> CatalogDocument | None:
        best = next(iter(named(found) or on_topic(found)), None)
        if best is None or best.price is not None:
            return None
        return (await self._search.fetch_documents(live.index, [best.id])).get(best.id)

    async def _fetch_nearest_of(
        self, live: LiveIndex, candidates: Sequence[Candidate], bounds: ProductFilter
    ) -> CatalogDocument | None:
        priced = {candidate.id: candidate.price for candidate in candidates if candidate.price is not None}
        if not priced:
            return None
        nearest = min(priced, key=lambda id: price_distance(priced[id], bounds))
        return (await self._search.fetch_documents(live.index, [nearest])).get(nearest)

    async def _fetch_beside(
        self, live: LiveIndex, wanted: PriceQuestion, bounds: ProductFilter
    ) -> CatalogDocument | None:
        """The cheapest above the bounds or the dearest below them, whichever is nearer."""
        sides: list[PriceQuestion] = []
        if bounds.price_max is not None:
            sides.append(replace(wanted, filter=replace(wanted.filter, price_min=bounds.price_max), sort="price_asc"))
        if bounds.price_min is not None:
            sides.append(replace(wanted, filter=replace(wanted.filter, price_max=bounds.price_min), sort="price_desc"))
        lists = [await self._search.fetch_by_price(live.index, side) for side in sides]
        found = [document for listed in lists for document in listed.documents]
        return min(found, key=lambda document: price_distance(document.price_from or 0.0, bounds), default=None)


def _shown(question: Question, hits: Sequence[Hit]) -> Shown:
    if not hits:
        return "nothing"
    return "all" if question.prices and question.filter.categories else "similar"


def _unknown(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    keys = {category_key(name) for name in known}
    return [name for name in asked if category_key(name) not in keys]
