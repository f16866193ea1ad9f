"""Looks at the run records and the live indices once a minute, and never within a question."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final, Protocol

import structlog
from opensearchpy import AsyncOpenSearch
from prometheus_client import REGISTRY
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from runtime.retrieval.index import LiveIndex
from runtime.runs.gauges import RunGauges, Seen
from runtime.runs.reading import FIELDS, read_runs
from shared.errors import AppError, ConfigurationError, Terminal
from shared.indices import UnreadableIndex
from shared.opensearch import AccessDenied, IndexMissing, translated
from shared.runs import KEPT_RECORDS, runs_index

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 60.0

_FEW: Final = 20
"""Records that tell it all, unless a store view has long been built in vain."""


_DENIED: Final = "the user of OPENSEARCH_USERNAME may not search its index; give it the role in docs/permissions.md."


class RunsUnreadable(Terminal):
    """What should be the run records is something else."""


class RunRecords(Protocol):
    """Where run records are."""

    async def fetch(self, count: int) -> Sequence[Mapping[str, Any]]:
        """The newest `count` of them, the newest first; none where nothing was ever recorded.

        Raises what shared.opensearch lists, RunsUnreadable.
        """
        ...


class _Hit(BaseModel):
    model_config = ConfigDict(extra="ignore")

    source: dict[str, Any] = Field(alias="_source")


class _Hits(BaseModel):
    hits: list[_Hit]


class _Answer(BaseModel):
    hits: _Hits


class OpenSearchRuns:
    """RunRecords over OpenSearch; the client's owner closes it."""

    def __init__(self, client: AsyncOpenSearch, *, prefix: str) -> None:
        self._client = client
        self._index = runs_index(prefix)

    async def fetch(self, count: int) -> Sequence[Mapping[str, Any]]:
        by_time = {"started_at": {"order": "desc", "unmapped_type": "date"}}
        body = {"size": count, "sort": [by_time], "_source": list(FIELDS)}
        try:
            with translated(f"index {self._index!r}"):
                answer = await self._client.search(index=self._index, body=body)
        except IndexMissing:
            return []
        try:
            return [hit.source for hit in _Answer.model_validate(answer).hits.hits]
        except ValidationError as exc:
            raise RunsUnreadable(f"index {self._index!r}: the answer to a search is none") from exc


class RunWatch:
    """Keeps what it has `seen` last; safe to read from another thread."""

    def __init__(
        self,
        records: RunRecords,
        *,
        stores: Sequence[str],
        try_live: Callable[[str], Awaitable[LiveIndex]],
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """stores: every store code. try_live: the live index of one, which can be searched; raises as LiveIndices.get
        and `retrieval.trial.try_index` do.
        """
        self._records = records
        self._stores = tuple(stores)
        self._try_live = try_live
        self._denied: dict[str, str] = {}
        self._sleep = sleep
        self.seen = Seen()

    @asynccontextmanager
    async def exported(self) -> AsyncIterator[None]:
        """Looks, and is scraped, for as long as the context lasts."""
        gauges = RunGauges(lambda: self.seen)
        REGISTRY.register(gauges)
        looking = asyncio.create_task(self._look_on())
        try:
            yield
        finally:
            REGISTRY.unregister(gauges)
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)

    def problems(self) -> Sequence[str]:
        """Whose index may not be searched, as far as the last look knows, a sentence each for the operator: until
        somebody mends that, no question is answered.
        """
        return tuple(self._denied.values())

    async def look(self) -> None:
        """See what there is now; of a cluster that does not answer, what was seen last stays."""
        for store in self._stores:
            await self._look_at(store)
        try:
            runs = read_runs(await self._records.fetch(_FEW), self._stores)
            if any(found.succeeded_at is None for found in runs.values()):
                runs = read_runs(await self._records.fetch(KEPT_RECORDS), self._stores)
        except AppError as exc:
            if self.seen.up is not False:
                log.warning("run_records_unreadable", cause=str(exc))
            self.seen = replace(self.seen, up=False)
            return
        if self.seen.up is False:
            log.info("run_records_readable")
        self.seen = replace(self.seen, up=True, runs=runs)

    async def _look_on(self) -> None:
        while True:
            try:
                await self.look()
            except Exception:
                # Nobody waits for this task, and no mistake of one look may be the last.
                log.exception("run_records_broken")
            await self._sleep(LOOK_SECONDS)

    async def _look_at(self, store: str) -> None:
        live, served = dict(self.seen.live), False
        was_denied = self._denied.pop(store, None) is not None
        try:
            live[store] = await self._try_live(store)
            served = True
        except (IndexMissing, UnreadableIndex, ConfigurationError):
            live.pop(store, None)
        except AccessDenied as exc:
            # The cluster's own words may hold user names; whoever may read those reads the log.
            if not was_denied:
                log.warning("index_not_searchable", store=store, cause=str(exc))
            self._denied[store] = f"Store {store!r}: {_DENIED}"
        except (AppError, TimeoutError):
            # Of a cluster that does not answer nobody knows what it has.
            pass
        self.seen = replace(self.seen, live=live, served={**self.seen.served, store: served})
