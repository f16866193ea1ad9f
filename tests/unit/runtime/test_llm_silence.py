"""How long a provider may say nothing: only while somebody waits for it, and to the second."""

import asyncio

import pytest
from support.virtual_time import run_virtually

from runtime.llm.silence import SilenceWatch


class Patience:
    """A watch of ten seconds, and when it gave up."""

    def __init__(self) -> None:
        self._clock = asyncio.get_running_loop().time
        self.gave_up: float | None = None
        self.watch = SilenceWatch(10, self._give_up, since=self._clock())

    def _give_up(self) -> None:
        self.gave_up = self._clock()


def test_provider_that_says_nothing_is_given_up_when_its_time_is_over() -> None:
    async def play() -> None:
        patience = Patience()
        await asyncio.sleep(60)
        assert patience.watch.over
        assert patience.gave_up == pytest.approx(10)

    run_virtually(play())


def test_silence_counts_from_what_was_heard_last() -> None:
    async def play() -> None:
        patience = Patience()
        for _ in range(7):
            await asyncio.sleep(9)
            patience.watch.hear()
            patience.watch.wait()
        await asyncio.sleep(60)
        assert patience.gave_up == pytest.approx(7 * 9 + 10)

    run_virtually(play())


def test_waiting_again_after_a_comment_begins_no_new_silence() -> None:
    async def play() -> None:
        patience = Patience()
        for _ in range(30):
            await asyncio.sleep(1)
            patience.watch.wait()
        assert patience.gave_up == pytest.approx(10)

    run_virtually(play())


def test_time_the_reader_takes_is_not_the_providers() -> None:
    async def play() -> None:
        patience = Patience()
        patience.watch.hear()
        await asyncio.sleep(1000)
        assert patience.gave_up is None
        patience.watch.wait()
        await asyncio.sleep(60)
        assert patience.gave_up == pytest.approx(1010)

    run_virtually(play())


def test_hastened_watch_gives_up_sooner_and_never_later() -> None:
    async def play() -> None:
        patience = Patience()
        await asyncio.sleep(1)
        patience.watch.hear()
        patience.watch.hasten(2)
        patience.watch.hasten(30)
        patience.watch.wait()
        await asyncio.sleep(60)
        assert patience.gave_up == pytest.approx(3)

    run_virtually(play())


def test_stopped_watch_gives_nobody_up() -> None:
    async def play() -> None:
        patience = Patience()
        patience.watch.stop()
        await asyncio.sleep(60)
        assert not patience.watch.over

    run_virtually(play())
