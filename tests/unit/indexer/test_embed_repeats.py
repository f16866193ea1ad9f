"""indexer.embed.repeats: never no to a text that was met, seldom yes to a new one."""

from hypothesis import given
from hypothesis import strategies as st

from indexer.embed.repeats import MetTexts
from indexer.transform.chunk import hash_text

hashes = st.binary(min_size=16, max_size=16).map(bytes.hex)


@given(st.lists(hashes, max_size=50), st.integers(0, 60))
def test_a_text_that_was_met_is_known_whatever_was_expected(drawn: list[str], expected: int) -> None:
    met = MetTexts(expected)
    for text_hash in drawn:
        met.add(text_hash)
    assert all(met.add(text_hash) for text_hash in drawn)


def test_new_texts_are_new_but_for_a_few() -> None:
    met = MetTexts(20_000)
    wrong = sum(met.add(hash_text(f"product {number}")) for number in range(20_000))
    assert wrong <= 20_000 / 1_500


def test_an_empty_set_knows_nothing() -> None:
    assert MetTexts(1).add(hash_text("wool")) is False
