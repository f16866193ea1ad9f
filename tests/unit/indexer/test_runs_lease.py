"""indexer.runs.lease: who may take a lease, how it is kept, and what its loss does to the work."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opensearchpy.exceptions import ConnectionError as ConnectionLost
from support.builds import NOW, Clock
from support.indices import refused
from support.state import StateCluster

from indexer.errors import HELD, LeaseHeld, LeaseLost, StateForeign, TickServed, exit_code_of
from indexer.runs.holder import Holder, this_process
from indexer.runs.lease import Lease, held_lease
from indexer.runs.lease_document import TTL_SECONDS, Free, Held, LeaseDocument, Silent, Standing, grant, judge
from indexer.runs.lease_store import fetch_lease
from indexer.runs.state_index import open_state, stands
from shared.opensearch import ClusterUnreachable, UnsuitableCluster

STATE = "rag-state"


def a_holder(run_id: str = "first") -> Holder:
    return Holder(run_id=run_id, command="run", host="shop-1", pid=7)


def a_lease(*, expires_in: float = TTL_SECONDS, run_id: str = "first") -> LeaseDocument:
    """A lease that ends so many seconds after NOW."""
    granted = NOW + timedelta(seconds=expires_in - TTL_SECONDS)
    return grant(a_holder(run_id), fencing=3, ttl=TTL_SECONDS, now=granted)


class Sleeper:
    """A sleep that never comes to its end, but for the one that `wake` ends."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def __call__(self, seconds: float) -> None:
        self.asked.append(seconds)
        await self._woken.wait()
        self._woken.clear()


@pytest.fixture
def cluster() -> StateCluster:
    return StateCluster()


@asynccontextmanager
async def a_held_lease(
    cluster: StateCluster,
    run_id: str = "first",
    *,
    clock: Clock | None = None,
    sleep: Callable[[float], object] | None = None,
) -> AsyncIterator[Lease]:
    clock = clock or Clock()
    async with held_lease(
        cluster,
        "rag",
        holder=a_holder(run_id),
        now=clock,
        clock=lambda: (clock.now - NOW).total_seconds(),
        sleep=sleep or Sleeper(),
    ) as lease:
        yield lease


async def put(cluster: StateCluster, document: LeaseDocument) -> None:
    """A lease that is there already."""
    await open_state(cluster, "rag")
    await cluster.index(index=STATE, id="lease", body=document.model_dump(mode="json"), params={})


@pytest.mark.parametrize(
    ("found", "standing"),
    [
        pytest.param(None, Free(), id="there never was one"),
        pytest.param(a_lease().released(NOW), Free(), id="given back"),
        pytest.param(a_lease(), Held(), id="held"),
        pytest.param(a_lease(expires_in=0.001), Held(), id="about to end"),
        pytest.param(a_lease(expires_in=2 * TTL_SECONDS), Held(), id="by a clock a minute ahead"),
        pytest.param(a_lease(expires_in=2 * TTL_SECONDS + 1), Silent(60.0), id="by a clock far ahead"),
        pytest.param(a_lease(expires_in=86_400 * 365), Silent(60.0), id="by a clock that jumped"),
        pytest.param(a_lease(expires_in=0), Silent(30.0), id="just ended"),
        pytest.param(a_lease(expires_in=-86_400), Silent(30.0), id="ended long ago"),
    ],
)
def test_what_a_lease_is_to_somebody_who_wants_it(found: LeaseDocument | None, standing: Standing) -> None:
    assert judge(found, now=NOW) == standing


async def test_a_lease_that_ended_is_taken_over_after_it_was_watched(cluster: StateCluster) -> None:
    await put(cluster, a_lease(expires_in=-1))
    clock = Clock()
    watched = a_sleep_until(30.0, clock)
    async with a_held_lease(cluster, "second", clock=clock, sleep=watched) as lease:
        assert (lease.fencing, clock.now) == (4, NOW + timedelta(seconds=30))


async def test_an_end_far_ahead_is_watched_for_a_whole_ttl(cluster: StateCluster) -> None:
    await put(cluster, a_lease(expires_in=86_400))
    clock = Clock()
    async with a_held_lease(cluster, "second", clock=clock, sleep=a_sleep_until(60.0, clock)) as lease:
        assert (lease.fencing, clock.now) == (4, NOW + timedelta(seconds=60))


@pytest.mark.parametrize("expires_in", [-1.0, 86_400.0], ids=["ended by our clock", "far ahead of our clock"])
async def test_a_lease_that_is_renewed_while_it_is_watched_is_held(cluster: StateCluster, expires_in: float) -> None:
    first = a_lease(expires_in=expires_in)
    await put(cluster, first)

    async def renew_meanwhile(seconds: float) -> None:
        await put(cluster, first.renewed(first.renewed_at + timedelta(seconds=20)))

    with pytest.raises(LeaseHeld, match="run first"):
        async with a_held_lease(cluster, "second", sleep=renew_meanwhile):
            pass


async def test_a_lease_that_is_given_back_while_it_is_watched_is_taken_at_once(cluster: StateCluster) -> None:
    first = a_lease(expires_in=-1)
    await put(cluster, first)
    clock = Clock()
    slept = 0

    async def release_meanwhile(seconds: float) -> None:
        nonlocal slept
        slept += 1
        if slept > 1:
            await asyncio.Event().wait()
        await put(cluster, first.released(NOW))

    async with a_held_lease(cluster, "second", clock=clock, sleep=release_meanwhile) as lease:
        assert lease.fencing == 4


async def test_a_lease_taken_in_the_very_moment_is_held(cluster: StateCluster) -> None:
    await open_state(cluster, "rag")

    def somebody_is_faster() -> None:
        cluster.state[STATE].documents["lease"] = a_lease(run_id="faster").model_dump(mode="json")
        cluster.versions[STATE, "lease"] = 99

    cluster.before("index", somebody_is_faster)
    with pytest.raises(LeaseHeld, match="run faster"):
        async with a_held_lease(cluster):
            pass


async def a_late_replica(cluster: StateCluster, served: LeaseDocument, *, due: datetime) -> int:
    """The fencing number of a replica that comes five minutes late and finds the lease `served`."""
    await put(cluster, served)
    clock = Clock(NOW + timedelta(minutes=5))
    holder = Holder(run_id="late", command="schedule", host="shop-1", pid=7)
    sleep = a_sleep_until(30.0, clock)
    async with held_lease(cluster, "rag", holder=holder, due=due, now=clock, sleep=sleep) as lease:
        return lease.fencing


def a_replicas_lease() -> LeaseDocument:
    replica = Holder(run_id="other", command="schedule", host="shop-2", pid=7)
    return grant(replica, fencing=3, ttl=60.0, now=NOW + timedelta(milliseconds=1))


async def test_a_tick_that_another_replica_has_served_is_not_served_again(cluster: StateCluster) -> None:
    served = a_replicas_lease().released(NOW + timedelta(seconds=1))
    with pytest.raises(TickServed, match=r"due at 2026-11-20 03:00:00 UTC was made by schedule other \(shop-2"):
        await a_late_replica(cluster, served, due=NOW)
    assert await a_late_replica(cluster, served, due=NOW + timedelta(days=1)) == 4


@pytest.mark.parametrize(
    "left",
    [
        pytest.param(a_replicas_lease(), id="killed"),
        pytest.param(a_replicas_lease().released(NOW + timedelta(seconds=1), stopped=True), id="stopped"),
    ],
)
async def test_a_tick_that_a_replica_did_not_bring_to_an_end_is_served_by_the_next(
    cluster: StateCluster, left: LeaseDocument
) -> None:
    assert await a_late_replica(cluster, left, due=NOW) == 4


async def serve(cluster: StateCluster, work: Callable[[], Awaitable[object]]) -> None:
    """A replica's lease around some work."""
    holder = Holder(run_id="other", command="schedule", host="shop-2", pid=7)
    async with held_lease(cluster, "rag", holder=holder, due=NOW, now=Clock(), sleep=Sleeper()):
        await work()


async def test_a_tick_that_ended_badly_was_served_and_one_that_was_cut_short_was_not(cluster: StateCluster) -> None:
    async def fail() -> None:
        raise UnsuitableCluster("it is Elasticsearch")

    async def be_put_off() -> None:
        raise ClusterUnreachable("no answer")

    async def be_stopped() -> None:
        raise asyncio.CancelledError

    for work, error in ((be_stopped, asyncio.CancelledError), (be_put_off, ClusterUnreachable)):
        with pytest.raises(error):
            await serve(cluster, work)
    with pytest.raises(UnsuitableCluster):
        await serve(cluster, fail)
    with pytest.raises(TickServed):
        await serve(cluster, fail)


async def test_a_served_tick_stays_served_whoever_holds_the_lease_since(cluster: StateCluster) -> None:
    await put(cluster, a_replicas_lease().released(NOW + timedelta(seconds=1)))
    async with a_held_lease(cluster, "by hand"):
        pass
    with pytest.raises(TickServed):
        await serve(cluster, asyncio.Event().wait)


async def test_a_run_of_an_operator_serves_no_tick(cluster: StateCluster) -> None:
    await put(cluster, a_lease().released(NOW + timedelta(seconds=1)))
    async with held_lease(cluster, "rag", holder=a_holder("late"), due=NOW, sleep=Sleeper()) as lease:
        assert lease.fencing == 4


def test_a_held_lease_is_no_mistake_but_a_matter_of_coming_back() -> None:
    assert exit_code_of(LeaseHeld("run 1", until=NOW)) == HELD == 75


async def test_an_answer_that_was_lost_does_not_lose_the_lease(cluster: StateCluster) -> None:
    def lose() -> None:
        raise ConnectionLost("N/A", "connection reset", OSError())

    await open_state(cluster, "rag")
    cluster.after("index", lose)
    async with a_held_lease(cluster) as lease:
        cluster.after("index", lose)
        await lease.check()
        assert await stands(cluster, lease.fence)
    stored = await fetch_lease(cluster, "rag")
    assert stored is not None
    assert stored.document.released_at is not None


async def test_a_lease_is_renewed_three_times_a_ttl(cluster: StateCluster) -> None:
    clock, sleeper = Clock(), Sleeper()
    async with a_held_lease(cluster, clock=clock, sleep=sleeper) as lease:
        await asyncio.sleep(0)
        clock.now += timedelta(seconds=20)
        sleeper.wake()
        await until(lambda: len(sleeper.asked) == 2)
        assert sleeper.asked == [20.0, 20.0]
        assert lease.document.expires_at == NOW + timedelta(seconds=80)


async def test_a_lease_that_ran_out_while_the_machine_slept_goes_on_when_nobody_took_it(cluster: StateCluster) -> None:
    clock = Clock()
    async with a_held_lease(cluster, clock=clock) as lease:
        clock.now += timedelta(hours=3)
        await lease.check()
        assert lease.document.expires_at == clock.now + timedelta(seconds=60)


async def test_a_lease_that_another_run_took_is_lost_and_not_given_back(cluster: StateCluster) -> None:
    async with AsyncExitStack() as stack:
        lease = await stack.enter_async_context(a_held_lease(cluster))
        await put(cluster, a_lease(run_id="second"))
        with pytest.raises(LeaseLost, match="another run took it over"):
            await lease.check()
        with pytest.raises(LeaseLost, match="another run took it over"):
            await lease.check()
    stored = await fetch_lease(cluster, "rag")
    assert stored is not None
    assert (stored.document.run_id, stored.document.released_at) == ("second", None)


async def test_a_cluster_that_refuses_the_renewal_loses_the_lease(cluster: StateCluster) -> None:
    async with a_held_lease(cluster) as lease:
        cluster.fail("index", refused(403, "cluster_block_exception", "index read-only / allow delete"))
        with pytest.raises(LeaseLost, match="cluster_block_exception"):
            await lease.check()


async def test_work_without_its_lease_is_cancelled_with_the_reason(cluster: StateCluster) -> None:
    sleeper = Sleeper()
    told: list[object] = []

    async def work() -> None:
        async with a_held_lease(cluster, sleep=sleeper):
            await put(cluster, a_lease(run_id="second"))
            sleeper.wake()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError as cancelled:
                told.extend(cancelled.args)
                raise

    task = asyncio.create_task(work())
    with pytest.raises(LeaseLost, match="another run took it over"):
        await task
    assert "another run took it over" in str(told[0])
    assert task.cancelling() == 0


async def test_a_bug_in_the_renewal_is_a_lost_lease_too(cluster: StateCluster) -> None:
    async def broken(seconds: float) -> None:
        raise KeyError("a bug")

    async def work() -> None:
        async with a_held_lease(cluster, sleep=broken):
            await asyncio.Event().wait()

    with pytest.raises(LeaseLost, match="unexpected KeyError"):
        await work()


async def test_a_stop_from_outside_gives_the_lease_back(cluster: StateCluster) -> None:
    began = asyncio.Event()

    async def work() -> None:
        async with a_held_lease(cluster):
            began.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await began.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    stored = await fetch_lease(cluster, "rag")
    assert stored is not None
    assert stored.document.released_at == NOW


async def test_a_stop_from_outside_stays_one_when_the_lease_is_lost_as_well(cluster: StateCluster) -> None:
    sleeper, cancelled_once = Sleeper(), asyncio.Event()

    async def work() -> None:
        async with a_held_lease(cluster, sleep=sleeper):
            await put(cluster, a_lease(run_id="second"))
            sleeper.wake()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled_once.set()
                await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await cancelled_once.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_work_itself_rises_as_it_is(cluster: StateCluster) -> None:
    with pytest.raises(ZeroDivisionError):
        async with a_held_lease(cluster):
            raise ZeroDivisionError
    async with a_held_lease(cluster, "second") as lease:
        assert lease.fencing == 2


async def test_a_lease_that_cannot_be_given_back_ends_by_itself(cluster: StateCluster) -> None:
    async with a_held_lease(cluster) as lease:
        cluster.fail("get", refused(403, "security_exception", "no permissions"))
    assert lease.loss is None
    with pytest.raises(LeaseHeld):
        async with a_held_lease(cluster, "second"):
            pass


async def test_a_run_stopped_while_it_puts_up_its_fence_gives_the_lease_back(cluster: StateCluster) -> None:
    async with a_held_lease(cluster):
        pass
    cluster.fail("update_aliases", asyncio.CancelledError())
    with pytest.raises(asyncio.CancelledError):
        async with a_held_lease(cluster, "second"):
            raise AssertionError("the fence was never up")
    async with a_held_lease(cluster, "third") as lease:
        assert lease.fencing == 3


async def test_a_document_that_is_no_lease_is_refused(cluster: StateCluster) -> None:
    await open_state(cluster, "rag")
    await cluster.index(index=STATE, id="lease", body={"run_id": "?"}, params={})
    with pytest.raises(StateForeign, match="'lease' is no lease"):
        async with a_held_lease(cluster):
            pass


def test_a_holder_says_where_to_look_for_it() -> None:
    holder = this_process("5f", command="schedule")
    assert str(holder) == f"schedule 5f ({holder.host}, pid {holder.pid})"


class Runs:
    """Three runs over one cluster, each with a clock of its own, of which any may stop and wake up."""

    def __init__(self) -> None:
        self.cluster = StateCluster()
        self.clocks = [Clock(NOW + timedelta(seconds=ahead)) for ahead in (-300, 0, 300)]
        self.held: dict[int, tuple[AsyncExitStack, Lease]] = {}
        self.started = 0

    async def start(self, number: int) -> None:
        """Try to become the holder, with everybody else standing still meanwhile."""
        if number in self.held:
            return
        self.started += 1
        stack = AsyncExitStack()
        lease = held_lease(
            self.cluster, "rag", holder=a_holder(f"run-{self.started}"), now=self.clocks[number], sleep=soon_or_never()
        )
        try:
            self.held[number] = (stack, await stack.enter_async_context(lease))
        except LeaseHeld:
            await stack.aclose()

    async def renew(self, number: int) -> None:
        if number in self.held:
            await asyncio.gather(self.held[number][1].check(), return_exceptions=True)

    async def stop(self, number: int) -> None:
        if number in self.held:
            stack, _ = self.held.pop(number)
            await stack.aclose()

    async def wait(self, number: int) -> None:
        for clock in self.clocks:
            clock.now += timedelta(seconds=25 * (number + 1))

    async def check(self) -> None:
        """At most one fence stands, and it is that of the highest number."""
        leases = [lease for _, lease in self.held.values()]
        standing = [lease for lease in leases if await stands(self.cluster, lease.fence)]
        assert len({lease.fencing for lease in leases}) == len(leases)
        assert len(standing) <= 1
        for newest in standing:
            assert newest.fencing == max(lease.fencing for lease in leases)


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["start", "renew", "stop", "wait"]), st.integers(0, 2)), max_size=25))
def test_whatever_runs_do_with_whatever_clocks_only_the_newest_holder_may_swap(steps: list[tuple[str, int]]) -> None:
    async def live() -> None:
        runs = Runs()
        for step, number in steps:
            await getattr(runs, step)(number)
            await runs.check()
        for number in range(3):
            await runs.stop(number)

    asyncio.run(live())


def soon_or_never() -> Callable[[float], object]:
    """Ten short waits of a watch, and then no renewal ever."""
    waits = iter(range(10))

    async def sleep(seconds: float) -> None:
        if seconds > 10 or next(waits, None) is None:
            await asyncio.Event().wait()

    return sleep


def a_sleep_until(seconds: float, clock: Clock) -> Callable[[float], object]:
    """Moves `clock` on, up to `seconds` in all; every later sleep lasts for ever."""
    end: datetime = clock.now + timedelta(seconds=seconds)

    async def sleep(asked: float) -> None:
        if clock.now >= end:
            await asyncio.Event().wait()
        await clock.sleep(asked)

    return sleep


async def until(condition: Callable[[], bool]) -> None:
    """Let the other tasks have their turns until `condition()` holds."""
    for _ in range(100):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not come to that")
