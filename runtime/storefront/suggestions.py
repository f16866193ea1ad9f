"""Questions to begin with, for each store view: made for its live index, each shown by a search to find products."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Final

import structlog

from runtime.retrieval.hits import Retrieval, RetrievalRequest
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.storefront.suggesting import ENOUGH, KINDS, Kind, Shelf, departments, questions_for, shelves_of
from shared.errors import AppError
from shared.stores import StoreView

log = structlog.get_logger(__name__)

MOST: Final = 4
"""Questions in all."""

LOOK_SECONDS: Final = 10.0
"""Between looks whether another index is live."""
RETRY_SECONDS: Final = 60.0
"""After questions could not be made."""

_LANGUAGES: Final = ("en", "ru")
_DEPARTMENTS: Final = 6
_LOOKED_AT: Final = 50
"""Products of each."""
_MOST_TRIES: Final = 24
"""Searches that are to show what a question finds."""
_TURNS: Final[tuple[Kind, ...]] = ("wearer", "trait", "cheapest", "price", "price", "price", "price")
"""What few shelves have anything to say about chooses first; prices, which nearly all have, fill up what is left."""
_SEEN: Final[dict[Kind, str]] = {"price": "price", "trait": "attribute", "wearer": "attribute", "cheapest": "sort"}
"""The kind of condition that a question must have been understood as, beside the category."""


class Suggestions:
    """Safe to share between requests, which share the making too. clock: seconds, monotonic."""

    def __init__(self, retriever: Retriever, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._retriever = retriever
        self._clock = clock
        self._known: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._due: dict[str, float] = {}
        self._looking: dict[str, asyncio.Task[None]] = {}

    def get(self, store: StoreView) -> Sequence[str] | None:
        """At most MOST questions in the language of `store`; those of the index before while others are made, None
        while nothing is known yet, and none where we do not speak the language. Never waits and never raises; call it
        in a running loop.
        """
        if store.language not in _LANGUAGES:
            return ()
        if store.code not in self._looking and self._clock() >= self._due.get(store.code, 0.0):
            self._looking[store.code] = asyncio.create_task(self._look(store))
        return self._known[store.code][1] if store.code in self._known else None

    async def aclose(self) -> None:
        """Give up what is being made."""
        looking = list(self._looking.values())
        for task in looking:
            task.cancel()
        await asyncio.gather(*looking, return_exceptions=True)

    async def _look(self, store: StoreView) -> None:
        pause = LOOK_SECONDS
        try:
            index, vocabulary = await self._retriever.fetch_vocabulary(store.code)
            if store.code not in self._known or self._known[store.code][0] != index:
                self._known[store.code] = index, await self._make(store, vocabulary)
        except AppError as exc:
            pause = RETRY_SECONDS
            log.warning("suggestions_unavailable", store=store.code, cause=str(exc))
        finally:
            self._due[store.code] = self._clock() + pause
            del self._looking[store.code]

    async def _make(self, store: StoreView, vocabulary: Vocabulary) -> tuple[str, ...]:
        names = departments(vocabulary, most=_DEPARTMENTS)
        looked_at = [await self._find(name, store, limit=_LOOKED_AT) for name in names]
        shelves = shelves_of([[hit.document for hit in found.hits] for found in looked_at], vocabulary)
        made = [found async for found in self._proven(shelves, vocabulary, store)]
        log.info("suggestions_made", store=store.code, questions=len(made))
        return tuple(question for _, question in sorted(made, key=lambda found: KINDS.index(found[0])))

    async def _proven(
        self, shelves: Sequence[Shelf], vocabulary: Vocabulary, store: StoreView
    ) -> AsyncIterator[tuple[Kind, str]]:
        """At most MOST questions, each about another shelf, with their kinds."""
        free = list(shelves)
        tries = given = 0
        for kind in _TURNS:
            for shelf, question in _about(free, kind, vocabulary, store):
                if given == MOST or tries == _MOST_TRIES:
                    return
                tries += 1
                if _shows(await self._find(question, store), kind):
                    free.remove(shelf)
                    given += 1
                    yield kind, question
                    break

    async def _find(self, text: str, store: StoreView, *, limit: int = 10) -> Retrieval:
        return await self._retriever.retrieve(RetrievalRequest(text=text, store=store.code, limit=limit))


def _about(shelves: Sequence[Shelf], kind: Kind, vocabulary: Vocabulary, store: StoreView) -> list[tuple[Shelf, str]]:
    return [(shelf, question) for shelf in shelves for question in questions_for(shelf, kind, vocabulary, store)]


def _shows(found: Retrieval, kind: Kind) -> bool:
    """Whether a question was understood as it was meant, and leads to something to buy."""
    understood = {condition.kind for condition in found.understood}
    in_stock = sum(hit.document.in_stock for hit in found.hits)
    return {"category", _SEEN[kind]} <= understood and not found.unmet and found.total >= ENOUGH <= in_stock
