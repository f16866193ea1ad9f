"""The head of a request has an end in bytes and in headers, for uvicorn has none; and junk is refused in our shape."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from support.openai import BOUND_SECONDS
from support.raw_http import RawConnection
from support.runtime import ACTION_KEY, Shop, some_services
from support.serving import serving_here

from runtime.app import create_app
from runtime.web.listening import MAX_HEAD_BYTES, MAX_HEADERS

HOST = b"host: shop.test\r\n"
FIND = b"/api/v1/actions/retrieve_products"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async with serving_here(create_app(some_services(Shop()))) as url:
        yield url


async def answer(url: str, *sent: bytes) -> bytes:
    """What comes until the connection is closed; nothing more is sent once it does."""
    connection = await RawConnection(url).open()
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            reading = asyncio.create_task(connection.read_to_the_end())
            for piece in sent:
                await connection.send(piece)
                if (await asyncio.wait([reading], timeout=0.02))[0]:
                    break
            return await reading
    finally:
        connection.close()


def status(raw: bytes) -> int:
    return int(raw.split(b" ", 2)[1])


def error(raw: bytes) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(raw.partition(b"\r\n\r\n")[2])["error"]
    return found


def a_get(*headers: bytes, path: bytes = b"/health/live") -> bytes:
    lines = b"".join(header + b"\r\n" for header in headers)
    return b"GET " + path + b" HTTP/1.1\r\n" + HOST + b"connection: close\r\n" + lines + b"\r\n"


TOO_MUCH = {
    "too many headers": [a_get(*[b"x-%d: 1" % n for n in range(MAX_HEADERS)])],
    "a long header": [a_get(b"x-long: " + b"a" * MAX_HEAD_BYTES)],
    "many long headers": [a_get(*[b"x-%d: " % n + b"a" * 1_000 for n in range(40)])],
    "a long address": [a_get(path=b"/" + b"a" * MAX_HEAD_BYTES)],
    "a long query": [a_get(path=b"/health/live?" + b"a" * MAX_HEAD_BYTES)],
    "a header without end": [b"GET / HTTP/1.1\r\n" + HOST + b"x-endless: ", *[b"a" * 8_000] * 8],
    "headers without end": [b"GET / HTTP/1.1\r\n" + HOST, *[b"x: %s\r\n" % (b"a" * 4_000)] * 16],
    "an address without end": [b"GET /", *[b"a" * 8_000] * 8],
}


@pytest.mark.parametrize("name", TOO_MUCH)
async def test_head_that_is_too_large_is_refused_and_hung_up_on(url: str, name: str) -> None:
    raw = await answer(url, *TOO_MUCH[name])
    assert status(raw) == 431
    assert error(raw)["code"] == "headers_too_large"
    assert b"\r\nconnection: close\r\n" in raw


async def test_junk_is_refused_in_the_one_error_shape(url: str) -> None:
    raw = await answer(url, b"\x16\x03\x01 junk\r\n\r\n")
    assert status(raw) == 400
    assert error(raw)["code"] == "invalid_http"


async def test_head_of_a_size_that_proxies_let_through_is_taken(url: str) -> None:
    fitting = [b"x-%d: " % n + b"a" * 250 for n in range(MAX_HEADERS - 2)]
    assert status(await answer(url, a_get(*fitting))) == 200


async def test_body_is_no_part_of_the_head(url: str) -> None:
    body = orjson.dumps({"query": "jacket"}) + b" " * 200_000
    head = b"POST " + FIND + b" HTTP/1.1\r\n" + HOST + b"connection: close\r\ncontent-type: application/json\r\n"
    head += f"authorization: Bearer {ACTION_KEY}\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    assert status(await answer(url, head + body)) == 200


async def test_heads_that_follow_each_other_are_measured_apart(url: str) -> None:
    long = b"GET /health/live HTTP/1.1\r\n" + HOST + b"x-long: " + b"a" * (MAX_HEAD_BYTES - 1_000) + b"\r\n\r\n"
    raw = await answer(url, long, long, a_get())
    assert raw.count(b"HTTP/1.1 200 OK") == 3
