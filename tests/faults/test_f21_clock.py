"""F21: whatever becomes of the clock on the wall, a night has one run, not none and not two."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from support.wall_clock import Wall, scheduled


@asynccontextmanager
async def a_schedule(wall: Wall, cron: str = "0 3 * * *", *, zone: str = "UTC") -> AsyncIterator[list[datetime]]:
    """When it ran."""
    ran: list[datetime] = []

    async def run_once(due: datetime) -> None:
        ran.append(wall.shown)

    async with scheduled(wall, run_once, cron, zone=zone):
        yield ran


async def test_f21_an_ordinary_night(wall: Wall) -> None:
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
async def test_f21_summer_time_begins_or_ends(
    wall: Wall, evening: datetime, cron: str, at: list[tuple[int, int, int]]
) -> None:
    wall.shown = evening
    async with a_schedule(wall, cron, zone="Europe/Berlin") as ran:
        await wall.pass_by(timedelta(hours=28))
    assert [(moment.day, moment.hour, moment.minute) for moment in ran] == at


@pytest.mark.parametrize(("minutes", "runs"), [(30, 1), (59, 1), (61, 0)])
async def test_f21_a_machine_that_slept_over_the_hour_makes_up_for_it_within_the_grace(
    wall: Wall, minutes: int, runs: int
) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(timedelta(hours=5, minutes=minutes), asleep=True)
        assert len(ran) == runs
        await wall.pass_by(timedelta(hours=24))
    assert len(ran) == runs + 1


async def test_f21_several_nights_slept_over_are_made_up_for_by_one_run(wall: Wall) -> None:
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
async def test_f21_a_clock_that_is_set_brings_one_run(
    wall: Wall, before: timedelta, jump: timedelta, runs: int
) -> None:
    async with a_schedule(wall) as ran:
        await wall.pass_by(before)
        wall.jump(jump)
        await wall.look()
        until_six = (wall.shown.replace(hour=6, minute=0) - wall.shown) % timedelta(days=1)
        await wall.pass_by(until_six)
    assert len(ran) == runs
