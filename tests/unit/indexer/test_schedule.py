"""indexer.schedule: one run at a time, and a stop that waits for it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from indexer.schedule import run_on_schedule


def at_once() -> DateTrigger:
    return DateTrigger(run_date=datetime.now(UTC), timezone=UTC)


async def test_a_tick_makes_a_run() -> None:
    ran = asyncio.Event()

    async def run_once(due: datetime) -> None:
        ran.set()

    schedule = asyncio.create_task(run_on_schedule(run_once, at_once()))
    await asyncio.wait_for(ran.wait(), 10)
    schedule.cancel()
    with pytest.raises(asyncio.CancelledError):
        await schedule


async def test_a_tick_missed_within_the_hour_is_made_up_for() -> None:
    ran = asyncio.Event()

    async def run_once(due: datetime) -> None:
        ran.set()

    missed = DateTrigger(run_date=datetime.now(UTC) - timedelta(minutes=50), timezone=UTC)
    schedule = asyncio.create_task(run_on_schedule(run_once, missed))
    await asyncio.wait_for(ran.wait(), 10)
    schedule.cancel()
    await asyncio.gather(schedule, return_exceptions=True)


async def test_a_stop_cancels_the_run_and_waits_until_it_has_marked_its_index() -> None:
    began, marked = asyncio.Event(), asyncio.Event()

    async def run_once(due: datetime) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            marked.set()

    schedule = asyncio.create_task(run_on_schedule(run_once, at_once()))
    await asyncio.wait_for(began.wait(), 10)
    schedule.cancel()
    with pytest.raises(asyncio.CancelledError):
        await schedule
    assert marked.is_set()


async def test_a_run_that_takes_longer_than_a_tick_is_not_doubled() -> None:
    began, ticks = 0, asyncio.Event()

    async def run_once(due: datetime) -> None:
        nonlocal began
        began += 1
        await asyncio.Event().wait()

    class Counting(IntervalTrigger):
        """Says when it has been asked for its fifth moment."""

        asked = 0

        def get_next_fire_time(self, previous, now):
            Counting.asked += 1
            if Counting.asked >= 5:
                ticks.set()
            return super().get_next_fire_time(previous, now)

    schedule = asyncio.create_task(run_on_schedule(run_once, Counting(seconds=0.02, timezone=UTC)))
    await asyncio.wait_for(ticks.wait(), 10)
    schedule.cancel()
    await asyncio.gather(schedule, return_exceptions=True)
    assert began == 1
