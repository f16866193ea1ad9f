"""F18: clients that send their request a byte at a time. A body has a deadline; headers are the reverse proxy's part
(docs/operations.md). Whoever asks as usual is answered meanwhile.
"""

import asyncio

import orjson
from support.chat import FakeCatalogue, a_document, build_chat_app, frames_of
from support.chat_process import QUESTION, many_connections
from support.faults import rounds
from support.raw_http import RawConnection, a_request
from support.serving import serving_here

from runtime.chat.service import ChatService
from runtime.web.body_limit import BodyLimit

SLOW = rounds(short=20, long=100)
"""Of each kind."""
SECONDS = 1.0
USUAL = 20


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


async def test_f18_slow_bodies_are_refused_in_the_error_shape_and_the_others_are_answered() -> None:
    chat = build_chat_app(ChatService(FakeCatalogue(a_document()), None), rate="100000/minute")
    async with serving_here(BodyLimit(chat, seconds=SECONDS)) as url, many_connections(USUAL) as http:
        begun = [await RawConnection(url).open() for _ in range(SLOW)]
        for connection in begun:
            await connection.send(b"POST /v1/chat/completions HTTP/1.1\r\nhost: s")
        slow = [asyncio.create_task(drip(url)) for _ in range(SLOW)]
        answers = await asyncio.gather(*[http.post(f"{url}/v1/chat/completions", json=QUESTION) for _ in range(USUAL)])
        refused = await asyncio.gather(*slow)
        for connection in begun:
            connection.close()
    assert {frames_of(answer.content)[-1] for answer in answers} == {"[DONE]"}
    for answer in refused:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head
        assert orjson.loads(body)["error"]["code"] == "request_timeout"
