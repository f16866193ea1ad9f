"""F18: clients that send their request a byte at a time. A body has a deadline; headers are the reverse proxy's part
(docs/operations.md). Whoever asks as usual is answered meanwhile.
"""

import asyncio
import time
from statistics import quantiles

import httpx2
import orjson
from support.chat import FakeCatalogue, a_document, build_chat_app, frames_of
from support.chat_process import QUESTION, many_connections
from support.faults import LONG, rounds
from support.raw_http import RawConnection, a_request
from support.serving import serving_here

from runtime.chat.service import ChatService
from runtime.web.body_limit import BodyLimit

SLOW = rounds(short=20, long=100)
"""Of each kind."""
SECONDS = 10.0 if LONG else 1.0
USUAL = 20
MEASURED = rounds(short=5, long=200)
TIMES = 2
"""As long as without the slow ones an answer may take beside them: the figure."""


async def drip(url: str) -> bytes:
    """What is answered to a body that never comes to its end."""
    connection = await RawConnection(url).open()
    head, body = a_request(QUESTION).split(b"\r\n\r\n")
    await connection.send(head + b"\r\n\r\n")
    answer = asyncio.create_task(connection.read_to_the_end())
    for byte in body[:-1]:
        if answer.done():
            break
        await connection.send(bytes([byte]))
        await asyncio.sleep(SECONDS / 10)
    heard = await answer
    connection.close()
    return heard


async def p95(url: str, http: httpx2.AsyncClient) -> float:
    """Seconds to a whole answer, of MEASURED one after another."""
    took = []
    for _ in range(MEASURED):
        begun = time.monotonic()
        await http.post(f"{url}/v1/chat/completions", json=QUESTION)
        took.append(time.monotonic() - begun)
    return quantiles(took, n=20)[-1]


async def test_f18_slow_bodies_are_refused_in_the_error_shape_and_the_others_are_answered() -> None:
    chat = build_chat_app(ChatService(FakeCatalogue(a_document()), None), rate="100000/minute")
    async with serving_here(BodyLimit(chat, seconds=SECONDS)) as url, many_connections(USUAL) as http:
        alone = await p95(url, http)
        begun = [await RawConnection(url).open() for _ in range(SLOW)]
        for connection in begun:
            await connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: s")
        slow = [asyncio.create_task(drip(url)) for _ in range(SLOW)]
        answers = await asyncio.gather(*[http.post(f"{url}/v1/chat/completions", json=QUESTION) for _ in range(USUAL)])
        beside = await p95(url, http)
        ended = sum(task.done() for task in slow)
        refused = await asyncio.gather(*slow)
        for connection in begun:
            connection.close()
    assert {frames_of(answer.content)[-1] for answer in answers} == {"[DONE]"}
    if LONG:
        assert not ended
        assert beside <= TIMES * alone
    for answer in refused:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head
        assert orjson.loads(body)["error"]["code"] == "request_timeout"
