"""What the commands `make demo` and `make smoke` share: stopped at any moment, failures in words, exit codes.

It imports next to nothing. A play imports what it needs inside, where Ctrl-C is already answered: on a fresh clone
these imports take seconds.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType

from shared.errors import AppError

STOP_SECONDS = 30.0
"""More than stopping takes; a signal that comes sooner after the first one is impatience."""

_STOPPED = "Stopped: no process and no port is left."

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

_LOOPBACK = "127.0.0.1"


class Stopped(SystemExit):
    """A signal asked for the end. Event loops let a SystemExit through, as they do not every other exception."""


def run(play: Callable[[], int], *, when_stopped: int) -> int:
    """The exit code: the play's own, `when_stopped` after a signal, 1 with a message on stderr when it fails.

    Until the play enters `stopped_in_order` a signal ends the process on the spot: there is nothing to stop yet, and
    an exception in the middle of an import, raised where nobody expects one, may crash the interpreter.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        _say(f"\n{_STOPPED}")
        os._exit(when_stopped)

    _on_signals(leave)
    _reach_loopback_directly()
    try:
        return play()
    except Stopped:
        _say(_STOPPED)
        return when_stopped
    except AppError as failure:
        print(failure, file=sys.stderr)
        return 1


@contextlib.contextmanager
def stopped_in_order() -> Iterator[None]:
    """Let Ctrl-C, SIGTERM and SIGHUP unwind what is inside, and nothing interrupt the unwinding."""
    asked = -STOP_SECONDS

    def unwind(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        now = time.monotonic()
        if now - asked < STOP_SECONDS:
            # A second Ctrl-C in the middle of stopping would leave parts behind.
            return
        asked = now
        _say("\nStopping …")
        raise Stopped

    _on_signals(unwind)
    try:
        yield
    finally:
        # Python takes its handlers away before it is gone: a late second Ctrl-C would become the exit code.
        _on_signals(signal.SIG_IGN)


def _on_signals(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> None:
    # SIGINT is set too: a shell starts background jobs with it ignored, and Python then leaves it so.
    for number in _STOP_SIGNALS:
        signal.signal(number, handler)


def _say(line: str) -> None:
    # Past sys.stdout, in which a signal may have interrupted a print; after SIGHUP there is nobody to read it.
    with contextlib.suppress(OSError):
        os.write(1, f"{line}\n".encode())


def _reach_loopback_directly() -> None:
    """Keep this process and those it starts from asking the caller's HTTP proxy for the demo's own parts."""
    spared = os.environ.get("no_proxy") or os.environ.get("NO_PROXY")
    for name in ("no_proxy", "NO_PROXY"):
        os.environ[name] = ",".join(filter(None, [spared, _LOOPBACK]))
