"""The nightly run: APScheduler around the same run that `vitrina-indexer run` makes.

Clocks are changed, machines sleep, summer time begins and ends: whatever the clock on the wall does, a tick makes one
run. Two replicas of this schedule tick both, and the lease lets one of them through; the other one stands by, should
the first be stopped or killed. A schedule that starts within the grace of a tick nobody served serves it at once.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from indexer.errors import LeaseHeld, LeaseLost, TickServed
from shared.errors import AppError, Transient

log = structlog.get_logger(__name__)

MISFIRE_GRACE_SECONDS: Final = 3600
"""A tick that was missed (machine asleep, program not there, clock put forward) is made up for within an hour."""

STAND_BY_SECONDS: Final = 60.0
"""How often a replica asks again whether the one at work has come to an end."""

LOOK_SECONDS: Final = 60.0
"""How often the clock on the wall is looked at: a timer alone does not notice that it was changed."""


async def run_on_schedule(
    run_once: Callable[[datetime], Awaitable[None]],
    trigger: BaseTrigger,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> None:
    """Call `run_once` with the moment that is due whenever `trigger` says, until this task is cancelled.

    Never twice at a time: a tick that comes while a run is at work is left out.
    A run that is under way then is cancelled too, and waited for: it marks its index, gives the lease back and leaves
    the alias alone.
    """
    running: set[asyncio.Task[None]] = set()
    ticks = once_an_hour_shown(trigger)

    async def tick() -> None:
        # A task of our own: the scheduler gives up its jobs at shutdown without waiting for them.
        due = last_due(ticks, now=now())
        left = MISFIRE_GRACE_SECONDS - (now() - due).total_seconds()
        task = asyncio.ensure_future(_serve(partial(run_once, due), seconds=left, clock=clock, sleep=sleep))
        running.add(task)
        try:
            await task
        finally:
            running.discard(task)

    scheduler = AsyncIOScheduler(timezone=UTC)
    started = now()
    missed = last_due(ticks, now=started)
    job = scheduler.add_job(
        tick,
        ticks,
        misfire_grace_time=MISFIRE_GRACE_SECONDS,
        coalesce=True,
        max_instances=1,
        name="run",
        **({"next_run_time": missed} if missed < started else {}),
    )
    scheduler.start()
    log.info("schedule_started", next_run=job.next_run_time.isoformat())
    try:
        await _follow_the_clock(scheduler, lambda: job.reschedule(ticks), now=now, clock=clock, sleep=sleep)
    finally:
        under_way = tuple(running)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        scheduler.shutdown(wait=False)
        log.info("schedule_stopped")


async def _serve(
    run: Callable[[], Awaitable[None]],
    *,
    seconds: float,
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Make a run as soon as nobody else is at work and the cluster answers, for as long as `seconds` are left.

    What ended it early is logged and no more: the next tick comes all the same.
    """
    end = clock() + seconds
    holder = ""
    while (obstacle := await _try(run)) is not None:
        late = clock() >= end
        if isinstance(obstacle, LeaseHeld):
            if obstacle.holder != holder:
                log.info("run_left_to_another", cause=str(obstacle))
            holder = obstacle.holder
        elif late:
            log.critical("run_not_started", cause=str(obstacle))
        else:
            log.warning("run_put_off", cause=str(obstacle), seconds=STAND_BY_SECONDS)
        if late:
            return
        await sleep(STAND_BY_SECONDS)


async def _try(run: Callable[[], Awaitable[None]]) -> LeaseHeld | Transient | None:
    """Make a run; what stood in its way, if that may go away."""
    try:
        await run()
    except (LeaseHeld, Transient) as obstacle:
        return obstacle
    except TickServed as other:
        log.info("run_left_to_another", cause=str(other))
    except LeaseLost as lost:
        log.critical("run_broken_off", cause=str(lost))
    except AppError as error:
        log.critical("run_not_started", cause=str(error))
    return None


def last_due(trigger: BaseTrigger, *, now: datetime) -> datetime:
    """The latest tick of `trigger` up to `now`, within the grace; `now` itself when there is none.

    APScheduler does not tell a job which of its moments it is called for, and replicas have to agree on it.
    """
    due = now
    found = trigger.get_next_fire_time(None, now - timedelta(seconds=MISFIRE_GRACE_SECONDS))
    while found is not None and found <= now:
        due = found
        found = trigger.get_next_fire_time(found, found)
    return due


def once_an_hour_shown(trigger: BaseTrigger) -> BaseTrigger:
    """`trigger` without its second tick in an hour that the clock shows twice, at the end of summer time.

    One that ticks in every hour of the day goes on ticking through both, as cron does it.
    """
    if isinstance(trigger, CronTrigger) and any(field.name == "hour" and str(field) == "*" for field in trigger.fields):
        return trigger
    return _OnceAnHourShown(trigger)


class _OnceAnHourShown:
    def __init__(self, trigger: BaseTrigger) -> None:
        self._trigger = trigger

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> Any:
        found = self._trigger.get_next_fire_time(previous_fire_time, now)
        while found is not None and found.fold:
            found = self._trigger.get_next_fire_time(found, found)
        return found


BaseTrigger.register(_OnceAnHourShown)


async def _follow_the_clock(
    scheduler: AsyncIOScheduler,
    plan_anew: Callable[[], object],
    *,
    now: Callable[[], datetime],
    clock: Callable[[], float],
    sleep: Callable[[float], Awaitable[None]],
) -> None:
    """Have the scheduler look at the clock again and again; `plan_anew` once it was put far back."""
    grace = timedelta(seconds=MISFIRE_GRACE_SECONDS)
    while True:
        shown, counted = now(), clock()
        await sleep(LOOK_SECONDS)
        expected = shown + timedelta(seconds=clock() - counted)
        if now() < expected - grace:
            # What is planned lies in a future that was never near: without this, no run until then. A smaller step
            # back, as time servers make them, must not bring the last run a second time.
            log.warning("clock_put_back", expected=expected.isoformat(), shown=now().isoformat())
            plan_anew()
        scheduler.wakeup()
