"""Model ids: one for each store view."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from support.runtime import Shop, assert_error, client_of, some_services


@pytest.fixture
async def client() -> AsyncIterator[httpx2.AsyncClient]:
    async with client_of(some_services(Shop()), key=None) as client:
        yield client


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
