"""A watch over how long a provider says nothing."""

import asyncio
from collections.abc import Callable


class SilenceWatch:
    """Calls `give_up` once nothing was heard for `seconds` of waiting.

    Time in which nobody waits (`waiting` is False) counts for nothing: a reader that is slow itself is no reason to
    give a provider up. One timer, that looks when something was heard last and arms itself anew, because a timeout
    for each piece of an answer costs as much as reading it.
    """

    def __init__(self, seconds: float, give_up: Callable[[], None], *, since: float) -> None:
        """since: when the silence began, by the clock of the running loop."""
        self._seconds = seconds
        self._give_up = give_up
        self._loop = asyncio.get_running_loop()
        self._timer = self._loop.call_at(since + seconds, self._look)
        self._since = since
        self.waiting = True
        self.over = False

    def hear(self) -> None:
        """Something was said, and the next silence begins only when somebody waits again."""
        self.waiting = False

    def wait(self) -> None:
        """Somebody waits for the provider, who is silent until `hear`."""
        if not self.waiting:
            self._since = self._loop.time()
            self.waiting = True

    def hasten(self, seconds: float) -> None:
        """From now on no silence may last longer than `seconds`."""
        if seconds < self._seconds:
            self._seconds = seconds
            self._timer.cancel()
            self._look()

    def stop(self) -> None:
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        since = self._since if self.waiting else now
        if now - since < self._seconds:
            self._timer = self._loop.call_at(since + self._seconds, self._look)
        else:
            self.over = True
            self._give_up()
