"""How hard a build presses the cluster it is written to: whoever searches there meanwhile comes first.

On two cores a second bulk request at once more than halves the time of a load (90 s to 40 s for 30,000 products of 384
dimensions), and doubles what the shop's own searches take. So there are two while nobody else searches, and one as soon
as somebody does.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple

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

NO_ANSWER_SECONDS: Final = 30.0
"""Before the next look, where one was not answered."""

_PATIENCE_SECONDS: Final = 2.0
"""What a look may take: it is a courtesy, and bulk requests wait for it."""


class Searches(NamedTuple):
    """Searches of a shard by others than the indexer: done since the nodes started, and under way."""

    done: int
    under_way: int


class Neighbours:
    """Whether anybody but the indexer searched the cluster since the last look.

    From the search statistics of its nodes (`GET /_nodes/stats/indices/search`), which count the searches of every
    index and, apart from those, the searches that say they are ours. Where that cannot be asked, somebody did.
    """

    def __init__(self, client: AsyncOpenSearch, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = client
        self._clock = clock
        self._next_look = clock()
        self._done: int | None = None
        self._quiet = False
        self._asking = True

    async def quiet(self) -> bool:
        """As of the last look, which is LOOK_SECONDS old at most; the first one tells nothing yet."""
        if self._asking and self._clock() >= self._next_look:
            before, seen = self._done, await self._look()
            self._done = None if seen is None else seen.done
            self._quiet = seen is not None and seen.done == before and not seen.under_way
            self._next_look = self._clock() + (NO_ANSWER_SECONDS if seen is None else LOOK_SECONDS)
        return self._quiet

    async def _look(self) -> Searches | None:
        try:
            return await fetch_searches(self._client)
        except Transient:
            return None
        except AppError as error:
            log.info("searches_of_others_unknown", cause=str(error))
            self._asking = False
            return None


async def fetch_searches(client: AsyncOpenSearch) -> Searches:
    """What the nodes have counted. Raises what shared.opensearch lists."""
    params = {"groups": SEARCH_GROUP, "timeout": "1s", "request_timeout": _PATIENCE_SECONDS}
    with translated("the search statistics of the nodes"):
        answer = await client.nodes.stats(metric="indices", index_metric="search", params=params)
    return count_searches(answer)


def count_searches(answer: Mapping[str, Any]) -> Searches:
    """The searches of others in an answer to that question. Pure."""
    found = [node.get("indices", {}).get("search", {}) for node in answer.get("nodes", {}).values()]
    ours = [stats.get("groups", {}).get(SEARCH_GROUP, {}) for stats in found]
    return Searches(*(_sum(found, name) - _sum(ours, name) for name in ("query_total", "query_current")))


def _sum(stats: Iterable[Mapping[str, Any]], name: str) -> int:
    return sum([int(one.get(name, 0)) for one in stats])


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
