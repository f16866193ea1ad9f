"""indexer.embed: batches within the model's limits, every product with its own vector."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builds import an_accepted, stream
from support.embedding import FakeEmbedder
from support.retries import AT_ONCE

from indexer.embed import EmbeddedBatch, Packer, TextBatch, check_vectors, embed_all, probe
from indexer.records import Accepted
from sandbox.openai_server.vectors import bag_of_stems
from shared.embedding.embedder import EmbeddingMalformed, EmbeddingModel, EmbeddingRefused, EmbeddingUnavailable
from shared.errors import ConfigurationError

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=2)


def pack(products: list[Accepted], *, max_texts: int = 100, max_tokens: int = 1000) -> list[TextBatch]:
    packer = Packer(max_texts=max_texts, max_tokens=max_tokens)
    batches = [batch for product in products if (batch := packer.feed(product))]
    return batches + ([last] if (last := packer.flush()) else [])


class SmallBatches(FakeEmbedder):
    """A model that takes three texts a request."""

    @property
    def model(self) -> EmbeddingModel:
        return EmbeddingModel(provider="fake", name="fake", dimension=8, batch_texts=3)


def test_batches_end_at_the_number_of_texts() -> None:
    sizes = [len(batch.texts) for batch in pack([an_accepted(number) for number in range(7)], max_texts=3)]
    assert sizes == [3, 3, 1]


def test_batches_end_at_the_number_of_tokens() -> None:
    products = [an_accepted(number, tokens=tokens) for number, tokens in enumerate([40, 40, 30, 90, 10])]
    assert [batch.tokens for batch in pack(products, max_tokens=100)] == [80, 30, 100]


def test_a_text_too_long_for_any_batch_travels_alone() -> None:
    products = [an_accepted(number, tokens=tokens) for number, tokens in enumerate([10, 500, 10])]
    assert [batch.tokens for batch in pack(products, max_tokens=100)] == [10, 500, 10]


def test_products_of_one_text_share_its_vector_and_its_tokens() -> None:
    products = [an_accepted(1, text="wool", tokens=5), an_accepted(2, text="silk", tokens=5)]
    products.append(an_accepted(3, text="wool", tokens=5))
    [batch] = pack(products)
    assert (batch.texts, batch.rows, batch.tokens) == (("wool", "silk"), (0, 1, 0), 10)


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(1, 60)), max_size=40),
    st.integers(1, 5),
    st.integers(50, 200),
)
def test_packing_loses_nothing_and_keeps_the_limits(
    drawn: list[tuple[str, int]], max_texts: int, max_tokens: int
) -> None:
    lengths = dict(drawn)
    products = [an_accepted(number, text=text, tokens=lengths[text]) for number, (text, _) in enumerate(drawn)]
    batches = pack(products, max_texts=max_texts, max_tokens=max_tokens)
    assert [product for batch in batches for product in batch.accepted] == products
    for batch in batches:
        assert len(batch.texts) <= max_texts
        assert batch.tokens <= max_tokens or len(batch.texts) == 1
        assert [batch.texts[row] for row in batch.rows] == [product.document.text for product in batch.accepted]


async def embedded(products: list[Accepted], embedder: FakeEmbedder) -> list[EmbeddedBatch]:
    return [batch async for batch in embed_all(stream(products), embedder, concurrency=2, backoff=AT_ONCE)]


async def test_every_product_gets_the_vector_of_its_own_text() -> None:
    products = [an_accepted(number) for number in range(10)] + [an_accepted(99, text=an_accepted(3).document.text)]
    batches = await embedded(products, SmallBatches())
    found = {product.document.id: vector for batch in batches for product, vector in batch}
    assert found.keys() == {product.document.id for product in products}
    for product in products:
        np.testing.assert_array_equal(found[product.document.id], bag_of_stems(product.document.text, 8))


async def test_a_busy_provider_is_asked_again_and_nothing_is_embedded_twice() -> None:
    embedder = SmallBatches()
    embedder.fail(EmbeddingUnavailable("busy"), EmbeddingUnavailable("busy"))
    batches = await embedded([an_accepted(number) for number in range(6)], embedder)
    assert sorted(product.document.id for batch in batches for product, _ in batch) == list("012345")
    assert sum(map(len, embedder.batches)) == 6


async def test_a_provider_that_stays_away_ends_the_stream() -> None:
    embedder = FakeEmbedder()
    embedder.fail(*[EmbeddingUnavailable("busy")] * AT_ONCE.attempts)
    with pytest.raises(EmbeddingUnavailable):
        await embedded([an_accepted()], embedder)
    assert embedder.calls == AT_ONCE.attempts


async def test_a_refusal_is_not_tried_again() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("wrong key"))
    with pytest.raises(EmbeddingRefused, match="wrong key"):
        await embedded([an_accepted()], embedder)
    assert embedder.calls == 1


class BadVectors(FakeEmbedder):
    """Answers the same vectors whatever the texts are."""

    def __init__(self, vectors: list[list[float]]) -> None:
        super().__init__(dimension=2)
        self._vectors = np.array(vectors, dtype=np.float32)

    async def embed_documents(self, texts: object) -> np.ndarray:
        return self._vectors


BAD = {
    "too few": [[1.0, 0.0]],
    "too many": [[1.0, 0.0]] * 3,
    "another dimension": [[1.0, 0.0, 0.0]] * 2,
    "zero": [[1.0, 0.0], [0.0, 0.0]],
    "not a number": [[1.0, 0.0], [float("nan"), 0.0]],
    "infinite": [[1.0, 0.0], [float("inf"), 0.0]],
    "not of unit length": [[1.0, 0.0], [0.5, 0.5]],
}


@pytest.mark.parametrize("vectors", BAD.values(), ids=BAD.keys())
async def test_an_unusable_answer_is_caught_before_anything_is_loaded(vectors: list[list[float]]) -> None:
    with pytest.raises(EmbeddingMalformed, match="fake"):
        await embedded([an_accepted(1), an_accepted(2)], BadVectors(vectors))


def test_vectors_rounded_to_a_few_digits_are_still_of_unit_length() -> None:
    check_vectors(np.array([[0.6, 0.8002], [1.0, 0.0]], dtype=np.float32), count=2, model=MODEL)


async def test_the_probe_names_the_setting_of_a_wrong_dimension() -> None:
    with pytest.raises(ConfigurationError, match=r"EMBEDDING_DIMENSION=2\b"):
        await probe(BadVectors([[1.0, 0.0, 0.0]]))


async def test_the_probe_makes_a_refusal_a_matter_of_configuration() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingRefused("check EMBEDDING_API_KEY"))
    with pytest.raises(ConfigurationError, match="EMBEDDING_API_KEY"):
        await probe(embedder)


async def test_the_probe_waits_for_a_busy_provider() -> None:
    embedder = FakeEmbedder()
    embedder.fail(EmbeddingUnavailable("busy"))
    await probe(embedder, backoff=AT_ONCE)
    assert embedder.calls == 2
