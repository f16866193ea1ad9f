"""Products in order of price: over everything that was asked for, not only over what ranks high by likeness."""

from collections.abc import Sequence
from dataclasses import replace

from runtime.retrieval.legs import Candidate, Candidates, PriceList, PriceQuestion, Question
from runtime.retrieval.offers import in_price_order, still_meets
from runtime.retrieval.ranking import by_price, named, topic_bound
from runtime.retrieval.search import ProductSearch
from shared.catalog import CatalogDocument
from shared.hybrid.legs import SEMANTIC
from shared.hybrid.query import PriceSort


async def fetch_price_list(
    search: ProductSearch, index: str, question: Question, *, found: Candidates, sort: PriceSort, limit: int
) -> PriceList:
    """The first `limit` products for `question` by price, and how many there are.

    Products the question names by code come first, by price among themselves. Of the others, all that are on topic:
    the cheapest of what merely mentions a word would come before them otherwise. A question without a word, or whose
    words only name its category, is about everything that passes its filter.

    Where nothing is what was asked for, the total is 0 and the list what comes nearest to it: the whole category where
    there is one, else what shares a word, else what is alike in meaning. Likeness has no end, so the last two hold
    the candidates and no more.

    found: the candidates for `question`, asked for with their prices.
    """
    asked_for = by_price(named(found), sort)
    first = await _fetch_in_order(search, index, asked_for[:limit], question, sort=sort)
    wanted = _plan_others(question, found, sort=sort, limit=limit - len(first))
    others = PriceList() if wanted is None else await search.fetch_by_price(index, wanted)
    if asked_for or others.total or not question.has_words:
        gone = len(asked_for[:limit]) - len(first)
        return PriceList(first + others.documents, total=len(asked_for) - gone + others.total, gone=gone + others.gone)
    return replace(await _fetch_similar(search, index, question, found=found, sort=sort, limit=limit), total=0)


def plan_on_topic(question: Question, found: Candidates, *, sort: PriceSort, limit: int) -> PriceQuestion | None:
    """Asks for all that `question` is about, products named by code aside; None when no word of it matches."""
    wanted = _everything(question, sort=sort, limit=limit)
    if found.topic is None or found.topic.names_category:
        return wanted
    bound = topic_bound(found.topic)
    if bound is None:
        return None
    # What is unwanted is left out, and need not be put down besides.
    words = replace(question.words, unwanted=())
    return replace(wanted, words=words, min_score=bound.score, every_word=bound.every_word)


def _plan_others(question: Question, found: Candidates, *, sort: PriceSort, limit: int) -> PriceQuestion | None:
    codes = tuple(candidate.id for candidate in named(found))
    others = replace(question.filter, exclude_ids=(*question.filter.exclude_ids, *codes))
    return plan_on_topic(replace(question, filter=others), found, sort=sort, limit=limit)


async def _fetch_similar(
    search: ProductSearch, index: str, question: Question, *, found: Candidates, sort: PriceSort, limit: int
) -> PriceList:
    if question.filter.categories:
        return await search.fetch_by_price(index, _everything(question, sort=sort, limit=limit))
    alike = by_price(found.by_words or found.legs.get(SEMANTIC, ()), sort)
    shown = await _fetch_in_order(search, index, alike[:limit], question, sort=sort)
    return PriceList(shown, gone=len(alike[:limit]) - len(shown))


def _everything(question: Question, *, sort: PriceSort, limit: int) -> PriceQuestion:
    return PriceQuestion(
        filter=question.filter, sort=sort, limit=limit, unwanted=question.unwanted, texts=question.texts
    )


async def _fetch_in_order(
    search: ProductSearch, index: str, candidates: Sequence[Candidate], question: Question, *, sort: PriceSort
) -> tuple[CatalogDocument, ...]:
    ids = [candidate.id for candidate in candidates]
    documents = (await search.fetch_documents(index, ids, texts=question.texts)).values()
    # What was read again since the candidates were found may have become dearer, or be sold out.
    return tuple(in_price_order((one for one in documents if still_meets(one, question.filter)), sort))
