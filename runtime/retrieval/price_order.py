"""Products in order of price: over everything that was asked for, not only over what ranks high by likeness."""

from collections.abc import Sequence
from dataclasses import replace

from runtime.retrieval.legs import Candidate, Candidates, PriceList, PriceQuestion, Question
from runtime.retrieval.ranking import by_price, named, topic_score
from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument
from shared.hybrid.query import SEMANTIC, PriceSort


async def fetch_price_list(
    search: ProductSearch, index: str, question: Question, *, found: Candidates, sort: PriceSort, limit: int
) -> PriceList:
    """The first `limit` products for `question` by price, and how many there are.

    Products the question names by code come first, by price among themselves. Of the others, all that a category of
    the filter holds: it says what the topic is. Without a category, all whose words are on topic, because the
    cheapest of what merely mentions a word would come before them otherwise. Where no word matches, what `found`
    holds by meaning: those candidates and no more, because likeness has no end. A question without a word is about
    everything.

    found: the candidates for `question`, asked for with their prices.
    """
    asked_for = by_price(named(found), sort)
    first = await _fetch_in_order(search, index, asked_for[:limit])
    wanted = _plan_others(question, found, sort=sort, limit=limit - len(first))
    if wanted is not None:
        others = await search.fetch_by_price(index, wanted)
    elif asked_for:
        others = PriceList()
    else:
        alike = by_price(found.legs.get(SEMANTIC, ()), sort)
        others = PriceList(await _fetch_in_order(search, index, alike[:limit]), total=len(alike))
    return PriceList(first + others.documents, total=len(asked_for) + others.total)


def _plan_others(question: Question, found: Candidates, *, sort: PriceSort, limit: int) -> PriceQuestion | None:
    """What to ask for beside the products named by code; None when words are all there is, and none matches."""
    codes = tuple(candidate.id for candidate in named(found))
    others = replace(question.filter, exclude_ids=(*question.filter.exclude_ids, *codes))
    wanted = PriceQuestion(filter=others, sort=sort, limit=limit)
    if question.filter.categories or not question.text.strip():
        return wanted
    score = topic_score(found)
    return None if score is None else replace(wanted, text=question.text, min_score=score)


async def _fetch_in_order(
    search: ProductSearch, index: str, candidates: Sequence[Candidate]
) -> tuple[CatalogDocument, ...]:
    ids = [candidate.id for candidate in candidates]
    documents = await search.fetch_documents(index, ids)
    return tuple(documents[id] for id in ids if id in documents)
