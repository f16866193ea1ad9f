"""The provider: speaks the OpenAI stream as ordered, one packet a token. `python -m bench.runtime.upstream`.

A bare asyncio.Protocol over uvloop, so that it takes little of what the measured process could use.
"""

import asyncio
import re
import sys
import time
from collections.abc import Callable
from typing import Final, cast

import orjson
import uvloop

from bench.runtime.told import PATH, raise_file_limit, tell_bytes
from bench.runtime.wire import PADDING, Order, order_in, token_text, usage_chunk
from sandbox.ports import LOOPBACK

ENDED: Final = "/bench/ended"
LAST: Final = "/bench/last"

_HEAD_END: Final = b"\r\n\r\n"
_LENGTH: Final = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
_START: Final = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
_HEAD: Final = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1_700_000_000, "model": "bench"}


def _choice(delta: dict[str, str], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return orjson.dumps({**_HEAD, "choices": [choice]})


def _chunked(data: bytes) -> bytes:
    event = b"data: " + data + b"\n\n"
    return b"%x\r\n%b\r\n" % (len(event), event)


_ROLE: Final = _chunked(_choice({"role": "assistant", "content": ""}))
_END: Final = _chunked(_choice({}, "stop")) + _chunked(usage_chunk(**_HEAD)) + _chunked(b"[DONE]") + b"0\r\n\r\n"


class Ledger:
    """What became of the answers. left: number of the order -> when its connection was lost before the end, ns. asked:
    how many were begun.
    """

    def __init__(self) -> None:
        self.left: dict[int, int] = {}
        self.running = 0
        self.asked = 0
        self.last = b""

    def told(self) -> bytes:
        left = {str(number): at for number, at in self.left.items()}
        return orjson.dumps({"left": left, "running": self.running, "asked": self.asked})


class Answer:
    """One answer, a token at a time, each at its time counted from the first."""

    def __init__(self, order: Order, transport: asyncio.Transport, ledger: Ledger) -> None:
        self._order = order
        self._transport = transport
        self._ledger = ledger
        self._loop = asyncio.get_running_loop()
        # What stands around the number and the time is the same in all chunks, length included.
        blank = token_text(0, 0)
        chunk = _chunked(_choice({"content": blank.decode() + PADDING * order.padding}))
        self._before, self._after = chunk.split(blank)
        self._told = 0
        self._begun_at = self._loop.time()
        self.paused = False
        ledger.running += 1
        ledger.asked += 1
        transport.write(_START + _ROLE + self._next())
        self._timer = self._arm()

    def lose(self) -> None:
        """The connection is gone before the answer's end."""
        self._timer.cancel()
        self._ledger.running -= 1
        self._ledger.left[self._order.number] = time.monotonic_ns()

    @property
    def over(self) -> bool:
        return self._told > self._order.tokens

    def _next(self) -> bytes:
        token = token_text(self._told, time.monotonic_ns())
        self._told += 1
        return self._before + token + self._after

    def _arm(self) -> asyncio.TimerHandle:
        return self._loop.call_at(self._begun_at + self._told / self._order.rate, self._speak)

    def _speak(self) -> None:
        if self.paused:
            self._timer = self._loop.call_later(1 / self._order.rate, self._speak)
        elif self._told < self._order.tokens:
            self._transport.write(self._next())
            self._timer = self._arm()
        else:
            self._told += 1
            self._ledger.running -= 1
            self._transport.write(_END)


class Exchange(asyncio.Protocol):
    """One connection, which may serve one request after the other."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._received = b""
        self._answer: Answer | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(_HEAD_END)
        length = _LENGTH.search(head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        self._take(head, body)

    def pause_writing(self) -> None:
        if self._answer is not None:
            self._answer.paused = True

    def resume_writing(self) -> None:
        if self._answer is not None:
            self._answer.paused = False

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.over:
            self._answer.lose()

    def _take(self, head: bytes, body: bytes) -> None:
        assert self._transport is not None
        if head.startswith(b"POST "):
            self._ledger.last = body
            self._answer = Answer(order_in(body), self._transport, self._ledger)
            return
        told: dict[str, Callable[[], bytes]] = {
            PATH: tell_bytes,
            ENDED: self._ledger.told,
            LAST: lambda: orjson.dumps(self._ledger.last.decode()),
        }
        answer = told[head.split(b" ")[1].decode()]()
        self._transport.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n" + answer)
        self._transport.close()


async def _serve() -> None:
    ledger = Ledger()
    server = await asyncio.get_running_loop().create_server(lambda: Exchange(ledger), LOOPBACK, 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    raise_file_limit()
    uvloop.run(_serve())
