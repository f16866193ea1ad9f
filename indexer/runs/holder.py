"""Who is at work: a run, and the process that makes it."""

import os
import platform
from dataclasses import dataclass
from typing import Final

SCHEDULE: Final = "schedule"
"""The command whose replicas share their ticks."""


@dataclass(frozen=True, slots=True)
class Holder:
    """run_id: never used twice. command: `run`, `schedule` or `prune`. host, pid: where to look for it."""

    run_id: str
    command: str
    host: str
    pid: int

    def __str__(self) -> str:
        return f"{self.command} {self.run_id} ({self.host}, pid {self.pid})"


def this_process(run_id: str, *, command: str) -> Holder:
    """The holder that this process is."""
    return Holder(run_id=run_id, command=command, host=platform.node(), pid=os.getpid())
