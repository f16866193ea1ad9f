"""What every embedder promises, whatever stands behind it. A subclass gives the fixture `embedder`."""

import numpy as np
import pytest

from shared.embedding.embedder import Embedder, EmbeddingRefused

TEXTS = (
    "A waterproof rain jacket for hiking in the mountains",
    "A yoga mat with a carrying strap",
    "A leather duffle bag for weekend trips",
)


class EmbedderContract:
    async def test_rows_are_float32_of_the_models_dimension(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(TEXTS)
        assert vectors.shape == (len(TEXTS), embedder.model.dimension)
        assert vectors.dtype == np.float32

    async def test_rows_have_unit_length(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(TEXTS)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)

    async def test_rows_follow_the_order_of_the_texts(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(TEXTS)
        backwards = await embedder.embed_documents(TEXTS[::-1])
        np.testing.assert_allclose(vectors, backwards[::-1], atol=1e-5)

    async def test_order_holds_for_many_texts_of_any_length(self, embedder: Embedder) -> None:
        texts = [f"product {number} " + "with words " * (number * 7 % 23) for number in range(131)]
        vectors = await embedder.embed_documents(texts)
        for position in (0, 64, 130):
            alone = await embedder.embed_documents([texts[position]])
            np.testing.assert_allclose(vectors[position], alone[0], atol=1e-5)

    async def test_same_texts_give_the_same_vectors(self, embedder: Embedder) -> None:
        first = await embedder.embed_documents(TEXTS)
        second = await embedder.embed_documents(TEXTS)
        np.testing.assert_allclose(first, second, atol=1e-6)

    async def test_different_texts_give_different_vectors(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(TEXTS)
        assert (vectors @ vectors.T)[~np.eye(len(TEXTS), dtype=bool)].max() < 0.95

    async def test_query_is_one_unit_vector(self, embedder: Embedder) -> None:
        vector = await embedder.embed_query("jacket")
        assert vector.shape == (embedder.model.dimension,)
        assert vector.dtype == np.float32
        assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)

    async def test_query_is_nearest_to_the_document_it_means(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(TEXTS)
        for position, query in enumerate(("rain jacket", "yoga mat", "leather duffle bag")):
            assert np.argmax(vectors @ await embedder.embed_query(query)) == position

    async def test_no_texts_give_no_rows(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents([])
        assert vectors.shape == (0, embedder.model.dimension)

    @pytest.mark.parametrize("blank", ["", " \n\t"], ids=["empty", "spaces"])
    async def test_blank_text_is_refused_by_its_position(self, embedder: Embedder, blank: str) -> None:
        with pytest.raises(EmbeddingRefused, match="Text 2 of 2"):
            await embedder.embed_documents(["a word", blank])

    async def test_blank_query_is_refused(self, embedder: Embedder) -> None:
        with pytest.raises(EmbeddingRefused):
            await embedder.embed_query(" ")

    async def test_text_in_any_script_is_embedded(self, embedder: Embedder) -> None:
        vectors = await embedder.embed_documents(["Куртка непромокаемая", "雨衣", "🧥", "\x00?"])
        assert np.isfinite(vectors).all()

    async def test_tokens_grow_with_the_text(self, embedder: Embedder) -> None:
        assert 0 < embedder.count_tokens("jacket") < embedder.count_tokens("jacket with a hood and two pockets")
