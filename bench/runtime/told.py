"""What each process of the benchmark tells of itself on a line of its own, and how it is asked."""

import asyncio
import os
import resource
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.ports import LOOPBACK

PATH: Final = "/bench/told"


@dataclass(frozen=True, slots=True)
class Told:
    """A process at a moment. cpu: seconds, user and system. rss: bytes. at: nanoseconds, monotonic."""

    at: int
    cpu: float
    rss: int
    tasks: int
    fds: int

    def cores(self, since: "Told") -> float:
        """CPU seconds a second from then to now."""
        return (self.cpu - since.cpu) / (self.at - since.at) * 1e9


def tell() -> Told:
    """This process, now; its own task is not counted."""
    return Told(
        at=time.monotonic_ns(),
        # To the nanosecond, where /proc counts hundredths of a second.
        cpu=time.process_time(),
        rss=_resident(),
        tasks=len(asyncio.all_tasks()) - 1,
        fds=len(os.listdir("/proc/self/fd")) - 1,
    )


def tell_bytes() -> bytes:
    """The same as JSON."""
    return orjson.dumps(asdict(tell()))


class Telling:
    """Answers what the process tells of itself; everything else is the application's."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == PATH:
            await Response(tell_bytes(), media_type="application/json")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def asked(port: int) -> Told:
    """What the process behind `port` tells of itself."""
    return Told(**await fetch(port, PATH))


async def fetch(port: int, path: str) -> Any:
    """JSON of a loopback server."""
    return orjson.loads(await _get(port, path))


async def counted(port: int, metric: str) -> float:
    """A counter of the process behind `port`, all labels together, or the one of the labels that `metric` ends in."""
    lines = (await _get(port, "/metrics")).decode().splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith((f"{metric} ", f"{metric}{{")))


async def _get(port: int, path: str) -> bytes:
    """The body of a server that ends its answer with the connection, as it is told to."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(f"GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
    finally:
        writer.close()
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(f"{path} of port {port}: {head[:100]!r}")
    return body


def raise_file_limit() -> None:
    """As many files as this user may open; a stream takes two of them."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def load_average() -> float:
    """Of the last minute; how busy whoever else is here keeps the machine."""
    return os.getloadavg()[0]


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
