"""An event loop in a thread of its own, for servers that must answer while a test blocks."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

CALL_SECONDS = 60.0


class LoopThread:
    """Runs coroutines in the thread's loop; usable from any other thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """What `work` returns or raises; TimeoutError after CALL_SECONDS."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(CALL_SECONDS)


@contextmanager
def loop_thread(name: str) -> Iterator[LoopThread]:
    """A running loop; whatever still runs in it at the end is cancelled and waited for."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=name, daemon=True)
    thread.start()
    running = LoopThread(loop)
    try:
        yield running
    finally:
        running.call(_cancel_the_rest())
        loop.call_soon_threadsafe(loop.stop)
        thread.join(CALL_SECONDS)
        loop.close()


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)
