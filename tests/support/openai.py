"""Fixture `openai_server` (tests/conftest.py loads this as a plugin), embedders of it, ways to spoil its answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
from pydantic import SecretStr

from sandbox.openai_server import ScriptedServer, scripted_openai
from shared.embedding.embedder import EmbeddingModel
from shared.embedding.openai import OpenAIEmbedder

KEY = "sk-test-0123456789abcdef"
DIMENSION = 32

BOUND_SECONDS = 60.0
"""How long a test waits for what must come, on a machine however busy."""


@pytest.fixture(scope="session")
def running_openai() -> Iterator[ScriptedServer]:
    """The session's one scripted server; tests use `openai_server`."""
    with scripted_openai(api_key=KEY, embedding_models={"house-model": DIMENSION}) as server:
        yield server


@pytest.fixture
def openai_server(running_openai: ScriptedServer) -> ScriptedServer:
    """A scripted server that accepts KEY, behaves well, and has seen no request yet."""
    running_openai.reset()
    return running_openai


@asynccontextmanager
async def an_embedder(
    server: ScriptedServer | None,
    *,
    name: str = "text-embedding-3-small",
    dimension: int = DIMENSION,
    api_key: str | None = KEY,
    base_url: str | None = None,
    seconds: float = BOUND_SECONDS,
    encoding: Literal["base64", "float"] | None = None,
    **model: Any,
) -> AsyncIterator[OpenAIEmbedder]:
    """An embedder that speaks to `server`, or to what `base_url` names; `seconds` is its timeout.

    `model`: further fields of its EmbeddingModel. Closed at the end.
    """
    address = base_url or (server.base_url if server else None)
    embedder = OpenAIEmbedder(
        EmbeddingModel(provider="openai", name=name, dimension=dimension, **model),
        base_url=address,
        api_key=SecretStr(api_key) if api_key else None,
        timeout=seconds,
        encoding=encoding,
    )
    try:
        yield embedder
    finally:
        await embedder.aclose()


async def eventually(condition: Callable[[], Any]) -> None:
    """Return once `condition()` is true; what the server notices, it notices in its own thread."""
    async with asyncio.timeout(BOUND_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


def edit_data(change: Callable[[list[dict[str, Any]]], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An `Embed(edit=…)` that replaces the answer's `data` by `change(data)`."""

    def edit(body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "data": change(body["data"])}

    return edit


def edit_vector(change: Callable[[list[float]], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """An `Embed(edit=…)` that replaces the last vector of the answer by `change(vector)`."""
    return edit_data(lambda data: [*data[:-1], {**data[-1], "embedding": change(data[-1]["embedding"])}])
