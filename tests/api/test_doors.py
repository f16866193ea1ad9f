"""One way in: the right key in the right header, or the shop's exact origin; everything else is 401 before any work."""

import asyncio
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest
from support.asgi import Recorder
from support.runtime import ACTION_KEY, CHAT_KEY, ORIGIN, Clock, Shop, assert_error, client_of, some_services

from runtime.app import create_app
from runtime.doors import build_key_ring
from runtime.settings import RuntimeSettings
from runtime.web.auth import ChatDoor, hash_key
from runtime.web.rate_limit import RateLimit

CHAT = "/v1/chat/completions"
RETRIEVE = "/api/v1/actions/retrieve_products"
CONFIG = "/api/v1/widget/config"
QUESTION = {"messages": [{"role": "user", "content": "wool jacket"}]}

Headers = list[tuple[str, bytes]]


def bearer(key: str) -> tuple[str, bytes]:
    return "authorization", f"Bearer {key}".encode()


async def never() -> NoReturn:
    raise AssertionError("the body was read")


@pytest.mark.parametrize("path", [CHAT, f"/api{CHAT}", RETRIEVE, "/api/v1/actions/get_product"])
async def test_body_of_a_stranger_is_not_read(path: str) -> None:
    recorder, shop = Recorder(), Shop()
    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "root_path": "", "http_version": "1.1",
        "headers": [(b"content-type", b"application/json"), (b"content-length", b"9999999")], "client": ("1.1.1.1", 1),
    }  # fmt: skip
    await create_app(some_services(shop))(scope, never, recorder.send)
    assert (recorder.status, recorder.code) == (401, "invalid_api_key")
    assert shop.search.calls == []
    assert shop.embedder.calls == 0


@pytest.mark.parametrize(
    "headers",
    [
        [("x-api-key", b"{key}")],
        [("api-key", b"{key}")],
        [("x-vitrina-key", b"Bearer {key}")],
        [("proxy-authorization", b"Bearer {key}")],
        [("cookie", b"authorization=Bearer {key}; key={key}; api_key={key}")],
        [("authorization", b"{key}")],
        [("authorization", b"Basic {key}")],
        [("authorization", b"Bearer: {key}")],
        [("authorization", b"Bearer\t{key}")],
        [("authorization", b"Bearer {key}, Bearer {key}")],
        [("authorization", b"Bearer {key} {key}")],
        [("authorization", b"Token {key}")],
        [("authorization", b"Bearer {key}"), ("authorization", b"Bearer {key}")],
        [("authorization", b"Bearer {key}"), ("authorization", b"Bearer other")],
        [("authorization", b"Bearer other"), ("authorization", b"Bearer {key}")],
        [("authorization", b"Bearer {key}\xff")],
        [("authorization", "Bearer ключ".encode())],
        [("authorization", b"\xff\xfe {key}")],
        [("authorization", b"")],
    ],
)
@pytest.mark.parametrize(("path", "key"), [(CHAT, CHAT_KEY), (RETRIEVE, ACTION_KEY), (CONFIG, CHAT_KEY)])
async def test_key_sent_any_other_way_opens_nothing(
    client: httpx2.AsyncClient, path: str, key: str, headers: Headers
) -> None:
    sent = [(name, value.replace(b"{key}", key.encode())) for name, value in headers]
    response = await client.request("GET" if path == CONFIG else "POST", path, headers=sent, **_body(path))
    assert_error(response, 401, code="invalid_api_key")


def _body(path: str) -> dict[str, Any]:
    return {} if path == CONFIG else {"json": QUESTION if path == CHAT else {"query": "jacket"}}


@pytest.mark.parametrize("query", ["key={}", "api_key={}", "authorization=Bearer%20{}", "access_token={}", "token={}"])
async def test_key_in_a_query_opens_no_chat(client: httpx2.AsyncClient, query: str) -> None:
    response = await client.post(f"{CHAT}?{query.format(CHAT_KEY)}", json=QUESTION)
    assert_error(response, 401, code="invalid_api_key")


ELSEWHERE = [
    "http://shop.test",
    "https://shop.test:443",
    "https://shop.test:8443",
    "https://shop.test/",
    "https://Shop.test",
    "HTTPS://shop.test",
    "https://www.shop.test",
    "https://xshop.test",
    "https://shop.test.evil.test",
    "https://shop.test@evil.test",
    "https://evil.test#https://shop.test",
    "https://shop.test https://evil.test",
    "https://shop.tes",
    "//shop.test",
    "shop.test",
    "null",
    "*",
    "",
]


@pytest.mark.parametrize("origin", ELSEWHERE)
async def test_origin_that_only_resembles_the_shops_opens_nothing(client: httpx2.AsyncClient, origin: str) -> None:
    asked = await client.post(CHAT, json=QUESTION, headers={"origin": origin})
    looked = await client.get(CONFIG, headers={"origin": origin})

    for response in (asked, looked):
        assert_error(response, 401, code="invalid_api_key")
        assert "access-control-allow-origin" not in response.headers


async def test_two_origins_are_none(client: httpx2.AsyncClient) -> None:
    response = await client.post(CHAT, json=QUESTION, headers=[("origin", ORIGIN), ("origin", ORIGIN)])
    assert_error(response, 401, code="invalid_api_key")


async def test_referer_is_no_origin(client: httpx2.AsyncClient) -> None:
    response = await client.post(CHAT, json=QUESTION, headers={"referer": f"{ORIGIN}/page", "host": "shop.test"})
    assert_error(response, 401, code="invalid_api_key")


@pytest.mark.parametrize(
    ("own", "site", "status"),
    [
        (ORIGIN, "same-origin", 200),
        (ORIGIN, "same-site", 401),
        (None, "same-origin", 401),
        ("https://chat.test", "same-origin", 401),
    ],
)
async def test_page_of_the_very_origin_need_not_name_it(own: str | None, site: str, status: int) -> None:
    door = ChatDoor(build_key_ring(RuntimeSettings.model_construct(), "chat_api_keys"), origins=[ORIGIN],
                    open_to_all=False, own=own)  # fmt: skip
    async with client_of(some_services(Shop(), chat_door=door), key=None) as client:
        assert (await client.get(CONFIG, headers={"sec-fetch-site": site})).status_code == status


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    return tmp_path / "CHAT_API_KEYS"


def write(file: Path, text: str) -> None:
    file.write_text(text)


async def test_key_is_rotated_under_load_without_one_refusal(keys: Path) -> None:
    clock, entry = Clock(), {name: f"{name}:{hash_key(f'vk_{name}')}" for name in ("old", "new")}
    statuses: list[int] = []
    write(keys, entry["old"])
    ring = build_key_ring(RuntimeSettings.read(), "chat_api_keys", clock=clock)
    door = ChatDoor(ring, origins=(), open_to_all=False)

    async def ask(client: httpx2.AsyncClient, key: str) -> int:
        return (await client.get(CONFIG, headers={"authorization": f"Bearer vk_{key}"})).status_code

    async with client_of(
        some_services(Shop(), chat_door=door, widget_limit=RateLimit("1000000/minute", area="widget")), key=None
    ) as client:
        # Before, both at once while clients change over, and after: each second, with twenty under way.
        for held, used in (("old", "old"), ("old,new", "old"), ("old,new", "new"), ("new", "new")):
            asking = [asyncio.create_task(ask(client, used)) for _ in range(20)]
            await asyncio.sleep(0)
            write(keys, ",".join(entry[name] for name in held.split(",")))
            for _ in range(6):
                clock.now += 1
                asking += [asyncio.create_task(ask(client, used)) for _ in range(20)]
                await asyncio.sleep(0)
            statuses += await asyncio.gather(*asking)
        refused = await ask(client, "old")

    assert statuses == [200] * len(statuses)
    assert len(statuses) == 4 * 7 * 20
    assert refused == 401
