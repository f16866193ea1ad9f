"""What a process has used, as Linux counts it (proc(5)): CPU seconds, peak memory."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_UTIME, _STIME = 11, 12
"""Places behind the command's name in /proc/<pid>/stat."""


def cpu_seconds(pid: int | None = None) -> float:
    """User and system seconds of all threads of a process, of this one without `pid`."""
    stat = Path(f"/proc/{pid or 'self'}/stat").read_text(encoding="utf-8")
    # The name in parentheses may hold anything, spaces and parentheses too.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[_UTIME]) + int(fields[_STIME])) / _TICKS


def peak_bytes(pid: int | None = None) -> int:
    """The most resident memory a process ever had."""
    status = Path(f"/proc/{pid or 'self'}/status").read_text(encoding="utf-8")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024


@dataclass(frozen=True, slots=True)
class Used:
    """What a measured piece of work took. client, cluster: CPU seconds of our process and of OpenSearch's.

    seconds: by the clock. peak: bytes of the client, from its start on. stages: seconds of each stage of a run.
    """

    documents: int
    seconds: float
    client: float
    cluster: float
    peak: int
    stages: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Documents a second."""
        return self.documents / self.seconds

    def __str__(self) -> str:
        stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.stages.items())
        client, cluster = self.client / self.documents * 1e6, self.cluster / self.documents * 1e6
        return (
            f"{self.documents} documents in {self.seconds:.1f} s{f' ({stages})' if stages else ''}, {self.rate:.0f} "
            f"docs/s, client {client:.0f} µs, OpenSearch {cluster:.0f} µs a document, peak {self.peak / 1e6:.0f} MB"
        )
