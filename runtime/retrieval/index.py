"""The live index of each store view: its alias resolved to one concrete index, remembered for a few seconds."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from runtime.retrieval.search import ProductSearch
from runtime.web.metrics import count_cached
from shared.embedding.embedder import EmbeddingModel
from shared.errors import AppError, ConfigurationError
from shared.indices import IndexMeta, RagNames, UnreadableIndex
from shared.opensearch import IndexMissing
from shared.stores import StoreView

log = structlog.get_logger(__name__)

MAX_AGE_SECONDS: Final = 5.0
"""A swap is seen after this long at most; asking before every search would double the round trips."""


@dataclass(frozen=True, slots=True)
class LiveIndex:
    """What a store view's alias stands for. index: the concrete name. model: what its texts were embedded with."""

    store: StoreView
    index: str
    meta: IndexMeta
    model: EmbeddingModel

    @property
    def as_of(self) -> datetime:
        """When the catalogue was read."""
        return self.meta.started_at


ModelOf = Callable[[IndexMeta], EmbeddingModel]
"""The embedding model an index names. Raises ConfigurationError when this program does not have it."""


class LiveIndices:
    """The live index of every store view. clock: seconds, monotonic."""

    def __init__(
        self,
        search: ProductSearch,
        stores: Iterable[tuple[StoreView, RagNames]],
        *,
        model_of: ModelOf,
        max_age: float = MAX_AGE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._search = search
        self._stores: Mapping[str, tuple[StoreView, str]] = {
            store.code: (store, names.alias) for store, names in stores
        }
        self._model_of = model_of
        self._max_age = max_age
        self._clock = clock
        self._found: dict[str, tuple[float, LiveIndex]] = {}
        self._resolving: dict[str, asyncio.Task[LiveIndex]] = {}

    async def get(self, store: str) -> LiveIndex:
        """The live index of store code `store`.

        Raises IndexMissing, UnreadableIndex, ConfigurationError, and what an unreachable cluster raises.
        """
        known = self._found.get(store)
        fresh = known is not None and self._clock() - known[0] < self._max_age
        count_cached("live_indices", hit=fresh)
        if known is not None and fresh:
            return known[1]
        # Requests that meet an expired entry share its renewal, and its failure: a cluster that does not answer
        # costs them one timeout, not one after the other.
        resolving = self._resolving.get(store) or self._start(store)
        return await asyncio.shield(resolving)

    async def renew(self, live: LiveIndex) -> LiveIndex:
        """The live index of `live`'s store, asked for after `live` failed unless a newer one is known. Raises as `get`.

        An answer that was already on its way may be older than the failure and is not taken for one.
        """
        store = live.store.code
        if (resolving := self._resolving.get(store)) is not None:
            await asyncio.wait([resolving])
        known = self._found.get(store)
        if known is not None and known[1].index == live.index:
            del self._found[store]
        return await self.get(store)

    @property
    def stores(self) -> tuple[str, ...]:
        """Every store code."""
        return tuple(self._stores)

    def known(self) -> tuple[LiveIndex, ...]:
        """The live indices known right now."""
        return tuple(live for _, live in self._found.values())

    def models(self) -> frozenset[EmbeddingModel]:
        """The models the indices known right now are embedded with."""
        return frozenset(live.model for _, live in self._found.values())

    async def problems(self, *, seconds: float | None = None) -> tuple[str, ...]:
        """Why store views cannot be searched, a sentence each that names alias and fix; empty when all can.

        seconds: after which a cluster that has not answered is taken for one that does not.
        """
        found = await asyncio.gather(*(self._problem(store, seconds) for store in self._stores))
        return tuple(problem for problem in found if problem is not None)

    async def _problem(self, store: str, seconds: float | None) -> str | None:
        alias = self._stores[store][1]
        try:
            async with asyncio.timeout(seconds):
                await self.get(store)
        except IndexMissing:
            return f"Store {store!r}: no index behind alias {alias!r} yet; run `vitrina-indexer run`."
        except (UnreadableIndex, ConfigurationError) as exc:
            return f"Store {store!r}: {exc}"
        except (AppError, TimeoutError) as exc:
            # The cluster's own words may hold hosts and user names; whoever may read those reads the log.
            log.warning("store_not_searchable", store=store, alias=alias, cause=str(exc) or "no answer in time")
            return f"Store {store!r}: alias {alias!r} cannot be read; check OPENSEARCH_URL and its credentials."
        return None

    def _start(self, store: str) -> asyncio.Task[LiveIndex]:
        resolving = self._resolving[store] = asyncio.create_task(self._resolve(store))

        def done(task: asyncio.Task[LiveIndex]) -> None:
            del self._resolving[store]
            # Looked at here, because those who waited for it may be gone.
            if not task.cancelled():
                task.exception()

        resolving.add_done_callback(done)
        return resolving

    async def _resolve(self, store: str) -> LiveIndex:
        view, alias = self._stores[store]
        asked_at = self._clock()
        index, meta = await self._search.fetch_live(alias)
        live = LiveIndex(store=view, index=index, meta=meta, model=self._model_of(meta))
        self._found[store] = (asked_at, live)
        return live
