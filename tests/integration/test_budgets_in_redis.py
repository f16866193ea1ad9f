"""Budgets in a real Redis: shared by replicas, and done without while it is gone."""

import asyncio
import signal
from pathlib import Path

from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.budgets import budgets, spend, taken_at_once
from support.ports import a_port
from support.redis import redis
from support.runtime import Clock

from runtime.web.ledger import AGAIN_SECONDS, Ledger


async def test_fifty_at_once_overrun_by_one_at_most_in_a_redis_of_two_replicas(tmp_path: Path) -> None:
    port = a_port()
    with redis(tmp_path, port):
        replicas = [budgets(f"redis://127.0.0.1:{port}/0", shop=30_500) for _ in range(2)]
        both = await asyncio.gather(*(taken_at_once(one, 25, tokens=1_000) for one in replicas))
        # More than either asks for, however quick one of them is. One that is turned away at the edge takes nothing; it
        # may have been in the way of one other.
        assert 30 <= sum(map(len, both)) <= 31
        for given, taken in zip(replicas, both, strict=True):
            for one in taken:
                given.settle(one, tokens=100, cost=0)
            await given.aclose()
        assert await spend(replicas[0], 27_300)


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
