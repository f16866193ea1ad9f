"""F21, indexer.schedule: whatever the clock on the wall does, a night has one run, not none and not two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from indexer.schedule import last_due, once_an_hour_shown, run_on_schedule

BERLIN = ZoneInfo("Europe/Berlin")
EVENING = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


class Wall:
    """The clock on the wall, and the one that only ever goes forward. beat: one look at the clock comes to its end."""

    def __init__(self, shown: datetime) -> None:
        self.shown = shown
        self.counted = 0.0
        self.looks = 0
        self._beat = asyncio.Event()

    def now(self) -> datetime:
        return self.shown

    def clock(self) -> float:
        return self.counted

    async def sleep(self, seconds: float) -> None:
        self.looks += 1
        await self._beat.wait()
        self._beat.clear()

    def jump(self, by: timedelta) -> None:
        """Somebody sets the clock."""
        self.shown += by

    async def pass_by(self, by: timedelta, *, asleep: bool = False) -> None:
        """Time goes by, a minute a look; `asleep`: without anybody looking until it is over."""
        step = by if asleep else timedelta(minutes=1)
        end = self.shown + by
        while self.shown < end:
            self.shown += step
            self.counted += 0.0 if asleep else step.total_seconds()
            await self.look()

    async def look(self) -> None:
        looks = self.looks
        self._beat.set()
        while self.looks == looks:
            await asyncio.sleep(0)
        for _ in range(10):
            await asyncio.sleep(0)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    """The one clock of the schedule and of APScheduler, which has no argument for it."""
    wall = Wall(EVENING)

    class Shown(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return wall.shown.astimezone(tz)

    for module in (apscheduler.schedulers.base, apscheduler.executors.base):
        monkeypatch.setattr(module, "datetime", Shown)
    return wall


@asynccontextmanager
async def a_schedule(wall: Wall, cron: str = "0 3 * * *", *, zone: str = "UTC") -> AsyncIterator[list[datetime]]:
    """When it ran."""
    ran: list[datetime] = []

    async def run_once(due: datetime) -> None:
        ran.append(wall.shown)

    trigger = CronTrigger.from_crontab(cron, timezone=zone)
    working = run_on_schedule(run_once, trigger, now=wall.now, clock=wall.clock, sleep=wall.sleep)
    task = asyncio.create_task(working)
    while not wall.looks:
        await asyncio.sleep(0)
    try:
        yield ran
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_an_ordinary_night(wall: Wall) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(timedelta(hours=34))
    assert ran == [datetime(2026, 11, 21, 3, 0, tzinfo=UTC), datetime(2026, 11, 22, 3, 0, tzinfo=UTC)]


SPRING, AUTUMN = datetime(2026, 3, 28, 22, tzinfo=UTC), datetime(2026, 10, 24, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("evening", "cron", "at"),
    [
        pytest.param(SPRING, "30 2 * * *", [(29, 1, 30), (30, 0, 30)], id="an hour that there is not"),
        pytest.param(SPRING, "0 3 * * *", [(29, 1, 0), (30, 1, 0)], id="the hour after it"),
        pytest.param(AUTUMN, "30 2 * * *", [(25, 0, 30), (26, 1, 30)], id="an hour that there is twice"),
        pytest.param(AUTUMN, "0 3 * * *", [(25, 2, 0), (26, 2, 0)], id="the hour after them"),
    ],
)
async def test_summer_time_begins_or_ends(
    wall: Wall, evening: datetime, cron: str, at: list[tuple[int, int, int]]
) -> None:
    wall.shown = evening
    async with a_schedule(wall, cron, zone="Europe/Berlin") as ran:
        await wall.pass_by(timedelta(hours=28))
    assert [(moment.day, moment.hour, moment.minute) for moment in ran] == at


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


@pytest.mark.parametrize(("minutes", "runs"), [(30, 1), (59, 1), (61, 0)])
async def test_a_machine_that_slept_over_the_hour_makes_up_for_it_within_the_grace(
    wall: Wall, minutes: int, runs: int
) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(timedelta(hours=5, minutes=minutes), asleep=True)
        assert len(ran) == runs
        await wall.pass_by(timedelta(hours=24))
    assert len(ran) == runs + 1


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1), timedelta(minutes=59)])
def test_replicas_agree_on_what_is_due_however_late_they_are(late: timedelta) -> None:
    nightly = CronTrigger.from_crontab("0 3 * * *", timezone="UTC")
    due = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert last_due(nightly, now=due + late) == due


def test_of_several_ticks_missed_the_last_one_is_due() -> None:
    often = CronTrigger.from_crontab("*/20 * * * *", timezone="UTC")
    assert last_due(often, now=EVENING + timedelta(minutes=59)) == EVENING + timedelta(minutes=40)


async def test_several_nights_slept_over_are_made_up_for_by_one_run(wall: Wall) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(timedelta(days=3, hours=5, minutes=10), asleep=True)
    assert len(ran) == 1


@pytest.mark.parametrize(
    ("before", "jump", "runs"),
    [
        pytest.param(timedelta(hours=4), timedelta(hours=1, minutes=30), 1, id="forward over the hour"),
        pytest.param(timedelta(hours=5, minutes=5), timedelta(minutes=-50), 1, id="back over the hour after the run"),
        pytest.param(timedelta(hours=4, minutes=50), timedelta(minutes=-50), 1, id="back before the run"),
        pytest.param(timedelta(hours=1), timedelta(days=-1461), 1, id="years back, as at a start without a battery"),
    ],
)
async def test_a_clock_that_is_set_brings_one_run(wall: Wall, before: timedelta, jump: timedelta, runs: int) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(before)
        wall.jump(jump)
        await wall.look()
        until_six = (wall.shown.replace(hour=6, minute=0) - wall.shown) % timedelta(days=1)
        await wall.pass_by(until_six)
    assert len(ran) == runs
