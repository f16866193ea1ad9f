"""F27: what a shopper waits longer for when nobody takes the spans and nobody reads the log.

Two subjects are asked in turns, both with tracing on: one whose sinks take everything, one whose collector accepts
connections and never answers and whose log is a pipe that nobody reads. Long enough that both have no room left.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bench.harness import Goal, percentile
from bench.runtime.figures import spoken
from bench.runtime.ground import Ground
from bench.runtime.line import Line, Reply, open_line
from bench.runtime.load import undisturbed
from bench.runtime.programs import Program
from bench.runtime.told import counted
from bench.runtime.ttfb import first_tokens
from sandbox.ports import LOOPBACK

TOKENS: Final = 3
RATE: Final = 1_000
STILL_SECONDS: Final = 0.005
ROUNDS: Final = 7
"""Times as many questions as for a median, since a p99 is asked for."""

_TAKEN: Final = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


async def measure(ground: Ground) -> list[Goal]:
    """The p99 without sinks − the p99 with them. Raises RuntimeError when an answer is not whole, or nothing was
    dropped: then there was room to the end.
    """
    async with (
        _collector(takes=True) as taken,
        _collector(takes=False) as silent,
        ground.subject(environ={"OTEL_EXPORTER_OTLP_ENDPOINT": taken}) as usual,
        ground.subject(environ={"OTEL_EXPORTER_OTLP_ENDPOINT": silent}, log_unread=True) as alone,
    ):
        sides = [(await open_line(program.port), list[Reply]()) for program in (usual, alone)]
        with undisturbed():
            for _ in range(ground.sizes.pairs * ROUNDS):
                for line, replies in sides:
                    replies.append(await _ask(line, ground))
        for line, _ in sides:
            line.close()
        dropped = await _dropped(alone)
    return [_goal(first_tokens(sides[0][1]), first_tokens(sides[1][1]), dropped, ground)]


async def _ask(line: Line, ground: Ground) -> Reply:
    asked = ground.caller(rate=RATE, tokens=TOKENS)
    reply = await line.ask(asked.body, headers=asked.headers)
    if not reply.heard.whole(asked.order):
        raise RuntimeError(f"an answer is not whole: status {reply.status}, {len(reply.heard.arrived)} tokens")
    await asyncio.sleep(STILL_SECONDS)
    return reply


async def _dropped(program: Program) -> str:
    spans = await counted(program.port, "vitrina_spans_dropped_total")
    lines = await counted(program.port, "vitrina_log_lines_dropped_total")
    if not (spans and lines):
        raise RuntimeError(f"{spans:.0f} spans and {lines:.0f} log lines were dropped: there was room to the end")
    return f"{spans:.0f} spans and {lines:.0f} log lines dropped"


def _goal(usual: list[float], alone: list[float], dropped: str, ground: Ground) -> Goal:
    added = percentile(alone, 0.99) - percentile(usual, 0.99)
    median = percentile(alone, 0.5) - percentile(usual, 0.5)
    noise = percentile(usual[::2], 0.99) - percentile(usual[1::2], 0.99)
    note = (
        f"first tokens of {len(alone)} answers each, in turns: without sinks {spoken(alone)}, with them "
        f"{spoken(usual)}; p50 − p50 {median:.2f} ms; {dropped}; control (p99 of odd − even answers with sinks) "
        f"{noise:.2f} ms; {ground.noise()}"
    )
    return Goal("F27 added time to the first token with sinks down, p99, ms", added, 1.0, "at most", note)


@asynccontextmanager
async def _collector(*, takes: bool) -> AsyncIterator[str]:
    """The address of a collector of spans: one that takes whatever it is sent, or one that never answers."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not takes:
            await reader.read(-1)
        else:
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.partition(b":")[2]))
            writer.write(_TAKEN)
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    async with server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
