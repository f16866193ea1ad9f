import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as numpy_st

from shared.embedding.embedder import EmbeddingMalformed, EmbeddingRefused
from shared.embedding.vectors import require_words, unit_rows

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(numpy_st.arrays(np.float32, (3, 5), elements=finite))
def test_rows_become_unit_length_in_the_same_direction_or_are_refused(raw: np.ndarray) -> None:
    lengths = np.linalg.norm(raw.astype(np.float64), axis=1)
    if (lengths < 1e-12).any():
        with pytest.raises(EmbeddingMalformed, match="zero vector"):
            unit_rows(raw, count=3, dimension=5, source="A model")
        return
    rows = unit_rows(raw, count=3, dimension=5, source="A model")
    assert rows.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(rows * lengths[:, None], raw, rtol=1e-4, atol=1e-4 * lengths.max())


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_not_a_number_is_refused(bad: float) -> None:
    raw = np.ones((2, 3), dtype=np.float32)
    raw[1, 2] = bad
    with pytest.raises(EmbeddingMalformed, match="NaN or infinity"):
        unit_rows(raw, count=2, dimension=3, source="A model")


@pytest.mark.parametrize("shape", [(1, 3), (3, 3), (2, 4), (2,), (2, 3, 1)])
def test_wrong_shape_is_refused_with_both_shapes(shape: tuple[int, ...]) -> None:
    with pytest.raises(EmbeddingMalformed, match=r"A model.*instead of \(2, 3\).*EMBEDDING_DIMENSION"):
        unit_rows(np.ones(shape, dtype=np.float32), count=2, dimension=3, source="A model")


def test_no_rows_stay_no_rows() -> None:
    assert unit_rows(np.zeros((0, 3), dtype=np.float32), count=0, dimension=3, source="A model").shape == (0, 3)


@pytest.mark.parametrize("blank", ["", " ", "\n\u00a0\t"])
def test_blank_text_is_refused_by_position_and_not_by_content(blank: str) -> None:
    with pytest.raises(EmbeddingRefused, match="Text 2 of 3"):
        require_words(["secret words", blank, "more"])


def test_texts_with_words_pass() -> None:
    require_words(["a", "-", "я"])
