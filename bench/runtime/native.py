"""The native index of the shop's ten products, played: any request is an `_mget` of them all, answered at once.
`python -m bench.runtime.native`.
"""

import asyncio
import sys
from typing import Final, cast

import orjson
import uvloop

from bench.runtime.shop import native_sources
from sandbox.ports import LOOPBACK

_HEAD_END: Final = b"\r\n\r\n"


class Native(asyncio.Protocol):
    """One connection."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no subclass of it.
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, end, body = self._heard.partition(_HEAD_END)
        if end and len(body) >= _length(head):
            self._heard = b""
            self._transport.write(self._answer)


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line.partition(b":")[2]) for line in lines if line.startswith(b"content-length:")), 0)


def _answer() -> bytes:
    docs = [{"_index": "native", "_id": id, "found": True, "_source": source} for id, source in native_sources()]
    body = orjson.dumps({"docs": docs})
    return b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body) + body


async def serve() -> None:
    """Say the port on standard output and answer until told to end."""
    answer = _answer()
    server = await asyncio.get_running_loop().create_server(lambda: Native(answer), LOOPBACK, 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
