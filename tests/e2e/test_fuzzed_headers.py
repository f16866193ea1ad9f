"""Two thousand fuzzed heads at the doors of the program, over raw sockets, and as many behind them."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import orjson
import pytest
from structlog.testing import capture_logs
from support.header_fuzz import FuzzedRequest, HeaderFuzz
from support.openai import BOUND_SECONDS
from support.ports import a_port
from support.raw_http import RawConnection
from support.runtime import ACTION_KEY, CHAT_KEY, ORIGIN, Shop, some_services
from support.runtime_process import STOP_SECONDS, serving, wait_until_alive
from support.serving import serving_here

from runtime.app import create_app
from runtime.web.auth import hash_key
from runtime.web.body_limit import BodyLimit
from runtime.web.listening import MAX_HEAD_BYTES
from runtime.web.rate_limit import RateLimit

HEADS: Final = 2_000
AT_ONCE: Final = 50
SANE_ID: Final = re.compile(rb"x-request-id: [\w.:-]{1,128}")
ANY_MARK: Final = re.compile(r"zq\d{5}qz")


class Answered(NamedTuple):
    """What came for a request."""

    request: FuzzedRequest
    answer: bytes

    @property
    def status(self) -> int:
        assert re.match(rb"HTTP/1\.1 \d{3} ", self.answer), (self.request.head[:500], self.answer[:200])
        return int(self.answer[9:12])

    @property
    def head(self) -> bytes:
        return self.answer.partition(b"\r\n\r\n")[0]


async def asked(url: str, requests: Sequence[FuzzedRequest]) -> list[Answered]:
    """What each of `requests` was answered, on a connection of its own; one that hangs fails."""
    room = asyncio.Semaphore(AT_ONCE)

    async def ask(request: FuzzedRequest) -> Answered:
        async with room, asyncio.timeout(BOUND_SECONDS):
            connection = await RawConnection(url).open()
            try:
                await connection.send(request.head + request.body)
                return Answered(request, await connection.read_answer())
            except ConnectionError:
                # Closed while the rest of an endless head was still on its way.
                assert len(request.head) > MAX_HEAD_BYTES
                return Answered(request, b"HTTP/1.1 431 ")
            finally:
                connection.close()

    return list(await asyncio.gather(*map(ask, requests)))


def assert_sound(answered: Answered) -> None:
    """No 5xx, an error in the one shape, and nothing of the request in the headers but an id that is sane."""
    status, body = answered.status, answered.answer.partition(b"\r\n\r\n")[2]
    assert status < 500, (answered.request.head, answered.answer)
    if status >= 400 and body:
        assert set(orjson.loads(body)["error"]) == {"message", "type", "param", "code"}
    for line in answered.head.split(b"\r\n"):
        assert answered.request.mark not in line or SANE_ID.fullmatch(line), line
        assert not line.lower().startswith(b"set-cookie")
        assert b"evil" not in line


async def test_two_thousand_fuzzed_heads_open_no_door_and_forge_no_log_line(tmp_path: Path) -> None:
    port, log = a_port(), tmp_path / "log"
    url = f"http://127.0.0.1:{port}"
    digest = hash_key(ACTION_KEY)
    settings = {
        "PORT": str(port),
        "ACTION_API_KEYS": f"gpt:{digest}",
        "CHAT_API_KEYS": f"widget:{digest}",
        "CORS_ALLOWED_ORIGINS": ORIGIN,
    }
    requests = list(HeaderFuzz(7, key=ACTION_KEY, origin=ORIGIN).requests(HEADS))
    with log.open("wb") as lines, serving(tmp_path, log=lines, **settings) as process:
        wait_until_alive(url, process)
        answers = await asked(url, requests)
        process.send_signal(signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0

    for answered in answers:
        assert_sound(answered)
    let_in = [answered for answered in answers if answered.request.guarded and answered.status not in (400, 401, 431)]
    assert let_in == []
    assert sum(answered.status == 401 for answered in answers) > HEADS / 4, "most never came as far as the door"
    assert_nothing_forged(log.read_bytes())


def assert_nothing_forged(log: bytes) -> None:
    assert ACTION_KEY.encode() not in log
    lines = [orjson.loads(line) for line in log.splitlines()]
    assert sum(line["event"] == "http_request" for line in lines) > HEADS / 4
    assert {line["level"] for line in lines} <= {"info", "warning"}
    told = [(name, value) for line in lines for name, value in line.items() if ANY_MARK.search(str(value))]
    assert {name for name, _ in told} == {"request_id"}
    assert all(re.fullmatch(r"[\w.:-]{1,128}", value, re.ASCII) for _, value in told)


@pytest.fixture
def quietly() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
async def shop_url() -> AsyncIterator[str]:
    """A shop that counts no requests, and gives a body a moment only."""
    limits = {f"{area}_limit": RateLimit("1000000/minute", area=area) for area in ("action", "chat")}
    app = BodyLimit(create_app(some_services(Shop(), **limits)), seconds=1)
    async with serving_here(app) as url:
        yield url


@pytest.mark.usefixtures("quietly")
@pytest.mark.parametrize("key", [ACTION_KEY, CHAT_KEY], ids=["action key", "chat key"])
async def test_fuzzed_heads_behind_the_door_are_answered_too(shop_url: str, key: str) -> None:
    sound = ((b"authorization", f"Bearer {key}".encode()),)
    fuzz = HeaderFuzz(8, key=key, origin=ORIGIN, sound=sound)
    answers = await asked(shop_url, list(fuzz.requests(HEADS // 2)))

    for answered in answers:
        assert_sound(answered)
    served = sum(answered.status == 200 for answered in answers if answered.request.guarded)
    assert served > HEADS / 25


@pytest.mark.usefixtures("quietly")
async def test_head_beyond_its_size_is_431(shop_url: str) -> None:
    connection = await RawConnection(shop_url).open()
    await connection.send(b"GET /health/live HTTP/1.1\r\nx-a: %s\r\n\r\n" % (b"a" * MAX_HEAD_BYTES))
    answer = await connection.read_to_the_end()
    connection.close()

    assert answer.startswith(b"HTTP/1.1 431 ")
    error = orjson.loads(answer.partition(b"\r\n\r\n")[2])["error"]
    assert error["code"] == "headers_too_large"
    assert error["message"] == "A request's line and headers may have 32768 bytes, and 100 headers."


@pytest.mark.usefixtures("quietly")
@pytest.mark.parametrize("piece", [b"a" * 8_192, b"x-a: b\r\n" * 1_024], ids=["one value", "many headers"])
async def test_head_without_an_end_is_not_kept(shop_url: str, piece: bytes) -> None:
    connection = await RawConnection(shop_url).open()
    await connection.send(b"GET /health/live HTTP/1.1\r\nx-a: ")
    answer = asyncio.create_task(connection.read())
    sent = 0
    try:
        async with asyncio.timeout(BOUND_SECONDS):
            while not answer.done():
                await connection.send(piece)
                sent += len(piece)
                await asyncio.sleep(0)
    except ConnectionError:
        pass
    await answer
    connection.close()
    assert sent < 2_000_000, "the rest of it lay in the system's buffers"


@pytest.mark.usefixtures("quietly")
async def test_what_is_no_http_is_400_in_the_one_shape(shop_url: str) -> None:
    connection = await RawConnection(shop_url).open()
    await connection.send(b"\x16\x03\x01 client hello\r\n\r\n")
    answer = await connection.read_to_the_end()
    connection.close()

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert orjson.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "invalid_http"
