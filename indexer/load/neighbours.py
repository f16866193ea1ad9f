"""How hard a build presses the cluster it is written to: whoever searches there meanwhile comes first.

On two cores a second bulk request at once loads a third faster, and doubles what the shop's own searches take. So
there are two while nobody else searches, and one as soon as somebody does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import SEARCH_GROUP
from shared.errors import AppError, Transient
from shared.opensearch import translated

log = structlog.get_logger(__name__)

MOST_AT_ONCE: Final = 2
"""Bulk requests in flight; further ones are made ready meanwhile."""

LOOK_SECONDS: Final = 1.0
"""Between two looks at who searches; one costs the cluster a millisecond or two."""


class Neighbours:
    """Whether anybody but the indexer searched the cluster since the last look.

    From the search statistics of its nodes (`GET /_nodes/stats/indices/search`), which count the searches of every
    index and, apart from those, the searches that say they are ours. Where that cannot be asked, somebody did.
    """

    def __init__(self, client: AsyncOpenSearch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._looked = -LOOK_SECONDS
        self._searches: int | None = None
        self._quiet = False
        self._asking = True

    async def quiet(self) -> bool:
        """As of the last look, which is LOOK_SECONDS old at most; the first one tells nothing yet."""
        if self._asking and self._clock() >= self._looked + LOOK_SECONDS:
            self._looked = self._clock()
            before, self._searches = self._searches, await self._fetch()
            self._quiet = self._searches is not None and self._searches == before
        return self._quiet

    async def _fetch(self) -> int | None:
        try:
            with translated("the search statistics of the nodes"):
                answer = await self._client.nodes.stats(
                    metric="indices", index_metric="search", params={"groups": SEARCH_GROUP}
                )
        except Transient:
            return None
        except AppError as error:
            log.info("searches_of_others_unknown", cause=str(error))
            self._asking = False
            return None
        return count_searches(answer)


def count_searches(answer: dict[str, Any]) -> int:
    """Searches of a shard that others than the indexer have asked for since the nodes started. Pure."""
    found = [node["indices"]["search"] for node in answer["nodes"].values() if "search" in node.get("indices", {})]
    ours = [stats.get("groups", {}).get(SEARCH_GROUP, {}).get("query_total", 0) for stats in found]
    return sum([int(stats["query_total"]) for stats in found]) - sum(map(int, ours))


class Turns:
    """Grants turns to write: MOST_AT_ONCE at a time while it is quiet, else one."""

    def __init__(self, quiet: Callable[[], Awaitable[bool]]) -> None:
        """`quiet`: such as Neighbours.quiet."""
        self._quiet = quiet
        self._door = asyncio.Lock()
        self._alone = asyncio.Event()
        self._alone.set()
        self._writing = 0

    @asynccontextmanager
    async def take(self) -> AsyncIterator[None]:
        """The time of one bulk request; at most MOST_AT_ONCE should wait at once."""
        async with self._door:
            if not await self._quiet():
                await self._alone.wait()
            self._writing += 1
            self._alone.clear()
        try:
            yield
        finally:
            self._writing -= 1
            if not self._writing:
                self._alone.set()
