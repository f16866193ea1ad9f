"""Log lines on their way out: taken at once, written by a thread, so that nobody waits for whoever reads them."""

import os
import select
import threading
from types import TracebackType
from typing import Final, Self

from prometheus_client import Counter

LINES_DROPPED: Final = Counter("vitrina_log_lines_dropped_total", "Log lines that nobody read in time.")

ROOM_BYTES: Final = 1 << 20
"""Of lines that may wait: some thousands."""

END_SECONDS: Final = 1.0
"""What the last lines get at the end of the program."""


class LogSink:
    """A stream for a logging handler, over a file descriptor that stays its owner's; a context manager.

    Written with `os.write`: a thread that hangs inside a file object of Python's holds a lock that the end of the
    interpreter needs.
    """

    def __init__(self, descriptor: int, *, room: int = ROOM_BYTES, end_seconds: float = END_SECONDS) -> None:
        self._descriptor = descriptor
        self._room = room
        self._end_seconds = end_seconds
        # Its lock may be taken again by its owner: a signal's handler may log in the middle of a line.
        self._changed = threading.Condition()
        self._waiting: list[bytes] = []
        self._held = 0
        """Bytes of the lines that wait or are being written."""
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="log-sink", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._ending = True
            self._changed.notify()
        self._thread.join(self._end_seconds)

    def write(self, text: str) -> None:
        """Take a line, or count it as dropped where there is no room."""
        line = text.encode(errors="replace")
        with self._changed:
            if self._held + len(line) > self._room:
                LINES_DROPPED.inc()
                return
            self._held += len(line)
            self._waiting.append(line)
            self._changed.notify()

    def flush(self) -> None:
        """Nothing is held back for want of a flush."""

    def _run(self) -> None:
        while lines := self._next():
            whole = b"".join(lines)
            if not self._written(whole):
                LINES_DROPPED.inc(len(lines))
            with self._changed:
                self._held -= len(whole)

    def _next(self) -> list[bytes]:
        """The lines that wait, once there are any; none at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._ending)
            lines, self._waiting = self._waiting, []
        return lines

    def _written(self, lines: bytes) -> bool:
        rest = memoryview(lines)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                # Somebody we share the descriptor with wants it so.
                select.select([], [self._descriptor], [])
            except OSError:
                return False
        return True
