"""The lease: of all runs under one RAG_INDEX_PREFIX, one is at work.

It is a document in `<prefix>-state`, created or overwritten only on the condition that it is what was read before
(`op_type=create`, `if_seq_no`), and renewed while the work goes on. No other service is needed.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import structlog
from opensearchpy import AsyncOpenSearch

from indexer.errors import LeaseHeld, LeaseLost, TickServed, reason_of
from indexer.runs.holder import Holder
from indexer.runs.lease_document import RENEWALS_A_TTL, TTL_SECONDS, Free, Held, LeaseDocument, Silent, grant, judge
from indexer.runs.lease_store import Overtaken, StoredLease, fetch_lease, write_lease
from indexer.runs.state_index import Fence, fence_of, fencing_in, fetch_fences, move_fence, open_state
from shared.errors import AppError, Transient
from shared.opensearch import IndexMissing
from shared.retry import Backoff

log = structlog.get_logger(__name__)

RELEASE_SECONDS: Final = 10.0
"""What the end of a run may spend on giving the lease back; else it expires by itself."""

_LOOKS_A_WATCH: Final = 10
_FENCES: Final = 3
"""Fences a release tries to write through: one's own, the one before it, and one's own that was put up meanwhile."""

_UNTIL_THE_DEADLINE: Final = Backoff(attempts=10_000, base=0.5, cap=2.0)
"""A renewal has a deadline around it, and is tried until then."""

Now = Callable[[], datetime]
Sleep = Callable[[float], Awaitable[None]]


class Lease:
    """A lease that is held. loss: set as soon as it is known to be lost."""

    def __init__(
        self,
        client: AsyncOpenSearch,
        prefix: str,
        stored: StoredLease,
        *,
        asked: float,
        now: Now,
        clock: Callable[[], float],
    ) -> None:
        self.loss: LeaseLost | None = None
        self._client = client
        self._prefix = prefix
        self._stored = stored
        self._asked = asked
        self._now = now
        self._clock = clock
        self._turn = asyncio.Lock()

    @property
    def document(self) -> LeaseDocument:
        """The lease as last written."""
        return self._stored.document

    @property
    def fencing(self) -> int:
        """The number of this acquisition."""
        return self.document.fencing

    @property
    def fence(self) -> Fence:
        """What a swap must demand."""
        return fence_of(self._prefix, self.fencing, run_id=self.document.run_id)

    async def check(self) -> None:
        """Make sure, by a renewal, that the lease is still held. Raises LeaseLost."""
        async with self._turn:
            if self.loss is None:
                await self._renew()
            if self.loss is not None:
                raise self.loss

    async def keep(self, *, sleep: Sleep) -> None:
        """Renew again and again; returns when the lease is lost."""
        while self.loss is None:
            await sleep(self.document.ttl_seconds / RENEWALS_A_TTL)
            async with self._turn:
                await self._renew()

    async def release(self, *, stopped: bool = False) -> None:
        """Give the lease back, so that the next run starts at once. What fails here is only logged."""
        try:
            async with asyncio.timeout(RELEASE_SECONDS):
                # Read anew: a renewal that was cut off may have been written all the same.
                found = await fetch_lease(self._client, self._prefix)
                if found is None or not self._is_ours(found.document):
                    return
                released = replace(found, document=found.document.released(self._now(), stopped=stopped))
                await self._write_over(released)
        except (Overtaken, AppError, TimeoutError) as cause:
            log.warning("lease_not_released", fencing=self.fencing, cause=str(cause) or type(cause).__name__)
        else:
            log.info("lease_released", fencing=self.fencing)

    async def _write_over(self, wanted: StoredLease) -> None:
        """Write the document over the version, through whichever fence stands: a run that was stopped while it put up
        its own does not know which. Raises what write_lease does.
        """
        fence = self.fence.name
        for _ in range(_FENCES):
            try:
                await write_lease(self._client, self._prefix, wanted.document, fence=fence, over=wanted.version)
            except IndexMissing:
                fence = (*await fetch_fences(self._client, self._prefix), self.fence.name)[0]
            else:
                return
        raise LeaseLost("somebody deleted its fence")

    def _is_ours(self, document: LeaseDocument) -> bool:
        return (document.run_id, document.fencing) == (self.document.run_id, self.fencing)

    async def _renew(self) -> None:
        """Sets `loss` when the lease is somebody else's, or when the cluster did not answer for a whole TTL."""
        asked = self._clock()
        ttl = self.document.ttl_seconds
        # Past the deadline, as after a sleep of the machine, the lease may still be ours: it is asked for once more.
        left = max(self._asked + ttl - asked, ttl / RENEWALS_A_TTL)
        document = self.document.renewed(self._now())
        try:
            async with asyncio.timeout(left):
                self._stored = await write_lease(
                    self._client,
                    self._prefix,
                    document,
                    fence=self.fence.name,
                    over=self._stored.version,
                    backoff=_UNTIL_THE_DEADLINE,
                )
        except (Overtaken, IndexMissing):
            self.loss = LeaseLost("another run took it over, or somebody deleted it")
        except TimeoutError:
            self.loss = LeaseLost(f"the cluster did not let it be renewed for {ttl:.0f} s")
        except AppError as error:
            self.loss = LeaseLost(f"it could not be renewed ({error})")
        else:
            self._asked = asked


@asynccontextmanager
async def held_lease(
    client: AsyncOpenSearch,
    prefix: str,
    *,
    holder: Holder,
    due: datetime | None = None,
    ttl: float = TTL_SECONDS,
    now: Now = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
    sleep: Sleep = asyncio.sleep,
) -> AsyncIterator[Lease]:
    """The lease of `prefix` for as long as the work inside goes on; given back at its end, however that comes.

    due: the moment of a schedule's tick; one that another replica has brought to an end already is not served again.
    A tick whose work was cancelled, or ended by something transient, has not been served.
    When the lease is lost meanwhile, the work inside is cancelled, and LeaseLost rises from here.
    Raises LeaseHeld while somebody else holds it, TickServed, StateForeign, LeaseLost.
    """
    await open_state(client, prefix)
    found = await _fetch_free(client, prefix, due=due, now=now, sleep=sleep)
    asked = clock()
    stored = await _take(client, prefix, holder, found, ttl=ttl, now=now)
    lease = Lease(client, prefix, stored, asked=asked, now=now, clock=clock)
    stopped = False
    try:
        await move_fence(client, prefix, lease.fence, fencing=lease.fencing)
        log.info("lease_acquired", prefix=prefix, fencing=lease.fencing)
        async with _cancelled_on_loss(lease, sleep=sleep):
            yield lease
    except (asyncio.CancelledError, Transient):
        stopped = True
        raise
    finally:
        if lease.loss is None:
            await lease.release(stopped=stopped)


async def _fetch_free(
    client: AsyncOpenSearch, prefix: str, *, due: datetime | None, now: Now, sleep: Sleep
) -> StoredLease | None:
    """The lease that may be taken over, None when there is none yet. Raises LeaseHeld, TickServed."""
    found = await _fetch_unserved(client, prefix, due=due)
    if found is None:
        return None
    match judge(found.document, now=now()):
        case Free():
            return found
        case Held():
            raise _held(found)
        case Silent(seconds):
            log.warning("lease_watched", holder=str(found.document.holder), seconds=seconds)
            return await _watch(client, prefix, found, seconds=seconds, due=due, sleep=sleep)


async def _watch(
    client: AsyncOpenSearch, prefix: str, found: StoredLease, *, seconds: float, due: datetime | None, sleep: Sleep
) -> StoredLease | None:
    """The lease, when nobody renews it for `seconds`. Raises LeaseHeld as soon as somebody does, TickServed."""
    for _ in range(_LOOKS_A_WATCH):
        await sleep(seconds / _LOOKS_A_WATCH)
        seen = await _fetch_unserved(client, prefix, due=due)
        if seen is None or seen.document.released_at is not None:
            return seen
        if seen.version != found.version:
            raise _held(seen)
    return found


async def _fetch_unserved(client: AsyncOpenSearch, prefix: str, *, due: datetime | None) -> StoredLease | None:
    """The lease. Raises TickServed when the tick at `due` was served under it."""
    found = await fetch_lease(client, prefix)
    if found is not None and due is not None and found.document.serves(due):
        raise TickServed(str(found.document.holder), due=due)
    return found


async def _take(
    client: AsyncOpenSearch, prefix: str, holder: Holder, found: StoredLease | None, *, ttl: float, now: Now
) -> StoredLease:
    """Write our own lease over `found`, through the fence that stands. Raises LeaseHeld when another was faster."""
    fences = await fetch_fences(client, prefix)
    if not fences:
        raise LeaseLost("somebody deleted it in the moment it was taken")
    last = max(fencing_in(prefix, fences), found.document.fencing if found else 0)
    served = found.document.served if found else None
    document = grant(holder, fencing=last + 1, ttl=ttl, now=now(), served=served)
    try:
        return await write_lease(client, prefix, document, fence=fences[-1], over=found.version if found else None)
    except (Overtaken, IndexMissing):
        winner = await fetch_lease(client, prefix)
        if winner is None:
            raise LeaseLost("somebody deleted it in the moment it was taken") from None
        raise _held(winner) from None


@asynccontextmanager
async def _cancelled_on_loss(lease: Lease, *, sleep: Sleep) -> AsyncIterator[None]:
    """Keep the lease while the work inside goes on, and turn its loss into the end of that work."""
    work = asyncio.current_task()
    assert work is not None
    cancelled_before = work.cancelling()
    keeping = asyncio.create_task(lease.keep(sleep=sleep))
    at_work = True
    loss: LeaseLost | None = None

    def stop(kept: asyncio.Task[None]) -> None:
        nonlocal loss
        if kept.cancelled() or not at_work:
            return
        error = kept.exception()
        loss = lease.loss = LeaseLost(reason_of(error)) if error is not None else lease.loss
        log.error("lease_lost", fencing=lease.fencing, cause=str(loss))
        work.cancel(str(loss))

    keeping.add_done_callback(stop)
    try:
        yield
    except asyncio.CancelledError:
        # Whoever else wants this task to end still gets a CancelledError.
        if loss is None or work.cancelling() > cancelled_before + 1:
            raise
        raise loss from None
    finally:
        at_work = False
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        if loss is not None:
            work.uncancel()


def _held(stored: StoredLease) -> LeaseHeld:
    return LeaseHeld(str(stored.document.holder), until=stored.document.expires_at)
