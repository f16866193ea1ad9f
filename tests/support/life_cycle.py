"""The life cycle of an index in any order of events: runs, kills, runs that sleep and wake, rollbacks, prunes, hands.

The product's own pipeline, rollback and prune, over a cluster that the test names. A run that sleeps wakes believing in
its lease, whatever has happened since: only the fence in the cluster is left to stop it.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from support.builds import Clock, a_question_model, a_workshop
from support.records import a_store
from support.sources import FakeSource, some_records

from indexer.load.indices import OwnIndex, fetch_alias, fetch_own, find
from indexer.load.retention import prune
from indexer.load.rollback import roll_back
from indexer.pipeline import run_all
from indexer.report import RunReport
from indexer.runs.state_index import Fence, fence_of, fetch_fences, move_fence, open_state
from indexer.workshop import Job
from shared.errors import AppError
from shared.indices import RagNames

MOST_CALLS = 50
"""About as many calls as a run makes, so that a kill may come anywhere."""


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Fuse:
    """Lets a process die at its `left`-th call from now; after that it makes none. None: it lives.

    late: the last call is still answered by the cluster, but nobody hears it.
    """

    left: int | None = None
    late: bool = False

    def light(self, at: int, *, late: bool = False) -> None:
        """The `at`-th call, from 1, is the last one."""
        self.left, self.late = at, late

    def put_out(self) -> None:
        """The next process lives."""
        self.left = None

    def burn(self) -> bool:
        """Count a call; whether it may still be made, but not be heard. Raises Killed."""
        if self.left is None:
            return False
        self.left -= 1
        if self.left == 0 and self.late:
            return True
        if self.left <= 0:
            raise Killed
        return False


@dataclass
class SleepyLease:
    """A lease whose holder may sleep right after it has made sure of it."""

    fence: Fence
    asleep: asyncio.Event = field(default_factory=asyncio.Event)
    awake: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self) -> None:
        self.asleep.set()
        await self.awake.wait()


class LifeCycle(RuleBasedStateMachine):
    """One store view of `names` on the cluster of `client`, and any number of processes, whose calls burn `fuse`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, client: Any, names: RagNames, *, fuse: Fuse) -> None:
        super().__init__()
        self.loop = loop
        self.client = client
        self.names = names
        self.fuse = fuse
        self.clock = Clock()
        self.runs = 0
        self.sleeping: list[tuple[SleepyLease, asyncio.Task[None]]] = []
        self.was_live = False

    def teardown(self) -> None:
        self.do(self.end())
        self.do(self.loop.shutdown_default_executor())
        self.loop.close()

    async def end(self) -> None:
        """Nobody who sleeps wakes any more."""
        for _, task in self.sleeping:
            task.cancel()
        await asyncio.gather(*(task for _, task in self.sleeping), return_exceptions=True)

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    def named(self) -> Sequence[str]:
        """The indices behind the alias."""
        found: Sequence[str] = self.do(fetch_alias(self.client, self.names.alias))
        return found

    def own(self) -> Sequence[OwnIndex]:
        found: Sequence[OwnIndex] = self.do(fetch_own(self.client, self.names))
        return found

    async def begin(self, count: int) -> tuple[SleepyLease, asyncio.Task[None]]:
        """A run over `count` products that has just taken the lease."""
        self.runs += 1
        self.clock.now += timedelta(minutes=1)
        run_id = f"run{self.runs}"
        fence = fence_of(self.names.prefix, self.runs, run_id=run_id)
        await open_state(self.client, self.names.prefix)
        await move_fence(self.client, self.names.prefix, fence, fencing=self.runs)
        shop = a_workshop(self.client, FakeSource(some_records(count)), clock=self.clock)
        lease = SleepyLease(fence)
        shop.lease = lease
        shop.allow_shrink = True
        job = Job(store=a_store(), names=self.names)
        return lease, asyncio.create_task(surviving(run_all([job], shop, RunReport(run_id=run_id))))

    @rule(count=st.integers(1, 12))
    def run(self, count: int) -> None:
        async def whole() -> None:
            lease, task = await self.begin(count)
            lease.awake.set()
            await task

        self.do(whole())

    @rule(count=st.integers(1, 12), at=st.integers(1, MOST_CALLS), late=st.booleans())
    def run_and_be_killed(self, count: int, at: int, late: bool) -> None:
        async def cut_short() -> None:
            lease, task = await self.begin(count)
            lease.awake.set()
            self.fuse.light(at, late=late)
            await task

        self.do(cut_short())
        self.fuse.put_out()

    @rule(count=st.integers(1, 12))
    def run_and_fall_asleep(self, count: int) -> None:
        async def until_asleep() -> None:
            lease, task = await self.begin(count)
            waiting = asyncio.create_task(lease.asleep.wait())
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            if not task.done():
                self.sleeping.append((lease, task))

        self.do(until_asleep())

    @precondition(lambda self: self.sleeping)
    @rule()
    def overtake_and_be_killed(self) -> None:
        """The lease of those who sleep goes to a run that never gets far, so the alias is where they left it."""
        self.run_and_be_killed(count=1, at=1, late=False)

    @precondition(lambda self: self.sleeping)
    @rule(data=st.data())
    def wake_up(self, data: st.DataObject) -> None:
        lease, task = self.sleeping.pop(data.draw(st.integers(0, len(self.sleeping) - 1)))
        before = self.named()
        overtaken = lease.fence.name not in self.do(fetch_fences(self.client, self.names.prefix))
        lease.awake.set()
        self.do(task)
        # Whoever was overtaken in its sleep moves nothing any more.
        assert not overtaken or self.named() == before

    @rule()
    def roll_back(self) -> None:
        self.do(surviving(roll_back(self.client, self.names, open_embedder=a_question_model)))

    @rule(retain=st.integers(0, 2))
    def prune(self, retain: int) -> None:
        self.do(surviving(prune(self.client, self.names, retain=retain, now=self.clock.now)))

    @rule(data=st.data())
    def move_by_hand(self, data: st.DataObject) -> None:
        """An operator moves the alias to an index that is complete, past every command."""
        complete = [index.name for index in self.own() if index.complete]
        if not complete or not self.was_live:
            return
        chosen, alias = data.draw(st.sampled_from(complete)), self.names.alias
        moves: list[dict[str, Any]] = [{"remove": {"index": name, "alias": alias}} for name in self.named()]
        moves.append({"add": {"index": chosen, "alias": alias, "is_write_index": True}})
        self.do(self.client.indices.update_aliases(body={"actions": moves}))

    @rule(hours=st.integers(1, 30))
    def let_time_pass(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    @invariant()
    def the_alias_names_exactly_one_complete_index_once_there_was_one(self) -> None:
        named = self.named()
        self.was_live = self.was_live or bool(named)
        if not self.was_live:
            return
        [live] = named
        index = find(self.own(), live)
        assert index is not None
        assert index.meta is not None
        assert index.meta.state in ("ready", "live")
        assert self.do(self.client.count(index=live))["count"] == index.meta.counts.indexed > 0


async def surviving(work: Coroutine[Any, Any, Any]) -> None:
    """`work`, whose refusals and whose death are part of the game."""
    try:
        await work
    except (AppError, Killed):
        return
    except BaseExceptionGroup as group:
        if group.split(Killed)[1] is not None:
            raise
