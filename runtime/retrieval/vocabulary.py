"""What the catalogue behind a live index knows by name: counted once an index, kept as long as it is live."""

import asyncio
import re
from typing import Final

from runtime.retrieval.counts import CatalogueCounts
from runtime.retrieval.index import LiveIndex
from runtime.retrieval.search import ProductSearch
from runtime.retrieval.spelling.dictionary import load as load_dictionary
from runtime.retrieval.understanding.catalogue import AttributeWords, Vocabulary
from runtime.web.metrics import count_cached

_AXIS_WORD: Final = re.compile(r"\b(?:colou?r|size|цвет|размер)\b")
"""What products mostly come in several of, where the source does not say how variants differ."""


class Vocabularies:
    """The vocabulary of each live index; safe to share between requests, which share the counting too."""

    def __init__(self, search: ProductSearch) -> None:
        self._search = search
        self._known: dict[str, tuple[str, asyncio.Task[Vocabulary]]] = {}

    async def get(self, live: LiveIndex) -> Vocabulary:
        """What `live` knows. Raises what ProductSearch.fetch_counts does, and asks again the next time."""
        store = live.store.code
        index, counting = self._known.get(store, ("", None))
        known = counting is not None and index == live.index
        count_cached("vocabularies", hit=known)
        if counting is None or not known:
            counting = self._start(live)
        return await asyncio.shield(counting)

    def _start(self, live: LiveIndex) -> asyncio.Task[Vocabulary]:
        store = live.store.code
        counting = asyncio.create_task(self._count(live))
        self._known[store] = (live.index, counting)

        def forget_failed(counted: asyncio.Task[Vocabulary]) -> None:
            # Looked at here, because those who waited for it may be gone; the next question asks again.
            failed = counted.cancelled() or counted.exception() is not None
            if failed and self._known.get(store, ("", None))[1] is counted:
                del self._known[store]

        counting.add_done_callback(forget_failed)
        return counting

    async def _count(self, live: LiveIndex) -> Vocabulary:
        counts = await self._search.fetch_counts(live.index)
        if live.model.knows(live.store.language):
            # The first question whose meaning is looked for is in need of it, and it takes as long.
            await asyncio.to_thread(load_dictionary)
        # Some tenths of a second for a large catalogue, which other requests need not wait for.
        return await asyncio.to_thread(build_vocabulary, counts, currency=live.store.currency)


def build_vocabulary(counts: CatalogueCounts, *, currency: str) -> Vocabulary:
    """The vocabulary of a catalogue counted so. Pure."""
    attributes = tuple(
        AttributeWords(
            code=code,
            label=(label := counts.labels.get(code, code)),
            values=values,
            axis=code in counts.axes or _AXIS_WORD.search(f"{code} {label}".replace("_", " ").lower()) is not None,
        )
        for code, values in counts.values.items()
    )
    return Vocabulary(categories=counts.categories, attributes=attributes, currency=currency, products=counts.products)
