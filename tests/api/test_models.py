"""Model ids: one for each store view."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from support.runtime import CHAT_KEY, ORIGIN, Shop, assert_error, client_of, some_services

from runtime.web.auth import ApiKey, ChatDoor, ClosedDoor, KeyRing, hash_key


async def test_every_store_view_is_a_model(client: httpx2.AsyncClient) -> None:
    body = (await client.get("/v1/models")).json()

    assert body["object"] == "list"
    assert [model["id"] for model in body["data"]] == ["vitrina", "vitrina-default", "vitrina-ru"]
    assert body["data"][0] == {"id": "vitrina", "object": "model", "created": 0, "owned_by": "vitrina"}


@pytest.mark.parametrize("model", ["vitrina", "vitrina-ru"])
async def test_model_is_found_by_id(client: httpx2.AsyncClient, model: str) -> None:
    assert (await client.get(f"/v1/models/{model}")).json()["id"] == model


async def test_unknown_model_names_the_known_ones(client: httpx2.AsyncClient) -> None:
    error = assert_error(await client.get("/v1/models/gpt-4o"), 404, code="model_not_found", param="model")

    assert error["message"] == "There is no model 'gpt-4o'. Known: vitrina, vitrina-default, vitrina-ru."


@pytest.fixture
async def partner(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody whose chat key is for the Russian store view."""
    key = ApiKey(name="partner", store="ru", digest=hash_key(CHAT_KEY))
    door = ChatDoor(KeyRing([key]), origins=[ORIGIN], open_to_all=False)
    async with client_of(some_services(shop, chat_door=door), key=CHAT_KEY) as partner:
        yield partner


async def test_key_of_one_store_lists_what_the_chat_answers_it(partner: httpx2.AsyncClient) -> None:
    models = [model["id"] for model in (await partner.get("/v1/models")).json()["data"]]

    assert models == ["vitrina", "vitrina-ru"]
    for model in models:
        question = {"model": model, "messages": [{"role": "user", "content": "jacket"}]}
        assert (await partner.post("/v1/chat/completions", json=question)).json()["vitrina"]["store"] == "ru"


@pytest.mark.parametrize("model", ["vitrina-default", "gpt-4o"], ids=["another store's", "unknown"])
async def test_model_beyond_the_key_does_not_exist_here_nor_in_the_chat(
    partner: httpx2.AsyncClient, model: str
) -> None:
    here = await partner.get(f"/v1/models/{model}")
    chat = await partner.post(
        "/v1/chat/completions", json={"model": model, "messages": [{"role": "user", "content": "jacket"}]}
    )

    error = assert_error(here, 404, code="model_not_found", param="model")
    assert error["message"] == f"There is no model '{model}'. Known: vitrina, vitrina-ru."
    assert here.json() == chat.json()


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer nope"}, {"origin": ORIGIN}, {"origin": "https://evil.test"}],
    ids=["unknown key", "shop's page", "other page"],
)
async def test_list_is_no_secret(client: httpx2.AsyncClient, headers: dict[str, str]) -> None:
    body = (await client.get("/v1/models", headers=headers)).json()

    assert [model["id"] for model in body["data"]] == ["vitrina", "vitrina-default", "vitrina-ru"]


async def test_models_are_listed_while_the_chat_is_switched_off(shop: Shop) -> None:
    async with client_of(some_services(shop, chat_door=ClosedDoor()), key=None) as client:
        assert len((await client.get("/v1/models")).json()["data"]) == 3
