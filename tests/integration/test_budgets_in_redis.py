"""Budgets in a real Redis: shared by replicas, and done without while it is gone."""

import asyncio
import signal
from pathlib import Path

from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.budgets import Day, budgets, spend, taken_at_once
from support.ports import a_port
from support.redis import redis
from support.runtime import Clock

from runtime.web.budget import Allowance, Budgets, Reservation
from runtime.web.ledger import AGAIN_SECONDS, LOOK_SECONDS, Ledger
from runtime.web.pledges import LIFETIME_SECONDS
from sandbox.faults import Down, tcp_faults


async def test_fifty_at_once_overrun_by_one_at_most_in_a_redis_of_two_replicas(tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port):
        replicas = [budgets(f"redis://127.0.0.1:{port}/0", shop=10_500) for _ in range(2)]
        both = await asyncio.gather(*(taken_at_once(one, 25, tokens=1_000) for one in replicas))
        assert [len(taken) > 0 for taken in both] == [True, True]
        # One that is turned away at the edge takes nothing; it may have been in the way of one other.
        assert 10 <= sum(map(len, both)) <= 11
        for given, taken in zip(replicas, both, strict=True):
            for one in taken:
                given.settle(one, tokens=100, cost=0)
            await given.aclose()
        assert await spend(replicas[0], 9_300)


async def test_reservation_nobody_waits_for_is_given_back(tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port) as store:
        given = budgets(f"redis://127.0.0.1:{port}/0", shop=100)
        assert await spend(given, 10)
        store.send_signal(signal.SIGSTOP)
        waiting = asyncio.create_task(given.reserve("key:gpt", None, tokens=90, cost=0))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
        store.send_signal(signal.SIGCONT)
        await given.aclose()
        assert await spend(given, 89)


def test_sums_go_on_without_the_store_and_are_told_to_it_when_it_is_back(tmp_path: Path) -> None:
    port, clock = a_port(), Clock()
    ledger = Ledger(f"redis://127.0.0.1:{port}/0", clock=clock)
    before = REGISTRY.get_sample_value("vitrina_rate_limit_store_failures_total") or 0.0
    with capture_logs() as logs:
        with redis(tmp_path, port):
            other = Ledger(f"redis://127.0.0.1:{port}/0")
            assert (ledger.add("a", 5), other.add("a", 7), ledger.add("a", 1)) == (5, 12, 13)
        # The sum it last saw, and not nothing.
        assert [ledger.add("a", 1), ledger.add("a", 1), ledger.add("b", 4)] == [14, 15, 4]
        with redis(tmp_path, port):
            assert ledger.add("a", 1) == 16
            clock.now += AGAIN_SECONDS
            # This Redis kept nothing, as one without a disk; what it missed is told to it.
            assert ledger.add("a", 1) == 4
            assert Ledger(f"redis://127.0.0.1:{port}/0").add("b", 0) == 4
    assert [line["event"] for line in logs] == ["budget_store_lost", "budget_store_back"]
    assert REGISTRY.get_sample_value("vitrina_rate_limit_store_failures_total") == before + 1


def test_store_that_hangs_is_waited_for_once_in_a_while(tmp_path: Path) -> None:
    port, clock = a_port(), Clock()
    ledger = Ledger(f"redis://127.0.0.1:{port}/0", clock=clock)
    with redis(tmp_path, port) as store:
        assert ledger.add("a", 1) == 1
        store.send_signal(signal.SIGSTOP)
        before = REGISTRY.get_sample_value("vitrina_rate_limit_store_failures_total") or 0.0
        assert [ledger.add("a", 1) for _ in range(5)] == [2, 3, 4, 5, 6]
        assert REGISTRY.get_sample_value("vitrina_rate_limit_store_failures_total") == before + 1


class Replica:
    """One of several over the Redis at `port`. clock: its own seconds, monotonic; day: everybody's."""

    def __init__(self, port: int, day: Day) -> None:
        self.clock = Clock()
        self.ledger = Ledger(f"redis://127.0.0.1:{port}/0", clock=self.clock, now=day)
        self.budgets = Budgets(self.ledger, shop=Allowance(tokens=100), clock=day)

    async def put_aside(self, tokens: int) -> Reservation | None:
        return await self.budgets.reserve("key:gpt", None, tokens=tokens, cost=0)

    async def settle(self, reservation: Reservation | None, tokens: int) -> None:
        assert reservation is not None
        self.budgets.settle(reservation, tokens=tokens, cost=0)
        await self.budgets.aclose()

    async def spent(self) -> int:
        """The sum of the day, by one that asks for nothing."""
        reservation = await self.put_aside(0)
        await self.settle(reservation, 0)
        return self.ledger.add(TODAY, 0)


TODAY = "budget/2026-11-22/shop/tokens"


async def test_what_a_killed_replica_had_put_aside_is_there_again_when_its_answers_must_have_ended(
    tmp_path: Path,
) -> None:
    port, day = a_port(), Day()
    with redis(tmp_path, port):
        killed, others = Replica(port, day), [Replica(port, day) for _ in range(2)]
        assert await killed.put_aside(60) is not None
        assert await killed.put_aside(60) is not None
        for other in others:
            assert await other.put_aside(1) is None
        day.now += LIFETIME_SECONDS - 1
        others[0].clock.now += LOOK_SECONDS
        assert await others[0].put_aside(1) is None
        day.now += 1
        for other in others:
            other.clock.now += LOOK_SECONDS
        taken = await asyncio.gather(*(other.put_aside(10) for other in others))
        await others[0].settle(taken[0], 5)
        await others[1].settle(taken[1], 6)
        assert [await other.spent() for other in others] == [11, 11], "each is taken off once, whoever looks"


async def test_answer_that_outlives_what_was_put_aside_for_it_is_booked_whole(tmp_path: Path) -> None:
    port, day = a_port(), Day()
    with redis(tmp_path, port):
        slow, other = Replica(port, day), Replica(port, day)
        reservation = await slow.put_aside(60)
        day.now += LIFETIME_SECONDS
        assert await other.spent() == 0
        await slow.settle(reservation, 30)
        assert await other.spent() == 30


async def test_what_could_not_be_settled_in_the_store_is_taken_off_later_and_once(tmp_path: Path) -> None:
    port, day = a_port(), Day()
    with redis(tmp_path, port), tcp_faults(f"127.0.0.1:{port}") as line, capture_logs():
        replica, other = Replica(int(line.url.rpartition(":")[2]), day), Replica(port, day)
        reservation = await replica.put_aside(60)
        line.set(Down())
        await replica.settle(reservation, 30)
        line.set()
        replica.clock.now += AGAIN_SECONDS
        assert await replica.spent() == 90, "still aside: nobody knows but that the answer is under way"
        day.now += LIFETIME_SECONDS
        other.clock.now += LOOK_SECONDS
        assert await other.spent() == 30
