"""What a page learns of the chat, and the visitor it becomes."""

from collections.abc import Sequence
from importlib.metadata import version

import httpx2
import pytest
from support.runtime import CHAT_KEY, DEFAULT, ORIGIN, Clock, Shop, assert_error, client_of, some_services

from runtime.storefront.script import WidgetScript
from runtime.web.auth import ApiKey, ChatDoor, ClosedDoor, KeyRing, hash_key
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.web.visitors import HEADER, Visitors
from shared.stores import StoreView

CONFIG = "/api/v1/widget/config"
SHOP = {"origin": ORIGIN}


async def test_page_learns_what_it_needs_to_know(client: httpx2.AsyncClient) -> None:
    response = await client.get(CONFIG, params={"store": "ru"}, headers=SHOP)

    config = response.json()
    visitor = config.pop("visitor")
    assert config == {
        "enabled": True, "store": "ru", "name": "Люмен", "locale": "ru_RU", "currency": "RUB", "model": "vitrina-ru",
        "links": {}, "sites": [], "suggestions": [], "version": version("vitrina"),
    }  # fmt: skip
    assert visitor["expires_in"] == 3_600
    assert visitor["token"].count(".") == 3
    assert response.headers["cache-control"] == "private, max-age=10"
    assert "Origin" in response.headers["vary"]
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_first_store_is_the_default(client: httpx2.AsyncClient) -> None:
    assert (await client.get(CONFIG, headers=SHOP)).json()["store"] == "default"


async def test_unknown_store_is_told(client: httpx2.AsyncClient) -> None:
    assert_error(
        await client.get(CONFIG, params={"store": "nl"}, headers=SHOP), 404, code="store_not_found", param="store"
    )
    assert_error(await client.get(CONFIG, params={"store": "x" * 201}, headers=SHOP), 400, param="query.store")


async def test_stranger_gets_no_token(client: httpx2.AsyncClient) -> None:
    assert_error(await client.get(CONFIG), 401, code="invalid_api_key")


async def test_chat_key_of_one_store_learns_of_that_one() -> None:
    keys = KeyRing([ApiKey(name="partner", store="ru", digest=hash_key(CHAT_KEY))])
    door = ChatDoor(keys, origins=(), open_to_all=False)
    async with client_of(some_services(Shop(), chat_door=door), key=CHAT_KEY) as client:
        assert (await client.get(CONFIG)).json()["store"] == "ru"
        assert_error(await client.get(CONFIG, params={"store": "default"}), 404, code="store_not_found", param="store")


async def test_chat_that_is_switched_off_is_told_to_pages_and_gives_no_token() -> None:
    services = some_services(Shop())
    off = some_services(Shop(), chat_door=ClosedDoor(), widget_door=services.chat_door, chat_enabled=False)
    async with client_of(off, key=None) as client:
        response = await client.get(CONFIG, headers=SHOP)
        assert (response.status_code, response.json()["enabled"], response.json()["visitor"]) == (200, False, None)
        assert response.headers["cache-control"] == "private, max-age=10"
        assert_error(await client.get(CONFIG), 401, code="invalid_api_key")


async def test_visitor_who_comes_back_in_time_stays_the_same() -> None:
    clock = Clock()
    visitors = Visitors(b"s" * 32, clock=clock)
    async with client_of(some_services(Shop(), visitors=visitors), key=None) as client:
        first = (await client.get(CONFIG, headers=SHOP)).json()["visitor"]["token"]
        clock.now += 3_000
        second = (await client.get(CONFIG, headers={**SHOP, HEADER: first})).json()["visitor"]["token"]
        clock.now += 3_000
        third = (await client.get(CONFIG, headers={**SHOP, HEADER: first})).json()["visitor"]["token"]
    ids = [token.split(".")[1] for token in (first, second, third)]
    assert ids[0] == ids[1] != ids[2]
    assert first != second


async def test_address_gets_so_many_tokens_and_no_more_and_who_has_one_is_not_in_the_way() -> None:
    limit = RateLimit("3/minute", area="widget")
    async with client_of(some_services(Shop(), widget_limit=limit), key=None) as client:
        tokens = [(await client.get(CONFIG, headers=SHOP)).json() for _ in range(3)]
        refused = await client.get(CONFIG, headers=SHOP)
        known = await client.get(CONFIG, headers={**SHOP, HEADER: tokens[0]["visitor"]["token"]})
    assert len({told["visitor"]["token"] for told in tokens}) == 3
    assert known.status_code == 200
    assert_error(refused, 429, code="rate_limit_exceeded")
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert refused.headers["access-control-allow-origin"] == ORIGIN


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_config_is_only_read(client: httpx2.AsyncClient, method: str) -> None:
    assert_error(await client.request(method, CONFIG, headers=SHOP), 405, code="method_not_allowed")


def ask_for_jackets(store: StoreView) -> Sequence[str]:
    """What a shop suggests."""
    return ("Куртки до 5 000 ₽",) if store.language == "ru" else ("Jackets under $100", "The cheapest bags")


async def test_page_learns_what_to_begin_with() -> None:
    async with client_of(some_services(Shop(), suggest=ask_for_jackets), key=None) as client:
        told = [(await client.get(CONFIG, params={"store": code}, headers=SHOP)).json() for code in ("default", "ru")]
    assert [config["suggestions"] for config in told] == [
        ["Jackets under $100", "The cheapest bags"], ["Куртки до 5 000 ₽"],
    ]  # fmt: skip


@pytest.mark.parametrize(("built", "enabled", "made"), [(True, True, 2), (False, True, 0), (True, False, 0)])
async def test_suggestions_are_made_as_soon_as_the_runtime_starts(*, built: bool, enabled: bool, made: int) -> None:
    asked: list[str] = []

    def ask(store: StoreView) -> None:
        asked.append(store.code)

    script = WidgetScript(b"1;", "0") if built else None
    async with some_services(Shop(), suggest=ask, script=script, chat_enabled=enabled).running():
        assert asked == ["default", "ru"][:made]


def know_nothing_yet(store: StoreView) -> None:
    """A shop whose suggestions are being made."""


async def test_page_that_came_too_early_is_not_kept_without_suggestions() -> None:
    async with client_of(some_services(Shop(), suggest=know_nothing_yet), key=None) as client:
        response = await client.get(CONFIG, headers=SHOP)
    assert (response.json()["suggestions"], response.headers["cache-control"]) == ([], "no-store")


async def test_page_learns_where_the_shop_is() -> None:
    store = DEFAULT.model_copy(
        update={
            "base_url": "https://shop.test/en/",
            "media_url": "https://media.shop.test/",
            "sites": ("https://cdn.test/", "https://b2b.shop.test:8443/"),
        }
    )
    async with client_of(some_services(Shop(), storefronts=Storefronts([store])), key=None) as client:
        told = (await client.get(CONFIG, headers=SHOP)).json()
    assert told["sites"] == [
        "https://shop.test/en/", "https://media.shop.test/", "https://cdn.test/", "https://b2b.shop.test:8443/",
    ]  # fmt: skip


async def test_chat_that_is_switched_off_suggests_nothing() -> None:
    services = some_services(Shop())
    off = some_services(
        Shop(), chat_door=ClosedDoor(), widget_door=services.chat_door, chat_enabled=False, suggest=ask_for_jackets
    )
    async with client_of(off, key=None) as client:
        assert (await client.get(CONFIG, headers=SHOP)).json()["suggestions"] == []
