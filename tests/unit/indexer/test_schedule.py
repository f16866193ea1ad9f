"""indexer.schedule: one run at a time, and a stop that waits for it; which tick is due.

What becomes of the clock on the wall: tests/faults/test_f21_clock.py.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from structlog.testing import capture_logs
from support.wall_clock import EVENING, Wall, scheduled

from indexer.errors import LeaseHeld, LeaseLost, TickServed
from indexer.schedule import last_due, once_an_hour_shown
from shared.errors import AppError
from shared.opensearch import ClusterUnreachable, UnsuitableCluster

BERLIN = ZoneInfo("Europe/Berlin")


async def test_a_run_is_told_which_moment_it_is_made_for(wall: Wall) -> None:
    told: list[datetime] = []

    async def run_once(due: datetime) -> None:
        told.append(due)

    async with scheduled(wall, run_once):
        await wall.pass_by(timedelta(hours=5, minutes=20), asleep=True)
    assert told == [datetime(2026, 11, 21, 3, 0, tzinfo=UTC)]


async def test_a_stop_cancels_the_run_and_waits_until_it_has_marked_its_index(wall: Wall) -> None:
    began, marked = asyncio.Event(), asyncio.Event()

    async def run_once(due: datetime) -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            marked.set()

    async with scheduled(wall, run_once) as schedule:
        await wall.pass_by(timedelta(hours=6))
        assert began.is_set()
        schedule.cancel()
        with pytest.raises(asyncio.CancelledError):
            await schedule
        assert marked.is_set()


async def test_a_run_that_takes_longer_than_a_tick_is_not_doubled(wall: Wall) -> None:
    began = 0

    async def run_once(due: datetime) -> None:
        nonlocal began
        began += 1
        await asyncio.Event().wait()

    async with scheduled(wall, run_once, "*/10 * * * *"):
        await wall.pass_by(timedelta(hours=1))
    assert began == 1


@pytest.mark.parametrize(
    ("ended_by", "event"),
    [
        (TickServed("run-1", due=EVENING), "run_left_to_another"),
        (LeaseLost("another run has it"), "run_broken_off"),
        (UnsuitableCluster("it is Elasticsearch"), "run_not_started"),
    ],
    ids=lambda given: type(given).__name__ if isinstance(given, Exception) else "",
)
async def test_what_ends_a_run_early_is_logged_as_what_it_is_and_the_next_tick_comes(
    wall: Wall, ended_by: AppError, event: str
) -> None:
    began = 0

    async def run_once(due: datetime) -> None:
        nonlocal began
        began += 1
        raise ended_by

    with capture_logs() as logged:
        async with scheduled(wall, run_once, "*/10 * * * *"):
            await wall.pass_by(timedelta(minutes=20))
    assert began > 1
    assert told(logged) == [(event, str(ended_by))] * began


def told(logged: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """What became of the runs."""
    return [(line["event"], line["cause"]) for line in logged if line["event"].startswith("run_")]


HELD = LeaseHeld("schedule 1 (shop-1, pid 7)", until=EVENING)
SERVED = TickServed("schedule 1 (shop-1, pid 7)", due=EVENING)
AWAY = ClusterUnreachable("no answer")


async def serve(wall: Wall, *obstacles: AppError, minutes: int) -> tuple[int, list[tuple[str, str]]]:
    """How often a tick at three was tried until `minutes` past, each try but the last meeting an obstacle; and what
    was told."""
    coming, tried = list(obstacles), 0

    async def run_once(due: datetime) -> None:
        nonlocal tried
        tried += 1
        assert due == datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
        if coming:
            raise coming.pop(0)

    with capture_logs() as logged:
        async with scheduled(wall, run_once):
            await wall.pass_by(timedelta(hours=5, minutes=minutes))
    return tried, told(logged)


async def test_a_replica_stands_by_until_the_one_at_work_is_done(wall: Wall) -> None:
    left = [("run_left_to_another", str(HELD)), ("run_left_to_another", str(SERVED))]
    assert await serve(wall, HELD, HELD, HELD, SERVED, minutes=30) == (4, left)


async def test_a_replica_takes_over_from_one_that_did_not_come_to_an_end(wall: Wall) -> None:
    assert await serve(wall, HELD, HELD, minutes=30) == (3, [("run_left_to_another", str(HELD))])


async def test_a_replica_does_not_stand_by_for_ever(wall: Wall) -> None:
    tried, _ = await serve(wall, *[HELD] * 200, minutes=150)
    assert tried == pytest.approx(61, abs=1)


async def test_a_cluster_that_is_away_at_the_hour_is_asked_again(wall: Wall) -> None:
    assert await serve(wall, AWAY, AWAY, minutes=30) == (3, [("run_put_off", str(AWAY))] * 2)


async def test_a_cluster_that_stays_away_is_told(wall: Wall) -> None:
    tried, logged = await serve(wall, *[AWAY] * 200, minutes=150)
    assert tried == pytest.approx(61, abs=1)
    assert logged == [("run_put_off", str(AWAY))] * (tried - 1) + [("run_not_started", str(AWAY))]


@pytest.mark.parametrize(("minutes", "runs"), [(0, 1), (1, 1), (59, 1), (61, 0)])
async def test_a_schedule_that_starts_soon_after_a_tick_serves_it(wall: Wall, minutes: int, runs: int) -> None:
    due: list[datetime] = []

    async def run_once(moment: datetime) -> None:
        due.append(moment)

    wall.jump(timedelta(hours=5, minutes=minutes))
    async with scheduled(wall, run_once):
        await wall.pass_by(timedelta(hours=2))
    assert due == [datetime(2026, 11, 21, 3, 0, tzinfo=UTC)] * runs


def ticks(trigger: BaseTrigger, *, after: datetime, count: int) -> list[str]:
    """The hours shown of the next ticks."""
    found: list[datetime] = []
    while len(found) < count:
        found.append(trigger.get_next_fire_time(found[-1] if found else None, found[-1] if found else after))
    return [f"{moment:%H:%M %z}" for moment in found]


def test_a_schedule_of_every_hour_goes_through_both_hours_of_the_same_name() -> None:
    hourly = once_an_hour_shown(CronTrigger.from_crontab("15 * * * *", timezone="Europe/Berlin"))
    after = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    assert ticks(hourly, after=after, count=3) == ["02:15 +0200", "02:15 +0100", "03:15 +0100"]


def test_a_schedule_of_some_hours_has_each_once() -> None:
    nightly = once_an_hour_shown(CronTrigger.from_crontab("15 1-3 * * *", timezone="Europe/Berlin"))
    after = datetime(2026, 10, 25, 0, 30, tzinfo=BERLIN)
    assert ticks(nightly, after=after, count=3) == ["01:15 +0200", "02:15 +0200", "03:15 +0100"]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1), timedelta(minutes=59)])
def test_replicas_agree_on_what_is_due_however_late_they_are(late: timedelta) -> None:
    nightly = CronTrigger.from_crontab("0 3 * * *", timezone="UTC")
    due = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert last_due(nightly, now=due + late) == due


def test_of_several_ticks_missed_the_last_one_is_due() -> None:
    often = CronTrigger.from_crontab("*/20 * * * *", timezone="UTC")
    assert last_due(often, now=EVENING + timedelta(minutes=59)) == EVENING + timedelta(minutes=40)
