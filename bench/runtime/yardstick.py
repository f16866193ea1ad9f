"""What a bare ASGI application takes to send the bytes that ours sent. `python -m bench.runtime.yardstick <file>`.

The file is an answer of one token as ours wrote it: a list of chunks, the token in the second. The server is set up as
ours; the application sends the chunks at the ordered pace and does nothing else.
"""

import asyncio
import sys
from pathlib import Path
from typing import Final

import orjson
import uvicorn
from starlette.types import Receive, Scope, Send

from bench.runtime.told import Telling, raise_file_limit
from bench.runtime.wire import order_in, token_text
from runtime.web.listening import listen
from sandbox.ports import LOOPBACK

_MOST: Final = 1_000
"""Tokens of an answer."""

_HEADERS: Final = [(b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-cache")]


class Replay:
    """Sends a recorded answer anew."""

    def __init__(self, recorded: list[bytes]) -> None:
        self._opening, token, *self._closing = recorded
        at = token.index(token_text(0, 0)[:7])
        before, after = token[:at], token[at + len(token_text(0, 0)) :]
        self._tokens = [before + token_text(number, 0) + after for number in range(_MOST)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        order = order_in((await receive())["body"])
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await send({"type": "http.response.body", "body": self._opening, "more_body": True})
        now = asyncio.get_running_loop().time
        begun = now()
        for number in range(order.tokens):
            await asyncio.sleep(begun + number / order.rate - now())
            await send({"type": "http.response.body", "body": self._tokens[number], "more_body": True})
        await asyncio.sleep(begun + order.tokens / order.rate - now())
        await send({"type": "http.response.body", "body": b"".join(self._closing), "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


def main(recording: Path) -> None:
    raise_file_limit()
    recorded = [chunk.encode() for chunk in orjson.loads(recording.read_bytes())]
    config = uvicorn.Config(
        Telling(Replay(recorded)), log_config=None, access_log=False, server_header=False, lifespan="off", ws="none"
    )
    with listen(LOOPBACK, 0) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
