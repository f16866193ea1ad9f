"""A point in time over one concrete index: a view that does not change while it is read."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.cluster import SEARCH_GROUP, fetch_raw
from indexer.extract.errors import SourceVanished
from indexer.extract.pages import read_pit_id
from shared.errors import AppError
from shared.opensearch import AccessDenied, IndexMissing, RequestRefused, UnsuitableCluster, translated
from shared.retry import Backoff, retry
from shared.serializer import read_json

log = structlog.get_logger(__name__)

KEEP_ALIVE: Final = "15m"
"""How long OpenSearch keeps the view after each page: longer than any wait for an embedding service, short enough
that a killed run does not hold a deleted index for hours."""

CLOSE_SECONDS: Final = 10.0

_CLOSED: Final = "index_closed_exception"


class PointInTime:
    """An open view of `index`. `id` is the newest one OpenSearch gave, which is the one to send."""

    def __init__(self, client: AsyncOpenSearch, index: str, pit_id: str, *, backoff: Backoff) -> None:
        self._client = client
        self._backoff = backoff
        self.index = index
        self.id = pit_id

    async def search(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """One page, tried again while the failure is transient; every shard answers or nothing does.

        Raises SourceVanished when the index or the view is gone.
        """
        answer = await self.search_raw(body)
        with translated(f"source index {self.index!r}"):
            found: dict[str, Any] = read_json(answer)
        return found

    async def search_raw(self, body: Mapping[str, Any]) -> bytes:
        """As `search`, the answer as it came."""

        async def attempt() -> bytes:
            pinned = {"pit": {"id": self.id, "keep_alive": KEEP_ALIVE}, "stats": [SEARCH_GROUP]}
            with translated(f"source index {self.index!r}"):
                answer = await fetch_raw(self._client, "/_search", {**body, **pinned})
                self.id = read_pit_id(answer) or self.id
                return answer

        with _vanishing(self.index):
            return await retry(attempt, self._backoff)


@asynccontextmanager
async def point_in_time(client: AsyncOpenSearch, index: str, *, backoff: Backoff) -> AsyncIterator[PointInTime]:
    """An open point in time over `index`, closed whatever happens.

    Raises SourceVanished, UnsuitableCluster, AccessDenied with the permissions it takes.
    """
    pit = PointInTime(client, index, await _open(client, index, backoff=backoff), backoff=backoff)
    try:
        yield pit
    finally:
        await _close(client, pit)


async def _open(client: AsyncOpenSearch, index: str, *, backoff: Backoff) -> str:
    async def attempt() -> str:
        with translated(f"source index {index!r}"):
            answer = await client.create_pit(index=index, params={"keep_alive": KEEP_ALIVE})
        return str(answer["pit_id"])

    try:
        with _vanishing(index):
            return await retry(attempt, backoff)
    except AccessDenied as denied:
        raise AccessDenied(
            f"{denied}. Reading takes the index permissions `indices:admin/get`, `indices:data/read/search`, "
            "`indices:data/read/point_in_time/create` and `indices:data/read/point_in_time/delete`."
        ) from denied
    except RequestRefused as refused:
        if refused.status in (400, 405) and refused.kind != _CLOSED:
            raise UnsuitableCluster(
                f"The cluster of source index {index!r} opens no point in time, which takes OpenSearch 2.4 or newer "
                f"({refused})"
            ) from refused
        raise


async def _close(client: AsyncOpenSearch, pit: PointInTime) -> None:
    # What fails here must not hide why the read ended; the view then dies of its keep-alive.
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            with translated(f"point in time of {pit.index!r}"):
                await client.delete_pit(body={"pit_id": [pit.id]})
    except IndexMissing:
        pass
    except (AppError, TimeoutError) as error:
        log.warning("point_in_time_left_open", index=pit.index, cause=str(error), keep_alive=KEEP_ALIVE)


@contextmanager
def _vanishing(index: str) -> Iterator[None]:
    # Outside the retry: a view that is gone does not come back.
    try:
        yield
    except IndexMissing as missing:
        raise SourceVanished(index, str(missing)) from missing
