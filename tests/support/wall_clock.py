"""A clock on the wall that a test sets, for the schedule and for APScheduler; fixture `wall` (a plugin)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo

import apscheduler.executors.base
import apscheduler.schedulers.base
import pytest
from apscheduler.triggers.cron import CronTrigger

from indexer.schedule import run_on_schedule

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
async def scheduled(
    wall: Wall, run_once: Callable[[datetime], Awaitable[None]], cron: str = "0 3 * * *", *, zone: str = "UTC"
) -> AsyncIterator[asyncio.Task[None]]:
    """The schedule at work by the clock on the `wall`, stopped at the end."""
    trigger = CronTrigger.from_crontab(cron, timezone=zone)
    working = run_on_schedule(run_once, trigger, now=wall.now, clock=wall.clock, sleep=wall.sleep)
    task = asyncio.create_task(working)
    while not wall.looks:
        await asyncio.sleep(0)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
