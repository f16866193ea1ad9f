"""Every embedder passes the same suite: the fake, the local model, and the OpenAI adapter in both encodings."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.embedding import FakeEmbedder
from support.embedding_contract import EmbedderContract
from support.openai import ScriptedServer, an_embedder

from shared.embedding.embedder import Embedder, EmbeddingModel
from shared.embedding.select import build_embedder


class TestFakeEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return FakeEmbedder(dimension=64)


class TestLocalEmbedder(EmbedderContract):
    @pytest.fixture
    async def embedder(self, model_cache: Path) -> AsyncIterator[Embedder]:
        model = EmbeddingModel(provider="local", name="all-MiniLM-L6-v2", dimension=384, languages=("en",))
        embedder = build_embedder(model, base_url=None, api_key=None, cache=model_cache)
        yield embedder
        await embedder.aclose()


class TestOpenAIEmbedderWithFloats(EmbedderContract):
    @pytest.fixture
    async def embedder(self, openai_server: ScriptedServer) -> AsyncIterator[Embedder]:
        async with an_embedder(openai_server, dimension=128, encoding="float") as embedder:
            yield embedder


class TestOpenAIEmbedderWithBase64(EmbedderContract):
    @pytest.fixture
    async def embedder(self, openai_server: ScriptedServer) -> AsyncIterator[Embedder]:
        async with an_embedder(openai_server, dimension=128, encoding="base64") as embedder:
            yield embedder
