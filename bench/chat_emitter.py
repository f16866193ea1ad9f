"""A provider that costs its client nothing but the reading, in a process of its own.

`python -m bench.chat_emitter` prints its port. `POST /<packets>/<tokens a packet>/v1/chat/completions` streams that
many packets, GAP seconds apart.
"""

import asyncio
import itertools
import re
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import orjson

GAP: Final = 0.02
"""Seconds between the packets of a stream: so long that no side is too busy to read one before the next comes."""

_REQUEST: Final = re.compile(rb"POST /(\d+)/(\d+)/v1/chat/completions HTTP/1.1\r\n(?s:.*)content-length: (\d+)", re.I)
_HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@asynccontextmanager
async def emitter() -> AsyncIterator[str]:
    """The address of a running one, without its path."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.chat_emitter", stdout=PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}"
    finally:
        process.terminate()
        await process.wait()


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, phases: "itertools.cycle[int]") -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        asked = _REQUEST.match(head)
        assert asked is not None
        packets, tokens, length = map(int, asked.groups())
        await reader.readexactly(length)
        writer.write(_HEAD)
        # Else all streams would wake their reader at once, and it would read many packets for one wake.
        await asyncio.sleep(GAP * next(phases) / 16)
        packet = _chunked(_event({"content": " bag"}) * tokens)
        for _ in range(packets):
            writer.write(packet)
            await asyncio.sleep(GAP)
        usage = {"prompt_tokens": 1, "completion_tokens": packets * tokens, "total_tokens": packets * tokens + 1}
        writer.write(
            _chunked(_event({}, finish="stop") + _event(None, usage=usage) + b"data: [DONE]\n\n") + b"0\r\n\r\n"
        )


def _event(delta: object, *, finish: str | None = None, usage: object = None) -> bytes:
    """A chunk as OpenAI sends it."""
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    chunk = {
        "id": "chatcmpl-00000000000000000000000000000",
        "object": "chat.completion.chunk",
        "created": 1_790_000_000,
        "model": "gpt-4o-2024-08-06",
        "service_tier": "default",
        "system_fingerprint": "fp_0000000000",
        "choices": [] if delta is None else [choice],
        "usage": usage,
    }
    return b"data: " + orjson.dumps(chunk) + b"\n\n"


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


async def _main() -> None:
    phases = itertools.cycle(range(16))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _serve(reader, writer, phases)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
