"""Doors over HTTP: nobody is answered, and nothing is done, without a key or an allowed origin."""

from pathlib import Path

import httpx2
import pytest
from support.runtime import ACTION_KEY, CHAT_KEY, ORIGIN, Clock, Shop, assert_error, client_of, some_services

from runtime.doors import build_key_ring
from runtime.settings import RuntimeSettings
from runtime.web.auth import ActionDoor, ClosedDoor, hash_key

ACTIONS = ("/api/v1/actions/retrieve_products", "/api/v1/actions/get_product")
CHATS = ("/v1/chat/completions", "/api/v1/chat/completions")
QUESTION = {"model": "vitrina", "messages": [{"role": "user", "content": "wool jacket"}]}


@pytest.fixture
def client(client: httpx2.AsyncClient, shop: Shop) -> httpx2.AsyncClient:
    """Somebody without a key, before anything was asked of the catalogue."""
    shop.search.calls.clear()
    return client


@pytest.mark.parametrize("route", [*ACTIONS, *CHATS])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer nope"},
        {"authorization": "Bearer \u00ff\u00e9"},
        {"origin": "https://evil.test"},
        {"authorization": f"Basic {ACTION_KEY}"},
    ],
    ids=["nothing", "wrong key", "not ascii", "evil origin", "wrong scheme"],
)
@pytest.mark.parametrize("body", [b'{"query": "jacket", "id": "1"}', b"garbage"], ids=["valid", "garbage"])
async def test_stranger_gets_401_before_any_work(
    client: httpx2.AsyncClient, shop: Shop, route: str, headers: dict[str, str], body: bytes
) -> None:
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}

    response = await client.post(route, content=body, headers={"content-type": b"application/json", **encoded})

    error = assert_error(response, 401, code="invalid_api_key")
    assert error["type"] == "authentication_error"
    assert response.headers["www-authenticate"] == "Bearer"
    assert shop.search.calls == []
    assert shop.embedder.calls == 0


@pytest.mark.parametrize("route", CHATS)
@pytest.mark.parametrize(
    "headers",
    [{"origin": ORIGIN}, {"authorization": f"Bearer {CHAT_KEY}"}],
    ids=["allowed origin", "chat key"],
)
async def test_chat_answers_an_allowed_origin_or_a_chat_key(
    client: httpx2.AsyncClient, route: str, headers: dict[str, str]
) -> None:
    response = await client.post(route, json=QUESTION, headers=headers)

    assert response.status_code == 200, response.text
    assert "Wool Jacket" in response.json()["choices"][0]["message"]["content"]


async def test_origin_opens_no_action(client: httpx2.AsyncClient) -> None:
    response = await client.post(ACTIONS[0], json={"query": "jacket"}, headers={"origin": ORIGIN})

    assert_error(response, 401, code="invalid_api_key")


async def test_chat_key_opens_no_action(client: httpx2.AsyncClient) -> None:
    response = await client.post(ACTIONS[0], json={"query": "jacket"}, headers={"authorization": f"Bearer {CHAT_KEY}"})

    assert_error(response, 401, code="invalid_api_key")


async def test_key_in_the_address_opens_nothing(client: httpx2.AsyncClient) -> None:
    response = await client.post(f"{ACTIONS[0]}?key={ACTION_KEY}&api_key={ACTION_KEY}", json={"query": "jacket"})

    assert_error(response, 401, code="invalid_api_key")


async def test_chat_that_is_switched_off_says_so(shop: Shop) -> None:
    async with client_of(some_services(shop, chat_door=ClosedDoor()), key=CHAT_KEY) as client:
        response = await client.post(CHATS[0], json=QUESTION)
        assert_error(response, 503, code="switched_off")
        assert response.headers["retry-after"] == "60"
        assert response.headers["x-should-retry"] == "false"


async def test_key_revoked_in_its_file_is_refused_within_five_seconds(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, clock = tmp_path / "ACTION_API_KEYS", Clock()
    file.write_text(f"gpt:{hash_key(ACTION_KEY)},partner:{hash_key('vk_partner')}")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    door = ActionDoor(build_key_ring(RuntimeSettings.read(), "action_api_keys", clock=clock))

    async def statuses(client: httpx2.AsyncClient) -> list[int]:
        keys = ({"authorization": f"Bearer {key}"} for key in (ACTION_KEY, "vk_partner"))
        return [(await client.post(ACTIONS[0], json={"query": "jacket"}, headers=key)).status_code for key in keys]

    async with client_of(some_services(shop, action_door=door), key=None) as client:
        before = await statuses(client)
        file.write_text(f"partner:{hash_key('vk_partner')}")
        clock.now += 5
        after = await statuses(client)

    assert (before, after) == ([200, 200], [401, 200])
