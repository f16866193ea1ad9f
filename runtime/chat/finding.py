"""The products an answer is written from: what is searched for, and what the conversation already points at."""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from runtime.chat.condense import condense
from runtime.chat.followup import leans, plan_search
from runtime.chat.intent import Aside, aside_of
from runtime.chat.purse import DEEP, Purse
from runtime.chat.question import ChatQuestion
from runtime.chat.references import asks_for_more, places_in, points_at_all, points_at_one, shown_in, wants_others
from runtime.chat.said import read_turn
from runtime.errors import CatalogUnavailable
from runtime.llm.model import ChatModel
from runtime.retrieval.facts import within_figures
from runtime.retrieval.hits import Hit, Retrieval
from runtime.retrieval.langchain import ProductRetriever
from runtime.retrieval.retriever import Retriever

CONTEXT_PRODUCTS: Final = 10

_LOOKED_THROUGH: Final = 40
"""Products among which those that earlier answers named are found again: four answers' worth."""
_BESIDE_IT: Final = re.compile(
    r"\b(?:for|like|with|without|to|than|match(?:es)?|fits?|suits?|complements?) (?:it|this|these|them|that)\b"
    r"|\b(?:для|к|ко|с|со|без|под|кроме) (?:н(?:его|её|ее|им|ей|их|ими|ему)|эт(?:ого|ой|их|ому|им|ими|ом|у))\b"
    r"|\bкак эт(?:от|а|о|и)\b",
    re.IGNORECASE,
)
"""What is for the product of the page, goes with it or is like it, is another one."""


@dataclass(frozen=True, slots=True)
class Found:
    """A question with what was found for it, in the order it will be shown.

    aside: what it is about instead of products; nothing was searched for then. meant: how many of the first of `hits`
    the shopper points at. exhausted: whether more was asked for than there is.
    """

    question: ChatQuestion
    retrieval: Retrieval
    hits: tuple[Hit, ...] = ()
    aside: Aside | None = None
    meant: int = 0
    exhausted: bool = False


class Finder:
    """Finds what an answer is about; safe to share. model: condenses follow-ups, None leaves that to the rule. now: the
    time of day.
    """

    def __init__(
        self,
        retriever: Retriever,
        model: ChatModel | None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._retriever = retriever
        self._model = model
        self._now = now

    async def find(self, question: ChatQuestion, purse: Purse = DEEP, *, traced: bool = False) -> Found:
        """The products for `question`. purse: pays where the model is asked. traced: whether a LangChain tracer wants
        to see the search.

        Raises what the retriever and the purse raise.
        """
        if aside := aside_of(question.text):
            return Found(question, Retrieval(store=question.store.code, as_of=self._now()), aside=aside)
        search = _Search(self._retriever, question, traced=traced)
        if any(turn.role == "assistant" for turn in question.history):
            if pointed_at := await self._pointed_at(question, search):
                return pointed_at
            if further := await self._further(question, search):
                return further
        if question.product_id is None:
            retrieval = await self._searched(question, search, purse)
            return Found(question, retrieval, retrieval.hits)
        reading = asyncio.create_task(self._page_product(question.store.code, question.product_id))
        try:
            if _is_about_the_page(question) and (page := await reading) is not None:
                hit, as_of = page
                return Found(question, Retrieval(store=question.store.code, as_of=as_of, hits=(hit,), total=1), (hit,))
            retrieval = await self._searched(question, search, purse)
            page = await reading
        finally:
            reading.cancel()
        found = Found(question, retrieval, retrieval.hits)
        return found if page is None else _with_page_product(found, *page)

    async def _page_product(self, store: str, id: str) -> tuple[Hit, datetime] | None:
        """The product of the shopper's page; none where it cannot be read: what was asked is answered all the same, and
        of a cluster that is back, one question must be let through.
        """
        try:
            return await self._retriever.fetch_product(store, id=id)
        except CatalogUnavailable:
            return None

    async def _searched(self, question: ChatQuestion, search: "_Search", purse: Purse) -> Retrieval:
        return await search.run(await self._query(question, purse))

    async def _query(self, question: ChatQuestion, purse: Purse) -> str:
        turns, currency = question.user_turns, question.store.currency
        if self._model is not None and len(turns) > 1 and leans(turns[-1], currency=currency):
            condensed = await condense(question, self._model, purse)
            if condensed is not None:
                return condensed
        return plan_search(turns, currency=currency)

    async def _pointed_at(self, question: ChatQuestion, search: "_Search") -> Found | None:
        """What the last answer named and the question points at: "the second one", "is it waterproof?"."""
        turn, currency = question.text, question.store.currency
        places = places_in(turn)
        leaning = leans(turn, currency=currency) and not wants_others(turn, currency=currency)
        # On a product's page "it" is that product.
        one = leaning and points_at_one(turn) and question.product_id is None
        # How many "of them" there are is asked of all that was searched for: an answer names only some.
        every = leaning and points_at_all(turn) and "number" not in read_turn(turn, currency=currency).asked
        earlier = question.user_turns[:-1]
        if not (places or one or every) or not earlier:
            return None
        retrieval = await search.run(plan_search(earlier, currency=currency), limit=_LOOKED_THROUGH)
        by_id = {hit.document.id: hit for hit in retrieval.hits}
        named = shown_in(question.history, [hit.document for hit in retrieval.hits], last=True)
        meant = _chosen(named, places) or (named if every or (one and len(named) == 1) else ())
        if not meant:
            return None
        others = [id for id in named if id not in meant]
        hits = tuple(by_id[id] for id in (*meant, *others))[:CONTEXT_PRODUCTS]
        told = replace(
            retrieval, hits=hits, understood=(), message="", nearest=None, unmet=False, facts=None, total=len(hits)
        )
        return Found(question, told, hits, meant=len(meant))

    async def _further(self, question: ChatQuestion, search: "_Search") -> Found | None:
        """Those of what was searched for that no answer has named yet."""
        currency, earlier = question.store.currency, question.user_turns[:-1]
        subject = plan_search(earlier, currency=currency) if earlier else ""
        if not subject or not asks_for_more(question.text, subject=subject, currency=currency):
            return None
        retrieval = await search.run(subject, limit=_LOOKED_THROUGH)
        shown = set(shown_in(question.history, [hit.document for hit in retrieval.hits]))
        hits = tuple(hit for hit in retrieval.hits if hit.document.id not in shown)[:CONTEXT_PRODUCTS]
        # Of a listing that was cut nobody knows whether it was all.
        return Found(question, retrieval, hits, exhausted=not hits and len(retrieval.hits) < _LOOKED_THROUGH)


class _Search:
    """The retriever as a LangChain tracer sees it, or without one."""

    def __init__(self, retriever: Retriever, question: ChatQuestion, *, traced: bool) -> None:
        self._retriever = retriever
        self._question = question
        self._traced = traced

    async def run(self, text: str, *, limit: int = CONTEXT_PRODUCTS) -> Retrieval:
        question = self._question
        said = question.said if any(turn.drop for turn in question.history) else ()
        products = ProductRetriever(
            retriever=self._retriever, store=question.store.code, limit=limit, drop=question.drop, said=said
        )
        return await (products.retrieve_traced(text) if self._traced else products.retrieve(text))


def _is_about_the_page(question: ChatQuestion) -> bool:
    """Whether "it" is all that is asked about, and so no other product is wanted beside that of the page."""
    turn, currency = question.text, question.store.currency
    one = points_at_one(turn) and leans(turn, currency=currency)
    return one and not wants_others(turn, currency=currency) and _BESIDE_IT.search(turn) is None


def _with_page_product(found: Found, hit: Hit, as_of: datetime) -> Found:
    """`found` with the product of the shopper's page, as of `as_of`, in front."""
    hits = (hit, *(other for other in found.hits if other.document.id != hit.document.id))[:CONTEXT_PRODUCTS]
    facts = found.retrieval.facts
    if facts is not None and hit.document.as_of is not None:
        facts = within_figures(facts, [hit.document])
    # What is told holds as of what was read first.
    retrieval = replace(found.retrieval, as_of=min(as_of, found.retrieval.as_of), facts=facts)
    return replace(found, retrieval=retrieval, hits=hits)


def _chosen(named: Sequence[str], places: Sequence[int]) -> tuple[str, ...]:
    """Of what was named, what stands at `places` (from 1, LAST for the last); none where one of them is empty."""
    if any(place > len(named) or not named for place in places):
        return ()
    return tuple(dict.fromkeys(named[place - 1 if place > 0 else place] for place in places))
