"""The lease on a cluster: the fake of the unit tests and a real node let one holder work, and only the newest swap."""

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest
from opensearchpy import AsyncOpenSearch
from support.openai import eventually
from support.state import StateCluster

from indexer.errors import LeaseHeld, LeaseLost, StateForeign, SwapConflict
from indexer.load.indices import fetch_alias
from indexer.load.swap import swap
from indexer.runs.holder import Holder
from indexer.runs.lease import Lease, held_lease
from indexer.runs.lease_store import fetch_lease
from indexer.runs.state_index import fence_of, fetch_fences, move_fence, open_state, state_index
from shared.indices import RagNames


class Hasty:
    """A clock that goes on by what its owner would have slept: a lease is renewed all the time, and none expires."""

    def __init__(self) -> None:
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0.01)
        self._now += timedelta(seconds=seconds)


async def at_once(seconds: float) -> None:
    """No wait: a watched lease is looked at ten times in a row."""
    await asyncio.sleep(0)


async def never(seconds: float) -> None:
    """The sleep of a holder that was stopped: its renewals do not come."""
    await asyncio.Event().wait()


def an_hour_ago() -> datetime:
    return datetime.now(UTC) - timedelta(hours=1)


def a_holder(run_id: str = "first") -> Holder:
    return Holder(run_id=run_id, command="run", host="shop-1", pid=7)


class LeaseContract:
    """Each subclass gives `client`; `names` are this test's own."""

    @pytest.fixture
    def names(self) -> RagNames:
        return RagNames(prefix="rag", alias="rag-active")

    async def build(self, client, names: RagNames, *days: int) -> list[str]:
        """Empty indices of those days."""
        indices = [f"{names.base}-202611{day:02}-030000" for day in days]
        for index in indices:
            await client.indices.create(index=index, body={})
        return indices

    async def paused(self, client, names: RagNames, stack: AsyncExitStack, *, run_id: str = "first") -> Lease:
        """A lease that ended long ago without its holder, who has stopped, knowing it."""
        lease = held_lease(client, names.prefix, holder=a_holder(run_id), now=an_hour_ago, sleep=never)
        return await stack.enter_async_context(lease)

    async def test_the_first_holder_is_number_one_and_puts_its_fence_up(self, client, names: RagNames) -> None:
        async with held_lease(client, names.prefix, holder=a_holder()) as lease:
            assert lease.fencing == 1
            assert await fetch_fences(client, names.prefix) == (lease.fence.name,)
            stored = await fetch_lease(client, names.prefix)
            assert stored is not None
            assert (stored.document.holder, stored.document.released_at) == (a_holder(), None)

    async def test_whoever_comes_second_is_told_who_holds_it_until_when(self, client, names: RagNames) -> None:
        async with held_lease(client, names.prefix, holder=a_holder()) as lease:
            with pytest.raises(LeaseHeld, match=r"run first \(shop-1, pid 7\) holds the lease until") as held:
                async with held_lease(client, names.prefix, holder=a_holder("second")):
                    pass
            assert held.value.until == lease.document.expires_at
            await lease.check()

    async def test_the_next_one_starts_at_once_with_the_next_number(self, client, names: RagNames) -> None:
        for fencing in (1, 2, 3):
            async with held_lease(client, names.prefix, holder=a_holder(f"run-{fencing}")) as lease:
                assert lease.fencing == fencing
        assert await fetch_fences(client, names.prefix) == (lease.fence.name,)

    async def test_of_five_started_at_once_one_works(self, client, names: RagNames) -> None:
        at_work: list[str] = []
        decided = asyncio.Barrier(5)

        async def start(run_id: str) -> None:
            try:
                async with held_lease(client, names.prefix, holder=a_holder(run_id)):
                    at_work.append(run_id)
                    await decided.wait()
            except LeaseHeld:
                await decided.wait()

        await asyncio.gather(*(start(f"run-{number}") for number in range(5)))
        assert len(at_work) == 1

    async def test_a_lease_is_renewed_for_as_long_as_the_work_takes(self, client, names: RagNames) -> None:
        clock = Hasty()
        async with held_lease(client, names.prefix, holder=a_holder(), now=clock, sleep=clock.sleep) as lease:
            granted = lease.document.expires_at
            await eventually(lambda: lease.document.renewed_at > granted)
            with pytest.raises(LeaseHeld):
                async with held_lease(client, names.prefix, holder=a_holder("second"), now=clock):
                    pass

    async def test_an_overtaken_holder_cannot_swap_though_the_alias_is_where_it_expects(
        self, client, names: RagNames
    ) -> None:
        old, stale, new = await self.build(client, names, 1, 2, 3)
        await swap(client, names.alias, old=None, new=old)
        async with AsyncExitStack() as stack:
            first = await self.paused(client, names, stack)
            async with held_lease(client, names.prefix, holder=a_holder("second"), sleep=at_once) as second:
                assert second.fencing == first.fencing + 1
                with pytest.raises(LeaseLost, match="before this one could swap"):
                    await swap(client, names.alias, old=old, new=stale, fence=first.fence)
                assert await fetch_alias(client, names.alias) == (old,)
                await swap(client, names.alias, old=old, new=new, fence=second.fence)
            with pytest.raises(LeaseLost, match="another run took it over"):
                await first.check()
            assert await fetch_alias(client, names.alias) == (new,)

    async def test_a_holder_overtaken_before_its_fence_was_up_cannot_put_it_up(self, client, names: RagNames) -> None:
        await open_state(client, names.prefix)
        late = fence_of(names.prefix, 1, run_id="late")
        async with held_lease(client, names.prefix, holder=a_holder("next")) as first:
            pass
        async with held_lease(client, names.prefix, holder=a_holder("newest")) as second:
            assert (first.fencing, second.fencing) == (1, 2)
            for fence, fencing in ((late, 1), (first.fence, 1)):
                with pytest.raises(LeaseLost):
                    await move_fence(client, names.prefix, fence, fencing=fencing)
            assert await fetch_fences(client, names.prefix) == (second.fence.name,)

    async def test_a_fence_that_an_operator_removed_is_put_up_again(self, client, names: RagNames) -> None:
        async with held_lease(client, names.prefix, holder=a_holder()) as lease:
            pass
        remove = {"index": state_index(names.prefix), "alias": lease.fence.name}
        await client.indices.update_aliases(body={"actions": [{"remove": remove}]})
        async with held_lease(client, names.prefix, holder=a_holder("second")) as second:
            assert second.fencing == 2
            assert await fetch_fences(client, names.prefix) == (second.fence.name,)

    async def test_a_run_whose_state_was_deleted_cannot_swap_after_the_next_began(
        self, client, names: RagNames
    ) -> None:
        old, stale = await self.build(client, names, 1, 2)
        await swap(client, names.alias, old=None, new=old)
        async with AsyncExitStack() as stack:
            first = await self.paused(client, names, stack)
            await client.indices.delete(index=state_index(names.prefix))
            with pytest.raises(LeaseLost):
                await swap(client, names.alias, old=old, new=stale, fence=first.fence)
            async with held_lease(client, names.prefix, holder=a_holder("second")) as second:
                assert second.fencing == first.fencing
                with pytest.raises(LeaseLost):
                    await swap(client, names.alias, old=old, new=stale, fence=first.fence)
            assert await fetch_alias(client, names.alias) == (old,)

    async def test_a_fenced_swap_still_respects_an_operator(self, client, names: RagNames) -> None:
        old, chosen, new = await self.build(client, names, 1, 2, 3)
        await swap(client, names.alias, old=None, new=old)
        async with held_lease(client, names.prefix, holder=a_holder()) as lease:
            await swap(client, names.alias, old=old, new=chosen)
            with pytest.raises(SwapConflict, match=chosen):
                await swap(client, names.alias, old=old, new=new, fence=lease.fence)
            await swap(client, names.alias, old=chosen, new=new, fence=lease.fence)
            await lease.check()
        assert await fetch_alias(client, names.alias) == (new,)

    async def test_a_lost_lease_ends_the_work(self, client, names: RagNames) -> None:
        async def work() -> None:
            async with held_lease(client, names.prefix, holder=a_holder(), sleep=Hasty().sleep):
                await client.delete(index=state_index(names.prefix), id="lease")
                await asyncio.Event().wait()

        with pytest.raises(LeaseLost, match="somebody deleted it"):
            await work()

    async def test_a_state_index_deleted_under_a_run_ends_it_and_is_not_made_again(
        self, client, names: RagNames
    ) -> None:
        async with AsyncExitStack() as stack:
            lease = await stack.enter_async_context(held_lease(client, names.prefix, holder=a_holder(), sleep=never))
            await client.indices.delete(index=state_index(names.prefix))
            with pytest.raises(LeaseLost, match="somebody deleted it"):
                await lease.check()
        assert state_index(names.prefix) not in await client.indices.get(index=f"{names.prefix}*")
        async with held_lease(client, names.prefix, holder=a_holder("second")) as second:
            assert second.fencing == 1

    async def test_an_index_of_somebody_else_is_never_written_to(self, client, names: RagNames) -> None:
        index = state_index(names.prefix)
        await client.indices.create(index=index, body={})
        with pytest.raises(StateForeign, match="RAG_INDEX_PREFIX"):
            async with held_lease(client, names.prefix, holder=a_holder()):
                pass
        assert await fetch_lease(client, names.prefix) is None


class TestFakeCluster(LeaseContract):
    @pytest.fixture
    def client(self) -> StateCluster:
        return StateCluster()


class TestRealNode(LeaseContract):
    @pytest.fixture
    def client(self, cluster: AsyncOpenSearch) -> AsyncOpenSearch:
        return cluster

    @pytest.fixture
    def names(self, namespace: str) -> RagNames:
        return RagNames(prefix=f"{namespace}rag", alias=f"{namespace}rag-active")
