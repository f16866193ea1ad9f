"""The life cycle of the index in any order of events: runs, kills, runs that sleep and wake, rollbacks, prunes, hands.

The product's own pipeline, rollback and prune over the fake cluster, which tests/contract holds to the real one. A run
that sleeps wakes believing in its lease, whatever has happened since: only the fence in the cluster is left to stop it.
"""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from support.builds import Clock, a_job, a_question_model, a_workshop
from support.faults import rounds
from support.indices import NAMES
from support.sources import FakeSource, some_records
from support.state import StateCluster

from indexer.load.indices import fetch_own
from indexer.load.retention import prune
from indexer.load.rollback import roll_back
from indexer.pipeline import run_all
from indexer.report import RunReport
from indexer.runs.state_index import Fence, fence_of, move_fence, open_state
from shared.errors import AppError

MOST_CALLS = 40
"""About as many calls as a run makes, so that a kill may come anywhere."""


class Killed(BaseException):
    """The process is gone."""


class MortalCluster(StateCluster):
    """Lets a process die at its `fuse`-th call; after that it makes none."""

    fuse: int | None = None

    def begin(self, call: str) -> None:
        if self.fuse is not None:
            self.fuse = max(0, self.fuse - 1)
            if self.fuse == 0:
                raise Killed
        super().begin(call)


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
    """One store view, one cluster, any number of processes."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.cluster = MortalCluster()
        self.clock = Clock()
        self.runs = 0
        self.sleeping: list[tuple[SleepyLease, asyncio.Task[None]]] = []
        self.was_live = False

    def teardown(self) -> None:
        async def never_wake() -> None:
            for _, task in self.sleeping:
                task.cancel()
            await asyncio.gather(*(task for _, task in self.sleeping), return_exceptions=True)

        self.do(never_wake())
        self.do(self.loop.shutdown_default_executor())
        self.loop.close()

    def do(self, work: Any) -> Any:
        return self.loop.run_until_complete(work)

    async def begin(self, count: int) -> tuple[SleepyLease, asyncio.Task[None]]:
        """A run over `count` products that has just taken the lease."""
        self.runs += 1
        self.clock.now += timedelta(minutes=1)
        run_id = f"run{self.runs}"
        fence = fence_of(NAMES.prefix, self.runs, run_id=run_id)
        await open_state(self.cluster, NAMES.prefix)
        await move_fence(self.cluster, NAMES.prefix, fence, fencing=self.runs)
        shop = a_workshop(self.cluster, FakeSource(some_records(count)), clock=self.clock)
        lease = SleepyLease(fence)
        shop.lease = lease
        shop.allow_shrink = True
        return lease, asyncio.create_task(surviving(run_all([a_job()], shop, RunReport(run_id=run_id))))

    @rule(count=st.integers(1, 12))
    def run(self, count: int) -> None:
        async def whole() -> None:
            lease, task = await self.begin(count)
            lease.awake.set()
            await task

        self.do(whole())

    @rule(count=st.integers(1, 12), at=st.integers(1, MOST_CALLS))
    def run_and_be_killed(self, count: int, at: int) -> None:
        async def cut_short() -> None:
            lease, task = await self.begin(count)
            lease.awake.set()
            self.cluster.fuse = at
            await task

        self.do(cut_short())
        self.cluster.fuse = None

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
        self.run_and_be_killed(count=1, at=1)

    @precondition(lambda self: self.sleeping)
    @rule(data=st.data())
    def wake_up(self, data: st.DataObject) -> None:
        lease, task = self.sleeping.pop(data.draw(st.integers(0, len(self.sleeping) - 1)))
        before = self.cluster.aliases
        lease.awake.set()
        self.do(task)
        # Whoever was overtaken in its sleep moves nothing any more.
        assert lease.fence.name in before or self.cluster.aliases.get(NAMES.alias) == before.get(NAMES.alias)

    @rule()
    def roll_back(self) -> None:
        self.do(surviving(roll_back(self.cluster, NAMES, open_embedder=a_question_model)))

    @rule(retain=st.integers(0, 2))
    def prune(self, retain: int) -> None:
        self.do(surviving(prune(self.cluster, NAMES, retain=retain, now=self.clock.now)))

    @rule(data=st.data())
    def move_by_hand(self, data: st.DataObject) -> None:
        """An operator moves the alias to an index that is complete, past every command."""
        own = self.do(fetch_own(self.cluster, NAMES))
        complete = [index.name for index in own if index.complete]
        if not complete or not self.was_live:
            return
        chosen = data.draw(st.sampled_from(complete))
        old = self.cluster.aliases[NAMES.alias]
        moves: list[dict[str, Any]] = [{"remove": {"index": name, "alias": NAMES.alias}} for name in old]
        moves.append({"add": {"index": chosen, "alias": NAMES.alias, "is_write_index": True}})
        self.do(self.cluster.indices.update_aliases(body={"actions": moves}))

    @rule(hours=st.integers(1, 30))
    def let_time_pass(self, hours: int) -> None:
        self.clock.now += timedelta(hours=hours)

    @invariant()
    def the_alias_names_exactly_one_complete_index_once_there_was_one(self) -> None:
        named = self.cluster.aliases.get(NAMES.alias, [])
        self.was_live = self.was_live or bool(named)
        if not self.was_live:
            return
        [live] = named
        index = self.cluster.state[live]
        assert index.meta.state in ("ready", "live")
        assert index.meta.counts is not None
        assert len(index.documents) == index.meta.counts.indexed > 0


async def surviving(work: Coroutine[Any, Any, Any]) -> None:
    """`work`, whose refusals and whose death are part of the game."""
    try:
        await work
    except (AppError, Killed):
        return
    except BaseExceptionGroup as group:
        if group.split(Killed)[1] is not None:
            raise


def test_the_alias_always_names_one_complete_index() -> None:
    run_state_machine_as_test(
        LifeCycle,
        settings=settings(max_examples=rounds(short=25, long=500), stateful_step_count=rounds(short=15, long=30)),
    )
