"""A shop on fakes, and who speaks to it over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest
from support.runtime import Shop, client_of, some_services


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
async def client(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    """Somebody without a key."""
    async with client_of(some_services(shop), key=None) as client:
        yield client


@pytest.fixture
async def gpt(shop: Shop) -> AsyncIterator[httpx2.AsyncClient]:
    """A Custom GPT: it has a key of the Action API."""
    async with client_of(some_services(shop)) as gpt:
        yield gpt
