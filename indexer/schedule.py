"""The nightly run: APScheduler around the same run that `vitrina-indexer run` makes."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

log = structlog.get_logger(__name__)

MISFIRE_GRACE_SECONDS: Final = 3600
"""A tick that was missed (sleeping machine, busy loop) is still made up for within an hour."""


async def run_on_schedule(run_once: Callable[[], Awaitable[None]], trigger: BaseTrigger) -> None:
    """Call `run_once` whenever `trigger` says, never twice at a time, until this task is cancelled.

    A run that is under way then is cancelled too, and waited for: it marks its index and leaves the alias alone.
    """
    running: set[asyncio.Task[None]] = set()

    async def tick() -> None:
        # A task of our own: the scheduler gives up its jobs at shutdown without waiting for them.
        task = asyncio.ensure_future(run_once())
        running.add(task)
        try:
            await task
        finally:
            running.discard(task)

    scheduler = AsyncIOScheduler(timezone=UTC)
    job = scheduler.add_job(
        tick, trigger, misfire_grace_time=MISFIRE_GRACE_SECONDS, coalesce=True, max_instances=1, name="run"
    )
    scheduler.start()
    log.info("schedule_started", next_run=job.next_run_time.isoformat())
    try:
        await asyncio.Event().wait()
    finally:
        under_way = tuple(running)
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        scheduler.shutdown(wait=False)
        log.info("schedule_stopped")
