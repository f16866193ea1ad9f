"""Finds out why a result is empty, or holds only what resembles the question; `explain` puts it into words."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from runtime.retrieval.counts import MAX_VALUES
from runtime.retrieval.explain import (
    Shown,
    category_key,
    explain_attribute,
    explain_category,
    explain_filters,
    explain_no_words,
    explain_nothing,
    explain_price,
    explain_value,
)
from runtime.retrieval.hits import Condition, Hit
from runtime.retrieval.index import LiveIndex
from runtime.retrieval.legs import Candidates, Question
from runtime.retrieval.nearest import fetch_nearest
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.vocabulary import Vocabularies
from shared.catalog import CatalogDocument
from shared.hybrid.filters import ProductFilter


class Explained(NamedTuple):
    """The words, and the product whose price they tell."""

    text: str
    nearest: CatalogDocument | None = None


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
    ) -> Explained:
        """Why nothing that `question` asks for was `found`; `hits` stand there all the same, found `without` some of
        its conditions.
        """
        wanted, shown = question.filter, _shown(question, hits)
        if without:
            return Explained(await self._explain_filters(live, question, of_query=question.has_words, without=without))
        if shown == "nothing" and (unknown := await self._explain_unknown(live, wanted)):
            return Explained(unknown)
        # To a vector everything is somehow alike: with one, an empty result means that the conditions leave nothing.
        of_query = question.has_words and (shown != "nothing" or question.vector is None)
        if of_query and not await self._has_words_anywhere(live, question, found=found):
            return Explained(explain_no_words(live.store, shown=shown))
        if wanted == ProductFilter():
            return Explained(explain_nothing(live.store))
        nearest = await fetch_nearest(self._search, live.index, question, of_query=of_query)
        only_price = wanted == ProductFilter(price_min=wanted.price_min, price_max=wanted.price_max)
        if nearest or only_price:
            text = explain_price(live.store, wanted, nearest, of_query=of_query, shown=shown)
            return Explained(text, nearest.by_price)
        return Explained(await self._explain_filters(live, question, of_query=of_query, shown=shown))

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


def _shown(question: Question, hits: Sequence[Hit]) -> Shown:
    if not hits:
        return "nothing"
    return "all" if question.prices and question.filter.categories else "similar"


def _unknown(asked: Sequence[str], known: Sequence[str]) -> list[str]:
    keys = {category_key(name) for name in known}
    return [name for name in asked if category_key(name) not in keys]
