"""Row by row, what breaks a plain FastAPI application: at every route that takes it, on real sockets."""

import asyncio
import json
import signal
import socket
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import httpx2
import pytest
from structlog.testing import capture_logs
from support.chat import frames_of, serving, text_of
from support.chat_process import QUESTION, chat_process
from support.llm import FakeModel
from support.openai import BOUND_SECONDS
from support.raw_http import RawConnection
from support.runtime import (
    ACTION_KEY,
    CHAT_KEY,
    ORIGIN,
    Shop,
    assert_documented,
    committed,
    some_services,
)

from runtime.app import create_app
from runtime.chat.service import ChatService
from runtime.web.body_limit import MAX_BODY_BYTES
from runtime.web.contract import iter_operations
from runtime.web.rate_limit import RateLimit
from sandbox.openai_server import Say, ScriptedServer

CANARY: Final = "s3cr3t-canary"
ALIAS: Final = "/v1/chat/completions"
CHATS: Final = ("/api/v1/chat/completions", ALIAS)
ACTIONS: Final = ("/api/v1/actions/retrieve_products", "/api/v1/actions/get_product")
FEEDBACK: Final = "/api/v1/feedback"
ROUTES: Final = (*CHATS, *ACTIONS, FEEDBACK)
SOUND: Final[dict[str, dict[str, Any]]] = {
    **{chat: {"messages": [{"role": "user", "content": "jacket"}]} for chat in CHATS},
    ACTIONS[0]: {"query": "jacket"},
    ACTIONS[1]: {"sku": "WJ-02"},
    FEEDBACK: {"answer_id": "chatcmpl-1", "rating": "up"},
}
"""Route -> the least it takes."""

every_route = pytest.mark.parametrize("route", ROUTES)

# Stand in a body for what no JSON library writes.
NUMBER, TEXT = "<number>", "<text>"


class Running(NamedTuple):
    """A shop on a socket, and whom it would ask."""

    http: httpx2.Client
    url: str
    shop: Shop
    model: FakeModel


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    shop, model = Shop(), FakeModel()
    limits = {f"{area}_limit": RateLimit("100000/minute", area=area) for area in ("action", "chat", "widget")}
    services = some_services(shop, chat=ChatService(shop.retriever, model), **limits)
    with capture_logs(), serving(create_app(services)) as url, httpx2.Client(timeout=BOUND_SECONDS) as http:
        yield Running(http, url, shop, model)


def post(running: Running, route: str, body: bytes | dict[str, Any], **headers: str | bytes | None) -> httpx2.Response:
    """The answer to `body`, which is what the contract documents. headers: beside, or None: without, the usual ones."""
    key = ACTION_KEY if route in ACTIONS else CHAT_KEY
    usual: dict[str, str | bytes | None] = {"content_type": "application/json", "authorization": f"Bearer {key}"}
    sent = {name.replace("_", "-"): value for name, value in {**usual, **headers}.items() if value is not None}
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = running.http.post(running.url + route, content=content, headers=sent)
    assert CANARY not in answer.text
    contract = committed("runtime.yaml")
    contract = {**contract, "paths": {**contract["paths"], ALIAS: contract["paths"][CHATS[0]]}}
    if not answer.headers.get("content-type", "").startswith("text/event-stream"):
        assert_documented(answer, contract)
    return answer


def taken(answer: httpx2.Response, route: str) -> bool:
    """Whether the answer is that of a body that was taken."""
    return answer.status_code == (204 if route == FEEDBACK else 200)


def refused(answer: httpx2.Response, status: int = 400) -> str | None:
    """The member at fault of a refusal in the one shape."""
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return None if error["param"] is None else str(error["param"])


def test_rows_are_shown_at_every_route_that_takes_a_body() -> None:
    taking = {path for path, _, found in iter_operations(committed("runtime.yaml")) if "requestBody" in found}
    assert taking | {ALIAS} == set(ROUTES)


TEXTS: Final[list[tuple[tuple[str, ...], dict[str, Any], str]]] = [
    (CHATS, {"messages": [{"role": "user", "content": TEXT}]}, "messages[0].content"),
    (CHATS, {"messages": [{"role": "user", "content": [{"type": "text", "text": TEXT}]}]}, "messages[0].content"),
    (CHATS, {"model": TEXT}, "model"),
    (CHATS, {"store": TEXT}, "store"),
    (CHATS, {"user": TEXT}, "user"),
    (CHATS, {"stop": [TEXT]}, "stop"),
    (CHATS, {"vitrina": {"drop": [TEXT]}}, "vitrina.drop[0]"),
    (
        CHATS, {"messages": [{"role": "user", "content": "bag", "vitrina": {"drop": [TEXT]}}]},
        "messages[0].vitrina.drop[0]",
    ),
    (CHATS, {"vitrina": {"context": {"product_id": TEXT}}}, "vitrina.context.product_id"),
    ((FEEDBACK,), {"answer_id": TEXT}, "answer_id"),
    ((FEEDBACK,), {"comment": TEXT}, "comment"),
    ((FEEDBACK,), {"store": TEXT}, "store"),
    (ACTIONS[:1], {"query": TEXT}, "query"),
    (ACTIONS, {"store": TEXT}, "store"),
    (ACTIONS[:1], {"sort": TEXT}, "sort"),
    (ACTIONS[:1], {"filters": {"category": TEXT}}, "filters.category"),
    (ACTIONS[:1], {"filters": {"attributes": {"color": TEXT}}}, "filters.attributes.color"),
    (ACTIONS[:1], {"exclude_ids": [TEXT]}, "exclude_ids[0]"),
    (ACTIONS[:1], {"drop": [TEXT]}, "drop[0]"),
    (ACTIONS[1:], {"sku": TEXT}, "sku"),
    (ACTIONS[1:], {"sku": None, "id": TEXT}, "id"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("route", "members", "param"),
    [
        pytest.param(route, members, param, id=f"{param}-{route}")
        for routes, members, param in TEXTS
        for route in routes
    ],
)
def test_row_lone_surrogate_is_400(running: Running, route: str, members: dict[str, Any], param: str) -> None:
    body = json.dumps({**SOUND[route], **members}).replace(TEXT, "\\ud800" + CANARY)

    assert (refused(post(running, route, body.encode())) or "").startswith(param)


@pytest.mark.parametrize(
    "members", [{TEXT: 1}, {"filters": {TEXT: 1}}, {"filters": {"attributes": {TEXT: "red"}}}], ids=str
)
def test_row_lone_surrogate_in_the_name_of_a_member_is_400(running: Running, members: dict[str, Any]) -> None:
    for route in ACTIONS:
        refused(post(running, route, json.dumps({**SOUND[route], **members}).replace(TEXT, "\\ud800").encode()))


NUMBERS: Final[list[tuple[tuple[str, ...], dict[str, Any], str]]] = [
    (CHATS, {"temperature": NUMBER}, "temperature"),
    (CHATS, {"max_tokens": NUMBER}, "max_tokens"),
    (CHATS, {"max_completion_tokens": NUMBER}, "max_completion_tokens"),
    (CHATS, {"n": NUMBER}, "n"),
    (CHATS, {"vitrina": {"context": {"product_id": NUMBER}}}, "vitrina.context.product_id"),
    (ACTIONS[:1], {"limit": NUMBER}, "limit"),
    (ACTIONS[:1], {"filters": {"price_min": NUMBER}}, "filters.price_min"),
    (ACTIONS[:1], {"filters": {"price_max": NUMBER}}, "filters.price_max"),
    (ACTIONS[1:], {"sku": NUMBER}, "sku"),
]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "-1e999"])
@pytest.mark.parametrize(
    ("route", "members", "param"),
    [
        pytest.param(route, members, param, id=f"{param}-{route}")
        for routes, members, param in NUMBERS
        for route in routes
    ],
)
def test_row_nan_and_overflow_is_400_and_not_echoed(
    running: Running, route: str, members: dict[str, Any], param: str, number: str
) -> None:
    body = json.dumps({**SOUND[route], **members}).replace(f'"{NUMBER}"', number)
    answer = post(running, route, body.encode())

    assert (refused(answer) or "").startswith(param)
    assert number.lstrip("-") not in answer.text


@every_route
@pytest.mark.parametrize("key", [b"Bearer \xff\xe9", "Bearer ключ".encode(), b"Bearer \xed\xa0\x80", b"\xff"])
def test_row_key_that_is_not_ascii_is_401(running: Running, route: str, key: bytes) -> None:
    refused(post(running, route, SOUND[route], authorization=key), 401)


@every_route
@pytest.mark.parametrize("origin", ["https://evil.test", "null", f"{ORIGIN}.evil.test", f"{ORIGIN}:8443", "\u00ff"])
@pytest.mark.parametrize("body", [b"garbage", b'{"stream": true}', None], ids=["garbage", "invalid", "sound"])
def test_row_evil_origin_is_401_before_any_work(running: Running, route: str, origin: str, body: bytes | None) -> None:
    before = len(running.shop.search.calls), running.shop.embedder.calls, len(running.model.calls)
    answer = post(running, route, body or SOUND[route], authorization=None, origin=origin.encode("latin-1"))

    refused(answer, 401)
    assert "access-control-allow-origin" not in answer.headers
    assert (len(running.shop.search.calls), running.shop.embedder.calls, len(running.model.calls)) == before


@pytest.mark.parametrize("value", [0, 1, 0.0, "true", "", []], ids=repr)
@pytest.mark.parametrize(
    ("routes", "members", "param"),
    [
        (CHATS, {"stream": "?"}, "stream"),
        (CHATS, {"stream": True, "stream_options": {"include_usage": "?"}}, "stream_options.include_usage"),
        (ACTIONS[:1], {"explain": "?"}, "explain"),
        (ACTIONS[:1], {"filters": {"in_stock": "?"}}, "filters.in_stock"),
    ],
    ids=["stream", "include_usage", "explain", "in_stock"],
)
def test_row_zero_where_a_boolean_is_asked_is_400(
    running: Running, routes: tuple[str, ...], members: dict[str, Any], param: str, value: object
) -> None:
    for route in routes:
        body = json.dumps({**SOUND[route], **members}).replace('"?"', json.dumps(value))
        assert refused(post(running, route, body.encode())) == param


@every_route
@pytest.mark.parametrize(
    "body", [b"", b"garbage s3cr3t-canary", b"{", b'{"a": }', b"null", b"[]", b"'{}'", b"\x00", b"%PDF-1.7"]
)  # fmt: skip
def test_row_garbage_body_is_400_in_the_documented_shape(running: Running, route: str, body: bytes) -> None:
    assert refused(post(running, route, body)) is None


@every_route
def test_row_body_beyond_the_limit_is_413_in_the_documented_shape(running: Running, route: str) -> None:
    sound = json.dumps(SOUND[route]).encode()

    assert taken(post(running, route, sound.ljust(MAX_BODY_BYTES)), route)
    refused(post(running, route, sound.ljust(MAX_BODY_BYTES + 1)), 413)


@every_route
async def test_row_body_that_grows_beyond_the_limit_is_413(running: Running, route: str) -> None:
    key = ACTION_KEY if route in ACTIONS else CHAT_KEY
    head = (
        f"POST {route} HTTP/1.1\r\nhost: shop.test\r\nauthorization: Bearer {key}\r\n"
        "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    )
    connection = await RawConnection(running.url).open()
    async with asyncio.timeout(BOUND_SECONDS):
        await connection.send(head.encode())
        for _ in range(MAX_BODY_BYTES // 8_192 + 1):
            await connection.send(b"2000\r\n" + b" " * 8_192 + b"\r\n")
        answer = await connection.read_answer()
    connection.close()

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "request_too_large"


@every_route
@pytest.mark.parametrize(
    "body",
    [
        b"[" * 49_000,
        b'{"a":' * 40_000,
        b'{"messages": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"query": "\xff", "sku": "\xff", "messages": "\xc3\x28"}',
        b'{"limit": ' + b"9" * 5_000 + b', "max_tokens": ' + b"9" * 5_000 + b"}",
    ],
    ids=["49,000 deep", "40,000 deep", "closed again", "bad UTF-8", "5,000 digits"],
)
def test_row_depth_bad_utf8_and_endless_numbers_are_400(running: Running, route: str, body: bytes) -> None:
    refused(post(running, route, body))


def test_row_null_byte_in_text_is_stripped(running: Running) -> None:
    for route in CHATS:
        asked = post(running, route, {"messages": [{"role": "user", "content": "wool\u0000 jack\u0000et"}]})
        assert asked.status_code == 200
        assert "\u0000" not in "".join(message.content for message in running.model.calls[-1].messages)
    plain, holed = (post(running, ACTIONS[0], {"query": query}) for query in ("wool jacket", "wool\u0000 jack\u0000et"))
    assert holed.json() == plain.json()
    assert post(running, ACTIONS[1], {"sku": "WJ-02\u0000"}).json()["products"][0]["sku"] == "WJ-02"
    assert refused(post(running, ACTIONS[0], {"query": "\u0000"})) == "query"


@every_route
def test_row_of_a_member_said_twice_the_last_one_holds(running: Running, route: str) -> None:
    first, second = json.dumps(SOUND[route])[1:-1], json.dumps({"store": "ru"})[1:-1]
    answer = post(running, route, f'{{{first}, "store": "nowhere", {second}}}'.encode())

    assert taken(answer, route)
    if route == FEEDBACK:
        return
    found = answer.json()
    assert found.get("vitrina", found)["store"] == "ru"


@every_route
def test_row_byte_order_mark_is_accepted(running: Running, route: str) -> None:
    assert taken(post(running, route, b"\xef\xbb\xbf" + json.dumps(SOUND[route]).encode()), route)


@every_route
@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]
)
def test_row_body_without_its_content_type_is_400(running: Running, route: str, content_type: str | None) -> None:
    assert refused(post(running, route, SOUND[route], content_type=content_type)) is None


async def test_row_stream_at_sigterm_is_drained(openai_server: ScriptedServer) -> None:
    words = [f"word{number} " for number in range(20)]
    openai_server.chat.always(Say(words, gap=0.05))
    heard = b""
    async with (
        chat_process(openai_server.base_url) as shop,
        httpx2.AsyncClient(timeout=BOUND_SECONDS) as http,
        http.stream("POST", f"{shop.url}{ALIAS}", json=QUESTION) as answer,
    ):
        async for piece in answer.aiter_bytes():
            if b"word0" not in heard and b"word0" in heard + piece:
                shop.process.send_signal(signal.SIGTERM)
            heard += piece
        assert await shop.ended() == 0
    frames = frames_of(heard)
    assert (text_of(frames), frames[-1]) == ("".join(words), "[DONE]")


@pytest.mark.parametrize("route", [CHATS[0], ACTIONS[0]])
def test_row_redis_down_is_limited_from_memory(route: str) -> None:
    with socket.socket() as bound:
        # Bound and never listening: nobody else can take the port, and every connection is refused.
        bound.bind(("127.0.0.1", 0))
        storage = f"redis://127.0.0.1:{bound.getsockname()[1]}/0"
        limits = {f"{area}_limit": RateLimit("2/hour", area=area, storage=storage) for area in ("action", "chat")}
        with (
            capture_logs(),
            serving(create_app(some_services(Shop(), **limits))) as url,
            httpx2.Client(timeout=BOUND_SECONDS) as http,
        ):
            running = Running(http, url, Shop(), FakeModel())
            statuses = [post(running, route, SOUND[route]).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
